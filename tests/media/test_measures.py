"""How long and how large sounds and clips are, and a clip's first frame."""

from __future__ import annotations

import io
import struct
import sys
import wave
from collections.abc import Callable

import pytest
from PIL import Image

from playcut_jupyter.media import MediaInfo, inspect, poster_frame
from playcut_jupyter.sandbox import media as drawn
from tests.media.samples import box, mp4, sound


def test_the_length_of_a_wav_is_known() -> None:
    assert inspect(sound(0.5)).duration_s == pytest.approx(0.5)
    spoken = drawn.speech("A red fox runs.")
    with wave.open(io.BytesIO(spoken.data)) as file:
        expected = file.getnframes() / file.getframerate()
    assert inspect(spoken.data) == MediaInfo("audio/wav", duration_s=pytest.approx(expected))  # type: ignore[arg-type]


def test_the_length_of_a_wav_that_was_streamed_is_that_of_its_bytes() -> None:
    data = bytearray(sound(0.25))
    where = data.index(b"data") + 4
    data[where : where + 4] = b"\xff\xff\xff\xff"
    assert inspect(bytes(data)).duration_s == pytest.approx(0.25)


def test_a_wav_without_sound_or_rate_has_no_length() -> None:
    whole = sound()
    assert inspect(whole[:12]).duration_s is None
    assert inspect(whole.replace(b"data", b"LIST")).duration_s is None
    assert inspect(whole[:24] + bytes(8) + whole[32:]).duration_s is None


def test_length_and_size_of_a_clip_are_known(clip: bytes) -> None:
    facts = inspect(clip)
    assert (facts.mime_type, facts.kind, facts.suffix) == ("video/mp4", "video", ".mp4")
    assert facts.height == 480
    assert facts.width == pytest.approx(480 * 16 / 9, abs=2)
    assert facts.duration_s == pytest.approx(1, abs=0.15)


def test_a_clip_with_64_bit_times_and_boxes_is_understood() -> None:
    movie = box(b"mvhd", b"\x01" + bytes(19) + struct.pack(">IQ", 1000, 2500))
    track = box(b"trak", box(b"tkhd", bytes(76) + struct.pack(">II", 640 << 16, 360 << 16)))
    content = movie + track
    large = struct.pack(">I4sQ", 1, b"moov", 16 + len(content)) + content
    assert inspect(mp4(large)) == MediaInfo("video/mp4", 640, 360, 2.5)
    to_the_end = struct.pack(">I4s", 0, b"moov") + content
    assert inspect(mp4(to_the_end)) == MediaInfo("video/mp4", 640, 360, 2.5)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x01" * 20, bytes(20)])
def test_a_clip_with_an_odd_head_has_no_length(content: bytes) -> None:
    assert inspect(mp4(box(b"moov", box(b"mvhd", content)))) == MediaInfo("video/mp4", remark=None)


def test_the_first_frame_of_a_clip_is_a_small_picture(clip: bytes) -> None:
    still = poster_frame(clip, 200)
    assert still is not None
    with Image.open(io.BytesIO(still)) as frame:
        assert max(frame.size) == 200
        assert frame.format == "WEBP"


@pytest.mark.parametrize("cut", [lambda clip: b"", lambda clip: clip[:200], lambda clip: b"<svg/>"])
def test_what_can_not_be_played_has_no_poster_frame(clip: bytes, cut: Callable[[bytes], bytes]) -> None:
    assert poster_frame(cut(clip), 200) is None


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"\x1aE\xdf\xa3", b"RIFF"]
)
def test_what_no_decoder_is_there_for_has_no_poster_frame(data: bytes) -> None:
    assert poster_frame(data, 200) is None


def test_without_pyav_there_is_no_poster_frame(clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    assert poster_frame(clip, 200) is None
