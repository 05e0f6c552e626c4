"""One generation as a tile of the living grid: words and numbers for the page, its small picture, and its media."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from playcut_jupyter import media
from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.display import boxes, media_html, status
from playcut_jupyter.display.previews import POSTER_PX, preview, stand_in
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.redaction import encodable
from playcut_jupyter.text import one_line, truncate

_MAX_WORDS, _MAX_LABEL, _MAX_ALT, _MAX_WHY = 80, 120, 300, 300


class Item(Protocol):
    """A generation as the living grid holds it."""

    @property
    def id(self) -> int | None:
        """Its number in the library."""

    @property
    def job(self) -> Job:
        """The work for it."""

    @property
    def library(self) -> Library:
        """The library that holds it."""

    @property
    def snapshot(self) -> Snapshot:
        """Its state now."""

    def star(self, on: bool = True) -> object:
        """Star it, or remove the star."""

    def hide(self, on: bool = True) -> object:
        """Hide it, or show it again."""

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener* after every change; return a function that ends it."""


def name_of(snapshot: Snapshot) -> str:
    """Return what a generation is called: "#5", or its kind if it has no number."""
    return f"#{snapshot.id}" if snapshot.id is not None else snapshot.kind


def names_of(items: Sequence[Item]) -> str:
    """Return what several are called; of many, the first."""
    names = [name_of(item.snapshot) for item in items]
    return ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")


def tile(snapshot: Snapshot, key: str) -> dict[str, object]:
    """Return what the page is told of a generation; *key* names it in all messages."""
    has_failed = snapshot.done and snapshot.error is not None
    return {
        "id": key,
        "name": name_of(snapshot),
        "kind": snapshot.kind,
        "words": _text(one_line(snapshot.prompt), _MAX_WORDS),
        "alt": _text(one_line(snapshot.prompt), _MAX_ALT),
        "labels": {encodable(name): label(value) for name, value in snapshot.labels.items()},
        "state": _text(snapshot.state, 40),
        "told": "" if snapshot.done else _progress(snapshot),
        "done": snapshot.done,
        "failed": has_failed,
        "why": _text(str(snapshot.error), _MAX_WHY) if has_failed else "",
        "starred": snapshot.starred,
        "hidden": snapshot.hidden,
        "plays": any(record.kind in ("audio", "video") for record in snapshot.assets),
        "picture": "",
    }


def label(value: object) -> str:
    """Return the value of an axis as the page has it: in tiles, headings and filters alike."""
    return _text(one_line(str(value)), _MAX_LABEL)


def expected_ratio(snapshot: Snapshot) -> float:
    """Return width / height of a generation as far as its request tells, before it is there."""
    return boxes.expected(snapshot, POSTER_PX).ratio


def pictured(snapshot: Snapshot) -> AssetRecord | None:
    """Return the asset whose small picture stands for a generation; None if there is none."""
    return next((record for record in snapshot.assets if record.kind in ("image", "video", "audio")), None)


def picture_name(record: AssetRecord, longest_px: int) -> str:
    """Return what the page calls the small picture of an asset: the same content has the same name."""
    return f"{record.sha256[:16]}-{longest_px}"


def small_picture(record: AssetRecord, longest_px: int) -> bytes:
    """Return a small picture of an asset; of a clip its first frame, of a sound its waveform; b"" if it has none."""
    try:
        if record.kind == "image":
            return preview(record, longest_px)[1]
        shown = stand_in(record, longest_px)
        return shown[1] if shown is not None else b""
    except Exception:  # noqa: BLE001 - Pillow on damaged files, or a file that is gone: opening it says so
        return b""


def details(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return the facts of a generation as pairs of name and value."""
    labels = [(name, str(value)) for name, value in snapshot.labels.items()]
    others = snapshot.other_inputs.items()
    options = " · ".join(f"{name} {value}" for name, value in others if name not in snapshot.labels)
    sizes = [f"{record.width} x {record.height}" for record in snapshot.assets if record.width]
    lengths = [f"{record.duration_s:.1f} s" for record in snapshot.assets if record.duration_s]
    if snapshot.reused:
        price = "0: from your library"
    else:
        known = snapshot.estimated_credits
        price = f"{in_credits(known)} (estimate)" if known is not None else ""
    facts = [
        ("prompt", snapshot.prompt),
        *labels,
        ("options", options),
        ("size", ", ".join(sizes)),
        ("length", ", ".join(lengths)),
        ("seconds", f"{snapshot.elapsed_s:.1f}" if snapshot.done and not snapshot.reused else ""),
        ("credits", price),
        ("made by", "SANDBOX: offline, free" if snapshot.is_sandbox else ""),
        ("derived from", f"#{snapshot.parent_id}" if snapshot.parent_id is not None else ""),
        ("place", "\n".join(record.display_path for record in snapshot.assets if record.display_path)),
        ("error", str(snapshot.error) if snapshot.error is not None else ""),
    ]
    return [(encodable(name), encodable(value)) for name, value in facts if value]


def media_parts(snapshot: Snapshot) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Return the assets of a generation at full size: what each is, and its bytes; b"" where only words are left."""
    parts, contents = [], []
    for record in snapshot.assets:
        part, content = _part(record)
        parts.append(part)
        contents.append(content)
    return parts, contents


def _part(record: AssetRecord) -> tuple[dict[str, Any], bytes]:
    try:
        if record.kind == "image":
            mime_type, content = preview(record, media_html.FULL_PX)
            return _described("image", mime_type, record.remark or ""), content
        if record.is_playable and record.size_bytes <= media_html.MAX_EMBED_BYTES:
            # Chromium plays the films of QuickTime, but not under their own name.
            mime_type = "video/mp4" if record.mime_type == "video/quicktime" else record.mime_type
            return _described(record.kind, mime_type, record.remark or ""), record.read()
        too_large = f"{record.size_bytes / 1e6:.1f} MB, too large to play here" if record.is_playable else ""
        told = " · ".join(filter(None, (record.mime_type, too_large, record.remark)))
        shown = stand_in(record, POSTER_PX)
        return _described("image" if shown else "file", shown[0] if shown else "", told), shown[1] if shown else b""
    except PlaycutError as error:
        return _described("file", "", str(error)), b""
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files; the details still say where the file is
        reason = str(error) if isinstance(error, media.InvalidImage) else type(error).__name__
        return _described("file", "", f"no preview: {reason}"), b""


def _described(kind: str, mime_type: str, told: str) -> dict[str, Any]:
    return {"kind": kind, "mime": mime_type, "told": encodable(told)}


def _progress(snapshot: Snapshot) -> str:
    notices = (status.pause_notice(snapshot), status.retry_notice(snapshot))
    percent = f"{snapshot.progress:.0f} %" if snapshot.progress is not None else ""
    return _text(" · ".join(filter(None, (percent, *notices))), _MAX_ALT)


def _text(text: str, longest: int) -> str:
    return truncate(encodable(text), longest)
