"""Creates jobs: for a new submission, a record of the library, an open task, or the result of another job."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from playcut_jupyter import tools
from playcut_jupyter.background.portal import portal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import AssetUnavailable, PlaycutError, StoppedWaiting, SubmissionUncertain, TaskFailed
from playcut_jupyter.jobs.job import Job, Work
from playcut_jupyter.jobs.pipeline import generate, resume_task
from playcut_jupyter.jobs.purchases import Purchase, remember
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord, Record
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.settings import SANDBOX_ORIGIN
from playcut_jupyter.tools import GenerationRequest

_ERRORS: Mapping[str, type[PlaycutError]] = {
    "failed": TaskFailed,
    "uncertain": SubmissionUncertain,
    "sending": SubmissionUncertain,
    "intended": StoppedWaiting,
    "acknowledged": StoppedWaiting,
}
_UNFINISHED = {
    "intended": "It was not submitted.",
    "sending": "Its kernel ended during the submission; whether the API took it is not known.",
    "acknowledged": "It was submitted and not fetched.",
}
_COPIED = ("status", "progress", "task_id", "inputs", "note", "estimated_credits", "is_being_sent", "is_fetching")
"""The fields of a job's snapshot that a job which shares its result copies."""


def submit(connection: Connection, request: GenerationRequest, work: Work = generate) -> Job:
    """Start the submission of *request*, and return its job at once.

    Args:
        connection: the connection to use.
        request: the request.
        work: what the job does; by default everything up to files on disk.

    Raises:
        BudgetExceeded: the known price exceeds what is left of the budget.
        PlaycutError: the background loop can't be started.
    """
    portal()  # raises before anything is written down
    if connection.account.budget is not None:
        connection.account.check(connection.expected_credits(request))
    snapshot = _new_snapshot(connection, request)
    try:
        number = connection.library.create(
            connection.settings.origin,
            snapshot.tool,
            snapshot.kind,
            snapshot.prompt,
            request.inputs,
            request.session,
            request.parent_id,
            request.labels,
        )
        job = Job(connection, replace(snapshot, id=number))
    except PlaycutError as error:
        job = Job(connection, replace(snapshot, warning=str(error)))
    remember(job)
    job.start(work)
    return job


def failed(connection: Connection, request: GenerationRequest, error: PlaycutError) -> Job:
    """Return a failed job for a request that was refused with *error* before anything was sent."""
    return Job(connection, replace(_new_snapshot(connection, request), done=True, error=error))


def from_record(connection: Connection, record: Record, **fields: Any) -> Job:
    """Return a finished job for a record of the library; nothing is sent. *fields* are set in its `Snapshot`."""
    is_frozen = connection.settings.is_frozen
    assets = tuple(replace(asset, is_portable=True) if is_frozen else asset for asset in record.assets)
    snapshot = replace(_snapshot_of(connection, record), done=True, assets=assets, **fields)
    if record.state == "answered":
        snapshot = replace(snapshot, status="COMPLETED", data=record.answer)
    elif record.is_active_elsewhere:
        error = StoppedWaiting(
            "Another process works on it.",
            hint=(Remedy(Action.WAIT_FOR_TASK, record.task_id), " waits for it here, too.") if record.task_id else None,
            tool=record.tool,
            task_id=record.task_id,
        )
        status = snapshot.status if record.task_id else "SUBMITTING"
        snapshot = replace(snapshot, is_elsewhere=True, status=status, error=error)
    elif record.state != "fetched":
        is_complete = record.state == "acknowledged" and record.error is not None  # but not downloaded
        error_class = AssetUnavailable if is_complete else _ERRORS.get(record.state, PlaycutError)
        reason = record.error or _UNFINISHED.get(record.state, record.state)
        is_open = error_class is StoppedWaiting and record.task_id
        hint = (Remedy(Action.RESUME_ALL), " fetches it.") if is_open else None
        snapshot = replace(snapshot, error=error_class(reason, hint=hint, tool=record.tool, task_id=record.task_id))
    return Job(connection, replace(snapshot, elapsed_s=record.seconds or 0.0))


