"""Speech: small voices of five languages, each also in other pitches and paces, by py-nanotts.

The engine holds the interpreter's lock while it speaks, and starts from memory as it finds it, so the
same text does not always sound the same, byte for byte. A fresh process for each text answers both:
nobody waits for the lock, and its memory is always empty. It costs some 60 ms.

Two things the engine does not do by itself: it takes `<` for markup, and it says nothing, without an
error, in a script that it does not know.
"""

from __future__ import annotations

import array
import importlib.util
import subprocess
import sys
from dataclasses import dataclass

RATE = 16_000
LONGEST_TEXT = 5_000
"""Characters; about six minutes."""
_VOLUME = 0.6
"""At 1.0 the engine clips loud vowels."""
_SILENCE = 300
"""No sample of a silent answer is as loud as this, every spoken one is."""

# Runs in the other process: text in, samples out, both on the standard streams.
_PROGRAM = """
import sys
from py_nanotts import NanoTTS
voice, speed, pitch, volume = sys.argv[1], *map(float, sys.argv[2:5])
text = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(NanoTTS().speak(text, voice=voice, speed=speed, pitch=pitch, volume=volume))
"""


class CannotSay(Exception):
    """This text cannot be spoken here; the message is one sentence that says what helps."""


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


def catalogue() -> list[dict[str, object]]:
    """List the voices as the API does."""
    return [
        {
            "voiceId": voice.voice_id,
            "name": voice.name,
            "language": voice.language,
            "gender": voice.gender,
            "description": voice.description,
        }
        for voice in VOICES
    ]


def say(text: str, voice_id: str | None = None) -> bytes:
    """Speak a text and return a WAV; left out, the voice is the first.

    Raises ValueError for a wrong voice or an empty or overlong text, `CannotSay` if it cannot be spoken.
    """
    voice = _voice(voice_id)
    if not text.strip():
        raise ValueError("text must not be empty.")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"text must not be longer than {LONGEST_TEXT:,} characters, and this has {len(text):,}.")
    pcm = _spoken(_plain(text), voice)
    samples = array.array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    if max(map(abs, samples), default=0) < _SILENCE:
        raise CannotSay("The sandbox can say this in none of its languages: English, German, French, Spanish, Italian.")
    return _wav(pcm, text)


def _voice(voice_id: str | None) -> Voice:
    if voice_id is None:
        return VOICES[0]
    for voice in VOICES:
        if voice.voice_id == voice_id:
            return voice
    raise ValueError(f"voiceId {voice_id!r} is not one that list-voices gives.")


def _plain(text: str) -> str:
    """Keep markup and control characters from the engine."""
    text = text.replace("<", " ").replace(">", " ")
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.encode("utf-8", "ignore").decode().split())


def _spoken(text: str, voice: Voice) -> bytes:
    if importlib.util.find_spec("py_nanotts") is None:
        raise CannotSay('The sandbox needs py-nanotts to speak: pip install "playcut-jupyter[sandbox]".')
    settings = [voice.engine, str(voice.speed), str(voice.pitch), str(_VOLUME)]
    done = subprocess.run(  # noqa: S603  (our own program; the text goes in as data)
        [sys.executable, "-P", "-c", _PROGRAM, *settings],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=120,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise CannotSay(f"The sandbox's voice failed ({''.join(last) or done.returncode}).")
    return done.stdout


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def _wav(pcm: bytes, text: str) -> bytes:
    """Write a WAV that says of itself what it is: what is said, and by whom."""
    comment = text if len(text) <= 200 else text[:199] + "…"
    about = b"INFO" + _chunk(b"ISFT", b"Playcut sandbox\0")
    about += _chunk(b"ICMT", comment.encode("utf-8", "replace") + b"\0")
    shape = [(1, 2), (1, 2), (RATE, 4), (RATE * 2, 4), (2, 2), (16, 2)]
    layout = b"".join(number.to_bytes(size, "little") for number, size in shape)
    body = b"WAVE" + _chunk(b"fmt ", layout) + _chunk(b"LIST", about) + _chunk(b"data", pcm)
    return _chunk(b"RIFF", body)
