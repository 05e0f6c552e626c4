"""Small pictures of assets, cached in memory: an original is read and decoded once for each size.

The still of a clip and the waveform of a long sound are kept beside the original too, because these are large and
their decoder is slow to start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from playcut_jupyter import media
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import poster_path, print_path, waveform_path, write_whole

POSTER_PX = 640
"""The longest side of a poster frame, pixels."""
_KEPT_FROM_BYTES = 1_000_000
"""The waveform of a smaller sound is drawn anew in each kernel, in some milliseconds."""
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
    still = _still(record)
    return still if still is None or longest_px >= POSTER_PX else media.smaller_still(still, longest_px)


@lru_cache(_CACHE_SIZE)
def _still(record: AssetRecord) -> bytes | None:
    if record.path is None or not record.is_whole:
        return media.poster_frame(record.read(), POSTER_PX)
    path = record.path

    def make() -> bytes | None:
        try:
            return media.poster_frame(path, POSTER_PX)
        except OSError:
            record.read()  # raises the error that tells what to do
            raise

    return _kept(poster_path(path), make)


@lru_cache(_CACHE_SIZE)
def waveform(record: AssetRecord) -> bytes | None:
    """Return the picture of a sound as PNG: its waveform, or a plain sign with its length if it can't be decoded.

    None if the asset is not a sound.

    Raises:
        AssetUnavailable: the file is gone from the library.
    """
    if not record.mime_type.startswith("audio/"):
        return None
    if record.path is None or not record.is_whole or record.size_bytes < _KEPT_FROM_BYTES:
        made = media.waveform(record.read(), record.duration_s)
    else:
        path = record.path
        made = _kept(waveform_path(path), lambda: media.waveform(path, record.duration_s))
    return made or media.sound_sign(record.duration_s)


def stand_in(record: AssetRecord, longest_px: int) -> tuple[str, bytes] | None:
    """Return the picture that stands for a clip or a sound as (mime type, bytes): its first frame, or its waveform.

    None if there is none.

    Raises:
        AssetUnavailable: the file is gone from the library.
    """
    frame = poster_frame(record, longest_px)
    if frame is not None:
        return "image/webp", frame
    drawn = waveform(record)
    return ("image/png", drawn) if drawn is not None else None


def _kept(path: Path, make: Callable[[], bytes | None]) -> bytes | None:
    """Return what is kept at *path*; where nothing is, make it and keep it."""
    with suppress(OSError):
        return path.read_bytes()
    made = make()
    if made is not None:
        with suppress(OSError):  # a library that can't be written: it is made again in the next kernel
            write_whole(path, made, durable=False)
    return made


def print_picture(records: Iterable[AssetRecord], longest_px: int) -> bytes | None:
    """Return the first picture, poster frame or waveform as a JPEG for documents without HTML; None if there is none.

    Args:
        records: the assets of one generation.
        longest_px: the size of the preview that is shown beside it, which is in the cache.
    """
    for record in records:
        try:
            return _print_jpeg(record, longest_px)
        except Exception:  # noqa: BLE001, S112 - no picture, gone, or anything that Pillow raises: the HTML says so
            continue
    return None


@lru_cache(_CACHE_SIZE)
def _print_jpeg(record: AssetRecord, longest_px: int) -> bytes:
    if record.kind == "image":
        return media.print_jpeg(preview(record, longest_px)[1])
    _, still = stand_in(record, POSTER_PX) or ("", b"")
    if record.mime_type.startswith("audio/") or record.path is None or not record.is_whole:
        return media.print_jpeg(still)
    # Kept, as the still is: another kernel draws the clip without loading Pillow.
    return _kept(print_path(record.path), lambda: media.print_jpeg(still)) or b""
