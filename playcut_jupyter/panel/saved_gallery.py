"""The gallery as plain HTML: what a saved notebook shows in the panel's place when no kernel runs.

A front end without the kernel has no widgets, only the outputs that were saved. So the panel's cell has a second
output, which the panel hides (`static/panel.css`) for as long as it is there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from IPython.display import HTML, display, update_display
from markupsafe import Markup

from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.front_end import STATIC
from playcut_jupyter.panel.thumbnails import caption, thumbnail

_CSS = (STATIC / "saved_gallery.css").read_text(encoding="utf-8")


def html(snapshots: Iterable[Snapshot]) -> str:
    """Return a page of the gallery as plain HTML."""
    tiles = (
        Markup('<div style="display:inline-block;vertical-align:top;width:200px;margin:4px;">{}{}</div>').format(
            thumbnail(snapshot), caption(snapshot)
        )
        for snapshot in snapshots
    )
    page = Markup('<div class="{}"><div>{}</div>{}</div>').format(
        css_classes.SAVED_GALLERY,
        "The panel's gallery as it was. Run this cell to use the panel.",
        Markup("").join(tiles),
    )
    return f"<style>{_CSS}</style>{page}"


class SavedGallery:
    """The plain output under the displays of one panel: one display, however often it is shown."""

    def __init__(self) -> None:
        self._html = html(())
        self._display_id = f"playcut-panel-{secrets.token_hex(8)}"
        self._is_shown = False

    def show(self) -> None:
        """Display it below the panel that was just displayed."""
        display(HTML(self._html), display_id=self._display_id)
        self._is_shown = True

    def draw(self, snapshots: Iterable[Snapshot]) -> None:
        """Show another page, wherever it is displayed."""
        changed = html(snapshots)
        if changed != self._html:
            self._html = changed
            if self._is_shown:
                update_display(HTML(changed), display_id=self._display_id)
