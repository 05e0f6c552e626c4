"""The boxes that ISO base media files are made of."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from playcut_jupyter.media.source import Source

_MAX_BOXES = 20_000
"""Boxes that are looked at in one place; a clip of hours in fragments has some thousands."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its name, and where its content starts and ends."""

    name: bytes
    start: int
    end: int


def boxes(source: Source, start: int, end: int) -> Iterator[Box]:
    """Give the boxes between two places; ends at one that can't be right."""
    for _ in range(_MAX_BOXES):
        head = source.read(start, 16)
        if start + 8 > end or len(head) < 8:
            return
        size, name = struct.unpack_from(">I4s", head)
        content = start + 8
        if size == 1:
            if len(head) < 16:
                return
            (size,) = struct.unpack_from(">Q", head, 8)
            content += 8
        stop = end if size == 0 else start + size
        if stop < content:
            return
        yield Box(name, content, min(stop, end))
        start = stop
