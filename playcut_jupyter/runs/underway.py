"""The generations that this process is working on: to be found again, and to be stopped together.

Stopping never loses a task's id: a submission that is on its way gets its answer, whatever the cell does.
"""

from __future__ import annotations

import atexit
import time
import weakref
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from playcut_jupyter.errors import StoppedWaiting

if TYPE_CHECKING:
    from playcut_jupyter.connection.connection import Connection
    from playcut_jupyter.library.database import Library
    from playcut_jupyter.runs.handle import Handle

ID_GRACE_S = 0.2
"""How long stopped submissions are given, together, to tell their tasks' ids, seconds."""

_working: weakref.WeakSet[Handle] = weakref.WeakSet()


def begin(run: Handle) -> None:
    """Take note that *run* is being worked on."""
    _working.add(run)


def end(run: Handle) -> None:
    """Take note that *run* is done."""
    _working.discard(run)


def active_in_this_process(library: Library | None = None) -> dict[int, Handle]:
    """Return by number what this process is working on, of *library* or of any."""
    runs = list(_working)
    return {
        run.id: run
        for run in runs
        if run.id is not None and (library is None or run.connection.library.path == library.path)
    }


def interrupt(runs: Sequence[Handle]) -> StoppedWaiting:
    """Stop waiting for all *runs* at once, and return the error that tells how to go on."""
    for run in runs:
        run.stop_waiting()
    settle(runs)
    return stopped(runs)


def settle(runs: Iterable[Handle]) -> None:
    """Give those of *runs* that were told to stop a moment, together, to leave the library in order."""
    ends_at = time.monotonic() + ID_GRACE_S
    for run in runs:
        if run.is_stopping:
            run.settle(max(0.0, ends_at - time.monotonic()))


def stopped(runs: Sequence[Handle]) -> StoppedWaiting:
    """Return the error that tells what has become of stopped *runs*, and how to go on."""
    if len(runs) == 1:
        return runs[0].stopped()
    open_ = [run for run in runs if not run.done or isinstance(run.error, StoppedWaiting)]
    going_on = [run for run in open_ if run.task_id]
    doubtful = sum(not run.task_id and not run.done for run in open_)
    never_sent = len(open_) - len(going_on) - doubtful
    facts = [
        f"{len(going_on)} go on at Playcut" if going_on else "",
        f"{doubtful} may just have been taken" if doubtful else "",
        f"{never_sent} were never sent" if never_sent else "",
    ]
    hint = "The same again goes on with all of it"
    if going_on:
        hint = f"`%playcut resume` fetches what goes on (`%playcut wait {going_on[0].task_id}` one of them). {hint}"
    return StoppedWaiting(
        f"Stopped waiting for {len(open_)} generations: {', '.join(filter(None, facts))}.",
        hint=f"{hint}; what was bought is not bought again.",
        task_id=going_on[0].task_id if len(going_on) == 1 else None,
    )


def stop_all(connection: Connection | None = None) -> None:
    """Stop all jobs (of *connection*), letting submissions on their way get their answer: no task id is lost."""
    runs = [run for run in list(_working) if connection is None or run.connection is connection]
    for run in runs:
        run.stop_waiting()
    ends_at = time.monotonic() + max((run.connection.settings.request_timeout_s for run in runs), default=0) + 1
    for run in runs:
        run.settle(max(0.0, ends_at - time.monotonic()) if run.is_being_sent else ID_GRACE_S)


atexit.register(stop_all)
