"""The unfinished jobs of this process: looked up by number, and stopped together.

Stopping loses no task id: a submission that is being sent still gets its answer.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Iterable, Sequence

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.jobs.job import ID_GRACE_S, Job, active
from playcut_jupyter.jobs.job_factory import from_record
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import Record
from playcut_jupyter.remedies import Action, Remedy


def active_in_this_process(library: Library | None = None) -> dict[int, Job]:
    """Return the unfinished jobs of this process by their number in *library*; None for any library."""
    return {
        job.id: job
        for job in list(active)
        if job.id is not None and (library is None or job.connection.library.path == library.path)
    }


def job_of(connection: Connection, record: Record) -> Job:
    """Return the unfinished job of this process that works on *record*, else a finished job for it."""
    return active_in_this_process(connection.library).get(record.id) or from_record(connection, record)


def interrupt(jobs: Sequence[Job]) -> StoppedWaiting:
    """Stop waiting for all *jobs* at once, and return the error that says how to resume them."""
    for job in jobs:
        job.stop_waiting()
    settle(jobs)
    return stopped_error(jobs)


def settle(jobs: Iterable[Job]) -> None:
    """Give the stopping ones among *jobs* up to `ID_GRACE_S`, in all, to save their state in the library."""
    ends_at = time.monotonic() + ID_GRACE_S
    for job in jobs:
        if job.is_stopping:
            job.settle(max(0.0, ends_at - time.monotonic()))


def stopped_error(jobs: Sequence[Job]) -> StoppedWaiting:
    """Return the error that says what happened to stopped *jobs*, and how to resume them."""
    if len(jobs) == 1:
        return jobs[0].stopped_error()
    snapshots = [job.snapshot for job in jobs]
    unfinished = [snapshot for snapshot in snapshots if not snapshot.done or isinstance(snapshot.error, StoppedWaiting)]
    task_ids = open_tasks(jobs)
    uncertain = sum(not snapshot.task_id and not snapshot.done for snapshot in unfinished)
    not_sent = len(unfinished) - len(task_ids) - uncertain
    counts = [
        f"{len(task_ids)} go on at Playcut" if task_ids else "",
        f"{uncertain} may have been submitted" if uncertain else "",
        f"{not_sent} were not submitted" if not_sent else "",
    ]
    fetch: tuple[str | Remedy, ...] = ()
    if task_ids:
        one = Remedy(Action.WAIT_FOR_TASK, task_ids[0])
        fetch = (Remedy(Action.RESUME_ALL), " fetches what was submitted (", one, " fetches one of them). ")
    return StoppedWaiting(
        f"Stopped waiting for {len(unfinished)} generations: {', '.join(filter(None, counts))}.",
        hint=(*fetch, "Running the same again continues with all of them; nothing is bought twice."),
        task_id=task_ids[0] if len(task_ids) == 1 else None,
    )


def open_tasks(jobs: Iterable[Job]) -> list[str]:
    """Return the ids of the tasks of *jobs* that go on at Playcut."""
    snapshots = [job.snapshot for job in jobs]
    open_ = [one for one in snapshots if not one.done or isinstance(one.error, StoppedWaiting)]
    return [one.task_id for one in open_ if one.task_id]


def stop_all(connection: Connection | None = None) -> None:
    """Stop all jobs (of *connection*). Submissions that are being sent get their answer first: no task id is lost."""
    jobs = [job for job in list(active) if connection is None or job.connection is connection]
    for job in jobs:
        job.stop_waiting()
    ends_at = time.monotonic() + max((job.connection.settings.request_timeout_s for job in jobs), default=0) + 1
    for job in jobs:
        job.settle(max(0.0, ends_at - time.monotonic()) if job.snapshot.is_being_sent else ID_GRACE_S)


atexit.register(stop_all)
