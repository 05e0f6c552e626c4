"""Small pictures of assets, cached in memory: an original is read and decoded once for each size."""

from __future__ import annotations

from functools import lru_cache

from playcut_jupyter import media
from playcut_jupyter.library.records import AssetRecord

POSTER_PX = 640
"""The longest side of a poster frame, pixels."""
_CACHE_SIZE = 512
"""Pictures in each cache. A picture of a large grid takes some 10 kB, a full preview up to 140 kB."""


@lru_cache(_CACHE_SIZE)
def preview(record: AssetRecord, longest_px: int) -> tuple[str, bytes]:
    """Return a picture as (mime type, bytes), with at most *longest_px* pixels on a side.

    Raises:
        AssetUnavailable: the file is gone from the library.
        InvalidImage: it is damaged, or not a picture.
    """
    return media.preview(record.read(), longest_px)


@lru_cache(_CACHE_SIZE)
def is_still(record: AssetRecord, longest_px: int) -> bool:
    """Return True if a picture moves and its preview of this size does not."""
    return media.is_animation(record.read()) and not media.is_animation(preview(record, longest_px)[1])


@lru_cache(_CACHE_SIZE)
def poster_frame(record: AssetRecord, longest_px: int) -> bytes | None:
    """Return a clip's first frame as WebP, with at most *longest_px* pixels (`POSTER_PX`) on a side.

    None if the asset is not a clip, if it can't be decoded, or if PyAV is not installed.

    Raises:
        AssetUnavailable: the file is gone from the library.
    """
    if not record.mime_type.startswith("video/"):
        return None
    if record.path is None:
        return media.poster_frame(record.read(), min(POSTER_PX, longest_px))
    try:
        return media.poster_frame(record.path, min(POSTER_PX, longest_px))
    except OSError:
        record.read()  # raises the error that tells what to do
        raise
