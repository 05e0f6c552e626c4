"""A sound as a picture: its loudness over time, or an honest sign where that can't be read."""

from __future__ import annotations

import io
import math
import struct
import sys
import wave
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter.media import sound_sign, waveform, waveforms
from tests.media.corpus import sounds
from tests.media.corpus.pictures import riff_chunk


def tone(loud: float, quiet: float, *, seconds: float = 1.0, width: int = 2, rate: int = 8_000) -> bytes:
    """Return a WAV whose first half is loud and whose second half is quiet."""
    frames = bytearray()
    for at in range(int(seconds * rate)):
        share = (loud if at < seconds * rate / 2 else quiet) * math.sin(at / 3)
        value = round(share * (2 ** (8 * width - 1) - 1))
        frames += bytes([value + 128]) if width == 1 else value.to_bytes(width, "little", signed=True)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(frames))
    return out.getvalue()


def heights(picture: bytes | None) -> tuple[int, int]:
    """Return how high the bars of the left and the right quarter are, pixels."""
    assert picture is not None
    with Image.open(io.BytesIO(picture)) as image:
        alpha = image.convert("RGBA").getchannel("A").point(lambda value: 255 * (value > 100))
    width, height = alpha.size
    halves = (alpha.crop((0, 0, width // 4, height)), alpha.crop((3 * width // 4, 0, width, height)))
    left, right = ((box[3] - box[1]) if (box := half.getbbox()) else 0 for half in halves)
    return left, right


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("has_decoder", [True, False])
def test_loud_is_high_and_quiet_is_low(width: int, has_decoder: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_decoder:
        monkeypatch.setitem(sys.modules, "av", None)
    left, right = heights(waveform(tone(0.8, 0.2, width=width)))
    assert left > 140
    assert right == pytest.approx(left / 4, abs=8)


def test_a_file_is_drawn_like_its_bytes_and_as_a_small_picture(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(tone(0.8, 0.2))
    drawn = waveform(path)
    assert drawn == waveform(path.read_bytes())
    assert drawn is not None
    assert len(drawn) < 5_000


def test_silence_is_flat_and_no_error() -> None:
    assert max(heights(waveform(sounds.wav()))) <= 4


def test_only_the_beginning_of_a_long_sound_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waveforms, "MAX_S", 2.0)
    left, right = heights(waveform(tone(0.8, 0.8, seconds=4), 4.0))
    assert left > 140
    assert right <= 4, "dots, for what was not read"


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waveforms, "_MAX_DECODE_S", -1.0)
    assert waveform(tone(0.8, 0.2)) is None


def test_what_is_cut_is_drawn_up_to_there() -> None:
    assert waveform(sounds.mp3()[:-100]) is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"MThd\0\0\0\x06\0\0\0\1\0\x60", b"<html>", b"\xff\xfb" * 500, b"OggS" + bytes(200)],
)
def test_what_can_not_be_read_has_no_waveform(content: bytes) -> None:
    assert waveform(content) is None


def test_hostile_numbers_in_a_wav_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    for channels, rate, bits in ((0, 8000, 16), (1, 0, 16), (65535, 2**32 - 1, 16), (1, 8000, 7), (1, 8000, 64)):
        head = struct.pack("<HHIIHH", 1, channels, rate, rate, 2, bits)
        body = b"WAVE" + riff_chunk(b"fmt ", head) + riff_chunk(b"data", bytes(8000))
        waveform(b"RIFF" + struct.pack("<I", len(body)) + body)


def test_the_sign_of_a_sound_tells_its_length() -> None:
    pictures = {sound_sign(seconds) for seconds in (None, 12.0, 75.2)}
    assert len(pictures) == 3
    assert all(max(heights(picture)) <= 120 for picture in pictures)
