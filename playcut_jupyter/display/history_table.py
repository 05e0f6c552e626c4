"""The history as an HTML table with thumbnails, and as columns of text."""

from __future__ import annotations

import time
from collections.abc import Sequence

from markupsafe import Markup

from playcut_jupyter.connection.account import amount
from playcut_jupyter.display import media_html, text_html
from playcut_jupyter.display.bundles import Bundle, mime_bundle
from playcut_jupyter.display.tables import table
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.text import one_line, text_table, truncate

_THUMBNAIL_PX = 96
_FACTS = ("state", "credits", "when", "task")


def bundle(snapshots: Sequence[Snapshot], search: str | None = None) -> Bundle:
    """Return the MIME bundle of the history; *search* is the text that was searched for, if any."""
    return mime_bundle(html(snapshots, search), text(snapshots, search))


def html(snapshots: Sequence[Snapshot], search: str | None = None) -> Markup:
    """Return the history as a table with thumbnails; arguments as for `bundle`."""
    if not snapshots:
        return text_html.message(_empty_message(search))
    rows = [
        (
            str(snapshot.id),
            media_html.thumbnail(snapshot, _THUMBNAIL_PX) or snapshot.kind,
            snapshot.prompt or snapshot.tool,
            *_facts(snapshot),
        )
        for snapshot in snapshots
    ]
    return table("playcut-history", rows, header=("#", "", "prompt", *_FACTS))


def text(snapshots: Sequence[Snapshot], search: str | None = None) -> str:
    """Return the history as columns of text; arguments as for `bundle`."""
    if not snapshots:
        return _empty_message(search)
    rows = [
        (str(snapshot.id), snapshot.kind[:8], truncate(one_line(snapshot.prompt), 44), *_facts(snapshot))
        for snapshot in snapshots
    ]
    return text_table([("#", "kind", "prompt", *_FACTS), *rows])


def _facts(snapshot: Snapshot) -> tuple[str, ...]:
    state = snapshot.state + (" (sandbox)" if snapshot.is_sandbox else "")
    credits_ = amount(snapshot.estimated_credits) if snapshot.estimated_credits is not None else ""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(snapshot.created_at))
    return state, credits_, when, snapshot.task_id or ""


def _empty_message(search: str | None) -> str:
    return f"Nothing matches {truncate(search, 80)!r}." if search else "Nothing has been generated yet."
