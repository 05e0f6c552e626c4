"""The jobs that this process is working on: to be found again, and to be stopped together.

Stopping never loses a task's id: a submission that is on its way gets its answer, whatever the cell does.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Iterable, Sequence

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.jobs.job import ID_GRACE_S, Job, active
from playcut_jupyter.library.database import Library
from playcut_jupyter.remedies import Action, Remedy


def active_in_this_process(library: Library | None = None) -> dict[int, Job]:
    """Return by number what this process is working on, of *library* or of any."""
    return {
        job.id: job
        for job in list(active)
        if job.id is not None and (library is None or job.connection.library.path == library.path)
    }


def interrupt(jobs: Sequence[Job]) -> StoppedWaiting:
    """Stop waiting for all *jobs* at once, and return the error that tells how to go on."""
    for job in jobs:
        job.stop_waiting()
    settle(jobs)
    return stopped_error(jobs)


def settle(jobs: Iterable[Job]) -> None:
    """Give those of *jobs* that were told to stop a moment, together, to leave the library in order."""
    ends_at = time.monotonic() + ID_GRACE_S
    for job in jobs:
        if job.is_stopping:
            job.settle(max(0.0, ends_at - time.monotonic()))


def stopped_error(jobs: Sequence[Job]) -> StoppedWaiting:
    """Return the error that tells what has become of stopped *jobs*, and how to go on."""
    if len(jobs) == 1:
        return jobs[0].stopped_error()
    states = [job.snapshot for job in jobs]
    open_ = [state for state in states if not state.done or isinstance(state.error, StoppedWaiting)]
    task_ids = [state.task_id for state in open_ if state.task_id]
    doubtful = sum(not state.task_id and not state.done for state in open_)
    never_sent = len(open_) - len(task_ids) - doubtful
    facts = [
        f"{len(task_ids)} go on at Playcut" if task_ids else "",
        f"{doubtful} may just have been taken" if doubtful else "",
        f"{never_sent} were never sent" if never_sent else "",
    ]
    fetch: tuple[str | Remedy, ...] = ()
    if task_ids:
        one = Remedy(Action.WAIT_FOR_TASK, task_ids[0])
        fetch = (Remedy(Action.RESUME_ALL), " fetches what goes on (", one, " one of them). ")
    return StoppedWaiting(
        f"Stopped waiting for {len(open_)} generations: {', '.join(filter(None, facts))}.",
        hint=(*fetch, "The same again goes on with all of it; what was bought is not bought again."),
        task_id=task_ids[0] if len(task_ids) == 1 else None,
    )


def stop_all(connection: Connection | None = None) -> None:
    """Stop all jobs (of *connection*), letting submissions on their way get their answer: no task id is lost."""
    jobs = [job for job in list(active) if connection is None or job.connection is connection]
    for job in jobs:
        job.stop_waiting()
    ends_at = time.monotonic() + max((job.connection.settings.request_timeout_s for job in jobs), default=0) + 1
    for job in jobs:
        job.settle(max(0.0, ends_at - time.monotonic()) if job.snapshot.is_being_sent else ID_GRACE_S)


atexit.register(stop_all)
