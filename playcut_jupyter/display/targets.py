"""Where a display is drawn: an output of a notebook, a line of a terminal, or text that is printed once.

Voila shows no display updates after its first rendering, so only the final state is displayed there.
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
    """One place that is drawn repeatedly."""

    def draw(self, bundle: Bundle) -> None:
        """Show an intermediate state."""

    def finish(self, bundle: Bundle) -> None:
        """Show the final state, which stays."""

    def below(self) -> DisplayTarget:
        """Return a second target below this one."""


def display_target() -> DisplayTarget:
    """Return the target for the front end that this runs in."""
    if in_kernel():
        return FinalTarget(_display_once, _display_once) if in_voila() else NotebookTarget()
    if sys.stdout is not None and sys.stdout.isatty():
        return TerminalTarget()
    return FinalTarget(_print_once)


def show_once(bundle: Bundle) -> None:
    """Show a static *bundle*: as an output in a notebook, else as printed text."""
    draw_safely(_display_once if in_kernel() else _print_once, lambda: bundle)


def draw_safely(draw: Callable[[Bundle], None], bundle: Callable[[], Bundle]) -> None:
    """Render *bundle* and draw it. A failure is logged, because it must not stop the generations."""
    try:
        draw(bundle())
    except Exception as error:  # noqa: BLE001 - a closed front end may raise anything
        log.warning("A display failed (%s: %s); the generations continue.", type(error).__name__, error)


def in_kernel() -> bool:
    """Return True in a notebook's kernel; in a forked child there is only a copy of one, which can display nothing."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython  # a script must not load IPython for it

    kernel = getattr(get_ipython(), "kernel", None)
    owner = getattr(getattr(kernel, "iopub_thread", None), "_master_pid", os.getpid())  # ipykernel asks the same
    return kernel is not None and owner == os.getpid()


def in_voila() -> bool:
    """Return True if the notebook is shown as a Voila page."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def _display_once(bundle: Bundle) -> None:
    from IPython.display import display  # loaded by the kernel already; a script must not load it

    display(dict(bundle), raw=True)


def _print_once(bundle: Bundle) -> None:
    say(bundle["text/plain"])


def say(text: str, end: str = "\n") -> None:
    """Print *text*; replace characters that the stream can't encode, and ignore a closed stream."""
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
        """Show the bundle, or update the output with it."""
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
    """One line of a terminal, rewritten in place; the final one stays."""

    def draw(self, bundle: Bundle) -> None:
        """Rewrite the line."""
        width = shutil.get_terminal_size().columns - 1  # 80 where the terminal does not know
        say("\r\x1b[K" + bundle["text/plain"].splitlines()[0][:width], end="")

    def finish(self, bundle: Bundle) -> None:
        """Rewrite the line with its final text and end it."""
        say("\r\x1b[K" + bundle["text/plain"])

    def below(self) -> DisplayTarget:
        """Return a target that shows nothing, because the line has everything."""
        return FinalTarget()


class FinalTarget:
    """Shows only the final state, where nothing can be updated; by default, shows nothing."""

    def __init__(
        self, show: Callable[[Bundle], None] = lambda _: None, below: Callable[[Bundle], None] = lambda _: None
    ) -> None:
        self._show, self._below = show, below

    def draw(self, bundle: Bundle) -> None:
        """Show nothing."""

    def finish(self, bundle: Bundle) -> None:
        """Show the final state."""
        self._show(bundle)

    def below(self) -> DisplayTarget:
        """Return a target that shows only the final state below."""
        return FinalTarget(self._below)
