"""WAV, AIFF and FLAC: what their heads tell of their samples."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from playcut_jupyter.media.source import Source
from playcut_jupyter.media.types import MediaInfo, sensible

_MAX_CHUNKS = 1_000
_PCM, _FLOAT, _A_LAW, _MU_LAW, _MP3, _EXTENSIBLE = 1, 3, 6, 7, 0x55, 0xFFFE
_PLAYED = (_PCM, _FLOAT, _A_LAW, _MU_LAW, _MP3)
_OF_SAMPLES = (_PCM, _FLOAT, _A_LAW, _MU_LAW)
"""Formats in which each sample takes its place, so that their size tells the time, whatever the head claims."""
_STREAMED = (0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Sizes that writers leave where they could not know them."""


def _chunks(source: Source, start: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Give the name, the place and the declared size of each chunk."""
    for _ in range(_MAX_CHUNKS):
        head = source.read(start, 8)
        if len(head) < 8:
            return
        name, size = struct.unpack(f"{order}4sI", head)
        yield name, start + 8, size
        start += 8 + size + size % 2


def wav(source: Source) -> MediaInfo:
    """Return the duration of a WAV file."""
    tag, byte_rate, samples, rate, bits = 0, 0, 0, 0, 0
    large_size = 0
    for name, at, size in _chunks(source, 12, "<"):
        content = source.read(at, min(size, 40))
        if name == b"ds64" and len(content) >= 24:
            large_size = struct.unpack_from("<Q", content, 8)[0]
        elif name == b"fmt " and len(content) >= 16:
            tag, _, rate, byte_rate, block, bits = struct.unpack_from("<HHIIHH", content)
            if tag == _EXTENSIBLE and len(content) >= 26:
                (tag,) = struct.unpack_from("<H", content, 24)
            if tag in _OF_SAMPLES:
                byte_rate = rate * block
        elif name == b"fact" and len(content) >= 4:
            (samples,) = struct.unpack_from("<I", content)
        elif name == b"data":
            left = source.size - at
            known = large_size or (0 if size in _STREAMED else size)
            length = min(known, left) if known else left
            return MediaInfo(
                "audio/wav", duration_s=_wav_duration(tag, length, byte_rate, samples, rate), remark=_remark(tag, bits)
            )
    return MediaInfo("audio/wav", remark="it has no samples")


def _wav_duration(tag: int, length: int, byte_rate: int, samples: int, rate: int) -> float | None:
    if tag not in _OF_SAMPLES and samples and rate and samples != 0xFFFFFFFF:
        return sensible(samples / rate)
    return sensible(length / byte_rate) if byte_rate else None


def _remark(tag: int, bits: int) -> str | None:
    if tag in _PLAYED and bits <= 32:
        return None
    return f"browsers do not play its codec (0x{tag:04x}, {bits} bits)"


def aiff(source: Source) -> MediaInfo:
    """Return the duration of an AIFF or AIFF-C file."""
    for name, at, size in _chunks(source, 12, ">"):
        content = source.read(at, min(size, 18))
        if name == b"COMM" and len(content) == 18:
            frames = struct.unpack_from(">I", content, 2)[0]
            exponent, mantissa = struct.unpack_from(">HQ", content, 8)
            # An 80-bit float; no rate of samples needs a larger exponent.
            rate = mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63) if (exponent & 0x7FFF) < 16_500 else 0.0
            return MediaInfo("audio/aiff", duration_s=sensible(frames / rate) if rate > 1 else None)
    return MediaInfo("audio/aiff")


def flac(source: Source) -> MediaInfo:
    """Return the duration of a FLAC file; None where its encoder could not know it."""
    head = source.read(0, 26)
    if len(head) < 26:
        return MediaInfo("audio/flac", remark="it has no samples")
    packed = int.from_bytes(head[18:26], "big")
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    return MediaInfo("audio/flac", duration_s=sensible(samples / rate) if rate else None)
