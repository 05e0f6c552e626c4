"""Small pictures of assets, kept in memory: an original is read and decoded once for each size that is shown."""

from __future__ import annotations

from functools import lru_cache

from playcut_jupyter import media
from playcut_jupyter.library.records import AssetRecord

POSTER_PX = 640
"""The longest side of a poster frame, pixels."""
_KEPT = 512
"""How many are kept. Those of a large grid take some 10 kB each, a whole preview up to 140 kB."""


@lru_cache(_KEPT)
def preview(record: AssetRecord, longest_px: int) -> tuple[str, bytes]:
    """Return a picture as (mime type, bytes), with at most *longest_px* pixels on a side.

    Raises:
        AssetUnavailable: the file is gone from the library.
        InvalidImage: it is damaged, or no picture.
    """
    return media.preview(record.read(), longest_px)


@lru_cache(_KEPT)
def poster_frame(record: AssetRecord, longest_px: int) -> bytes | None:
    """Return a clip's first frame as WebP, with at most *longest_px* pixels (`POSTER_PX`) on a side.

    None for anything but a clip, for one that can't be decoded, and where PyAV is not installed.

    Raises:
        AssetUnavailable: the file is gone from the library.
    """
    return media.poster_frame(record.read(), min(POSTER_PX, longest_px)) if record.kind == "video" else None
