"""Everything that is known of a file's content: type, size, duration, and why it can't be shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playcut_jupyter.media.pictures import InvalidImage, decode
from playcut_jupyter.media.recognition import recognise
from playcut_jupyter.media.source import Source, open_source
from playcut_jupyter.media.types import UNKNOWN, MediaInfo

_TEXT_HEAD = 4_096


def inspect(source: Path | bytes) -> MediaInfo:
    """Return what is known of a file or of bytes. Whatever they hold is no error: what can't be shown has a remark.

    A picture is decoded. Of a sound or a clip only the heads of its parts are read.

    Raises:
        OSError: the file can't be read.
    """
    with open_source(source) as content:
        try:
            info = recognise(content)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - hostile bytes: whatever our readers did not think of
            return MediaInfo(UNKNOWN, remark=f"it can't be read ({type(error).__name__})")
        return _picture(content, info) if info.kind == "image" else info


def _picture(content: Source, info: MediaInfo) -> MediaInfo:
    try:
        decoded = decode(content.all())
    except InvalidImage as error:
        width, height = error.size or (None, None)
        return replace(info, width=width, height=height, remark=str(error), is_suspect=True)
    width, height = decoded.picture.size
    decoded.picture.close()
    return replace(info, width=width, height=height, remark=decoded.remark, is_suspect=decoded.is_mended)


def looks_like_text(source: Path | bytes) -> bool:
    """Return True for text in place of media: a page, an error document or a sentence."""
    with open_source(source) as content:
        head = content.read(0, _TEXT_HEAD)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    # In another encoding than UTF-8 most characters of a message are ASCII all the same.
    return sum(byte < 127 for byte in head) >= 0.8 * len(head) or _is_utf8(head)


def _is_utf8(head: bytes) -> bool:
    """Return True for UTF-8 that may end within a character."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3
    return True
