"""What strangers' bytes are: recognised by their content, checked, and made small enough for a notebook.

Nothing here believes a content type or a file name. Only kinds that a browser plays without trust are called
image, audio or video; everything else, HTML and SVG included, is a file.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_FILTERS = threading.Lock()


def _renew() -> None:
    """Another thread of the parent may have held it when a child was forked."""
    global _FILTERS
    _FILTERS = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)

MAX_PIXELS = 120_000_000
"""A picture of more pixels is refused: an 8K picture has 33 million."""
MAX_PREVIEW_BYTES = 140_000
"""What a preview may take, as long as its quality stays fit to be seen; base64 adds a third."""
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
    """The bytes call themselves a picture and are not a whole, reasonable one."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What was found out about some bytes. Lengths are None where they are not cheap to know."""

    mime_type: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None

    @property
    def kind(self) -> str:
        """What a browser can do with it: image, audio or video; file for nothing."""
        return kind_of(self.mime_type)

    @property
    def size(self) -> tuple[int | None, int | None, float | None]:
        """Width, height, duration."""
        return self.width, self.height, self.duration_s

    @property
    def suffix(self) -> str:
        """The file name's ending for these bytes."""
        return suffix_of(self.mime_type)


def kind_of(mime_type: str) -> str:
    """Return what a browser can do with a type: image, audio or video; file for nothing."""
    family = mime_type.split("/")[0]
    return family if family in ("image", "audio", "video") else "file"


def suffix_of(mime_type: str) -> str:
    """Return the file name's ending for a type."""
    return SUFFIXES.get(mime_type, ".bin")


def mime_type_of(head: bytes) -> str:
    """Return the type that the first bytes show; `application/octet-stream` if they show none we play."""
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
    """True for a frame header whose version, layer, bit rate and sampling rate are none of the reserved values."""
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
    """True for a page, an error document or a sentence where media should be."""
    head = data[:512]
    return not any(byte < 9 or 13 < byte < 32 for byte in head)


def inspect(data: bytes) -> MediaInfo:
    """Find out what *data* is; a picture is decoded whole, so that a cut or poisoned one is noticed.

    Raises:
        InvalidImage: a picture that can't be decoded, or of more than `MAX_PIXELS`.
    """
    mime_type = mime_type_of(data[:64])
    if mime_type.startswith("image/"):
        with decode_image(data) as picture:
            return MediaInfo(mime_type, picture.width, picture.height)
    if mime_type == "audio/wav":
        return MediaInfo(mime_type, duration_s=_wav_duration(data))
    if mime_type in ("video/mp4", "video/quicktime", "audio/mp4"):
        return _iso_facts(mime_type, data)
    return MediaInfo(mime_type)


def decode_image(data: bytes) -> Image:
    """Return *data* decoded; the size is looked at before any pixel is."""
    from PIL import Image, UnidentifiedImageError  # Pillow is heavy, and not needed to submit

    try:
        # The filters belong to the whole process: two threads inside would put back each other's.
        with _FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF", "AVIF"))
        if picture.width * picture.height > MAX_PIXELS:
            raise InvalidImage(f"{picture.width} x {picture.height} pixels are more than a picture may have")
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

    A picture that is small already, in pixels and bytes, is returned as it is.
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
    """Return *picture* upright and in eight bits a channel, alpha kept."""
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


def _iso_facts(mime_type: str, data: bytes) -> MediaInfo:
    """Read duration and size from an MP4's `moov` box; whatever is odd is left unknown."""
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


def _boxes(data: bytes, wanted: bytes) -> list[bytes]:
    found, position = [], 0
    while position + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        start = position + 8
        if size == 1 and position + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        end = position + size if size else len(data)
        if end < start:
            break
        if name == wanted:
            found.append(data[start:end])
        position = end
    return found


def _box(data: bytes, wanted: bytes) -> bytes:
    return next(iter(_boxes(data, wanted)), b"")


def poster_frame(data: bytes, longest_px: int) -> bytes | None:
    """Return a clip's first frame as WebP; None if it can't be decoded, or PyAV (extra `sandbox`) is not there."""
    try:
        import av  # of the extra `sandbox`
    except ImportError:
        return None
    try:
        with av.open(io.BytesIO(data), mode="r") as clip:
            picture = next(clip.decode(video=0)).to_image()
        picture.thumbnail((longest_px, longest_px))
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=80)
    except Exception:  # noqa: BLE001 - decoders raise almost anything on strangers' bytes; a poster is an extra
        return None
    return out.getvalue()
