"""Threads of the panel: workers that report errors in its words, and one that redraws while something changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from playcut_jupyter.panel.messages import error_text
from playcut_jupyter.widgets import threads
from playcut_jupyter.widgets.threads import CoalescedTask, ShowMessage, run_and_report

__all__ = ["CoalescedTask", "DoubleClickGuard", "Redrawer", "ShowMessage", "Worker"]

REDRAW_S = 0.4
DOUBLE_CLICK_S = 1.0
"""The same click within this time of the last one is a double click or a held key, seconds."""


class Worker(threads.Worker):
    """A worker that reports errors in the panel's words."""

    def __init__(self, show_error: ShowMessage) -> None:
        super().__init__(show_error, error_text, "playcut-panel-worker")


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

        run_and_report(draw, self._show_error, error_text)
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
