"""Decides for each requested generation whether it is served from the library, resumed, or submitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from playcut_jupyter.api.client import encoded
from playcut_jupyter.connection.connection import Connection, checked_session
from playcut_jupyter.errors import NotInLibrary, PlaycutError, SubmissionUncertain, TaskFailed
from playcut_jupyter.jobs import start
from playcut_jupyter.jobs.active_jobs import active_in_this_process, interrupt
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.purchases import next_number, unknown_to_library
from playcut_jupyter.library import ratings, sweeps
from playcut_jupyter.library.records import Record, fingerprint
from playcut_jupyter.text import truncate
from playcut_jupyter.tools import GenerationRequest


def start_all(connection: Connection, requests: Sequence[GenerationRequest], *, reuse: bool) -> list[Job]:
    """Start a job for each of *requests*; with *reuse*, serve repeated ones from the library.

    The n-th request with the same inputs reuses the n-th saved generation. Reuse also covers unfinished generations:
    one that runs in this process is shared, and a submitted task that no process waits for is resumed. If the budget
    does not allow a request, its job is a failed one among the others; a single request raises instead.

    Raises:
        InvalidInput: an input can't be sent as JSON.
        BudgetExceeded: the budget does not allow a single request.
        NotInLibrary: frozen, and the library has none of them.
        StoppedWaiting: interrupted; the jobs started so far are stopped and can be resumed.
    """
    for request in requests:  # raises for an invalid one before any is submitted
        encoded(request.tool.name, request.inputs)
        checked_session(request.session)
    if connection.settings.is_frozen:
        return _from_library(connection, requests)
    pool = ReusePool(connection) if reuse else None
    jobs: list[Job] = []
    try:
        for request in requests:
            reused = pool.take(request) if pool else None
            jobs.append(reused or _submit(connection, request, raise_refusal=len(requests) == 1))
    except KeyboardInterrupt:
        raise interrupt(jobs) from None
    numbers = [job.id for job in jobs if job.id is not None]
    if len(numbers) > 1:
        with suppress(PlaycutError):  # a library that can't be written: the gallery shows them one by one
            sweeps.keep(connection.library, numbers)
    return jobs


def _from_library(connection: Connection, requests: Sequence[GenerationRequest]) -> list[Job]:
    """Return finished jobs with what the library has; what it lacks is a failed one among the others."""
    taken: Counter[str] = Counter()
    jobs: list[Job] = []
    found = False
    for request in requests:
        key = fingerprint("", request.tool.name, request.inputs)
        records = _kept(connection, request, taken[key] + 1)
        if taken[key] < len(records):
            found = True
            jobs.append(start.recorded(connection, records[taken[key]], reused=True, labels=request.labels))
            taken[key] += 1
        else:
            jobs.append(start.refused(connection, request, _not_in_library(request)))
    if not found and jobs:
        if len(requests) == 1:
            raise _not_in_library(requests[0])
        raise NotInLibrary(
            f"Frozen: the library has none of these {len(requests)} generations, and frozen mode makes none."
        )
    return jobs


def _kept(connection: Connection, request: GenerationRequest, limit: int) -> list[Record]:
    return connection.library.kept(connection.settings.origin, request.tool.name, request.inputs, limit)


def _not_in_library(request: GenerationRequest) -> NotInLibrary:
    told = f": {truncate(request.prompt, 80)!r}" if request.prompt else ""
    wanted = f"this {request.tool.kind}" if request.tool.is_known else f"what {request.tool.name} answers to this"
    return NotInLibrary(f"Frozen: the library does not have {wanted}{told}. Nothing was sent.", tool=request.tool.name)


def answer_in_library(connection: Connection, request: GenerationRequest) -> Any:
    """Return what a tool that starts no task answered to the same input, from the library.

    Raises:
        NotInLibrary: it is not there.
    """
    for record in _kept(connection, request, 1):
        if record.state == "answered":
            return record.answer
    raise _not_in_library(request)


def start_again(job: Job, *, uncertain: bool = False) -> Job:
    """Retry a failed job, and return the job that replaces it.

    Nothing is bought twice: a result that was fetched meanwhile is shown, and a task that may still complete is
    resumed. An uncertain submission is submitted again only if *uncertain*; otherwise *job* itself is returned.
    """
    failed = job.snapshot
    if not failed.done or failed.error is None:
        return job
    job.connection.settings.check_online("trying again")
    connection, record = job.connection, _record_of(job)
    task_id = failed.task_id or (record.task_id if record else None)
    is_uncertain = isinstance(failed.error, SubmissionUncertain) or (
        record is not None and record.state in ("sending", "uncertain")
    )
    is_resumable = task_id is not None and not isinstance(failed.error, TaskFailed)
    if record is not None and record.state == "fetched" and record.has_files:
        again = start.recorded(connection, record, reused=True)
    elif task_id is not None and is_resumable:
        again = (
            start.resume(connection, record)
            if record is not None and record.task_id == task_id
            else start.resume_untracked(connection, task_id, failed.warning, failed.request)
        )
    elif is_uncertain and not uncertain:
        return job
    else:
        again = _submit(connection, job.request, raise_refusal=False)
        if job.id is not None and again.id is not None:
            with suppress(PlaycutError):
                sweeps.replace(connection.library, job.id, again.id)
    is_same_task = is_resumable and not again.snapshot.reused
    before = failed.credits_before + (0.0 if is_same_task else failed.estimated_credits or 0.0)
    again.update(labels=failed.labels, credits_before=before)
    return again


def _record_of(job: Job) -> Record | None:
    with suppress(PlaycutError):
        return job.connection.library.get(job.id) if job.id is not None else None
    return None


def _submit(connection: Connection, request: GenerationRequest, *, raise_refusal: bool) -> Job:
    """Submit *request*; if the budget refuses it, raise the error or return a failed job."""
    try:
        return start.submit(connection, request)
    except PlaycutError as error:
        if raise_refusal:
            raise
        return start.refused(connection, request, error)


class ReusePool:
    """The generations that several requests can reuse, as they were before the first request started.

    Each is used once.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._active = active_in_this_process(connection.library)
        self._begun_at = next_number()
        self._taken: dict[str, int] = {}

    def take(self, request: GenerationRequest) -> Job | None:
        """Return a job for the next generation with the inputs of *request*; None if there is no other."""
        origin, tool = self._connection.settings.origin, request.tool.name
        key = fingerprint(origin, tool, request.inputs)
        taken = self._taken.get(key, 0)
        saved: Sequence[Record] = ()
        warning = ""
        try:
            saved = self._connection.library.saved(origin, tool, request.inputs, taken + 1, self._active)
            unsaved = unknown_to_library(self._connection, request, saved, self._begun_at)
        except PlaycutError as error:
            warning = str(error)
            unsaved = unknown_to_library(self._connection, request, None, self._begun_at)
        if taken >= len(saved) + len(unsaved):
            return None
        self._taken[key] = taken + 1
        if taken < len(saved):
            return self._start(request, saved[taken])
        return start.known(self._connection, unsaved[taken - len(saved)], request, warning)

    def _start(self, request: GenerationRequest, record: Record) -> Job:
        labels: dict[str, Any] = {"labels": request.labels}
        if record.id in self._active:
            return start.share_result_of(self._active[record.id], request)
        if record.state == "acknowledged" or not record.has_files:
            return start.resume(self._connection, record, **labels)
        if request.parent_id is not None:
            with suppress(PlaycutError):  # a read-only library can still serve the result
                ratings.link(self._connection.library, record.id, request.parent_id)
        return start.recorded(self._connection, record, reused=True, **labels)
