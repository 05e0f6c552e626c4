"""What bytes are is told by their content, whatever a server calls them."""

from __future__ import annotations

import pytest

from playcut_jupyter.media import SUFFIXES, MediaInfo, inspect, looks_like_text, mime_type_of
from tests.media.samples import FORMATS, mp4, picture


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_recognised_measured_and_named_by_its_content(kind: str) -> None:
    facts = inspect(picture(kind))
    assert facts == MediaInfo(f"image/{kind.lower()}", 64, 48)
    assert facts.kind == "image"
    assert facts.suffix == {"JPEG": ".jpg"}.get(kind, f".{kind.lower()}")


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf3\x40\x00", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\xff\xf9\x50\x80", "audio/aac"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00\x00", "audio/flac"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (mp4(brand=b"M4A "), "audio/mp4"),
        (mp4(brand=b"isom"), "video/mp4"),
        (mp4(brand=b"mp42"), "video/mp4"),
        (mp4(brand=b"qt  "), "video/quicktime"),
        (b"\x1aE\xdf\xa3\x01", "video/webm"),
    ],
)
def test_sounds_and_clips_are_recognised_by_their_first_bytes(head: bytes, mime_type: str) -> None:
    facts = inspect(head + bytes(40))
    assert facts.mime_type == mime_type
    assert facts.kind == mime_type.split("/")[0]
    assert facts.suffix == SUFFIXES[mime_type]


MARKUP = [
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    b"<!DOCTYPE html><script>alert(1)</script>",
    b"  \r\n\t<HTML>",
    b"\xef\xbb\xbf<html>",
    b'{"message": "no"}',
    b'\n {"message": "no"}',
]


@pytest.mark.parametrize("data", MARKUP)
def test_svg_html_and_json_are_never_media(data: bytes) -> None:
    assert inspect(data) == MediaInfo("application/octet-stream")
    assert inspect(data).kind == "file"
    assert inspect(data).suffix == ".bin"
    assert looks_like_text(data)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_does_not_look_like_text(kind: str) -> None:
    assert not looks_like_text(picture(kind))


@pytest.mark.parametrize("data", [b"", b"\xff", b"RIFF", b"RIFF\x00\x00\x00\x00AVI ", b"plain words", b"\x00" * 64])
def test_anything_else_is_a_file(data: bytes) -> None:
    assert inspect(data).kind == "file"


@pytest.mark.parametrize(
    "data",
    ["<svg onload='alert(1)'/>".encode("utf-16"), "<html>503</html>".encode("utf-16"), b"\xff" * 64],
    ids=["svg in UTF-16", "html in UTF-16", "erased flash"],
)
def test_what_only_begins_like_a_frame_of_mpeg_audio_is_a_file(data: bytes) -> None:
    assert mime_type_of(data) == "application/octet-stream"


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_a_still_picture_in_an_iso_file_is_no_clip(brand: bytes) -> None:
    assert inspect(mp4(brand=brand)).kind != "video"
