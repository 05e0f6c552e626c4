"""Small pieces that all parts of the panel are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from playcut_jupyter.panel.threads import Show, Worker

WRAP = {"flex_flow": "row wrap", "align_items": "flex-end"}
AUTO = {"width": "auto"}


def row(*children: Any, **layout: str) -> Any:
    """Return *children* beside each other, in lines as long as there is room for."""
    return ipywidgets.HBox(children, layout={**WRAP, **layout})


def show_if(wanted: bool, *widgets: Any) -> None:
    """Show *widgets*, or take them out of sight."""
    for widget in widgets:
        widget.layout.display = None if wanted else "none"


def discard(widget: Any) -> None:
    """Close *widget* and all that it is made of, here and in the front ends."""
    for part in (*getattr(widget, "children", ()), getattr(widget, "layout", None), getattr(widget, "style", None)):
        if part is not None:
            discard(part)
    widget.close()


class Action(ipywidgets.Button):  # type: ignore[misc]  # ipywidgets has no types
    """A button that works on a worker: it is shut while it does, and open again whatever comes of it.

    Args:
        text: what it says.
        work: what it does, on the worker.
        worker: does it.
        show: says what goes wrong; told "" as the work begins.
    """

    def __init__(self, text: str, work: Callable[[], None], worker: Worker, show: Show) -> None:
        super().__init__(description=text, layout=AUTO)
        self._work, self._worker, self._show = work, worker, show
        self._is_busy, self._is_allowed = False, True
        self.on_click(lambda _: self._press())

    def allow(self, on: bool) -> None:
        """Say whether there is anything for it to do."""
        self._is_allowed = on
        self.disabled = self._is_busy or not on

    def _press(self) -> None:
        if self.disabled or self._is_busy:
            return
        self._is_busy = self.disabled = True
        self._worker.do(self._do, self._show)

    def _do(self) -> None:
        try:
            self._show("")
            self._work()
        finally:
            self._is_busy = False
            self.disabled = not self._is_allowed
