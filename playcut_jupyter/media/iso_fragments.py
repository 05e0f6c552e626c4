"""How long a fragmented MP4 is, from its fragments, where its index does not say."""

from __future__ import annotations

import struct

from playcut_jupyter.media.iso_boxes import Box, boxes
from playcut_jupyter.media.source import Source

_MAX_RUN = 1_000_000
"""Bytes of one fragment's table that are read."""


def fragments_duration(source: Source, timescale: int) -> float | None:
    """Return the seconds of all fragments; None if they do not tell.

    Args:
        source: the file.
        timescale: units per second of the first track.
    """
    if not timescale:
        return None
    defaults = _defaults(source)
    tracks: dict[int, int] = {}
    first = 0
    for box in boxes(source, 0, source.size):
        if box.name != b"moof":
            continue
        for part in boxes(source, box.start, box.end):
            if part.name == b"traf":
                track, units = _fragment(source, part, defaults)
                if units is None:
                    return None
                first = first or track
                tracks[track] = tracks.get(track, 0) + units
    return tracks[first] / timescale if first else None


def _defaults(source: Source) -> dict[int, int]:
    """Return the default duration of a sample by track (`trex`)."""
    found: dict[int, int] = {}
    for box in boxes(source, 0, source.size):
        if box.name == b"moov":
            for inner in boxes(source, box.start, box.end):
                for trex in boxes(source, inner.start, inner.end) if inner.name == b"mvex" else ():
                    content = source.read(trex.start, 24)
                    if trex.name == b"trex" and len(content) == 24:
                        track, _, duration = struct.unpack_from(">III", content, 4)
                        found[track] = duration
            break
    return found


def _fragment(source: Source, traf: Box, defaults: dict[int, int]) -> tuple[int, int | None]:
    """Return the track of a fragment and its duration, in the track's units."""
    track, default, total = 0, 0, 0
    for box in boxes(source, traf.start, traf.end):
        content = source.read(box.start, min(box.end - box.start, _MAX_RUN))
        if len(content) < 8:
            continue
        (flags,) = struct.unpack_from(">I", content)
        flags &= 0xFFFFFF
        if box.name == b"tfhd":
            (track,) = struct.unpack_from(">I", content, 4)
            default = defaults.get(track, 0)
            at = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
            if flags & 0x8 and len(content) >= at + 4:
                (default,) = struct.unpack_from(">I", content, at)
        elif box.name == b"trun":
            units = _run(content, flags, default)
            if units is None:
                return track, None
            total += units
    return track, total


def _run(content: bytes, flags: int, default: int) -> int | None:
    (count,) = struct.unpack_from(">I", content, 4)
    if not flags & 0x100:
        return count * default if default else None
    width = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    start = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    if start + count * width > len(content):
        return None
    return sum(int.from_bytes(content[at : at + 4], "big") for at in range(start, start + count * width, width))
