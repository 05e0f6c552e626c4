"""The still picture of the gallery: what a saved notebook shows in the panel's place when no kernel runs.

A front end without the kernel has no widgets, only the outputs that were saved. So the panel's cell has a second
output, plain HTML, that the living panel hides; where the panel does not live it hides what the front end puts there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from playcut_jupyter.panel.gallery import caption, thumbnail
from playcut_jupyter.runs import Generation

_CLASS = "playcut-panel-still"
_CHILD = ".jp-OutputArea-child"
LIVE_STYLE = f"<style>.{_CLASS} {{display: none;}}</style>"
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


class Stills:
    """The plain outputs under each display of one panel, kept in step with its gallery."""

    def __init__(self) -> None:
        self._html = str(picture(()))
        self._updates: list[Callable[[Any], None]] = []

    def show(self) -> None:
        """Display it where the panel was just displayed."""
        from IPython.display import HTML, display

        handle = display(HTML(self._html), display_id=True)
        if handle is not None:
            self._updates.append(handle.update)

    def draw(self, runs: Sequence[Generation]) -> None:
        """Show another page, in all places."""
        from IPython.display import HTML

        html = str(picture(runs))
        if html != self._html:
            self._html = html
            for update in self._updates:
                update(HTML(html))
