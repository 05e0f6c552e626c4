"""Speech: voices in five languages with different pitches and speeds, by py-nanotts.

Each text is spoken by a new process, which costs some 60 ms and solves two problems: the engine holds the
interpreter's lock while it speaks, and it reads uninitialised memory, so the same text can sound different
in a process that has spoken before.

The engine treats `<` as markup, and is silent, without an error, in a script that it does not know. This
module handles both.
"""

from __future__ import annotations

import array
import hashlib
import importlib.util
import math
import subprocess
import sys
from dataclasses import dataclass

from playcut_jupyter.sandbox.constants import INSTALL_COMMAND
from playcut_jupyter.sandbox.errors import MediaUnavailable

RATE = 16_000
MAX_CHARACTERS = 5_000
"""About six minutes of speech."""
TONE_S = 0.2
_VOLUME = 0.6
"""At 1.0 the engine clips loud vowels."""
_SILENCE = 300
"""Samples of a silent result stay below this; every spoken one has louder samples."""

# Runs in a child process: reads the text from stdin and writes the samples to stdout.
_PROGRAM = """
import sys
from py_nanotts import NanoTTS
voice, speed, pitch, volume = sys.argv[1], *map(float, sys.argv[2:5])
text = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(NanoTTS().speak(text, voice=voice, speed=speed, pitch=pitch, volume=volume))
"""


@dataclass(frozen=True)
class Voice:
    """A voice as the API lists it, and the engine's settings for it."""

    voice_id: str
    name: str
    language: str
    gender: str
    description: str
    engine: str
    speed: float = 1.0
    pitch: float = 1.0


VOICES = (
    Voice("voice_en_gb_ada", "Ada (English, UK)", "en", "female", "Clear and friendly", "en-GB"),
    Voice("voice_en_us_grace", "Grace (English, US)", "en", "female", "Warm and even", "en-US"),
    Voice("voice_en_gb_alan", "Alan (English, UK)", "en", "male", "Low and calm", "en-GB", 0.94, 0.66),
    Voice("voice_en_us_kit", "Kit (English, US)", "en", "neutral", "Bright and quick", "en-US", 1.15, 1.3),
    Voice("voice_en_us_hal", "Hal (English, US)", "en", "male", "Slow and deep", "en-US", 0.88, 0.62),
    Voice("voice_de_de_emmy", "Emmy (German)", "de", "female", "Clear and friendly", "de-DE"),
    Voice("voice_de_de_konrad", "Konrad (German)", "de", "male", "Low and calm", "de-DE", 0.95, 0.66),
    Voice("voice_fr_fr_sophie", "Sophie (French)", "fr", "female", "Light and clear", "fr-FR"),
    Voice("voice_fr_fr_blaise", "Blaise (French)", "fr", "male", "Low and calm", "fr-FR", 0.95, 0.68),
    Voice("voice_es_es_ramona", "Ramona (Spanish)", "es", "female", "Lively and clear", "es-ES"),
    Voice("voice_it_it_maria", "Maria (Italian)", "it", "female", "Lively and clear", "it-IT"),
)  # fmt: skip


def speak(text: str, voice_id: str | None = None, *, tiny: bool = False) -> bytes:
    """Speak a text and return a WAV; by default with the first voice. Tiny: a short tone instead of speech.

    Raises ValueError for an unknown voice or a text that is empty or too long, and `MediaUnavailable` for a
    text that cannot be spoken.
    """
    voice = _find_voice(voice_id)
    if not text.strip():
        raise ValueError("text must not be empty.")
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"text must not be longer than {MAX_CHARACTERS:,} characters, and this has {len(text):,}.")
    return _wav(_tone(text, voice) if tiny else _synthesize(text, voice), text)


def _find_voice(voice_id: str | None) -> Voice:
    if voice_id is None:
        return VOICES[0]
    for voice in VOICES:
        if voice.voice_id == voice_id:
            return voice
    raise ValueError(f"voiceId {voice_id!r} is not in list-voices.")


def _synthesize(text: str, voice: Voice) -> bytes:
    """Return the samples of a spoken text."""
    pcm = _run_engine(_clean(text), voice)
    samples = array.array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    if max(map(abs, samples), default=0) < _SILENCE:
        raise MediaUnavailable(
            "The sandbox cannot speak this text; its languages are English, German, French, Spanish and Italian."
        )
    return pcm


def _tone(text: str, voice: Voice) -> bytes:
    """Return the samples of a tone whose pitch depends on the text and the voice."""
    digest = hashlib.sha256(f"{voice.voice_id}|{text}".encode("utf-8", "replace")).digest()
    step = math.tau * (200 + int.from_bytes(digest[:4], "big") / 2**32 * 600) / RATE
    samples = (round(8000 * math.sin(step * k)) for k in range(round(TONE_S * RATE)))
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)


def _clean(text: str) -> str:
    """Remove markup and control characters."""
    text = text.replace("<", " ").replace(">", " ")
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.encode("utf-8", "ignore").decode().split())


def _run_engine(text: str, voice: Voice) -> bytes:
    if importlib.util.find_spec("py_nanotts") is None:
        raise MediaUnavailable(f"The sandbox needs py-nanotts to speak: {INSTALL_COMMAND}.")
    settings = [voice.engine, str(voice.speed), str(voice.pitch), str(_VOLUME)]
    done = subprocess.run(  # noqa: S603  (our own program; the text is data on stdin)
        [sys.executable, "-P", "-c", _PROGRAM, *settings],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=120,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise MediaUnavailable(f"The speech engine failed ({''.join(last) or done.returncode}).")
    return done.stdout


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def _wav(pcm: bytes, text: str) -> bytes:
    """Write a WAV with provenance in its metadata: the text, and the sandbox as the software."""
    comment = text if len(text) <= 200 else text[:199] + "…"
    about = b"INFO" + _chunk(b"ISFT", b"Playcut sandbox\0")
    about += _chunk(b"ICMT", comment.encode("utf-8", "replace") + b"\0")
    fields = [(1, 2), (1, 2), (RATE, 4), (RATE * 2, 4), (2, 2), (16, 2)]
    layout = b"".join(number.to_bytes(size, "little") for number, size in fields)
    body = b"WAVE" + _chunk(b"fmt ", layout) + _chunk(b"LIST", about) + _chunk(b"data", pcm)
    return _chunk(b"RIFF", body)
