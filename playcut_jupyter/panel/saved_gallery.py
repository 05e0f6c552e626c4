"""The gallery as plain HTML: what a saved notebook shows in the panel's place when no kernel runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from playcut_jupyter.display import history_table
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel.thumbnails import caption, thumbnail


def html(snapshots: Iterable[Snapshot]) -> Markup:
    """Return a page of the gallery as plain HTML."""
    tiles = (
        Markup('<div style="display:inline-block;vertical-align:top;width:200px;margin:4px;">{}{}</div>').format(
            thumbnail(snapshot), caption(snapshot)
        )
        for snapshot in snapshots
    )
    return Markup("<div>{}</div>{}").format(
        "The panel's gallery as it was. Run this cell to use the panel.", Markup("").join(tiles)
    )


def text(snapshots: Sequence[Snapshot]) -> str:
    """Return it as lines of text."""
    return "\n".join(["The panel's gallery as it was:", history_table.text(snapshots)])
