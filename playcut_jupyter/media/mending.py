"""Puts right the data of pictures where browsers do not mind either, so that Pillow decodes them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_NEEDED = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"))
"""The chunks of a PNG that make its pixels; all others are left out."""
_MAX_CHUNKS = 100_000
_SPARE_ZEROS = 64
"""Bytes that libwebp must have left when it has decoded all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Data to decode in place of the original's; `is_cut` if some of the pixels' own are missing."""

    data: bytes
    is_cut: bool = False


def mended(data: bytes) -> Iterator[Attempt]:
    """Give what to decode instead of *data*, the most faithful first."""
    if data.startswith(_PNG):
        yield from _png(data)
    elif data.startswith(b"\xff\xd8"):
        yield from _jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        yield from _webp(data)
    elif data[4:8] == b"ftyp":
        yield from _avif(data)
    else:
        yield Attempt(data, is_cut=True)


def _png(data: bytes) -> Iterator[Attempt]:
    """Give the needed chunks with right checksums, and an end; the first time with the orientation too."""
    needed: list[bytes] = []
    turning = b""  # the chunk that says which side is up
    has_end = False
    position = len(_PNG)
    for _ in range(_MAX_CHUNKS):
        if position + 8 > len(data) or has_end:
            break
        size, name = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + size]
        is_whole = len(content) == size
        if name in _NEEDED and (is_whole or name == b"IDAT"):
            needed.append(_chunk(name, content))
        elif name == b"eXIf" and is_whole and size < 65_536:
            turning = _chunk(name, content)
        has_end = name == b"IEND"
        position += 12 + size
    if not any(chunk[4:8] == b"IDAT" and len(chunk) > 14 for chunk in needed):
        return
    end = _chunk(b"IEND", b"")
    if turning:
        yield Attempt(_PNG + needed[0] + turning + b"".join(needed[1:]) + end)
    yield Attempt(_PNG + b"".join(needed) + end)
    for least in ((b"IHDR", b"PLTE", b"tRNS", b"IDAT"), (b"IHDR", b"PLTE", b"IDAT"), (b"IHDR", b"IDAT")):
        yield Attempt(_PNG + b"".join(chunk for chunk in needed if chunk[4:8] in least) + end)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _jpeg(data: bytes) -> Iterator[Attempt]:
    """Give the data with an end; then without any segment of an application but those that tell its colours."""
    if b"\xff\xda" not in data:
        return
    is_cut = data.find(b"\xff\xd9", data.rfind(b"\xff\xda")) < 0 and data[-1:] != b"\xff"
    yield Attempt(data + b"\xff\xd9", is_cut)
    kept = [data[:2]]
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker, size = struct.unpack_from(">BH", data, position + 1)
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xDA:
            break
        is_of_adobe = marker == 0xEE and size >= 14  # tells the colours
        if is_of_adobe or not (0xE1 <= marker <= 0xEF or marker == 0xFE):
            kept.append(data[position : position + 2 + size])
        position += 2 + size
    yield Attempt(b"".join(kept) + data[position:] + b"\xff\xd9", is_cut)


def _webp(data: bytes) -> Iterator[Attempt]:
    """Give the data with the right size in their head, and zeros for the bytes that are missing."""
    chunks: list[bytes] = []
    position, missing = 12, 0
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        content = data[position + 8 : position + 8 + size]
        missing = size - len(content)
        if missing > len(data):
            return
        if name in (b"VP8 ", b"VP8L") and missing > 0:
            missing += _SPARE_ZEROS
        chunks.append(name + struct.pack("<I", len(content) + missing) + content + bytes(missing + size % 2))
        position += 8 + size + size % 2
    for kept in (None, (b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF"), (b"VP8 ", b"VP8L")):
        body = b"WEBP" + b"".join(chunk for chunk in chunks if kept is None or chunk[:4] in kept)
        yield Attempt(b"RIFF" + struct.pack("<I", len(body)) + body, is_cut=missing > 0)


def _avif(data: bytes) -> Iterator[Attempt]:
    """Give the data under the brands that Pillow knows."""
    for brand in (b"avif", b"avis"):
        yield Attempt(data[:8] + brand + data[12:])
