"""Makes small previews of pictures: upright, in sRGB, with eight bits and alpha; animations move where they fit."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from playcut_jupyter.media.animations import animated_webp
from playcut_jupyter.media.pictures import decode, is_turned
from playcut_jupyter.media.recognition import mime_type_of

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PREVIEW_BYTES = 140_000
"""The target size of a preview, bytes, within the acceptable qualities; base64 adds a third."""
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
    is_small = max(picture.size) <= longest_px and len(data) <= 150_000
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
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=4)
        if out.tell() <= MAX_PREVIEW_BYTES:
            break
    return "image/webp", out.getvalue()


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
