"""Makes small previews of pictures: upright, in sRGB, with eight bits and alpha; animations move where they fit.

A notebook stores two: the preview that it shows, and a smaller JPEG for documents without HTML.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from playcut_jupyter.media.animations import animated_webp
from playcut_jupyter.media.pictures import decode, is_turned
from playcut_jupyter.media.recognition import mime_type_of

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PREVIEW_BYTES = 95_000
"""The largest preview, bytes; base64 adds a third. With `MAX_PRINT_BYTES` it stays below 200 kB in a notebook."""
MAX_PRINT_BYTES = 45_000
"""The largest JPEG of a single picture for documents without HTML, bytes."""
_PRINT_PX = 800
_NOTEBOOK_PX = 1024
"""Up to this size a preview never has more bytes; a larger one is asked for by who wants all its pixels."""
_QUALITIES = (82, 68, 52, 36)
_UNCHANGED = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""What every front end shows, and so is passed on unchanged if it is small and nothing is wrong with it."""


def preview(data: bytes, longest_px: int) -> tuple[str, bytes]:
    """Return *data*'s picture as (mime type, bytes) with at most *longest_px* on a side, alpha kept.

    A picture that is already small, in pixels and bytes, is returned unchanged. An animation moves in its preview too,
    unless that would be too large.

    Raises:
        InvalidImage: it can't be decoded, not even in part, or has more than `MAX_PIXELS`.
    """
    mime_type = mime_type_of(data)
    decoded = decode(data)
    picture = decoded.picture
    is_small = max(picture.size) <= longest_px and len(data) <= MAX_PREVIEW_BYTES
    if is_small and not decoded.is_mended and _is_shown_everywhere(data, mime_type):
        return mime_type, data
    if getattr(picture, "is_animated", False):
        share = min(1.0, longest_px / 1024)
        first = picture.copy()
        moving = animated_webp(picture, longest_px, int(share * MAX_PREVIEW_BYTES), as_displayed)
        picture = first
        if moving is not None:
            return "image/webp", moving
    picture = reduced(picture, longest_px)
    return "image/webp", _encoded(picture, "WEBP", MAX_PREVIEW_BYTES, may_shrink=longest_px <= _NOTEBOOK_PX)


def print_jpeg(data: bytes) -> bytes:
    """Return *data*'s picture as a JPEG of at most `MAX_PRINT_BYTES`; what is transparent is white."""
    return encode_jpeg(reduced(decode(data).picture, _PRINT_PX), MAX_PRINT_BYTES)


def encode_jpeg(picture: Image, max_bytes: int) -> bytes:
    """Return *picture* as a JPEG of at most *max_bytes*; what is transparent is white."""
    if picture.mode == "RGBA":
        from PIL import Image  # Pillow is heavy, and not needed to submit

        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return _encoded(picture.convert("RGB"), "JPEG", max_bytes, may_shrink=True)


def _encoded(picture: Image, image_format: str, max_bytes: int, *, may_shrink: bool) -> bytes:
    """Return *picture* in the best of the qualities that fits; if none does, in the last, or smaller in pixels too."""
    while True:
        for quality in _QUALITIES:
            out = io.BytesIO()
            picture.save(out, image_format, quality=quality, **({"method": 4} if image_format == "WEBP" else {}))
            if out.tell() <= max_bytes:
                return out.getvalue()
        if not may_shrink or max(picture.size) < 64:
            return out.getvalue()
        picture = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))


def _is_shown_everywhere(data: bytes, mime_type: str) -> bool:
    """Return True if every browser shows *data* as they are, and shows them alike."""
    if mime_type == "image/webp" and int.from_bytes(data[4:8], "little") > len(data) - 8:
        return False  # Chromium waits for the rest
    return mime_type in _UNCHANGED and not is_turned(data)


def reduced(picture: Image, longest_px: int) -> Image:
    """Return *picture* as it is displayed, with at most *longest_px* on a side."""
    if picture.mode in ("RGB", "RGBA", "L", "CMYK") and max(picture.size) > longest_px:
        # Colours are converted faster when there are fewer of them.
        profile = picture.info.get("icc_profile")
        picture.thumbnail((longest_px, longest_px))
        picture.info["icc_profile"] = profile
    picture = as_displayed(picture)
    picture.thumbnail((longest_px, longest_px))
    return picture


def as_displayed(picture: Image) -> Image:
    """Return *picture* in sRGB, with eight bits per channel and its alpha channel."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "RGB"
    profile = picture.info.get("icc_profile")
    if profile:
        # A profile that can't be read, or is one for other channels, says nothing: as in a browser.
        with suppress(Exception):
            return _in_srgb(picture, profile, mode)
    return picture.convert(mode)


def _in_srgb(picture: Image, profile: Any, mode: str) -> Image:
    from PIL import ImageCms  # of Pillow, which is heavy

    if picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        picture = picture.convert(mode)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(
        picture,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGBA" if picture.mode == "RGBA" else "RGB",
    )
    if converted is None:  # it would have been converted in place
        return picture.convert(mode)
    return converted.convert(mode)
