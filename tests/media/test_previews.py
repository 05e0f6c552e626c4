"""Pictures made small enough for a notebook."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from playcut_jupyter.media import inspect, preview, print_jpeg
from playcut_jupyter.sandbox import media as drawn
from tests.media.samples import detailed, picture


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
    Image.effect_noise((400, 400), 100).save(out, "PNG")
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
    whole = drawn.picture("a red fox in tall grass", aspect_ratio="4:1", image_size="4K").data
    assert inspect(whole).width == 4096
    assert both(whole) <= 195_000


def test_a_picture_of_noise_adds_no_more() -> None:
    out = io.BytesIO()
    Image.effect_noise((1100, 800), 100).convert("RGB").save(out, "PNG")
    assert both(out.getvalue()) <= 195_000


def both(data: bytes) -> float:
    """Return the size of the preview, and of the picture for documents without HTML, as they are in a notebook."""
    shown = preview(data, 1024)[1]
    return (len(shown) + len(print_jpeg(shown))) * 4 / 3


def test_what_is_transparent_is_white_in_documents_without_html() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(print_jpeg(out.getvalue()))) as printed:
        assert printed.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_full_of_detail_adds_at_most_200_kb_to_a_notebook() -> None:
    out = io.BytesIO()
    detailed(1200).save(out, "JPEG", quality=92)
    assert len(preview(out.getvalue(), 1024)[1]) * 4 / 3 <= 200_000
