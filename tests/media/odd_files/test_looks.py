"""Previews and stills look as a browser shows the original: upright, in the right colours, moving."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter.display import media_html
from playcut_jupyter.library.store import Store
from playcut_jupyter.media import InvalidImage, inspect, is_animation, poster_frame, preview
from tests.display.pages import Page, asset_of
from tests.media.corpus import clips, jpeg
from tests.media.corpus.encoders import clip, rotated
from tests.media.corpus.pictures import moving

RED, BLUE = (255, 0, 0), (0, 0, 255)


def shown(data: bytes, longest_px: int = 64) -> Image.Image:
    """Return the preview of *data* as pixels."""
    return Image.open(io.BytesIO(preview(data, longest_px)[1])).convert("RGBA")


def near(colour: object, expected: tuple[int, ...]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(got - wanted) <= 16 for got, wanted in zip(colour, expected, strict=False))


def swapped_profile(channels: bytes = b"RGB ") -> bytes:
    """Return a profile whose red primary is sRGB's blue, and the other way round."""
    primaries = {
        b"bXYZ": (0.4361, 0.2225, 0.0139),
        b"gXYZ": (0.3851, 0.7169, 0.0971),
        b"rXYZ": (0.1431, 0.0606, 0.7141),
    }
    tags = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in xyz)) for name, xyz in primaries.items()
    }
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in (0.9642, 1.0, 0.8249)))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"curv\x00\x00\x00\x00\x00\x00\x00\x01\x023\x00\x00")
    tags |= {b"desc": b"desc\0\0\0\0\0\0\0\5swap\0" + bytes(79), b"cprt": b"text\0\0\0\0none\0\0\0\0"}
    place, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", place + len(body), len(content))
        body += content
    head = bytearray(128)
    struct.pack_into(">I4sI4s4s4s", head, 0, place + len(body), b"none", 0x02100000, b"mntr", channels, b"XYZ ")
    head[36:40] = b"acsp"
    struct.pack_into(">3i", head, 68, 63190, 65536, 54061)
    return bytes(head) + struct.pack(">I", len(tags)) + table + body


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_colours_are_those_that_the_profile_says(kind: str) -> None:
    red = saved(Image.new("RGB", (300, 200), RED), kind, icc_profile=swapped_profile())
    assert near(shown(red).getpixel((9, 9)), BLUE)


def test_a_profile_keeps_transparency_and_a_palette() -> None:
    image = Image.new("RGBA", (300, 200), (*RED, 0))
    image.paste((*RED, 255), (150, 0, 300, 200))
    for mode in ("RGBA", "P"):
        small = shown(saved(image.convert(mode), icc_profile=swapped_profile()))
        assert near(small.getpixel((60, 20)), (*BLUE, 255))
        assert small.getpixel((3, 20))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    "profile", [b"none", swapped_profile()[:200], swapped_profile(b"CMYK"), swapped_profile(b"GRAY")]
)
def test_a_profile_that_is_none_or_of_other_channels_says_nothing(profile: bytes) -> None:
    assert near(shown(saved(Image.new("RGB", (300, 200), RED), icc_profile=profile)).getpixel((9, 9)), RED)


@pytest.mark.parametrize("adobe", [True, False])
def test_a_red_of_four_inks_is_red(adobe: bool) -> None:
    assert near(shown(jpeg._cmyk(adobe=adobe), 40).getpixel((9, 9)), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("orientation", "left_top"), [(1, "a"), (2, "b"), (3, "d"), (4, "c"), (5, "a"), (6, "c"), (8, "b")]
)
@pytest.mark.parametrize("longest_px", [1024, 40])
def test_a_picture_stands_upright_in_any_size(kind: str, orientation: int, left_top: str, longest_px: int) -> None:
    colours = {"a": RED, "b": (0, 255, 0), "c": BLUE, "d": (255, 255, 0)}
    image = Image.new("RGB", (80, 60))
    for place, colour in zip(((0, 0), (40, 0), (0, 30), (40, 30)), colours.values(), strict=True):
        image.paste(colour, (*place, place[0] + 40, place[1] + 30))
    exif = Image.Exif()
    exif[0x112] = orientation
    data = saved(image, kind, exif=exif)
    info = inspect(data)
    assert (info.width, info.height) == ((80, 60) if orientation < 5 else (60, 80))
    mime_type, small = preview(data, longest_px)
    with Image.open(io.BytesIO(small)) as drawn:
        assert drawn.getexif().get(0x112, 1) == 1, "no front end has to turn it"
        assert (drawn.width > drawn.height) == (orientation < 5)
        assert near(drawn.convert("RGB").getpixel((5, 5)), colours[left_top])
    assert mime_type.startswith("image/")


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_still_of_a_clip_stands_upright(degrees: int) -> None:
    # The square is yellow, at the left, 8 of 48 pixels below the top.
    still = poster_frame(rotated(clips.fast(), degrees), 640)
    assert still is not None
    with Image.open(io.BytesIO(still)) as frame:
        assert frame.size == ((64, 48) if degrees == 180 else (48, 64))
        place = {90: (32, 8), 180: (56, 32), 270: (16, 56)}[degrees]
        assert near(frame.convert("RGB").getpixel(place), (240, 200, 40))


def test_a_clip_that_browsers_do_not_know_has_a_still_beside_its_card(tmp_path: Path) -> None:
    page = Page(media_html.asset(asset_of(clip("matroska"), Store(tmp_path)), "a fox", 640))
    assert page.all("img", "playcut-poster")
    assert page.all("div", "playcut-file")


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_moves_in_its_preview(kind: str) -> None:
    data = moving(kind, (300, 200), count=5)
    small = preview(data, 100)[1]
    with Image.open(io.BytesIO(small)) as drawn:
        assert drawn.n_frames == 5  # type: ignore[attr-defined]
        assert max(drawn.size) == 100
        drawn.load()
        assert drawn.info["duration"] == pytest.approx(100, abs=1)


def test_an_animation_that_is_too_large_is_a_still_and_called_one() -> None:
    frames = [Image.effect_noise((120, 120), 100) for _ in range(48)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    assert is_animation(data)
    assert not is_animation(preview(data, 120)[1])
    page = Page(media_html.asset(asset_of(data), "a fox", 120))
    assert "a still of an animation" in page.text
    assert "still" not in Page(media_html.asset(asset_of(moving("GIF")), "a fox", 500)).text


def test_many_frames_are_thinned_and_take_as_long() -> None:
    frames = [Image.new("RGB", (40, 30), (number, 80, 255 - number)) for number in range(200)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=40)
    with Image.open(io.BytesIO(preview(data, 20)[1])) as drawn:
        durations = []
        for number in range(drawn.n_frames):  # type: ignore[attr-defined]
            drawn.seek(number)
            drawn.load()
            durations.append(drawn.info["duration"])
    assert len(durations) <= 50
    assert sum(durations) == pytest.approx(200 * 40, rel=0.02)


def test_what_can_not_be_decoded_has_no_preview() -> None:
    with pytest.raises(InvalidImage):
        preview(jpeg.jpeg()[:60], 100)
