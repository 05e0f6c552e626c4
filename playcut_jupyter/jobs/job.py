"""One generation from submission to files on disk: submit, wait, fetch.

The order is the promise: the intent is on disk before the request, the task id before the wait, the files before
anybody hears of them. A job that is cancelled or killed leaves a library row from which `take_up` goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from playcut_jupyter.api import models
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import AssetUnavailable, InvalidInput, NotFound, PlaycutError, PromptRefused, TaskFailed
from playcut_jupyter.jobs.events import Emit, Fetching, Progressed
from playcut_jupyter.jobs.fetching import fetch_assets
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.jobs.submission import submit
from playcut_jupyter.jobs.waiting import wait_for_task
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.tools import READ_ONLY, GenerationRequest


async def generate(connection: Connection, request: GenerationRequest, number: int | None, emit: Emit) -> list[Asset]:
    """Submit *request*, wait for its task and fetch what it brings; no assets if it answers with data.

    Args:
        connection: where to.
        request: what is wanted.
        number: the library's row of the intent; None if the library can't be written.
        emit: called on the event loop with each event.
    """
    started = time.monotonic()
    with _expecting(connection, 3):
        task_id = await submit(connection, request, RecordWriter(connection.library, number, emit), emit)
    if task_id is None:
        return []
    return await take_up(connection, request, number, task_id, emit, started=started)


async def submit_only(
    connection: Connection, request: GenerationRequest, number: int | None, emit: Emit
) -> list[Asset]:
    """Submit *request* and leave its task to a later `take_up`."""
    row = RecordWriter(connection.library, number, emit)
    await submit(connection, request, row, emit)
    await row.release()
    return []


async def take_up(
    connection: Connection,
    request: GenerationRequest,
    number: int | None,
    task_id: str,
    emit: Emit,
    *,
    started: float | None = None,
) -> list[Asset]:
    """Wait for a task that was submitted, now or long ago, and fetch what it brings."""
    row = RecordWriter(connection.library, number, emit)
    try:
        with _expecting(connection, 2):
            document = await wait_for_task(connection, request.tool, task_id, emit)
            assets = await _bring(connection, request, row, task_id, document, emit)
    except TaskFailed as error:
        await row.note(state="failed", status="FAILED", error=error.message)
        emit(Progressed("FAILED", None))
        raise
    except PlaycutError as error:
        error.task_id = error.task_id or task_id
        if isinstance(error, NotFound) and error.tool != "download-asset":
            if request.tool.name not in READ_ONLY:  # else it was asked for by its id alone
                error.hint = f"{error.hint or ''} If it is gone for good, `--fresh` (fresh=True) buys another.".strip()
            await row.release()
            await row.forget_adopted()
            raise
        if task_id not in (error.hint or ""):
            # What was refused here is the question, not the input: that one was taken and paid for.
            is_of_the_input = isinstance(error, InvalidInput | PromptRefused) or type(error) is PlaycutError
            remedy = "" if is_of_the_input else error.hint or ""
            error.hint = f"Nothing is lost: `%playcut wait {task_id}` goes on with it. {remedy}".strip()
        if isinstance(error, AssetUnavailable):  # the task is done: it was not merely left
            await row.note(error=error.message)
        await row.release()
        raise
    except anyio.get_cancelled_exc_class():
        await row.release()
        raise
    if not all(asset.path for asset in assets):
        # Shown, but not kept: `resume` fetches it once the library can be written again.
        await row.release()
        return assets
    seconds = round(time.monotonic() - started, 3) if started is not None else None
    await row.note(state="fetched", status=document.status, error=None, **({"seconds": seconds} if seconds else {}))
    await row.describe()
    return assets


async def _bring(
    connection: Connection,
    request: GenerationRequest,
    row: RecordWriter,
    task_id: str,
    document: models.TaskDocument,
    emit: Emit,
) -> list[Asset]:
    if document.status == "FAILED":
        raise _failure(document, task_id, request)
    if not document.asset_ids:
        raise AssetUnavailable("The task is COMPLETED and names no asset.", tool=request.tool.name)
    emit(Progressed(document.status, 100.0))
    emit(Fetching(len(document.asset_ids)))
    return await fetch_assets(connection, request, row, document.asset_ids, emit)


def _failure(document: models.TaskDocument, task_id: str, request: GenerationRequest) -> TaskFailed:
    fault = document.fault or models.TaskFault(None, None, False)
    reason = fault.message or "the service gives no reason"
    error = TaskFailed(
        f"The task failed: {reason}"
        + ("" if reason.endswith((".", "!", "?")) else ".")
        + (f" ({fault.code})" if fault.code else ""),
        hint="The service says that the same input may be submitted again: run it again."
        if fault.retryable
        else "Change the prompt or the inputs; the service does not say that trying again helps.",
        tool=request.tool.name,
        task_id=task_id,
    )
    error.code, error.retryable = fault.code, fault.retryable
    return error


@contextmanager
def _expecting(connection: Connection, requests: int) -> Iterator[None]:
    """Tell the rate gate how many requests this job still needs, so that progress polls leave room for them."""
    gate = connection.client.gate
    gate.expected += requests
    try:
        yield
    finally:
        gate.expected -= requests
