"""What a blind pick shows of a generation: its picture, its sound or its clip, and nothing that says which it is."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from playcut_jupyter import media
from playcut_jupyter.display import media_html
from playcut_jupyter.display.previews import POSTER_PX, poster_frame, preview
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.widgets import tile

_VIEW_PX = 800


def blind(snapshot: Snapshot) -> tuple[dict[str, Any], bytes]:
    """Return what the first asset is, and its bytes; without the caption that it may say it has (the sandbox's do).

    Sounds and clips that are too large to play are shown as far as they can be.
    """
    record = snapshot.assets[0]
    try:
        return _shown(record)
    except Exception:  # noqa: BLE001 - Pillow on damaged files, or a file that is gone; nothing may say which it is
        return _told("It can't be shown."), b""


def picture(snapshot: Snapshot) -> bytes:
    """Return the waveform of a sound; b"" for anything else."""
    record = snapshot.assets[0]
    return tile.small_picture(record, _VIEW_PX) if record.kind == "audio" else b""


def ratio(snapshots: Sequence[Snapshot]) -> float:
    """Return width / height of the boxes of all pictures: between those of the widest and of the tallest."""
    records = [snapshot.assets[0] for snapshot in snapshots]
    ratios = [record.width / record.height for record in records if record.width and record.height] or [2.0]
    cut = 0.0
    with suppress(PlaycutError):  # it is gone: the round says so
        cut = media.caption_share(records[0].read()) if records[0].kind == "image" else 0.0
    return min(2.5, max(0.6, math.sqrt(min(ratios) * max(ratios)) / (1 - cut)))


def _shown(record: AssetRecord) -> tuple[dict[str, Any], bytes]:
    if record.kind == "image":
        mime_type, content = _picture(record)
        return {"kind": "image", "mime": mime_type}, content
    if record.is_playable and record.size_bytes <= media_html.MAX_EMBED_BYTES:
        data = record.read()
        # Chromium plays the films of QuickTime, but not under their own name.
        mime_type = "video/mp4" if record.mime_type == "video/quicktime" else record.mime_type
        return {"kind": record.kind, "mime": mime_type, "hidden": media.caption_share(data)}, data
    frame = poster_frame(record, POSTER_PX)
    if frame:
        return {"kind": "image", "mime": "image/webp"}, frame
    return _told("It is too large to play here." if record.is_playable else "It can't be shown."), b""


def _told(text: str) -> dict[str, Any]:
    return {"kind": "words", "told": text}


@lru_cache(64)
def _picture(record: AssetRecord) -> tuple[str, bytes]:
    data = record.read()
    share = media.caption_share(data)
    if not share:
        return preview(record, _VIEW_PX)
    whole = media.decode_image(data)
    scene = whole.crop((0, 0, whole.width, max(1, int(whole.height * (1 - share)))))
    out = io.BytesIO()
    media.reduced(scene, _VIEW_PX).save(out, "WEBP", quality=82)
    return "image/webp", out.getvalue()
