"""What there is to draw on: outputs of a notebook, a line of a terminal, or nothing that anybody watches."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

Bundle = Mapping[str, Any]


class DisplayTarget(Protocol):
    """Something to draw on."""

    def draw(self, bundle: Bundle) -> None:
        """Show a state in between."""

    def finish(self, bundle: Bundle) -> None:
        """Show the last state, which stays."""

    def below(self) -> DisplayTarget:
        """Return a surface of its own underneath."""


class NotebookTarget:
    """One output of a cell, updated in place."""

    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, bundle: Bundle) -> None:
        """Show, or change what is shown."""
        from IPython.display import display

        if self._handle is None:
            self._handle = display(dict(bundle), raw=True, display_id=True)
        else:
            self._handle.update(dict(bundle), raw=True)

    finish = draw

    def below(self) -> DisplayTarget:
        """Return the cell's next output."""
        return NotebookTarget()


class TerminalTarget:
    """One line, rewritten in place; the last one stays."""

    def draw(self, bundle: Bundle) -> None:
        """Rewrite the line."""
        width = shutil.get_terminal_size().columns - 1  # 80 where the terminal does not know
        sys.stdout.write("\r\x1b[K" + str(bundle["text/plain"]).splitlines()[0][:width])
        sys.stdout.flush()

    def finish(self, bundle: Bundle) -> None:
        """Rewrite the line a last time and end it."""
        sys.stdout.write("\r\x1b[K" + str(bundle["text/plain"]) + "\n")
        sys.stdout.flush()

    def below(self) -> DisplayTarget:
        """Return nothing to draw on: the line says all."""
        return QuietTarget(lambda _: None)


class QuietTarget:
    """Nobody watches: only the end is shown."""

    def __init__(self, show: Callable[[Bundle], None], below: Callable[[Bundle], None] = lambda _: None) -> None:
        self._show, self._below = show, below

    def draw(self, bundle: Bundle) -> None:
        """Show nothing."""

    def finish(self, bundle: Bundle) -> None:
        """Show the end."""
        self._show(bundle)

    def below(self) -> DisplayTarget:
        """Return what shows what lies underneath, at the end too."""
        return QuietTarget(self._below)
