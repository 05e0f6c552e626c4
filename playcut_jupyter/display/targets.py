"""Where things are displayed: outputs of a notebook, a line of a terminal, or text that is printed once.

Voila shows no update of a display after its first rendering, so there only the end is displayed.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from playcut_jupyter.display.bundles import Bundle

log = logging.getLogger("playcut_jupyter")


class DisplayTarget(Protocol):
    """One place that is drawn on again and again."""

    def draw(self, bundle: Bundle) -> None:
        """Show a state in between."""

    def finish(self, bundle: Bundle) -> None:
        """Show the last state, which stays."""

    def below(self) -> DisplayTarget:
        """Return a target of its own underneath."""


def display_target() -> DisplayTarget:
    """Return the target that fits where this runs."""
    if in_kernel():
        return FinalTarget(_display_once, _display_once) if in_voila() else NotebookTarget()
    if sys.stdout is not None and sys.stdout.isatty():
        return TerminalTarget()
    return FinalTarget(_print_once)


def show_once(bundle: Bundle) -> None:
    """Show what does not change: in the notebook, or as text."""
    draw_safely(_display_once if in_kernel() else _print_once, lambda: bundle)


def draw_safely(draw: Callable[[Bundle], None], bundle: Callable[[], Bundle]) -> None:
    """Draw what *bundle* gives; a display that fails must not stop the work that it shows."""
    try:
        draw(bundle())
    except Exception as error:  # noqa: BLE001 - a front end that is gone may raise anything
        log.warning("A display failed (%s: %s); the generations go on.", type(error).__name__, error)


def in_kernel() -> bool:
    """True in a notebook's kernel."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython  # a script must not load IPython for it

    shell = get_ipython()
    return getattr(shell, "kernel", None) is not None


def in_voila() -> bool:
    """True if the notebook is shown as a Voila page."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def _display_once(bundle: Bundle) -> None:
    from IPython.display import display  # loaded by the kernel already; a script must not load it

    display(dict(bundle), raw=True)


def _print_once(bundle: Bundle) -> None:
    say(bundle["text/plain"])


def say(text: str, end: str = "\n") -> None:
    """Print *text*; what the terminal has no character for is replaced, and nobody listening any more is no error."""
    stream = sys.stdout
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    with suppress(OSError, ValueError):  # a closed pipe, a closed file
        stream.write((text + end).encode(encoding, "replace").decode(encoding))
        stream.flush()


class NotebookTarget:
    """One output of a cell, updated in place."""

    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, bundle: Bundle) -> None:
        """Show, or change what is shown."""
        from IPython.display import display  # loaded by the kernel already; a script must not load it

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
        say("\r\x1b[K" + bundle["text/plain"].splitlines()[0][:width], end="")

    def finish(self, bundle: Bundle) -> None:
        """Rewrite the line a last time and end it."""
        say("\r\x1b[K" + bundle["text/plain"])

    def below(self) -> DisplayTarget:
        """Return a target that shows nothing: the line tells all."""
        return FinalTarget()


class FinalTarget:
    """Shows the last state alone, where nothing can be updated; by default, not even that."""

    def __init__(
        self, show: Callable[[Bundle], None] = lambda _: None, below: Callable[[Bundle], None] = lambda _: None
    ) -> None:
        self._show, self._below = show, below

    def draw(self, bundle: Bundle) -> None:
        """Show nothing."""

    def finish(self, bundle: Bundle) -> None:
        """Show the last state."""
        self._show(bundle)

    def below(self) -> DisplayTarget:
        """Return what shows the last state of what lies underneath."""
        return FinalTarget(self._below)
