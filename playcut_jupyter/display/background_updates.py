"""Updates displays in the background, while other cells run.

All displays together keep to the message limit of one cell. Outside of a notebook the first and the final state are
printed.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import anyio
from anyio import to_thread

from playcut_jupyter.background.forks import on_fork
from playcut_jupyter.background.portal import portal
from playcut_jupyter.display.live import MAX_MESSAGES_PER_S, Below, Line, LiveDisplay
from playcut_jupyter.display.targets import background_target
from playcut_jupyter.jobs.job import SLICE_S, Job

_MIN_GAP_S = 1.05 / MAX_MESSAGES_PER_S
_displays: list[LiveDisplay] = []
_lock = threading.Lock()
_updates: Future[None] | None = None
"""`_update_all`; done while there is nothing to update, or when its loop has ended."""


def update_in_background(
    jobs: Sequence[Job],
    line: Line,
    below: Below | None = None,
    then: Callable[[], str] | None = None,
) -> None:
    """Display *jobs* and return; update the display in the background until all are done.

    The arguments are those of `LiveDisplay`.
    """
    display = LiveDisplay(jobs, line, below, background_target(), then)
    if display.jobs_done:
        display.finish()
        return
    # The first drawing is done here: from another thread, only updates reach the right cell.
    display.tick()
    _finish_with_each_cell()
    global _updates
    with _lock:
        _displays.append(display)
        is_updating = len(_displays) > 1 and _updates is not None and not _updates.done()
    if not is_updating:
        _updates = portal().start_task_soon(_update_all)


async def _update_all() -> None:
    """Draw all displays in turn, within the message limit of one cell."""
    while True:
        # On a thread, because decoding must not block the jobs on this loop. In an empty context, not that of the cell
        # that made the display: nbclient accepts an update only from the running cell.
        messages = await to_thread.run_sync(contextvars.Context().run, _draw_next)
        with _lock:
            _displays[:] = [display for display in _displays if not display.is_final]
            if not _displays:
                return
        await anyio.sleep(messages * _MIN_GAP_S or SLICE_S)


def _renew() -> None:
    """Leave the displays of the parent to the parent."""
    global _lock
    _lock = threading.Lock()
    _displays.clear()


on_fork(in_child=_renew)


def _draw_next() -> int:
    with _lock:
        displays = sorted(_displays, key=lambda display: (not display.jobs_done, display.drawn_at))
    for display in displays:
        messages = display.finish() if display.jobs_done else display.tick()
        if messages:
            return messages
    return 0


def _finish_with_each_cell() -> None:
    """Draw finished displays before each cell ends, because nbclient accepts no update after the last one."""
    from IPython import get_ipython  # a script must not load IPython for it

    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", _finish_done)  # registered only once


def _finish_done(_: object = None) -> None:
    with _lock:
        displays = list(_displays)
    for display in displays:
        if display.jobs_done:
            display.finish()