def resume(connection: Connection, record: Record, **fields: Any) -> Job:
    """Wait for the task of *record* and fetch its assets; nothing is bought. *fields* are as in `from_record`."""
    job = Job(connection, replace(_snapshot_of(connection, record), **fields))
    job.start(lambda job: resume_task(job, record.task_id or ""))
    return job


def resume_untracked(
    connection: Connection, task_id: str, warning: str, request: GenerationRequest | None = None
) -> Job:
    """Wait for a task without the library, which *warning* says can't be used; its assets stay in memory."""
    unknown = GenerationRequest(tools.named("wait-for-task"), {"taskId": task_id}, as_given=True)
    snapshot = _new_snapshot(connection, request or unknown)
    kind = snapshot.kind if request else "task"
    job = Job(connection, replace(snapshot, kind=kind, task_id=task_id, status="PENDING", warning=warning))
    job.start(lambda job: resume_task(job, task_id))
    return job


def from_purchase(connection: Connection, purchase: Purchase, request: GenerationRequest, warning: str) -> Job:
    """Return a job for *request* that has what this process bought with the same inputs, without the library."""
    job = purchase.job
    if job is not None and not job.done:
        return share_result_of(job, request)
    assets = job.snapshot.assets if job is not None else ()
    if job is not None and assets and all(asset.is_whole for asset in assets):
        return Job(connection, replace(job.snapshot, request=request, labels=request.labels, reused=True))
    return resume_untracked(connection, purchase.task_id or "", warning, request)


def share_result_of(leader: Job, request: GenerationRequest) -> Job:
    """Return a job that shares the result of *leader*, an unfinished job with the same inputs.

    If *leader* is stopped, the job resumes its task, or submits the request if *leader* did not.
    """
    leader_snapshot = leader.snapshot
    snapshot = replace(
        _new_snapshot(leader.connection, request),
        id=leader_snapshot.id,
        warning=leader_snapshot.warning,
        session_id=leader_snapshot.session_id,
    )
    job = Job(leader.connection, snapshot)
    job.start(lambda job: _result_of(leader, job))
    return job


async def _result_of(leader: Job, job: Job) -> Sequence[AssetRecord]:
    loop, leader_done = asyncio.get_running_loop(), asyncio.Event()

    def copy_progress() -> None:
        snapshot = leader.snapshot
        job.update(**{name: getattr(snapshot, name) for name in _COPIED})
        if snapshot.done:
            loop.call_soon_threadsafe(leader_done.set)

    unsubscribe = leader.on_change(copy_progress)
    try:
        copy_progress()
        await leader_done.wait()
    finally:
        unsubscribe()
    result = leader.snapshot
    if result.error is None:
        job.update(reused=True, data=result.data)
        return result.assets
    if not isinstance(result.error, StoppedWaiting):
        raise result.error.with_context()
    job.update(status="SUBMITTING")
    if result.task_id is not None:
        return await resume_task(job, result.task_id)
    remember(job)
    return await generate(job)


def _new_snapshot(connection: Connection, request: GenerationRequest) -> Snapshot:
    """Return the snapshot of a generation before anything happened."""
    return Snapshot(
        request,
        request.tool.kind,
        request.prompt,
        dict(request.inputs),
        labels=request.labels,
        parent_id=request.parent_id,
        created_at=time.time(),
        is_sandbox=connection.settings.is_sandbox,
        preview_px=connection.settings.preview_px,
    )


def _snapshot_of(connection: Connection, record: Record) -> Snapshot:
    return Snapshot(
        GenerationRequest(tools.named(record.tool), record.inputs, as_given=True),
        record.kind,
        record.prompt,
        record.inputs,
        id=record.id,
        labels=record.labels,
        parent_id=record.parent_id,
        created_at=record.created_at,
        is_sandbox=record.origin == SANDBOX_ORIGIN,
        starred=record.starred,
        hidden=record.hidden,
        status=record.status or "PENDING",
        task_id=record.task_id,
        session_id=record.session_id,
        estimated_credits=record.credits,
        preview_px=connection.settings.preview_px,
    )
