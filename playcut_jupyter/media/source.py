"""Random access to a file or to bytes, so that a large clip is never read as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class Source:
    """Bytes that are somewhere; reading beyond their end gives fewer, or none."""

    def __init__(self, content: bytes | BinaryIO, start: int = 0) -> None:
        self._content = content
        self._start = start
        self.size = (len(content) if isinstance(content, bytes) else os.fstat(content.fileno()).st_size) - start

    def read(self, start: int, count: int) -> bytes:
        """Return up to *count* bytes from *start*."""
        if start < 0 or count <= 0 or start >= self.size:
            return b""
        start += self._start
        if isinstance(self._content, bytes):
            return self._content[start : start + count]
        self._content.seek(start)
        return self._content.read(count)

    def all(self) -> bytes:
        """Return everything; for pictures."""
        return self._content if isinstance(self._content, bytes) and not self._start else self.read(0, self.size)

    def behind(self, start: int) -> Source:
        """Return what comes from *start*, as if it were all."""
        return Source(self._content, self._start + start)


@contextmanager
def open_source(source: Path | bytes) -> Iterator[Source]:
    """Open a file, or bytes as if they were one.

    Raises:
        OSError: the file can't be read.
    """
    if isinstance(source, bytes):
        yield Source(source)
        return
    with source.open("rb") as file:
        yield Source(file)
