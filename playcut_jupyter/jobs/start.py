"""Starts a job for each requested generation, and again for those that failed: from the library, or submitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from playcut_jupyter.api.client import encoded
from playcut_jupyter.connection.connection import Connection, checked_session
from playcut_jupyter.errors import PlaycutError, SubmissionUncertain, TaskFailed
from playcut_jupyter.jobs import job_factory
from playcut_jupyter.jobs.active_jobs import interrupt
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.reuse import ReusePool, all_from_library
from playcut_jupyter.library import sweeps
from playcut_jupyter.library.records import Record
from playcut_jupyter.tools import GenerationRequest


def start_all(
    connection: Connection,
    requests: Sequence[GenerationRequest],
    *,
    reuse: bool,
    cell: Callable[[], str | None] = lambda: None,
) -> list[Job]:
    """Start a job for each of *requests*; with *reuse*, serve repeated ones from the library.

    The n-th request with the same inputs reuses the n-th saved generation. Reuse also covers unfinished generations:
    one that runs in this process is shared, and a submitted task that no process waits for is resumed. If the budget
    does not allow a request, its job is a failed one among the others; a single request raises instead. What is started
    together is kept as a sweep, with the cell that asks for it, if *cell* finds one.

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
        return all_from_library(connection, requests)
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
            sweeps.keep(connection.library, numbers, cell())
    return jobs


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
        again = job_factory.from_record(connection, record, reused=True)
    elif task_id is not None and is_resumable:
        again = (
            job_factory.resume(connection, record)
            if record is not None and record.task_id == task_id
            else job_factory.resume_untracked(connection, task_id, failed.warning, failed.request)
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
        return job_factory.submit(connection, request)
    except PlaycutError as error:
        if raise_refusal:
            raise
        return job_factory.failed(connection, request, error)
