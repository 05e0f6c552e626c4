"""Ogg: Opus, Vorbis and FLAC, which browsers play, and what they do not."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from playcut_jupyter.media.source import Source
from playcut_jupyter.media.types import MediaInfo, sensible

MAGIC = b"OggS"
_MAX_STREAMS = 16
_TAIL = 150_000
"""Bytes at the end that are searched for the last page; a page has at most 65,307."""
_NO_GRANULE = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its flags, the samples so far, its stream, and the start of its content."""

    flags: int
    granule: int
    serial: int
    content: bytes


def info(source: Source) -> MediaInfo:
    """Return the type and duration of an Ogg file."""
    streams = list(_first_pages(source))
    if any(page.content[:7] == b"\x80theora" or page.content[:5] == b"OVP80" for page in streams):
        return MediaInfo("video/ogg")
    for page in streams:
        rate, skipped = _rate(page.content)
        if rate:
            return MediaInfo("audio/ogg", duration_s=sensible(_duration(source, streams, page.serial, rate, skipped)))
    return MediaInfo("audio/ogg", remark="browsers do not play its codec" if streams else "it holds no stream")


def _rate(packet: bytes) -> tuple[int, int]:
    """Return a stream's samples per second and how many of the first are not played; (0, 0) for a foreign codec."""
    if packet[:8] == b"OpusHead" and len(packet) >= 12:
        return 48_000, struct.unpack_from("<H", packet, 10)[0]
    if packet[:7] == b"\x01vorbis" and len(packet) >= 16:
        return struct.unpack_from("<I", packet, 12)[0], 0
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 30:
        return int.from_bytes(packet[27:30], "big") >> 4, 0
    return 0, 0


def _first_pages(source: Source) -> Iterator[Page]:
    """Give the first page of each stream, which all stand in front."""
    start = 0
    for _ in range(_MAX_STREAMS):
        head = source.read(start, 27 + 255)
        page = _page(head, 0)
        if page is None or not page.flags & 2:
            return
        table = head[27 : 27 + head[26]]
        start += 27 + head[26]
        yield Page(page.flags, page.granule, page.serial, source.read(start, min(sum(table), 64)))
        start += sum(table)


def _page(data: bytes, at: int) -> Page | None:
    if data[at : at + 4] != MAGIC or len(data) < at + 27:
        return None
    flags, granule, serial = struct.unpack_from("<BQI", data, at + 5)
    return Page(flags, granule, serial, b"")


def _duration(source: Source, streams: list[Page], serial: int, rate: int, skipped: int) -> float | None:
    """Return the seconds up to the last page; None for a stream that was joined late, or several in a row."""
    tail = source.read(max(0, source.size - _TAIL), _TAIL)
    known = {page.serial for page in streams}
    if _beginnings(tail) > (len(streams) if len(tail) == source.size else 0):
        return None  # another stream follows
    at = len(tail)
    while (at := tail.rfind(MAGIC, 0, at)) >= 0:
        page = _page(tail, at)
        if page is None:
            continue
        if page.serial not in known:
            return None
        if page.serial == serial and page.granule != _NO_GRANULE:
            return None if _starts_late(source, serial, rate) else (page.granule - skipped) / rate
    return None


def _beginnings(data: bytes) -> int:
    """Return how many streams begin in *data*."""
    pages = (_page(data, at) for at in _places(data))
    return sum(page is not None and bool(page.flags & 2) for page in pages)


def _places(data: bytes) -> Iterator[int]:
    at = -1
    while (at := data.find(MAGIC, at + 1)) >= 0:
        yield at


def _starts_late(source: Source, serial: int, rate: int) -> bool:
    """Return True if the first samples are not near the beginning: a recording of a stream that ran already."""
    head = source.read(0, _TAIL)
    for at in _places(head):
        page = _page(head, at)
        if page is not None and page.serial == serial and page.granule not in (0, _NO_GRANULE):
            return page.granule > 10 * rate and len(head) < page.granule / rate * 100_000
    return False
