"""Animations: whether a picture is one, and smaller ones of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from playcut_jupyter.media.pictures import InvalidImage, opened_image

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_FRAMES = 48
"""Frames of a preview; of more, some are left out, and the others stay longer."""
_MAX_DECODED_PIXELS = 400_000_000
"""Pixels of all frames together, beyond which an animation is not decoded for its preview."""
_SHARES = (1.0, 0.6, 0.35)
"""Sizes that are tried, as shares of the one wanted."""
_QUALITY = 60
_USUAL_MS = 100


def is_animation(data: bytes) -> bool:
    """Return True if a picture has several frames."""
    try:
        return bool(getattr(opened_image(data), "is_animated", False))
    except InvalidImage:
        return False
    except Exception:  # noqa: BLE001 - Pillow looks for a second frame, and raises almost anything on hostile bytes
        return False


def animated_webp(
    picture: Image, longest_px: int, max_bytes: int, as_displayed: Callable[[Image], Image]
) -> bytes | None:
    """Return a small moving WebP; None if none is small enough, or no second frame can be decoded.

    Args:
        picture: the animation; left at any of its frames.
        longest_px: the longest side, pixels; less if that makes it fit.
        max_bytes: the most bytes.
        as_displayed: brings a frame into the colours of a display.
    """
    if getattr(picture, "n_frames", 1) * picture.width * picture.height > _MAX_DECODED_PIXELS:
        return None
    frames: list[tuple[Image, int]] = []
    with suppress(Exception):  # what is cut moves up to there
        frames.extend(_frames(picture, longest_px, as_displayed))
    if len(frames) < 2:
        return None
    for share in _SHARES:
        images = [_smaller(image, share) for image, _ in frames]
        out = io.BytesIO()
        images[0].save(
            out,
            "WEBP",
            save_all=True,
            append_images=images[1:],
            duration=[milliseconds for _, milliseconds in frames],
            loop=picture.info.get("loop", 0),
            quality=_QUALITY,
            method=2,
        )
        if out.tell() <= max_bytes:
            return out.getvalue()
        if out.tell() * (_SHARES[-1] / share) ** 2 > max_bytes:
            break  # not even the smallest would fit
    return None


def _frames(picture: Image, longest_px: int, as_displayed: Callable[[Image], Image]) -> Iterator[tuple[Image, int]]:
    """Give the frames, small, and how long each stays, in milliseconds."""
    count = int(getattr(picture, "n_frames", 1))
    step = -(-count // _MAX_FRAMES)
    kept: Image | None = None
    stays = 0
    for number in range(count):
        picture.seek(number)
        duration = int(picture.info.get("duration") or _USUAL_MS)
        if number % step == 0:
            if kept is not None:
                yield kept, stays
            kept, stays = as_displayed(picture.copy()), 0
            kept.thumbnail((longest_px, longest_px))
        stays += min(duration, 60_000)
    if kept is not None:
        yield kept, stays


def _smaller(image: Image, share: float) -> Image:
    return image if share == 1 else image.resize((max(1, int(image.width * share)), max(1, int(image.height * share))))
