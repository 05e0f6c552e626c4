"""Detects the type of downloaded bytes by their content, checks them, and makes small previews.

Declared content types and file names are ignored. Only types that a browser can show safely are image, audio or video;
everything else, HTML and SVG included, is a file.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_warnings_lock = threading.Lock()


def _renew_lock() -> None:
    """Replace the lock in a forked child, because another thread of the parent may have held it."""
    global _warnings_lock
    _warnings_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)

MAX_PIXELS = 120_000_000
"""A picture with more pixels is refused; an 8K picture has 33 million."""
MAX_PREVIEW_BYTES = 140_000
"""The target size of a preview, bytes, within the acceptable qualities; base64 adds a third."""
_QUALITIES = (82, 68, 52, 36)

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "application/octet-stream": ".bin",
}


class InvalidImage(Exception):
    """The bytes begin like a picture, but are not a complete picture of an acceptable size."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """The type and size of some bytes. Sizes and durations are None where they are expensive to find out."""

    mime_type: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    remark: str | None = None
    """Why it can't be shown as what it is, e.g. "it is damaged"; None if nothing is against it."""

    @property
    def kind(self) -> str:
        """How a browser can show it: image, audio or video; file if it can't."""
        return kind_of(self.mime_type)

    @property
    def size(self) -> tuple[int | None, int | None, float | None]:
        """Width and height in pixels, duration in seconds."""
        return self.width, self.height, self.duration_s

    @property
    def suffix(self) -> str:
        """The file extension for these bytes."""
        return suffix_of(self.mime_type)


def kind_of(mime_type: str) -> str:
    """Return how a browser can show a type: image, audio or video; file if it can't."""
    family = mime_type.split("/")[0]
    return family if family in ("image", "audio", "video") else "file"


def suffix_of(mime_type: str) -> str:
    """Return the file extension for a type."""
    return SUFFIXES.get(mime_type, ".bin")


def mime_type_of(head: bytes) -> str:
    """Return the type of the first bytes; `application/octet-stream` if it is none that we show."""
    for magic, mime_type in _MAGIC:
        if head.startswith(magic):
            return mime_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "application/octet-stream")
    if head[4:8] == b"ftyp":
        return _ISO_BRANDS.get(head[8:12], "application/octet-stream")
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if _is_mpeg_audio_frame(head) else "application/octet-stream"


def _is_mpeg_audio_frame(head: bytes) -> bool:
    """Return True for a frame header without reserved values of version, layer, bit rate and sampling rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer != 0 and 0 < head[2] >> 4 < 15 and head[2] >> 2 & 3 != 3


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_ISO_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV"),
        "video/mp4",
    ),
}


def looks_like_text(data: bytes) -> bool:
    """Return True for text in place of media: a page, an error document or a sentence."""
    head = data[:512]
    return not any(byte < 9 or 13 < byte < 32 for byte in head)


def inspect(source: Path | bytes) -> MediaInfo:
    """Return what is known of a file or of bytes. Whatever they hold is no error: what can't be shown has a remark.

    Raises:
        OSError: the file can't be read.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    mime_type = mime_type_of(data[:64])
    if mime_type.startswith("image/"):
        try:
            with decode_image(data) as picture:
                return MediaInfo(mime_type, picture.width, picture.height)
        except InvalidImage as error:
            return MediaInfo(mime_type, remark=str(error))
    if mime_type == "audio/wav":
        return MediaInfo(mime_type, duration_s=_wav_duration(data))
    if mime_type in ("video/mp4", "video/quicktime", "audio/mp4"):
        return _iso_info(mime_type, data)
    return MediaInfo(mime_type)


