"""Small widgets that all parts of the panel are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from playcut_jupyter.display import text_html
from playcut_jupyter.panel.threads import ShowMessage, Worker

WRAP = {"flex_flow": "row wrap", "align_items": "flex-end"}
AUTO = {"width": "auto"}


def row(*children: Any, **layout: str) -> Any:
    """Return *children* side by side, in as many lines as they need."""
    return ipywidgets.HBox(children, layout={**WRAP, **layout})


def show_if(is_visible: bool, *widgets: Any) -> None:
    """Show *widgets*, or hide them."""
    for widget in widgets:
        widget.layout.display = None if is_visible else "none"


def close_tree(widget: Any) -> None:
    """Close *widget* and all that it is made of, here and in the front ends."""
    for part in (*getattr(widget, "children", ()), getattr(widget, "layout", None), getattr(widget, "style", None)):
        if part is not None:
            close_tree(part)
    widget.close()


class MessageLine(ipywidgets.HTML):  # type: ignore[misc]  # ipywidgets has no types
    """A line for a message to the user; it takes no room while there is none."""

    def show(self, text: str) -> None:
        """Show *text* in place of what was there; "" for nothing."""
        self.value = str(text_html.message(text)) if text else ""


class WorkerButton(ipywidgets.Button):  # type: ignore[misc]  # ipywidgets has no types
    """A button whose action runs on a worker; clicks do nothing meanwhile, and it keeps the focus.

    Args:
        label: what it says.
        action: what it does, on the worker.
        worker: runs it.
        show_message: shows what goes wrong; called with "" when the action begins.
    """

    def __init__(self, label: str, action: Callable[[], None], worker: Worker, show_message: ShowMessage) -> None:
        super().__init__(description=label, layout=AUTO)
        self._action, self._worker, self._show_message = action, worker, show_message
        self._is_busy = False
        self.on_click(lambda _: self._start())

    def enable(self, on: bool) -> None:
        """Let it be clicked, or not."""
        self.disabled = not on

    def _start(self) -> None:
        if self.disabled or self._is_busy:
            return
        self._is_busy = True
        self._worker.submit(self._run, self._show_message)

    def _run(self) -> None:
        try:
            self._show_message("")
            self._action()
        finally:
            self._is_busy = False
