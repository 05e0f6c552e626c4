"""Decides for each requested generation whether it is shown from the library, resumed, or bought."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from playcut_jupyter.api.client import encoded
from playcut_jupyter.connection.connection import Connection, checked_session
from playcut_jupyter.errors import PlaycutError, SubmissionUncertain, TaskFailed
from playcut_jupyter.jobs import start
from playcut_jupyter.jobs.active_jobs import active_in_this_process, interrupt
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.library import ratings
from playcut_jupyter.library.records import Record, fingerprint
from playcut_jupyter.tools import GenerationRequest


def start_all(connection: Connection, requests: Sequence[GenerationRequest], *, reuse: bool) -> list[Job]:
    """Start all *requests*, each from the library where it has been bought before and *reuse* is on.

    The n-th request with the same inputs is the n-th saved one. What is under way in this process is waited for, and
    a task that was submitted, and that nobody waits for any more, is resumed: neither is bought again. Of several,
    one that may not be bought (the budget) is a failed job among the others; a single one is raised.

    Raises:
        InvalidInput: an input can't be sent as JSON.
        BudgetExceeded: a single one is known to pass the budget.
        StoppedWaiting: interrupted; those that were started are stopped, and can be resumed.
    """
    for request in requests:  # raises for what can't be sent, before any of them is
        encoded(request.tool.name, request.inputs)
        checked_session(request.session)
    pool = ReusePool(connection) if reuse else None
    jobs: list[Job] = []
    try:
        for request in requests:
            found = pool.take(request) if pool else None
            jobs.append(found or _submitted(connection, request, raising=len(requests) == 1))
    except KeyboardInterrupt:
        raise interrupt(jobs) from None
    return jobs


def start_again(job: Job, *, uncertain: bool = False) -> Job:
    """Start a job that failed once more, and return what takes its place.

    What was bought is never bought again: its result is shown if it has been fetched since, and its task is waited
    for where it has one. What may have been bought is submitted again only if *uncertain*, else returned as it is.
    """
    failed = job.snapshot
    if not failed.done or failed.error is None:
        return job
    connection, record = job.connection, _record_of(job)
    task_id = failed.task_id or (record.task_id if record else None)
    doubtful = isinstance(failed.error, SubmissionUncertain) or (
        record is not None and record.state in ("sending", "uncertain")
    )
    goes_on = task_id is not None and not isinstance(failed.error, TaskFailed)
    if record is not None and record.state == "fetched" and record.has_files:
        again = start.recorded(connection, record, reused=True)
    elif task_id is not None and goes_on:
        again = (
            start.resume(connection, record)
            if record is not None and record.task_id == task_id
            else start.resume_untracked(connection, task_id, failed.warning, failed.request)
        )
    elif doubtful and not uncertain:
        return job
    else:
        again = _submitted(connection, job.request, raising=False)
    is_same_purchase = goes_on and not again.snapshot.reused
    before = failed.credits_before + (0.0 if is_same_purchase else failed.estimated_credits or 0.0)
    again.update(labels=failed.labels, credits_before=before)
    return again


def _record_of(job: Job) -> Record | None:
    with suppress(PlaycutError):
        return job.connection.library.get(job.id) if job.id is not None else None
    return None


def _submitted(connection: Connection, request: GenerationRequest, *, raising: bool) -> Job:
    """Submit; of several, one that may not be bought fails by itself and stops none of the others."""
    try:
        return start.submit(connection, request)
    except PlaycutError as error:
        if raising:
            raise
        return start.refused(connection, request, error)


class ReusePool:
    """What need not be bought, as it was before the first of several requests is started; each is taken once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._active = active_in_this_process(connection.library)
        self._taken: dict[str, int] = {}

    def take(self, request: GenerationRequest) -> Job | None:
        """Return the next one with the inputs of *request*, or None if there is no further one."""
        origin, tool = self._connection.settings.origin, request.tool.name
        key = fingerprint(origin, tool, request.inputs)
        wanted = self._taken.get(key, 0)
        try:
            saved = self._connection.library.saved(origin, tool, request.inputs, wanted + 1, self._active)
        except PlaycutError:
            return None
        if len(saved) <= wanted:
            return None
        self._taken[key] = wanted + 1
        return self._started(request, saved[wanted])

    def _started(self, request: GenerationRequest, record: Record) -> Job:
        labels: dict[str, Any] = {"labels": request.labels}
        if record.id in self._active:
            return start.share_result_of(self._active[record.id], request)
        if record.state == "acknowledged" or not record.has_files:
            return start.resume(self._connection, record, **labels)
        if request.parent_id is not None:
            with suppress(PlaycutError):  # a library that can't be written still shows what it has
                ratings.link(self._connection.library, record.id, request.parent_id)
        return start.recorded(self._connection, record, reused=True, **labels)