def decode_image(data: bytes) -> Image:
    """Return *data* decoded; checks the size before it decodes any pixel."""
    from PIL import Image, UnidentifiedImageError  # Pillow is heavy, and not needed to submit

    try:
        # Warning filters are global to the process: two threads here would restore each other's.
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF", "AVIF"))
        if picture.width * picture.height > MAX_PIXELS:
            raise InvalidImage(f"{picture.width} x {picture.height} pixels are more than the maximum")
        picture.load()
    except InvalidImage:
        raise
    except UnidentifiedImageError:
        raise InvalidImage("it can't be read as a picture") from None
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise almost anything on hostile bytes
        raise InvalidImage(f"it can't be decoded ({type(error).__name__})") from None
    return picture


def preview(data: bytes, longest_px: int) -> tuple[str, bytes]:
    """Return *data*'s picture as (mime type, bytes) with at most *longest_px* on a side, alpha kept.

    A picture that is already small, in pixels and bytes, is returned unchanged.
    """
    mime_type = mime_type_of(data[:64])
    picture = decode_image(data)
    is_small = max(picture.size) <= longest_px and len(data) <= 150_000
    if is_small and mime_type in ("image/png", "image/jpeg", "image/webp", "image/gif"):
        return mime_type, data
    picture = _displayable(picture)
    picture.thumbnail((longest_px, longest_px))
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=4)
        if out.tell() <= MAX_PREVIEW_BYTES:
            break
    return "image/webp", out.getvalue()


def _displayable(picture: Image) -> Image:
    """Return *picture* upright, with eight bits per channel and its alpha channel."""
    from PIL import ImageOps  # Pillow is heavy, and not needed to submit

    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):
        upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    return upright.convert("RGBA" if has_alpha else "RGB")


def _wav_duration(data: bytes) -> float | None:
    position, rate = 12, 0
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        if name == b"fmt " and position + 20 <= len(data):
            (rate,) = struct.unpack_from("<I", data, position + 16)
        if name == b"data":
            return min(size, len(data) - position - 8) / rate if rate else None
        position += 8 + size + size % 2
    return None


def _iso_info(mime_type: str, data: bytes) -> MediaInfo:
    """Read duration and size from an MP4's `moov` box; None for values that can't be read."""
    moov = _box(data, b"moov")
    movie = _box(moov, b"mvhd")
    duration_s = width = height = None
    try:
        if movie:
            scale, length = struct.unpack_from(">IQ" if movie[0] == 1 else ">II", movie, 20 if movie[0] == 1 else 12)
            duration_s = length / scale if scale else None
        for track in _boxes(moov, b"trak"):
            header = _box(track, b"tkhd")
            w, h = struct.unpack_from(">II", header, len(header) - 8) if len(header) >= 84 else (0, 0)
            if w and h:
                width, height = w >> 16, h >> 16
    except struct.error:
        pass
    return MediaInfo(mime_type, width, height, duration_s)


def _boxes(data: bytes, name: bytes) -> list[bytes]:
    """Return the contents of all boxes called *name* at the top level of *data*."""
    contents, position = [], 0
    while position + 8 <= len(data):
        size, box_name = struct.unpack_from(">I4s", data, position)
        start = position + 8
        if size == 1 and position + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        end = position + size if size else len(data)
        if end < start:
            break
        if box_name == name:
            contents.append(data[start:end])
        position = end
    return contents


def _box(data: bytes, name: bytes) -> bytes:
    return next(iter(_boxes(data, name)), b"")


def poster_frame(source: Path | bytes, longest_px: int) -> bytes | None:
    """Return a clip's first frame as WebP; None if it can't be decoded or PyAV (extra `sandbox`) is not installed."""
    try:
        import av  # of the extra `sandbox`
    except ImportError:
        return None
    try:
        with av.open(str(source) if isinstance(source, Path) else io.BytesIO(source), mode="r") as clip:
            if clip.streams.video[0].codec_context is None:
                return None  # without a decoder; PyAV before 18.1 would take the whole process down
            picture = next(clip.decode(video=0)).to_image()
        picture.thumbnail((longest_px, longest_px))
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=80)
    except Exception:  # noqa: BLE001 - decoders raise almost anything on hostile bytes; a poster is optional
        return None
    return out.getvalue()
