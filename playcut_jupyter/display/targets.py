"""Where a display is drawn: an output of a notebook, a widget, a line of a terminal, or printed text.

Not every display can be updated. Wherever it is, the final state is shown once, where the user looks:

- A notebook updates the output in place, and so does `%%capture` with what it keeps.
- In an `Output` widget no update arrives, but widgets change there: the states are shown in a widget, and the final one
  is a display of its own, which stays.
- Voila shows no update after its first rendering either: what goes on in the background is a widget to its end.
- `jupyter console` shows text alone, so it is written to like a terminal.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from playcut_jupyter.display.bundles import Bundle
from playcut_jupyter.display.front_ends import in_console, in_kernel, in_output_widget, in_voila, is_captured

log = logging.getLogger("playcut_jupyter")


class DisplayTarget(Protocol):
    """One place that is drawn repeatedly."""

    def draw(self, bundle: Bundle) -> None:
        """Show an intermediate state."""

    def finish(self, bundle: Bundle) -> None:
        """Show the final state, which stays."""

    def below(self) -> DisplayTarget | None:
        """Return a second target below this one; None if there is room for text alone."""


def display_target() -> DisplayTarget:
    """Return the target for a cell or a call that waits, in the front end that this runs in."""
    if in_console() or (not in_kernel() and sys.stdout is not None and sys.stdout.isatty()):
        return TerminalTarget()
    if not in_kernel():
        return FinalTarget(_print_once)
    if is_captured():
        return NotebookTarget()
    if in_output_widget():
        return WidgetTarget(ends_as_display=True)
    return FinalTarget(_display_once, has_room_below=True) if in_voila() else NotebookTarget()


def background_target() -> DisplayTarget:
    """Return the target for what is drawn by other threads after the cell that displays it has ended."""
    if not in_kernel() or in_console():
        return LogTarget()
    is_widget = not is_captured() and (in_output_widget() or in_voila())
    return WidgetTarget() if is_widget else NotebookTarget()


def show_once(bundle: Bundle) -> None:
    """Show a static *bundle*: as an output in a notebook, else as printed text."""
    draw_safely(_display_once if in_kernel() else _print_once, lambda: bundle)


def draw_safely(draw: Callable[[Bundle], None], bundle: Callable[[], Bundle]) -> None:
    """Render *bundle* and draw it. A failure is logged, because it must not stop the generations."""
    try:
        draw(bundle())
    except Exception as error:  # noqa: BLE001 - a closed front end may raise anything
        log.warning("A display failed (%s: %s); the generations continue.", type(error).__name__, error)


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
        self._shown: dict[str, str] = {}

    def draw(self, bundle: Bundle) -> None:
        """Show the bundle, or update the output with it."""
        from IPython.display import display  # loaded by the kernel already; a script must not load it

        if self._handle is None:
            self._shown = dict(bundle)
            self._handle = display(self._shown, raw=True, display_id=True)
            return
        # `%%capture` keeps this very dictionary, and would keep each update as one more output.
        self._shown.clear()
        self._shown.update(bundle)
        if not is_captured():
            self._handle.update(dict(bundle), raw=True)

    finish = draw

    def below(self) -> DisplayTarget:
        """Return the cell's next output."""
        return NotebookTarget()


class WidgetTarget:
    """A widget that is redrawn.

    Args:
        ends_as_display: True to show the final state as a display in the widget's place, which stays without a kernel.
    """

    def __init__(self, *, ends_as_display: bool = False) -> None:
        self._widget: Any = None
        self._ends_as_display = ends_as_display

    def draw(self, bundle: Bundle) -> None:
        """Show the bundle, or redraw the widget."""
        if self._widget is not None:
            self._widget.value = bundle["text/html"]
            return
        from IPython.display import display  # loaded by the kernel already; a script must not load it
        from ipywidgets import HTML  # takes 0.1 s to load

        self._widget = HTML(bundle["text/html"])
        # Its own text for front ends without widgets would be the whole HTML.
        display(self._widget._repr_mimebundle_() | {"text/plain": ""}, raw=True)

    def finish(self, bundle: Bundle) -> None:
        """Show the final state: as a display if nothing else was shown."""
        if self._widget is not None and not self._ends_as_display:
            self._widget.value = bundle["text/html"]
            return
        if self._widget is not None:  # hidden, not closed: a closed one is an error message where it is drawn again
            self._widget.value, self._widget.layout.display = "", "none"
        _display_once(bundle)

    def below(self) -> DisplayTarget:
        """Return the next widget."""
        return WidgetTarget(ends_as_display=self._ends_as_display)


class TerminalTarget:
    """One line of a terminal, rewritten in place; the final one stays."""

    def draw(self, bundle: Bundle) -> None:
        """Rewrite the line."""
        width = shutil.get_terminal_size().columns - 1  # 80 where the terminal does not know
        say("\r\x1b[K" + bundle["text/plain"].splitlines()[0][:width], end="")

    def finish(self, bundle: Bundle) -> None:
        """Rewrite the line with its final text and end it."""
        say("\r\x1b[K" + bundle["text/plain"])

    def below(self) -> None:
        """The line has everything."""


class FinalTarget:
    """Shows only the final state, where nothing can be updated.

    Args:
        show: shows it.
        has_room_below: True if more than text can be shown.
    """

    def __init__(self, show: Callable[[Bundle], None], *, has_room_below: bool = False) -> None:
        self._show, self._has_room_below = show, has_room_below

    def draw(self, bundle: Bundle) -> None:
        """Show nothing."""

    def finish(self, bundle: Bundle) -> None:
        """Show the final state."""
        self._show(bundle)

    def below(self) -> DisplayTarget | None:
        """Return a target that shows only the final state below, if there is room for it."""
        return FinalTarget(self._show) if self._has_room_below else None


class LogTarget:
    """Printed lines: the first state and the final one."""

    def __init__(self) -> None:
        self._is_begun = False

    def draw(self, bundle: Bundle) -> None:
        """Print the first state."""
        if not self._is_begun:
            self._is_begun = True
            _print_once(bundle)

    def finish(self, bundle: Bundle) -> None:
        """Print the final state."""
        _print_once(bundle)

    def below(self) -> None:
        """The line has everything."""
