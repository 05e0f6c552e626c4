"""MPEG audio (MP3, MP2) and AAC in ADTS: naked frames, behind tags, zeros or the end of another frame."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from playcut_jupyter.media.source import Source
from playcut_jupyter.media.types import MediaInfo, sensible

_MAX_TAGS = 16
_MAX_SEARCH = 65_536
"""Bytes behind the tags that are searched for the first frame."""
_CHAIN = 4
"""Frames in a row that are proof enough."""
_MAX_FRAMES = 100_000
"""Frames that are counted: some forty minutes, and at most a second of work."""
_SAME_RATE = 200
"""Frames of one bit rate that make it constant."""

# Bit rates in kbit/s by (MPEG-1?, layer); the last index is reserved.
_BIT_RATES = {
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_AAC_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)


@dataclass(frozen=True, slots=True)
class Frame:
    """The header of one frame.

    Attributes:
        mime_type: audio/mpeg, audio/mp2 or audio/aac.
        rate: samples per second.
        samples: how many it holds.
        size: bytes.
        bit_rate: bits per second; 0 for AAC, where it varies.
        side_bytes: what stands before an encoder's own header in the first frame.
    """

    mime_type: str
    rate: int
    samples: int
    size: int
    bit_rate: int = 0
    side_bytes: int = 0

    def is_like(self, other: Frame | None) -> bool:
        """Return True if both can be of one sound."""
        return other is not None and (self.mime_type, self.rate) == (other.mime_type, other.rate)


def frame_of(head: bytes) -> Frame | None:
    """Return the frame that four (for AAC six) bytes begin; None if they begin none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return _adts(head)
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    index, rate_index = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer not in (2, 3) or not 0 < index < 15 or rate_index == 3:
        return None
    is_first = version == 3
    rate, bit_rate = _RATES[version][rate_index], 1000 * _BIT_RATES[is_first, layer][index]
    samples = 1152 if is_first or layer == 2 else 576
    size = samples // 8 * bit_rate // rate + (head[2] >> 1 & 1)
    is_mono = head[3] >> 6 == 3
    side_bytes = (17 if is_mono else 32) if is_first else (9 if is_mono else 17)
    return Frame("audio/mpeg" if layer == 3 else "audio/mp2", rate, samples, size, bit_rate, side_bytes)


def _adts(head: bytes) -> Frame | None:
    rate_index = head[2] >> 2 & 15
    if rate_index >= len(_AAC_RATES):
        return None
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 if len(head) >= 6 else 0
    return Frame("audio/aac", _AAC_RATES[rate_index], 1024, size) if size > 7 or size == 0 else None


def behind_tags(source: Source) -> int:
    """Return where the tags in front (ID3v2, APE) end, and zeros that follow them."""
    start = 0
    for _ in range(_MAX_TAGS):
        head = source.read(start, 32)
        if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
            size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
            start += 10 + size + (10 if head[5] & 0x10 else 0)
        elif head[:8] == b"APETAGEX" and len(head) == 32:
            start += 32 + int.from_bytes(head[12:16], "little")
        elif start and head[:1] == b"\0":
            rest = source.read(start, _MAX_SEARCH)
            if not rest.strip(b"\0"):
                break
            start += len(rest) - len(rest.lstrip(b"\0"))
        else:
            break
    return start


def find_frames(source: Source, start: int) -> int | None:
    """Return where the first frame is, at *start* or a little later; None if there is none."""
    if _is_chain(source, start, is_strict=False):
        return start
    window = source.read(start, _MAX_SEARCH)
    at = -1
    for _ in range(_MAX_SEARCH // 64):
        at = window.find(b"\xff", at + 1)
        if at < 0:
            return None
        if frame_of(window[at : at + 6]) and _is_chain(source, start + at, is_strict=True):
            return start + at
    return None


def _is_chain(source: Source, at: int, *, is_strict: bool) -> bool:
    """Return True for several frames in a row; if not *is_strict*, fewer if the file ends behind them."""
    first = frame = frame_of(source.read(at, 6))
    if frame is None:
        return False
    for _ in range(_CHAIN - 1):
        if frame.size <= 0:
            return not is_strict
        at += frame.size
        if at + 6 > source.size:
            return not is_strict
        following = frame_of(source.read(at, 6))
        if following is None or not following.is_like(first):
            return not is_strict and _is_tag(source.read(at, 8))
        frame = following
    return True


def _is_tag(head: bytes) -> bool:
    return head[:3] == b"TAG" or head == b"APETAGEX" or not head.strip(b"\0")


def info(source: Source, start: int) -> MediaInfo:
    """Return the type and duration of frames that begin at *start*."""
    frame = frame_of(source.read(start, 6))
    if frame is None:
        return MediaInfo("audio/mpeg")
    known = _told(source, start, frame) if frame.bit_rate else None
    return MediaInfo(frame.mime_type, duration_s=sensible(known or _counted(source, start, frame)))


def _told(source: Source, start: int, frame: Frame) -> float | None:
    """Return the seconds that the encoder wrote into the first frame (Xing, Info or VBRI); None if it did not."""
    content = source.read(start, 256)
    at, frames, unplayed, size = 4 + frame.side_bytes, 0, 0, 0
    if content[at : at + 4] in (b"Xing", b"Info") and content[at + 7 : at + 8] and content[at + 7] & 1:
        frames = int.from_bytes(content[at + 8 : at + 12], "big")
        if content[at + 7] & 2:
            size = int.from_bytes(content[at + 12 : at + 16], "big")
        lame = at + 8 + sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if content[at + 7] & bit)
        if content[lame : lame + 4] in (b"LAME", b"Lavc", b"Lavf") and len(content) >= lame + 24:
            delay = int.from_bytes(content[lame + 21 : lame + 24], "big")
            unplayed = (delay >> 12) + (delay & 0xFFF)
    elif content[36:40] == b"VBRI" and len(content) >= 54:
        frames = struct.unpack_from(">I", content, 50)[0]
        size = struct.unpack_from(">I", content, 46)[0]
    # A frame has at least 24 bytes: more frames than fit are not true. And what goes on behind its declared size was
    # put together of several files.
    here = _end(source) - start
    if not 0 < frames <= source.size // 24 + 1 or (size and here > 1.1 * size + 1000):
        return None
    return max(0, frames * frame.samples - unplayed) / frame.rate


def _counted(source: Source, start: int, first: Frame) -> float | None:
    """Return the seconds of all frames: counted, or by their bytes once their bit rate proves constant."""
    at, samples, count = start, 0, 0
    frame: Frame | None = first
    is_constant = bool(first.bit_rate)
    while frame is not None and frame.size > 0 and at + frame.size <= source.size + frame.size // 2:
        is_constant = is_constant and frame.bit_rate == first.bit_rate
        samples, at, count = samples + frame.samples, at + frame.size, count + 1
        if is_constant and count == _SAME_RATE:
            return (_end(source) - start) * 8 / first.bit_rate
        if count > _MAX_FRAMES:
            return None
        following = frame_of(source.read(at, 6))
        frame = following if following is not None and following.is_like(first) else None
    return samples / first.rate


def _end(source: Source) -> int:
    """Return where the sound ends: before the tags behind it."""
    end = source.size
    if source.read(end - 128, 3) == b"TAG":
        end -= 128
    foot = source.read(end - 32, 32)
    if foot[:8] == b"APETAGEX":
        end -= min(end, int.from_bytes(foot[12:16], "little"))
    return end
