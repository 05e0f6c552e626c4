"""Decodes pictures, those too that are cut or have damaged metadata, as browsers do.

A picture is decoded as it is first. If Pillow refuses it, its data are put right where a browser does not mind either:
a PNG keeps only the chunks that its pixels need, an end is added to a JPEG, and so on. What is decoded up to a cut is
shown up to there. Pillow's switch for cut files is global to the process, and so never used.
"""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playcut_jupyter.media.mending import mended

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 120_000_000
"""A picture with more pixels is not decoded; an 8K picture has 33 million."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "ICO")
_ORIENTATION = 0x112

_warnings_lock = threading.Lock()


def _renew_lock() -> None:
    """Replace the lock in a forked child, because another thread of the parent may have held it."""
    global _warnings_lock
    _warnings_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class InvalidImage(Exception):
    """The bytes are no picture that can be decoded, even in part, or it has too many pixels.

    Attributes:
        size: width and height in pixels, where the head of the picture tells.
    """

    def __init__(self, reason: str, size: tuple[int, int] | None = None) -> None:
        super().__init__(reason)
        self.size = size


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture, upright.

    Attributes:
        picture: its pixels.
        remark: why not all of it can be shown: a clause; None if it can.
        is_mended: something in its data had to be put right.
    """

    picture: Image
    remark: str | None = None
    is_mended: bool = False


def decode_image(data: bytes) -> Image:
    """Return the picture, decoded and upright; checks the size before it decodes any pixel.

    Raises:
        InvalidImage: it can't be decoded, not even in part, or has more than `MAX_PIXELS`.
    """
    return decode(data).picture


def decode(data: bytes) -> Decoded:
    """Return the picture and what is wrong with it.

    Raises:
        InvalidImage: as for `decode_image`.
    """
    try:
        return Decoded(_upright(_loaded(data)))
    except InvalidImage as error:
        failure = error
    if failure.size and failure.size[0] * failure.size[1] > MAX_PIXELS:
        raise failure
    for attempt in mended(data):
        # What decodes wholly once it is put right has nothing wrong that could be seen.
        with suppress(InvalidImage):
            remark = "it ends too early" if attempt.is_cut else None
            return Decoded(_upright(_loaded(attempt.data)), remark, is_mended=True)
    for attempt in mended(data):
        with suppress(InvalidImage):
            picture = _upright(_loaded(attempt.data, in_part=True))
            return Decoded(picture, "it is cut or damaged: only a part can be shown", is_mended=True)
    raise failure


def _loaded(data: bytes, *, in_part: bool = False) -> Image:
    """Return a picture with its pixels; if *in_part*, also one that can be decoded up to some place only."""
    picture = opened_image(data)
    try:
        picture.load()
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise almost anything on hostile bytes
        if in_part:
            picture.tile = []  # type: ignore[attr-defined]  # the rows that are decoded are all there is to come
            with suppress(Exception):
                picture.load()
                if picture.convert("RGBA").getbbox() is not None:
                    return picture
        raise InvalidImage(f"it can't be decoded ({type(error).__name__})", picture.size) from None
    return picture


def opened_image(data: bytes) -> Image:
    """Return a picture whose head is read and whose size is checked, not yet its pixels.

    Raises:
        InvalidImage: it can't be read, or has more than `MAX_PIXELS`.
    """
    from PIL import Image, UnidentifiedImageError  # Pillow is heavy, and not needed to submit

    try:
        with _no_warnings():
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError:
        raise InvalidImage("it can't be read as a picture") from None
    except Image.DecompressionBombError:
        raise InvalidImage("it has too many pixels") from None
    except Exception as error:  # noqa: BLE001 - as above
        raise InvalidImage(f"it can't be decoded ({type(error).__name__})") from None
    if picture.width * picture.height > MAX_PIXELS:
        raise InvalidImage(f"{picture.width} x {picture.height} pixels are more than the maximum", picture.size)
    return picture


def _upright(picture: Image) -> Image:
    """Return *picture* turned as its EXIF data ask; unreadable ones ask for nothing."""
    from PIL import ImageOps  # Pillow is heavy, and not needed to submit

    with suppress(Exception), _no_warnings():
        if picture.getexif().get(_ORIENTATION, 1) in range(2, 9):
            ImageOps.exif_transpose(picture, in_place=True)
    return picture


def is_turned(data: bytes) -> bool:
    """Return True if the pixels of *data* are stored in another orientation than they are seen in."""
    with suppress(Exception):
        picture = opened_image(data)
        with _no_warnings():
            return picture.getexif().get(_ORIENTATION, 1) in range(2, 9)
    return False


@contextmanager
def _no_warnings() -> Iterator[None]:
    # Warning filters are global to the process: two threads here would restore each other's.
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
