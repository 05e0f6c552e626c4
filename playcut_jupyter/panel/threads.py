"""Threads of the panel: workers for what takes time, and one that redraws while something changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeAlias

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.panel.messages import error_text

log = logging.getLogger("playcut_jupyter")

ShowMessage: TypeAlias = Callable[[str], None]
REDRAW_S = 0.4
DOUBLE_CLICK_S = 1.0
"""The same click within this time of the last one is a double click or a held key, seconds."""


def run_and_report(work: Callable[[], None], show_error: ShowMessage) -> None:
    """Do *work*; what goes wrong is shown, never lost in a thread."""
    try:
        work()
    except PlaycutError as error:
        show_error(error_text(error))
    except Exception as error:
        log.exception("the panel met something it should not")
        show_error(f"Something inside the panel went wrong ({type(error).__name__}: {error}).")


class Worker:
    """Does one thing after the other, away from the thread that handles clicks.

    Args:
        show_error: shows what goes wrong in work that has no place of its own for it.
    """

    def __init__(self, show_error: ShowMessage) -> None:
        self._pool = ThreadPoolExecutor(1, "playcut-panel-worker")
        self._show_error = show_error

    def submit(self, work: Callable[[], None], show_error: ShowMessage | None = None) -> None:
        """Do *work* soon; never, once the worker is closed."""
        with suppress(RuntimeError):  # it is closed
            self._pool.submit(run_and_report, work, show_error or self._show_error)

    def close(self) -> None:
        """End the thread after what it does now; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class CoalescedTask:
    """Work on a worker that is scheduled more often than it need be done: once serves all who asked before it began."""

    def __init__(self, worker: Worker, work: Callable[[], None]) -> None:
        self._worker, self._work = worker, work
        self._is_scheduled = False
        self._lock = threading.Lock()

    def schedule(self) -> None:
        """Do the work soon, from its beginning."""
        with self._lock:
            if self._is_scheduled:
                return
            self._is_scheduled = True
        self._worker.submit(self._run)

    def _run(self) -> None:
        with self._lock:
            self._is_scheduled = False
        self._work()


class Redrawer:
    """Draws a few times a second for as long as something changes.

    Args:
        draw: draws once, and returns whether there will be more to draw.
        show_error: shows what goes wrong; it is drawn again all the same.
    """

    def __init__(self, draw: Callable[[], bool], show_error: ShowMessage) -> None:
        self._draw, self._show_error = draw, show_error
        self._is_requested = self._is_running = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Draw at least once more, and for as long as *draw* returns True."""
        with self._lock:
            self._is_requested = True
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._run, name="playcut-panel-redrawer", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                self._is_requested = False
            goes_on = self._draw_once()
            with self._lock:
                if not goes_on and not self._is_requested:
                    self._is_running = False
                    return
            pause.wait(REDRAW_S)

    def _draw_once(self) -> bool:
        goes_on = True  # where drawing fails, there may be more to draw

        def draw() -> None:
            nonlocal goes_on
            goes_on = self._draw()

        run_and_report(draw, self._show_error)
        return goes_on


class DoubleClickGuard:
    """Tells the second click of a double click, or a key that is held down, from a click of its own.

    Args:
        clock: the seconds, for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: object = None
        self._at = -DOUBLE_CLICK_S

    def is_repeat(self, what: object) -> bool:
        """True if the same was clicked just before; clicking on and on stays a repeat."""
        now = self._clock()
        is_repeat = what == self._last and now - self._at < DOUBLE_CLICK_S
        self._last, self._at = what, now
        return is_repeat
