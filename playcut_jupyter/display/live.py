"""Shows jobs while they run, in a display that is updated in place.

The main thread draws a few times a second, and once more at the end. A `%%playcut` cell waits here in short slices, so
that interrupts are noticed.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from playcut_jupyter.display.bundles import Bundle, with_message
from playcut_jupyter.display.front_ends import log_in_headless_run
from playcut_jupyter.display.targets import DisplayTarget, display_target, draw_safely
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.jobs.active_jobs import interrupt, open_tasks
from playcut_jupyter.jobs.job import SLICE_S, Job

MAX_MESSAGES_PER_S = 4
"""The largest number of display messages that a cell sends in any second."""
_MAX_GAP_S = 0.35
"""An unchanged line is redrawn after this time, so that its seconds advance."""
_BELOW_GAP_S = 1.0
"""The least time between two drawings below the line, which are large."""

Line: TypeAlias = Callable[[], Bundle]
"""Renders the line in its current state."""
Below: TypeAlias = Callable[[bool], Bundle]
"""Renders the content below the line in its current state; the argument is True for the final drawing."""


class LiveDisplay:
    """A live display of jobs: a line that is redrawn regularly, and content below it that follows state changes.

    The content below (a grid) has pictures, so it is not redrawn only because time passes. It may have players only in
    its final drawing, because a redrawn player stops playing.

    Args:
        jobs: the jobs to show.
        line: renders the line.
        below: renders the content below the line, if any.
        target: where to draw; by default, the target for the front end that this runs in.
        then: called when the jobs are done; the message that it returns is shown below the line.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        line: Line,
        below: Below | None = None,
        target: DisplayTarget | None = None,
        then: Callable[[], str] | None = None,
    ) -> None:
        self._jobs, self._line, self._then = jobs, line, then
        self._top = target or display_target()
        self._underneath = self._top.below()
        self._below = below if self._underneath is not None else None
        self._version, self._states = -1, object()
        self._line_at = self._below_at = -math.inf
        self._next_at = -math.inf
        # The final drawing can come at any time, so its messages are reserved in every second.
        self._gap_s = 1.0 / (MAX_MESSAGES_PER_S - (1 if self._below is None else 2))
        self._lock = threading.Lock()
        self.is_final = False

    @property
    def jobs_done(self) -> bool:
        """True once all jobs are done."""
        return all(job.done for job in self._jobs)

    @property
    def drawn_at(self) -> float:
        """When the line was last drawn, on the monotonic clock."""
        return self._line_at

    def tick(self) -> int:
        """Draw what is due, and return the number of display messages sent."""
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
        below, underneath = self._below, self._underneath
        if below is None or underneath is None or now - self._below_at < _BELOW_GAP_S:
            return 0
        snapshots = [job.snapshot for job in self._jobs]
        states = [(snapshot.state, snapshot.done, snapshot.retry_reason) for snapshot in snapshots]
        if states == self._states:
            return 0
        draw_safely(underneath.draw, lambda: below(False))
        self._below_at, self._states = now, states
        return 1

    def _end_message(self) -> str:
        try:
            return self._then() if self._then is not None else ""
        except Exception as error:  # noqa: BLE001 - it must not prevent the final drawing
            return f"The final step failed ({type(error).__name__}: {error})."

    def finish(self) -> int:
        """Draw the final state, once, and return the number of display messages sent."""
        with self._lock:
            if self.is_final:
                return 0
            self.is_final = True
            message = self._end_message()
            draw_safely(self._top.finish, lambda: with_message(self._line(), message))
            below, underneath = self._below, self._underneath
            if below is None or underneath is None:
                return 1
            draw_safely(underneath.finish, lambda: below(True))
            return 2


@contextmanager
def naming_open_tasks(jobs: Sequence[Job]) -> Iterator[None]:
    """Where a program executes the notebook and a wait for *jobs* is stopped, name their tasks in its terminal."""
    try:
        yield
    except StoppedWaiting:
        task_ids = ", ".join(open_tasks(jobs))
        if task_ids:
            log_in_headless_run(
                f"Stopped waiting; these tasks go on at Playcut, and `%playcut resume` fetches them: {task_ids}"
            )
        raise


def watch(jobs: Sequence[Job], line: Line, below: Below | None = None, target: DisplayTarget | None = None) -> None:
    """Show *jobs* until all are done; the arguments are those of `LiveDisplay`. Raises no error of a job.

    Raises:
        StoppedWaiting: interrupted; the tasks continue at Playcut.
    """
    display = LiveDisplay(jobs, line, below, target)
    all_done = threading.Event()

    def check() -> None:
        if display.jobs_done:
            all_done.set()

    unsubscribers: list[Callable[[], None]] = []
    try:
        unsubscribers = [job.on_change(check) for job in jobs]
        check()
        while not all_done.is_set():
            display.tick()
            all_done.wait(SLICE_S)
    except KeyboardInterrupt:
        stopped = interrupt([job for job in jobs if not job.done] or jobs[-1:])
        display.finish()
        with naming_open_tasks(jobs):
            raise stopped from None
    finally:
        for unsubscribe in unsubscribers:
            unsubscribe()
    display.finish()
