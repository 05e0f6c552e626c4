"""The first frame of a clip as a picture, upright."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.media.pictures import MAX_PIXELS, decode_image
from playcut_jupyter.media.recognition import recognise
from playcut_jupyter.media.source import open_source

if TYPE_CHECKING:
    from PIL.Image import Image

_DEMUXERS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "video/x-flv": "flv",
    "video/x-ms-wmv": "asf",
    "video/mp2t": "mpegts",
    "video/mpeg": "mpeg",
}
"""The reader of each type, by name: left to itself, FFmpeg would follow a playlist to other files and hosts."""


def poster_frame(source: Path | bytes, longest_px: int) -> bytes | None:
    """Return a clip's first frame as WebP, turned as the clip asks, with at most *longest_px* on a side.

    None if it is no clip, if it can't be decoded, or if PyAV (extra `sandbox`) is not installed. A file is not read as
    a whole.
    """
    try:
        import av  # of the extra `sandbox`
    except ImportError:
        return None
    try:
        with open_source(source) as content:
            demuxer = _DEMUXERS.get(recognise(content).mime_type)
        if demuxer is None:
            return None
        file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        with file, av.open(file, mode="r", format=demuxer) as clip:
            pictures = clip.streams.video[0].codec_context
            # Without a decoder PyAV before 18.1 would take the whole process down.
            if pictures is None or pictures.width * pictures.height > MAX_PIXELS:
                return None
            frame = next(clip.decode(video=0))
            picture = frame.to_image().rotate(_degrees(frame), expand=True)
        return _webp(picture, longest_px)
    except Exception:  # noqa: BLE001 - decoders raise almost anything on hostile bytes; a poster is optional
        return None


def smaller_still(still: bytes, longest_px: int) -> bytes:
    """Return a still with at most *longest_px* on a side, as WebP."""
    return _webp(decode_image(still), longest_px)


def _webp(picture: Image, longest_px: int) -> bytes:
    picture.thumbnail((longest_px, longest_px))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80)
    return out.getvalue()


def _degrees(frame: Any) -> int:
    """Return by how much a frame is to be turned, counterclockwise."""
    return round(getattr(frame, "rotation", 0) or 0)
