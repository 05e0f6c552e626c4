"""The panel's own threads: workers for what takes time, and a clock that lets the seconds be seen to pass."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.panel.messages import told

log = logging.getLogger("playcut_jupyter")

Show = Callable[[str], None]
TICK_S = 0.4
REPEAT_S = 1.0
"""The same press within this time of the last one is a double click or a held key, seconds."""


def safely(work: Callable[[], None], show: Show) -> bool:
    """Do *work*; what goes wrong is shown, never lost in a thread. Return whether all went well."""
    try:
        work()
    except PlaycutError as error:
        show(told(error))
    except Exception as error:
        log.exception("the panel met something it should not")
        show(f"Something inside the panel went wrong ({type(error).__name__}: {error}).")
    else:
        return True
    return False


class Worker:
    """Does one thing after the other, away from the thread that handles clicks."""

    def __init__(self, show_error: Show) -> None:
        self._pool = ThreadPoolExecutor(1, "playcut-panel")
        self._show_error = show_error

    def do(self, work: Callable[[], None], show: Show | None = None) -> None:
        """Do *work*; what goes wrong is shown with *show*, or where the panel shows what belongs nowhere else."""
        self._pool.submit(safely, work, show or self._show_error)


class CoalescedTask:
    """Work that is asked for more often than it need be done: what is asked before it begins is done with it."""

    def __init__(self, worker: Worker, work: Callable[[], None], show: Show | None = None) -> None:
        self._worker, self._work, self._show = worker, work, show
        self._is_asked = False
        self._lock = threading.Lock()

    def ask(self) -> None:
        """See to it that the work is done from its beginning after this call."""
        with self._lock:
            if self._is_asked:
                return
            self._is_asked = True
        self._worker.do(self._do, self._show)

    def _do(self) -> None:
        with self._lock:
            self._is_asked = False
        self._work()


class Redrawer:
    """Draws a few times a second for as long as something changes."""

    def __init__(self, draw: Callable[[], bool], show_error: Show) -> None:
        self._draw, self._show_error = draw, show_error
        self._is_wanted = self._is_going = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Draw at least once more, and on for as long as *draw* returns True."""
        with self._lock:
            self._is_wanted = True
            if self._is_going:
                return
            self._is_going = True
        threading.Thread(target=self._run, name="playcut-panel-clock", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                self._is_wanted = False
            goes_on = self._drawn()
            with self._lock:
                if not goes_on and not self._is_wanted:
                    self._is_going = False
                    return
            pause.wait(TICK_S)

    def _drawn(self) -> bool:
        """Draw; where that fails there may be more to draw all the same."""
        goes_on = True

        def draw() -> None:
            nonlocal goes_on
            goes_on = self._draw()

        safely(draw, self._show_error)
        return goes_on


class DoubleClickGuard:
    """Tells the second click of a double click, or a key that is held down, from a press of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: object = None
        self._at = -REPEAT_S

    def is_repeat(self, what: object) -> bool:
        """True if the same was asked for just before; asking on and on stays a repeat."""
        now = self._clock()
        repeat = what == self._last and now - self._at < REPEAT_S
        self._last, self._at = what, now
        return repeat
