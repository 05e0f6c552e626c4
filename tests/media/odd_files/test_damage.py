"""What is cut, damaged, poisoned or huge is told so, and does no harm."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from playcut_jupyter.display import media_html
from playcut_jupyter.media import MAX_PIXELS, InvalidImage, decode_image, inspect, preview
from tests.display.pages import asset_of
from tests.media.corpus import FILES
from tests.media.samples import FORMATS, box, mp4, picture, png_declaring, sound


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_picture_that_was_cut_is_no_error_and_has_a_remark(kind: str, share: float) -> None:
    whole = picture(kind, (320, 200))
    facts = inspect(whole[: int(len(whole) * share)])
    assert (facts.mime_type, facts.kind) == (f"image/{kind.lower()}", "image")
    assert facts.remark


def test_a_picture_with_damaged_pixels_is_shown_up_to_the_damage() -> None:
    whole = bytearray(picture("PNG", (200, 200)))
    whole[len(whole) // 2] ^= 0xFF
    assert inspect(bytes(whole)).remark == "it is cut or damaged: only a part can be shown"
    assert preview(bytes(whole), 100)[0] == "image/webp"


def test_a_head_without_a_body_is_no_picture() -> None:
    assert "can't be" in str(inspect(b"\x89PNG\r\n\x1a\n").remark)
    with pytest.raises(InvalidImage, match="can't be"):
        decode_image(b"\x89PNG\r\n\x1a\n")


def test_formats_that_no_notebook_needs_are_not_decoded() -> None:
    with pytest.raises(InvalidImage):
        decode_image(picture("TIFF"))
    assert inspect(picture("TIFF")).kind == "file"


@pytest.mark.parametrize("size", [(60_000, 60_000), (MAX_PIXELS // 1000 + 1, 1000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_at_once(size: tuple[int, int]) -> None:
    started = time.thread_time()
    assert inspect(png_declaring(*size)).remark
    with pytest.raises(InvalidImage):
        preview(png_declaring(*size), 1024)
    assert time.thread_time() - started < 1


def test_a_decompression_bomb_takes_no_memory(tmp_path: Path) -> None:
    bombs = [png_declaring(60_000, 60_000), png_declaring(13_000, 12_000)]
    files = [tmp_path / f"{number}.png" for number in range(len(bombs))]
    for file, bomb in zip(files, bombs, strict=True):
        file.write_bytes(bomb)
    code = """
import resource, sys
from pathlib import Path
from playcut_jupyter.display import media_html
from playcut_jupyter.media import inspect
inspect(Path(sys.argv[1]).read_bytes())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[2:]:
    if not inspect(Path(name).read_bytes()).remark:
        raise SystemExit("it was decoded")
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
def test_no_bytes_whatever_make_inspect_raise(data: bytes) -> None:
    facts = inspect(data)
    assert facts.kind in ("image", "audio", "video", "file")
    assert facts.suffix.startswith(".")
    assert facts.width or facts.remark or facts.kind != "image"
    if facts.kind == "image" and facts.remark is None:
        assert preview(data, 8)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """One of the odd files after a few more accidents; most of them in its head, where sizes and counts stand."""
    data = bytearray(draw(st.sampled_from(FILES)).data[:60_000])
    for _ in range(draw(st.integers(0, 5))):
        place = draw(st.integers(0, max(0, min(len(data), draw(st.sampled_from([64, 600, 60_000]))) - 1)))
        size = draw(st.sampled_from([0, 1, 1, 4, 8, 40]))
        new = draw(st.sampled_from([b"", b"\0", b"\xff", b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1"]))
        data[place : place + size] = new or bytes(data[place : place + size]) * 2
    return bytes(data[: draw(st.sampled_from([len(data), len(data), len(data) // 2, 40]))])


@settings(max_examples=150)
@given(mutated())
def test_no_accident_of_an_odd_file_makes_it_an_error_or_a_wrong_fact(data: bytes) -> None:
    facts = inspect(data)
    assert facts.duration_s is None or 0 < facts.duration_s < 1_000_000
    assert not (facts.remark or "").startswith("it can't be read ("), "a reader of ours stumbled"
    assert "playcut-" in media_html.asset(asset_of(data), "a fox", 64)


@given(st.lists(st.tuples(st.sampled_from([b"moov", b"mvhd", b"trak", b"tkhd"]), st.binary(max_size=120)), max_size=5))
def test_no_odd_box_of_a_clip_stops_inspect(boxes: list[tuple[bytes, bytes]]) -> None:
    nested = b"".join(box(name, content) for name, content in boxes)
    facts = inspect(mp4(box(b"moov", nested), nested))
    assert facts.mime_type == "video/mp4"


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
