"""Shows jobs while they run, in a display that changes in place.

The main thread draws, a few times a second and always once more at the end; a `%%playcut` cell blocks here in short
slices, so that interrupts are noticed.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from playcut_jupyter.display.bundles import Bundle, with_message
from playcut_jupyter.display.targets import DisplayTarget, display_target, draw_safely
from playcut_jupyter.jobs.active_jobs import interrupt
from playcut_jupyter.jobs.job import SLICE_S, Job

MAX_MESSAGES_PER_S = 4
"""Display messages that a cell may send in any second."""
_MAX_GAP_S = 0.35
"""A line that did not change is drawn again after this, so that the seconds are seen to pass."""
_BELOW_GAP_S = 1.0
"""What lies below the line is heavy: at most once a second."""

Line: TypeAlias = Callable[[], Bundle]
"""Gives the line as it is now."""
Below: TypeAlias = Callable[[bool], Bundle]
"""Gives what lies below the line, as it is now; told whether it is drawn for the last time."""


class LiveDisplay:
    """Jobs on a target: a line that ticks, and below it what is drawn only when a state has changed.

    What lies below (a grid) holds pictures, so seconds that pass must not cost them again, and is told whether it is
    drawn for the last time: only then may it hold players, which nothing takes from under the user any more.

    Args:
        jobs: what is shown.
        line: gives the line.
        below: gives what lies below it, if anything.
        target: where it is drawn; by default, what fits where this runs.
        then: called once the jobs are done; the message that it returns stands under the line.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        line: Line,
        below: Below | None = None,
        target: DisplayTarget | None = None,
        then: Callable[[], str] | None = None,
    ) -> None:
        self._jobs, self._line, self._below, self._then = jobs, line, below, then
        self._top = target or display_target()
        self._underneath = self._top.below()
        self._version, self._states = -1, object()
        self._line_at = self._below_at = -math.inf
        self._next_at = -math.inf
        # The last drawing comes when it comes: its messages are kept free in every second.
        self._gap_s = 1.0 / (MAX_MESSAGES_PER_S - (1 if below is None else 2))
        self._lock = threading.Lock()
        self.is_final = False

    @property
    def jobs_done(self) -> bool:
        """True once all jobs are done."""
        return all(job.done for job in self._jobs)

    @property
    def drawn_at(self) -> float:
        """When the line was drawn last, on the monotonic clock."""
        return self._line_at

    def tick(self) -> int:
        """Draw what is due, and return how many display messages that took."""
        with self._lock:
            now = time.monotonic()
            if self.is_final or now < self._next_at:
                return 0
            messages = self._tick_line(now) + self._tick_below(now)
            self._next_at = now + messages * self._gap_s
            return messages

    def _tick_line(self, now: float) -> int:
        version = sum(job.version for job in self._jobs)
        if version == self._version and now - self._line_at < _MAX_GAP_S:
            return 0
        draw_safely(self._top.draw, self._line)
        self._line_at, self._version = now, version
        return 1

    def _tick_below(self, now: float) -> int:
        if self._below is None or now - self._below_at < _BELOW_GAP_S:
            return 0
        snapshots = [job.snapshot for job in self._jobs]
        states = [(snapshot.state, snapshot.done, snapshot.retry_reason) for snapshot in snapshots]
        if states == self._states:
            return 0
        below = self._below
        draw_safely(self._underneath.draw, lambda: below(False))
        self._below_at, self._states = now, states
        return 1

    def _end_message(self) -> str:
        try:
            return self._then() if self._then is not None else ""
        except Exception as error:  # noqa: BLE001 - what is drawn must not be lost for it
            return f"What was to be done at the end failed ({type(error).__name__}: {error})."

    def finish(self) -> int:
        """Draw all a last time, once, and return how many display messages that took."""
        with self._lock:
            if self.is_final:
                return 0
            self.is_final = True
            message = self._end_message()
            draw_safely(self._top.finish, lambda: with_message(self._line(), message))
            below = self._below
            if below is None:
                return 1
            draw_safely(self._underneath.finish, lambda: below(True))
            return 2


def watch(jobs: Sequence[Job], line: Line, below: Below | None = None, target: DisplayTarget | None = None) -> None:
    """Draw *line*, and *below* it, until all *jobs* are done, and once more then. Errors are left to the caller.

    Raises:
        StoppedWaiting: interrupted; the tasks go on at Playcut.
    """
    display = LiveDisplay(jobs, line, below, target)
    over = threading.Event()

    def changed() -> None:
        if display.jobs_done:
            over.set()

    forget = [job.on_change(changed) for job in jobs]
    changed()
    try:
        while not over.is_set():
            display.tick()
            over.wait(SLICE_S)
    except KeyboardInterrupt:
        stopped = interrupt([job for job in jobs if not job.done] or jobs[-1:])
        display.finish()
        raise stopped from None
    finally:
        for end in forget:
            end()
    display.finish()
