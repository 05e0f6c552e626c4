"""A box with the source of a cell, to be copied."""

from __future__ import annotations

import ipywidgets

from playcut_jupyter.panel.widgets import AUTO, MessageLine, row, show_if


class CellBox(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Hidden until there is something to copy."""

    def __init__(self) -> None:
        self.source = ipywidgets.Textarea(description="cell", rows=4, layout=AUTO)
        self.message = MessageLine()
        self.close_button = ipywidgets.Button(description="Close", layout=AUTO)
        self.close_button.on_click(lambda _: show_if(False, self))
        buttons = row(self.close_button, self.message, align_items="center")
        super().__init__([self.source, buttons], layout={"display": "none"})

    def show(self, source: str) -> None:
        """Show the source of a cell."""
        self.source.value = source
        self.message.show("Copy it into a cell.")
        show_if(True, self)

    def confirm_copied(self) -> None:
        """Say that it is on the clipboard."""
        self.message.show("Copied: paste it into a cell.")
