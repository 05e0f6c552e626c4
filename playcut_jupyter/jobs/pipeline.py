"""One generation from submission to files on disk: submit, wait, fetch.

The order is the promise: the row is on disk before the request, the task id before the wait, the files before
anybody hears of them. A job that is cancelled or killed leaves a row of the library from which `resume_task` goes on.
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
from playcut_jupyter.jobs.submission import submit
from playcut_jupyter.jobs.waiting import wait_for_task
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import READ_ONLY, GenerationRequest


async def generate(job: Job) -> Sequence[AssetRecord]:
    """Submit what *job* asks for, wait for its task and fetch what it brings; nothing if it answers with data."""
    started = time.monotonic()
    with _expecting(job.connection, 3):
        task_id = await submit(job, _record(job))
    return await resume_task(job, task_id, started=started) if task_id is not None else ()


async def submit_only(job: Job) -> Sequence[AssetRecord]:
    """Submit what *job* asks for and leave its task to be resumed later."""
    record = _record(job)
    await submit(job, record)
    await record.release()
    return ()


async def resume_task(job: Job, task_id: str, *, started: float | None = None) -> Sequence[AssetRecord]:
    """Wait for a task that was submitted, now or long ago, and fetch what it brings.

    Args:
        job: whose task it is.
        task_id: its id.
        started: when it was submitted, on the monotonic clock; None if that was long ago.
    """
    record = _record(job)
    try:
        with _expecting(job.connection, 2):
            document = await wait_for_task(job.connection, job.request.tool, task_id, job.emit)
            assets = await _fetched(job, record, task_id, document)
    except TaskFailed as error:
        await record.update(state="failed", status="FAILED", error=error.message)
        job.emit(Progressed("FAILED", None))
        raise
    except PlaycutError as error:
        if isinstance(error, AssetUnavailable):  # the task is done: it was not merely left
            await record.update(error=error.message)
        await record.release()
        if _is_unknown_task(error):
            await record.remove_adopted()
        raise _with_way_on(error, job.request, task_id) from None
    except anyio.get_cancelled_exc_class():
        await record.release()
        raise
    if not all(asset.path for asset in assets):
        # Shown, but not kept: it can be fetched again once the library can be written again.
        await record.release()
        return assets
    seconds = {"seconds": round(time.monotonic() - started, 3)} if started is not None else {}
    await record.update(state="fetched", status=document.status, error=None, **seconds)
    await record.describe()
    return assets


def _record(job: Job) -> RecordWriter:
    return RecordWriter(job.connection.library, job.id, job.emit)


async def _fetched(
    job: Job, record: RecordWriter, task_id: str, document: models.TaskDocument
) -> Sequence[AssetRecord]:
    tool = job.request.tool.name
    if document.status == "FAILED":
        raise _failure(document, task_id, tool)
    if not document.asset_ids:
        raise AssetUnavailable("The task is COMPLETED and names no asset.", tool=tool)
    job.emit(Progressed(document.status, 100.0))
    job.emit(Fetching(len(document.asset_ids)))
    return await fetch_assets(job.connection, job.request, record, document.asset_ids, job.emit)


def _failure(document: models.TaskDocument, task_id: str, tool: str) -> TaskFailed:
    fault = document.fault or models.TaskFault(None, None, False)
    reason = fault.message or "the service gives no reason"
    return TaskFailed(
        f"The task failed: {reason}"
        + ("" if reason.endswith((".", "!", "?")) else ".")
        + (f" ({fault.code})" if fault.code else ""),
        code=fault.code,
        retryable=fault.retryable,
        hint="The service says that the same input may be submitted again: run it again."
        if fault.retryable
        else "Change the prompt or the inputs; the service does not say that trying again helps.",
        tool=tool,
        task_id=task_id,
    )


def _is_unknown_task(error: PlaycutError) -> bool:
    return isinstance(error, NotFound) and error.tool != "download-asset"


def _with_way_on(error: PlaycutError, request: GenerationRequest, task_id: str) -> PlaycutError:
    """Return *error* with what to do about a task that was taken and paid for."""
    if _is_unknown_task(error):
        if request.tool.name in READ_ONLY:  # it was asked for by its id alone
            return error.with_context(task_id=task_id)
        again = (" If it is gone for good, ", Remedy(Action.GENERATE_AGAIN), " buys another.")
        return error.with_context(hint=(*error.remedies, *again), task_id=task_id)
    way_on = Remedy(Action.WAIT_FOR_TASK, task_id)
    if way_on in error.remedies:
        return error.with_context(task_id=task_id)
    # What was refused here is the question, not the input: that one was taken and paid for.
    is_of_the_input = isinstance(error, InvalidInput | PromptRefused) or type(error) is PlaycutError
    remedies = () if is_of_the_input else (" ", *error.remedies)
    return error.with_context(hint=("Nothing is lost: ", way_on, " goes on with it.", *remedies), task_id=task_id)


@contextmanager
def _expecting(connection: Connection, requests: int) -> Iterator[None]:
    """Tell the rate limiter how many requests this job still needs, so that progress polls leave room for them."""
    limiter = connection.client.rate_limiter
    limiter.expected += requests
    try:
        yield
    finally:
        limiter.expected -= requests
