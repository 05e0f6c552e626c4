"""Strangers' bytes: recognised by content, refused when damaged or huge, made small for a notebook."""

from __future__ import annotations

import base64
import io
import math
import struct
import subprocess
import sys
import threading
import time
import warnings
import wave
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from playcut_jupyter.errors import AssetUnavailable, InvalidInput
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import hash_of
from playcut_jupyter.media import (
    MAX_PIXELS,
    SUFFIXES,
    InvalidImage,
    MediaInfo,
    decode_image,
    inspect,
    looks_like_text,
    mime_type_of,
    poster_frame,
    preview,
)
from playcut_jupyter.results.asset import Asset
from playcut_jupyter.sandbox import media as drawn

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.radial_gradient("L").resize(size).convert(mode)
    image.save(out, kind, **options)
    return out.getvalue()


def sound(seconds: float = 0.5, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(4 * int(seconds * rate)))
    return out.getvalue()


@pytest.fixture(scope="module")
def clip() -> bytes:
    return drawn.clip("a red fox", resolution="480p", duration_s=1).data


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_declaring(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def mp4(*boxes: bytes, brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand + bytes(4)) + b"".join(boxes)


def detailed(side: int) -> Image.Image:
    """Draw noise of every scale, with about as much detail as a photograph of grass has."""
    channels = []
    for _ in range(3):
        channel = Image.new("L", (side, side), 128)
        for cell in (256, 128, 64, 32, 16, 8, 4, 2, 1):
            noise = Image.effect_noise((side // cell, side // cell), 4 * math.sqrt(cell))
            noise = noise.resize((side, side), Image.Resampling.BICUBIC)
            channel = ImageChops.add(channel, noise, 1, -128)
        channels.append(channel)
    return Image.merge("RGB", channels)


# -- recognition ------------------------------------------------------------------------------------------------


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


# -- damage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_picture_that_was_cut_is_no_picture(kind: str, share: float) -> None:
    whole = picture(kind, (320, 200))
    with pytest.raises(InvalidImage):
        inspect(whole[: int(len(whole) * share)])


def test_a_picture_with_damaged_pixels_is_no_picture() -> None:
    whole = bytearray(picture("PNG", (200, 200)))
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(InvalidImage):
        inspect(bytes(whole))


def test_a_head_without_a_body_is_no_picture() -> None:
    with pytest.raises(InvalidImage, match="can't be"):
        inspect(b"\x89PNG\r\n\x1a\n")


def test_formats_that_no_notebook_needs_are_not_decoded() -> None:
    with pytest.raises(InvalidImage):
        decode_image(picture("TIFF"))
    assert inspect(picture("TIFF")).kind == "file"


@pytest.mark.parametrize("size", [(60_000, 60_000), (MAX_PIXELS // 1000 + 1, 1000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_at_once(size: tuple[int, int]) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidImage):
        inspect(png_declaring(*size))
    with pytest.raises(InvalidImage):
        preview(png_declaring(*size), 1024)
    assert time.monotonic() - started < 1


def test_a_decompression_bomb_takes_no_memory(tmp_path: Path) -> None:
    bombs = [png_declaring(60_000, 60_000), png_declaring(13_000, 12_000)]
    files = [tmp_path / f"{number}.png" for number in range(len(bombs))]
    for file, bomb in zip(files, bombs, strict=True):
        file.write_bytes(bomb)
    code = """
import resource, sys
from pathlib import Path
from playcut_jupyter.media import InvalidImage, inspect
inspect(Path(sys.argv[1]).read_bytes())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[2:]:
    try:
        inspect(Path(name).read_bytes())
    except InvalidImage:
        continue
    raise SystemExit("it was taken")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    small = tmp_path / "small.png"
    small.write_bytes(picture())
    run = subprocess.run(
        [sys.executable, "-c", code, str(small), *map(str, files)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 20_000  # kB; decoded they are 14 GB and 620 MB


SAMPLES = st.sampled_from([picture(kind, (16, 16)) for kind in FORMATS] + [sound(0.01), mp4(box(b"moov", bytes(40)))])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(SAMPLES))
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))]) + draw(st.binary(max_size=8))


HEADS = st.sampled_from(
    [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x0cftypisom"]
)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.builds(bytes.__add__, HEADS, st.binary(max_size=200)), damaged()))
def test_no_bytes_whatever_make_inspect_raise_anything_but_not_a_picture(data: bytes) -> None:
    try:
        facts = inspect(data)
    except InvalidImage as error:
        assert str(error)  # noqa: PT017 - any other error is let through
        return
    assert facts.kind in ("image", "audio", "video", "file")
    assert facts.suffix.startswith(".")
    if facts.kind == "image":
        assert facts.width
        assert preview(data, 8)


@given(st.lists(st.tuples(st.sampled_from([b"moov", b"mvhd", b"trak", b"tkhd"]), st.binary(max_size=120)), max_size=5))
def test_no_odd_box_of_a_clip_stops_inspect(boxes: list[tuple[bytes, bytes]]) -> None:
    nested = b"".join(box(name, content) for name, content in boxes)
    facts = inspect(mp4(box(b"moov", nested), nested))
    assert facts.mime_type == "video/mp4"


# -- facts ------------------------------------------------------------------------------------------------------


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
    assert inspect(whole[:28] + bytes(4) + whole[32:]).duration_s is None


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
    assert inspect(mp4(box(b"moov", box(b"mvhd", content)))) == MediaInfo("video/mp4")


def test_the_first_frame_of_a_clip_is_a_small_picture(clip: bytes) -> None:
    still = poster_frame(clip, 200)
    assert still is not None
    with Image.open(io.BytesIO(still)) as frame:
        assert max(frame.size) == 200
        assert frame.format == "WEBP"


@pytest.mark.parametrize("cut", [lambda clip: b"", lambda clip: clip[:200], lambda clip: b"<svg/>"])
def test_what_can_not_be_played_has_no_poster_frame(clip: bytes, cut: Callable[[bytes], bytes]) -> None:
    assert poster_frame(cut(clip), 200) is None


def test_without_pyav_there_is_no_poster_frame(clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    assert poster_frame(clip, 200) is None


# -- previews ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_small_picture_is_shown_as_it_is(kind: str) -> None:
    data = picture(kind)
    assert preview(data, 1024) == (f"image/{kind.lower()}", data)


def test_a_small_picture_that_not_every_browser_shows_is_shown_as_webp() -> None:
    assert preview(picture("AVIF"), 1024)[0] == "image/webp"


@pytest.mark.parametrize("size", [(2000, 500), (500, 2000), (3000, 3000), (4000, 3)])
@pytest.mark.parametrize("longest", [1024, 96])
def test_a_preview_is_bounded_on_its_longest_side_and_keeps_its_shape(size: tuple[int, int], longest: int) -> None:
    mime_type, small = preview(picture("PNG", size), longest)
    assert mime_type == "image/webp"
    with Image.open(io.BytesIO(small)) as shown:
        assert max(shown.size) == longest
        assert shown.width / shown.height == pytest.approx(size[0] / size[1], rel=0.02) or min(shown.size) == 1


def test_a_picture_of_few_pixels_and_many_bytes_is_made_smaller() -> None:
    out = io.BytesIO()
    Image.effect_noise((700, 700), 100).save(out, "PNG")
    mime_type, small = preview(out.getvalue(), 1024)
    assert mime_type == "image/webp"
    assert len(small) < len(out.getvalue())


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_preview_keeps_transparency(mode: str) -> None:
    image = Image.new("RGBA", (2000, 1000), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 1000, 1000))
    out = io.BytesIO()
    image.convert(mode).save(out, "PNG")
    with Image.open(io.BytesIO(preview(out.getvalue(), 256)[1])) as shown:
        alpha = shown.convert("RGBA").getchannel("A")
    assert (alpha.getpixel((10, 60)), alpha.getpixel((250, 60))) == (255, 0)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "CMYK"])
def test_a_preview_of_an_opaque_picture_has_no_alpha(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    with Image.open(io.BytesIO(preview(picture(kind, (2000, 1000), mode), 256)[1])) as shown:
        assert shown.size == (256, 128)
        assert shown.mode == "RGB"


def test_a_picture_of_sixteen_bits_of_grey_has_a_preview() -> None:
    out = io.BytesIO()
    Image.new("I;16", (2000, 1000), 0x8000).save(out, "PNG")
    with Image.open(io.BytesIO(preview(out.getvalue(), 256)[1])) as shown:
        assert shown.convert("L").getpixel((9, 9)) == pytest.approx(128, abs=3)


def test_a_preview_stands_upright_as_the_original_does() -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned by 90 degrees
    with Image.open(io.BytesIO(preview(picture("JPEG", (2000, 1000), exif=exif), 256)[1])) as shown:
        assert shown.size == (128, 256)


def test_a_4k_picture_adds_at_most_200_kb_to_a_notebook() -> None:
    whole = drawn.picture("a red fox in tall grass", image_size="4K").data
    assert inspect(whole).width == 4096
    assert len(preview(whole, 1024)[1]) * 4 / 3 <= 200_000


def test_a_picture_full_of_detail_adds_at_most_200_kb_to_a_notebook() -> None:
    out = io.BytesIO()
    detailed(2048).save(out, "JPEG", quality=92)
    assert len(preview(out.getvalue(), 1024)[1]) * 4 / 3 <= 200_000


# -- assets -----------------------------------------------------------------------------------------------------


def record(data: bytes, path: Path | None = None) -> AssetRecord:
    """Describe *data*, which is kept at *path* or in memory."""
    info = inspect(data)
    content = None if path else data
    return AssetRecord("asset_1", hash_of(data), path, info.mime_type, len(data), *info.size, content=content)


def asset(data: bytes, path: Path | None = None) -> Asset:
    return Asset(record(data, path))


def test_an_asset_tells_what_it_is_and_gives_its_bytes_and_picture(tmp_path: Path) -> None:
    data = picture("PNG", (64, 48))
    file = tmp_path / "a.png"
    file.write_bytes(data)
    kept, held = asset(data, file), asset(data)
    for item in (kept, held):
        assert (item.kind, item.mime_type, item.width, item.height, item.duration_s) == (
            "image",
            "image/png",
            64,
            48,
            None,
        )
        assert item.data == data
        assert item.image.size == (64, 48)
    assert repr(kept) == f"<Asset image image/png 64x48 {file}>"
    assert repr(held) == "<Asset image image/png 64x48 in memory>"
    assert repr(asset(sound(0.5))) == "<Asset audio audio/wav 0.5 s in memory>"


def test_an_asset_is_saved_from_the_library_or_from_memory(tmp_path: Path) -> None:
    data = picture()
    file = tmp_path / "0123456789abcdef.png"
    file.write_bytes(data)
    for item in (asset(data), asset(data, file)):
        saved = item.save(tmp_path / "out" / "fox")
        assert saved.read_bytes() == data
        assert saved.suffix == ".png"


def test_a_lost_original_is_said_so_and_not_saved_as_an_empty_file(tmp_path: Path) -> None:
    item = asset(picture(), tmp_path / "gone.png")
    for use in (lambda: item.data, lambda: item.image, lambda: item.save(tmp_path / "x.png")):
        with pytest.raises(AssetUnavailable, match="gone from the library"):
            use()
    assert not (tmp_path / "x.png").exists()
    assert "gone from the library" in item._repr_mimebundle_()["text/html"]


def test_only_a_picture_is_a_picture() -> None:
    with pytest.raises(InvalidInput, match="audio/wav"):
        _ = asset(sound()).image


def test_an_asset_of_the_library_is_as_the_library_says(tmp_path: Path) -> None:
    kept = AssetRecord("asset_9", "ab" * 32, tmp_path / "f.mp4", "video/mp4", 9, 640, 480, 2.0)
    item = Asset(kept, caption="a fox")
    assert (item.id, item.kind, item.record.suffix, item.caption) == ("asset_9", "video", ".mp4", "a fox")
    assert (item.width, item.height, item.duration_s, item.path) == (640, 480, 2.0, tmp_path / "f.mp4")


def test_a_picture_shows_itself_no_larger_than_the_setting() -> None:
    shown = Asset(record(picture("PNG", (900, 900))), preview_px=300)._repr_mimebundle_()["text/html"]
    encoded = shown.split(";base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as preview_:
        assert preview_.size == (300, 300)


def test_two_pictures_that_arrive_at_once_leave_the_notebooks_warnings_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    first_opens, second_opens, first_is_done = threading.Event(), threading.Event(), threading.Event()
    really_open = Image.open

    def held_up(*arguments: Any, **options: Any) -> Image.Image:
        if threading.current_thread().name == "first":
            first_opens.set()
            second_opens.wait(0.5)
        else:
            second_opens.set()
            first_is_done.wait(0.5)
        return really_open(*arguments, **options)

    monkeypatch.setattr(Image, "open", held_up)
    first = threading.Thread(target=inspect, args=(drawn.getvalue(),), name="first")
    second = threading.Thread(target=inspect, args=(drawn.getvalue(),), name="second")
    with warnings.catch_warnings():
        before = list(warnings.filters)
        first.start()
        assert first_opens.wait(10)
        second.start()
        first.join(10)
        first_is_done.set()
        second.join(10)
        assert list(warnings.filters) == before
