"""The gallery as plain HTML: what a saved notebook shows in the panel's place when no kernel runs.

A front end without the kernel has no widgets, only the outputs that were saved. So the panel's cell has a second
output, which the panel hides (`static/panel.css`) for as long as it is there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from IPython.display import display
from markupsafe import Markup

from playcut_jupyter.display import history_table
from playcut_jupyter.display.bundles import mime_bundle
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
        self._snapshots: Sequence[Snapshot] = ()
        self._html = html(())
        self._display_id = f"playcut-panel-{secrets.token_hex(8)}"
        self._is_shown = False

    def show(self) -> None:
        """Display it below the panel that was just displayed."""
        self._display(update=False)
        self._is_shown = True

    def draw(self, snapshots: Sequence[Snapshot]) -> None:
        """Show another page, wherever it is displayed."""
        changed = html(snapshots)
        if changed != self._html:
            self._html, self._snapshots = changed, snapshots
            if self._is_shown:
                self._display(update=True)

    def _display(self, *, update: bool) -> None:
        text = "\n".join(["The panel's gallery as it was:", history_table.text(self._snapshots)])
        display(dict(mime_bundle(self._html, text)), raw=True, display_id=self._display_id, update=update)
