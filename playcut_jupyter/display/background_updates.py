"""Keeps displays up to date from the background, while other cells run.

All displays together keep to the limit of one cell. In Voila, and outside of a kernel, nothing is updated: what is
displayed is the state at the time.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Sequence

import anyio
from anyio import to_thread

from playcut_jupyter.background.portal import portal
from playcut_jupyter.display.live import MAX_MESSAGES_PER_S, Below, Line, LiveDisplay
from playcut_jupyter.display.targets import FinalTarget, NotebookTarget, draw_safely, in_kernel, in_voila, show_once
from playcut_jupyter.jobs.job import SLICE_S, Job

_MIN_GAP_S = 1.05 / MAX_MESSAGES_PER_S
_displays: list[LiveDisplay] = []
_lock = threading.Lock()


def update_in_background(
    jobs: Sequence[Job],
    line: Line,
    below: Below | None = None,
    then: Callable[[], str] | None = None,
) -> None:
    """Display *line*, and *below* it, and keep both up to date from the background until all *jobs* are done.

    Args:
        jobs: what is waited for.
        line: gives the line.
        below: gives what lies below it, if anything.
        then: called once they are done; the message that it returns stands under the line.
    """
    if in_kernel() and not in_voila():
        display = LiveDisplay(jobs, line, below, NotebookTarget(), then)
    else:
        draw_safely(show_once, line)
        display = LiveDisplay(jobs, line, None, FinalTarget(), then)
    if display.jobs_done:
        display.finish()
        return
    # Here, in the cell: from another thread only updates of a display land where they belong.
    display.tick()
    _finish_with_each_cell()
    with _lock:
        _displays.append(display)
        if len(_displays) > 1:
            return
    portal().start_task_soon(_update_all)


async def _update_all() -> None:
    """Draw all displays, one after the other: together they keep to the limit of one cell."""
    while True:
        # On a thread, because decoding must not hold up the jobs on this loop, and outside the context of the cell
        # that displayed it: nbclient takes an update only from the cell that runs.
        messages = await to_thread.run_sync(contextvars.Context().run, _draw_next)
        with _lock:
            _displays[:] = [display for display in _displays if not display.is_final]
            if not _displays:
                return
        await anyio.sleep(messages * _MIN_GAP_S or SLICE_S)


def _draw_next() -> int:
    with _lock:
        waiting = sorted(_displays, key=lambda display: display.drawn_at)
    for display in sorted(waiting, key=lambda display: not display.jobs_done):
        messages = display.finish() if display.jobs_done else display.tick()
        if messages:
            return messages
    return 0


def _finish_with_each_cell() -> None:
    """Let what is done by the end of a cell be drawn before that end: nbclient takes nothing after it."""
    from IPython import get_ipython  # a script must not load IPython for it

    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", _finish_done)  # a second time changes nothing


def _finish_done(_: object = None) -> None:
    with _lock:
        waiting = list(_displays)
    for display in waiting:
        if display.jobs_done:
            display.finish()
