"""WebM and Matroska, which differ by the type of document in their EBML head."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from playcut_jupyter.media.source import Source
from playcut_jupyter.media.types import MediaInfo, sensible

MAGIC = b"\x1aE\xdf\xa3"
_SEGMENT, _INFO, _TRACKS, _TRACK, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675
_DOC_TYPE, _TIMESCALE, _DURATION = 0x4282, 0x2AD7B1, 0x4489
_TRACK_TYPE, _VIDEO, _WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _UNIT = (
    0x83,
    0xE0,
    0xB0,
    0xBA,
    0x54B0,
    0x54BA,
    0x54B2,
)
_MAX_ELEMENTS = 5_000
"""Elements that are looked at in one place; what the head tells stands among the first."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its id, and where its content starts and ends."""

    name: int
    start: int
    end: int


def _elements(source: Source, start: int, end: int) -> Iterator[Element]:
    """Give the elements between two places; one of unknown size is the last, and goes on to the end."""
    for _ in range(_MAX_ELEMENTS):
        head = source.read(start, 12)
        if start >= end or len(head) < 2:
            return
        width = 9 - head[0].bit_length()
        if width > 4 or len(head) <= width:
            return
        size_width = 9 - head[width].bit_length()
        if size_width > 8 or len(head) < width + size_width:
            return
        name = int.from_bytes(head[:width], "big")
        size = int.from_bytes(head[width : width + size_width], "big") & ((1 << 7 * size_width) - 1)
        content = start + width + size_width
        is_unknown = size == (1 << 7 * size_width) - 1
        stop = end if is_unknown else min(content + size, end)
        yield Element(name, content, stop)
        start = stop


def _content(source: Source, element: Element) -> bytes:
    return source.read(element.start, min(element.end - element.start, 64))


def _number(source: Source, element: Element) -> int:
    return int.from_bytes(_content(source, element)[:8], "big")


def info(source: Source) -> MediaInfo:
    """Return the type, size and duration of an EBML file."""
    document, segment = "", None
    for element in _elements(source, 0, source.size):
        if element.name == 0x1A45DFA3:
            document = _document_type(source, element)
        elif element.name == _SEGMENT:
            segment = element
            break
    if segment is None:
        return MediaInfo(f"video/{'x-matroska' if document == 'matroska' else 'webm'}", remark="it has no segment")
    duration_s, kinds, size = _segment_facts(source, segment)
    family = "audio" if kinds and 1 not in kinds else "video"
    mime_type = f"{family}/{'webm' if document == 'webm' else 'x-matroska'}"
    return MediaInfo(mime_type, *size, duration_s, None if kinds else "it has no track")


def _document_type(source: Source, head: Element) -> str:
    """Return the type of document; "" where the head has none, which means Matroska."""
    for element in _elements(source, head.start, head.end):
        if element.name == _DOC_TYPE:
            return _content(source, element).rstrip(b"\0").decode("latin-1").lower()
    return ""


def _segment_facts(source: Source, segment: Element) -> tuple[float | None, set[int], tuple[int | None, int | None]]:
    """Return the duration, the kinds of the tracks (1 is video, 2 is sound) and the size."""
    duration_s: float | None = None
    kinds: set[int] = set()
    size: tuple[int | None, int | None] = (None, None)
    for element in _elements(source, segment.start, segment.end):
        if element.name == _INFO:
            duration_s = _duration(source, element)
        elif element.name == _TRACKS:
            for track in _elements(source, element.start, element.end):
                if track.name == _TRACK:
                    kind, track_size = _track(source, track)
                    kinds.add(kind)
                    size = track_size if kind == 1 and size == (None, None) else size
        elif element.name == _CLUSTER and kinds:
            break
    return duration_s, kinds, size


def _duration(source: Source, head: Element) -> float | None:
    scale, units = 1_000_000, 0.0
    for element in _elements(source, head.start, head.end):
        content = _content(source, element)
        if element.name == _TIMESCALE:
            scale = _number(source, element)
        elif element.name == _DURATION and len(content) in (4, 8):
            (units,) = struct.unpack(">f" if len(content) == 4 else ">d", content)
    return sensible(units * scale / 1e9)


def _track(source: Source, track: Element) -> tuple[int, tuple[int | None, int | None]]:
    kind, found = 0, {}
    for element in _elements(source, track.start, track.end):
        if element.name == _TRACK_TYPE:
            kind = _number(source, element)
        elif element.name == _VIDEO:
            found = {part.name: _number(source, part) for part in _elements(source, element.start, element.end)}
    in_pixels = found.get(_UNIT, 0) == 0 and _SHOWN_WIDTH in found and _SHOWN_HEIGHT in found
    width = found.get(_SHOWN_WIDTH if in_pixels else _WIDTH, 0)
    height = found.get(_SHOWN_HEIGHT if in_pixels else _HEIGHT, 0)
    return kind, (width, height) if 0 < width < 2**31 and 0 < height < 2**31 else (None, None)
