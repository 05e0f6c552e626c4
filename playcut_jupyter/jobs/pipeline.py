"""One generation from submission to files on disk: submit, wait, fetch.

The order keeps the promise that nothing is lost: the record is on disk before the request is sent, the task id before
the wait, and the files before the result is announced. A job that is cancelled or killed leaves a record from which
`resume_task` continues.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import anyio

from playcut_jupyter.api import models
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import AssetUnavailable, InvalidInput, NotFound, PlaycutError, PromptRefused, TaskFailed
from playcut_jupyter.jobs.events import Fetching, Progressed
from playcut_jupyter.jobs.fetching import fetch_assets
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.jobs.retry_policies import fetching_ends_at, retry_until
from playcut_jupyter.jobs.submission import submit
from playcut_jupyter.jobs.waiting import wait_for_task
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import READ_ONLY, GenerationRequest


async def generate(job: Job) -> Sequence[AssetRecord]:
    """Submit the request of *job*, wait for its task and return its assets; none if the tool returns data instead."""
    started_at = time.monotonic()
    with _expecting(job.connection, 3):
        task_id = await submit(job, _record_writer(job))
    return await resume_task(job, task_id, started_at=started_at) if task_id is not None else ()


async def submit_only(job: Job) -> Sequence[AssetRecord]:
    """Submit the request of *job* and leave its task to be resumed later."""
    record = _record_writer(job)
    await submit(job, record)
    await record.release()
    return ()


async def resume_task(job: Job, task_id: str, *, started_at: float | None = None) -> Sequence[AssetRecord]:
    """Wait for a submitted task and return its assets.

    Args:
        job: the task's job.
        task_id: the task's id.
        started_at: when it was submitted, on the monotonic clock; None for a task of an earlier job or process.
    """
    record, waiting_since = _record_writer(job), time.monotonic()
    try:
        with _expecting(job.connection, 2):
            document = await wait_for_task(job.connection, job.request.tool, task_id, job.emit)
            if document.has_failed:
                raise _failure(document, task_id, job.request.tool.name)
            assets = await _fetch_result(job, record, document, waiting_since)
    except TaskFailed as error:
        await record.update(state="failed", status=document.status, error=error.message)
        job.emit(Progressed(document.status, None))
        raise
    except PlaycutError as error:
        if isinstance(error, AssetUnavailable):  # with an error, the record means: complete, but not downloaded
            await record.update(error=error.message)
        await record.release()
        if _is_unknown_task(error):
            await record.remove_adopted()
        raise _with_remedies(error, job.request, task_id) from None
    except anyio.get_cancelled_exc_class():
        await record.release()
        raise
    if not all(asset.path for asset in assets):
        # Shown, but not saved: it can be fetched again when the library can be written again.
        await record.release()
        return assets
    seconds = {"seconds": round(time.monotonic() - started_at, 3)} if started_at is not None else {}
    await record.finish(state="fetched", status=document.status, error=None, **seconds)
    return assets


def _record_writer(job: Job) -> RecordWriter:
    return RecordWriter(job.connection.library, job.id, job.emit)


async def _fetch_result(
    job: Job, record: RecordWriter, document: models.TaskDocument, waiting_since: float
) -> Sequence[AssetRecord]:
    """Return the assets that the document of a successful task names."""
    connection, request = job.connection, job.request
    if not document.asset_ids:
        raise AssetUnavailable("The task is COMPLETED but names no asset.", tool=request.tool.name)
    job.emit(Fetching(len(document.asset_ids)))  # first: the line must not say COMPLETED before there is a file
    job.emit(Progressed(document.status, 100.0))
    ends_at = fetching_ends_at(connection.settings.deadline_for(request.tool), waiting_since)
    retry_policy = retry_until(ends_at, job.emit)
    return await fetch_assets(connection, request, record, document.asset_ids, retry_policy, job.emit)


def _failure(document: models.TaskDocument, task_id: str, tool: str) -> TaskFailed:
    fault = document.fault or models.TaskFault(None, None, False)
    reason = fault.message or "the service gave no reason"
    how = "The task failed" if document.status == "FAILED" else f"The task {task_id} ended as {document.status}"
    return TaskFailed(
        f"{how}: {reason}"
        + ("" if reason.endswith((".", "!", "?")) else ".")
        + (f" ({fault.code})" if fault.code else ""),
        code=fault.code,
        retryable=fault.retryable,
        hint="The service says that the same input may be submitted again: run it again."
        if fault.retryable
        else "Change the prompt or the inputs; the service does not report this failure as retryable.",
        tool=tool,
        task_id=task_id,
    )


def _is_unknown_task(error: PlaycutError) -> bool:
    return isinstance(error, NotFound) and error.tool != "download-asset"


def _with_remedies(error: PlaycutError, request: GenerationRequest, task_id: str) -> PlaycutError:
    """Return *error* with a hint that says how to get the result of a task that was accepted and paid for."""
    if _is_unknown_task(error):
        if request.tool.name in READ_ONLY:  # the task was requested by its id alone
            return error.with_context(task_id=task_id)
        generate = (" If the task no longer exists, ", Remedy(Action.GENERATE_AGAIN), " generates another.")
        return error.with_context(hint=(*error.remedies, *generate), task_id=task_id)
    wait = Remedy(Action.WAIT_FOR_TASK, task_id)
    if wait in error.remedies:
        return error.with_context(task_id=task_id)
    # The API refused our request about the task, not the task's input, so advice about the input would be wrong.
    is_about_input = isinstance(error, InvalidInput | PromptRefused) or type(error) is PlaycutError
    is_about_input = is_about_input and not error.from_gateway
    remedies = () if is_about_input else (" ", *error.remedies)
    return error.with_context(hint=("Nothing is lost: ", wait, " resumes it.", *remedies), task_id=task_id)


@contextmanager
def _expecting(connection: Connection, requests: int) -> Iterator[None]:
    """Tell the rate limiter how many requests this job still needs, so that progress polls leave room for them."""
    limiter = connection.client.rate_limiter
    limiter.expected += requests
    try:
        yield
    finally:
        limiter.expected -= requests
