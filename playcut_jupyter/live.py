"""Shows generations while they run: one display that changes in place, whatever kind of screen there is.

In a notebook the main thread draws, a few times a second and always once more at the end; a `%%playcut` cell blocks
here in slices that let the stop button in. In a terminal one line is rewritten. Where nobody watches, only the end
is printed. Voila shows no update of a display after its first rendering, so there only the end is displayed.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from playcut_jupyter import render
from playcut_jupyter.handle import SLICE_S
from playcut_jupyter.portal import portal
from playcut_jupyter.runs import Generation
from playcut_jupyter.underway import interrupt

_MIN_GAP_S = 0.26
"""At most four display messages a second a cell."""
_MAX_GAP_S = 0.38
"""At least two a second, so that the seconds are seen to pass."""

Bundle = Mapping[str, Any]


class Surface(Protocol):
    """Something to draw on."""

    def draw(self, bundle: Bundle) -> None:
        """Show a state in between."""

    def finish(self, bundle: Bundle) -> None:
        """Show the last state, which stays."""


class NotebookSurface:
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


class TerminalSurface:
    """One line, rewritten in place; the last one stays."""

    def draw(self, bundle: Bundle) -> None:
        """Rewrite the line."""
        width = os.get_terminal_size(sys.stdout.fileno()).columns - 1
        sys.stdout.write("\r\x1b[K" + str(bundle["text/plain"]).splitlines()[0][:width])
        sys.stdout.flush()

    def finish(self, bundle: Bundle) -> None:
        """Rewrite the line a last time and end it."""
        sys.stdout.write("\r\x1b[K" + str(bundle["text/plain"]) + "\n")
        sys.stdout.flush()


class QuietSurface:
    """Nobody watches: only the end is shown."""

    def __init__(self, show: Callable[[Bundle], None]) -> None:
        self._show = show

    def draw(self, bundle: Bundle) -> None:
        """Show nothing."""

    def finish(self, bundle: Bundle) -> None:
        """Show the end."""
        self._show(bundle)


def surface() -> Surface:
    """Return what there is to draw on."""
    if in_kernel():
        return QuietSurface(_display_once) if in_voila() else NotebookSurface()
    if sys.stdout is not None and sys.stdout.isatty():
        return TerminalSurface()
    return QuietSurface(lambda bundle: print(bundle["text/plain"]))


def in_kernel() -> bool:
    """True in a notebook's kernel."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return getattr(shell, "kernel", None) is not None


def in_voila() -> bool:
    """True if the notebook is shown as a Voila page."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def tell(bundle: Bundle) -> None:
    """Show what does not change: once, in the notebook or as text."""
    if in_kernel():
        _display_once(bundle)
    else:
        print(bundle["text/plain"])


def _display_once(bundle: Bundle) -> None:
    from IPython.display import display

    display(dict(bundle), raw=True)


def watch(runs: Sequence[Generation], view: Callable[[], Bundle], on: Surface | None = None) -> None:
    """Draw *view* until all *runs* are done, and once more then. Their errors are left to the caller.

    Raises:
        StoppedWaiting: interrupted; the tasks go on at Playcut.
    """
    screen = on or surface()
    over = threading.Event()

    def changed() -> None:
        if all(run.done for run in runs):
            over.set()

    forget = [run.on_change(changed) for run in runs]
    changed()
    try:
        _draw_until(over, runs, view, screen)
    except KeyboardInterrupt:
        stopped = interrupt([run for run in runs if not run.done] or runs[-1:])
        screen.finish(view())
        raise stopped from None
    finally:
        for end in forget:
            end()
    screen.finish(view())


def _draw_until(over: threading.Event, runs: Sequence[Generation], view: Callable[[], Bundle], screen: Surface) -> None:
    drawn_at, drawn_version = 0.0, -1
    while not over.is_set():
        version, now = sum(run.version for run in runs), time.monotonic()
        gap = _MIN_GAP_S if version != drawn_version else _MAX_GAP_S
        if now - drawn_at >= gap:
            screen.draw(view())
            drawn_at, drawn_version = now, version
        over.wait(SLICE_S)


def show(run: Generation) -> None:
    """Display *run* where it stands; if it is not done, keep that display up to date from the background."""
    if run.done or not in_kernel() or in_voila():
        if in_kernel() or "IPython" in sys.modules:
            _display_once(render.bundle(run))
        return
    screen = NotebookSurface()
    screen.draw(render.bundle(run))
    # Only `display_id` updates may come from another thread: they land in their own output, in whatever cell.
    portal().start_task_soon(_follow, run, screen)


async def _follow(run: Generation, screen: Surface) -> None:
    import anyio

    version = -1
    while not run.done:
        if run.version != version or run.task_id:
            version = run.version
            screen.draw(render.bundle(run))
        await anyio.sleep(_MAX_GAP_S)
    screen.finish(render.bundle(run))
