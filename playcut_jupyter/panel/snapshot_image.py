"""The still picture of the gallery: what a saved notebook shows in the panel's place when no kernel runs.

A front end without the kernel has no widgets, only the outputs that were saved. So the panel's cell has a second
output, plain HTML, that the living panel hides; where the panel does not live it hides what the front end puts there.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from markupsafe import Markup

from playcut_jupyter.panel.thumbnails import caption, thumbnail
from playcut_jupyter.runs.generation import Generation

_CLASS = "playcut-panel-still"
_CHILD = ".jp-OutputArea-child"
# Other notebooks of the same page have stills of their own, and maybe no kernel: only what is beside a living panel is
# hidden. A front end without JupyterLab's output areas has one notebook in a page.
LIVE_STYLE = (
    f"<style>.jp-OutputArea:has(.playcut-panel) .{_CLASS}, .{_CLASS}:not(.jp-OutputArea *) {{display: none;}}</style>"
)
"""Part of the living panel."""
_DEAD_STYLE = Markup("<style>{0}:has(+ {0} .{1}):not(:has(.playcut-panel)) {{display: none;}}</style>").format(
    _CHILD, _CLASS
)


def picture(runs: Sequence[Generation]) -> Markup:
    """Return a page of the gallery as plain HTML."""
    tiles = (
        Markup('<div style="display:inline-block;vertical-align:top;width:200px;margin:4px;">{}{}</div>').format(
            thumbnail(run), caption(run)
        )
        for run in runs
    )
    return Markup('{}<div class="{}"><div>{}</div>{}</div>').format(
        _DEAD_STYLE,
        _CLASS,
        "The panel's gallery as it was. Run this cell to use the panel.",
        Markup("").join(tiles),
    )


class Still:
    """The plain outputs under the displays of one panel: one display, however often it is shown."""

    def __init__(self) -> None:
        self._html = str(picture(()))
        self._display_id = f"playcut-panel-{secrets.token_hex(8)}"
        self._is_shown = False

    def show(self) -> None:
        """Display it where the panel was just displayed."""
        from IPython.display import HTML, display

        display(HTML(self._html), display_id=self._display_id)
        self._is_shown = True

    def draw(self, runs: Sequence[Generation]) -> None:
        """Show another page, in all places."""
        from IPython.display import HTML, update_display

        html = str(picture(runs))
        if html != self._html:
            self._html = html
            if self._is_shown:
                update_display(HTML(html), display_id=self._display_id)
