"""What can be done with one generation, wherever the panel shows it."""

from __future__ import annotations

from typing import Protocol

from playcut_jupyter.results.generations import Generation


class PanelActions(Protocol):
    """The panel, as cards and tiles see it."""

    def use_prompt(self, generation: Generation) -> None:
        """Take its prompt and options into the form."""

    def copy_as_cell(self, generation: Generation) -> None:
        """Show the cell that asks for the same, to be copied."""

    def view(self, generation: Generation) -> None:
        """Show it in the viewer."""

    def save_as(self, generation: Generation) -> None:
        """Show it in the viewer, and ask where to save it."""
