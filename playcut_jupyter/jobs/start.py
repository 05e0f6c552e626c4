"""Where a job comes from: a submission, a row of the library, a task that goes on, or another job like it."""

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
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord, Record
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
    "sending": "It was being submitted when its kernel ended; whether it was taken is not known.",
    "acknowledged": "It was submitted and not fetched: `%playcut resume` goes on with it.",
}
_SHARED = ("status", "progress", "task_id", "inputs", "note", "estimated_credits", "is_being_sent")
"""What a job that shares another one's result shows of it meanwhile."""


def submit(connection: Connection, request: GenerationRequest, work: Work = generate) -> Job:
    """Submit *request*; return at once.

    Args:
        connection: where to.
        request: what is asked.
        work: how far to go; by default to files on disk.

    Raises:
        BudgetExceeded: it is known to pass the budget.
        PlaycutError: the background loop can't be started.
    """
    portal()  # raises before anything is written down
    if connection.account.budget is not None:
        connection.account.check(connection.expected_credits(request))
    state = _state(connection, request)
    try:
        number = connection.library.create(
            connection.settings.origin,
            state.tool,
            state.kind,
            state.prompt,
            request.inputs,
            request.session,
            request.parent_id,
            request.labels,
        )
        job = Job(connection, replace(state, id=number))
    except PlaycutError as error:
        job = Job(connection, replace(state, warning=str(error)))
    job.start(work)
    return job


def refused(connection: Connection, request: GenerationRequest, error: PlaycutError) -> Job:
    """Return the job of a request that was refused with *error* before anything was sent."""
    return Job(connection, replace(_state(connection, request), done=True, error=error))


def recorded(connection: Connection, record: Record, **known: Any) -> Job:
    """Return a generation as the library knows it; nothing is sent. *known* are fields of `Snapshot`."""
    state = replace(_recorded_state(connection, record), done=True, assets=tuple(record.assets), **known)
    if record.state == "answered":
        state = replace(state, status="COMPLETED")
    elif record.state != "fetched":
        is_done_there = record.state == "acknowledged" and record.error is not None
        ended = AssetUnavailable if is_done_there else _ERRORS.get(record.state, PlaycutError)
        reason = record.error or _UNFINISHED.get(record.state, record.state)
        state = replace(state, error=ended(reason, tool=record.tool, task_id=record.task_id))
    return Job(connection, replace(state, elapsed_s=record.seconds or 0.0))


def resume(connection: Connection, record: Record, **known: Any) -> Job:
    """Go on waiting for the task of *record*, and fetch what it brings; nothing is bought."""
    job = Job(connection, replace(_recorded_state(connection, record), **known))
    job.start(lambda job: resume_task(job, record.task_id or ""))
    return job


def resume_untracked(
    connection: Connection, task_id: str, warning: str, request: GenerationRequest | None = None
) -> Job:
    """Wait for a task though the library, as *warning* tells, can't be used; what it brings is in memory."""
    unknown = GenerationRequest(tools.named("wait-for-task"), {"taskId": task_id}, as_given=True)
    state = _state(connection, request or unknown)
    kind = state.kind if request else "task"
    job = Job(connection, replace(state, kind=kind, task_id=task_id, status="PENDING", warning=warning))
    job.start(lambda job: resume_task(job, task_id))
    return job


def share_result_of(leader: Job, request: GenerationRequest) -> Job:
    """Have the result of *leader*, which is under way with the same; bought only if *leader* turns out unsent."""
    state, leading = _state(leader.connection, request), leader.snapshot
    job = Job(
        leader.connection,
        replace(state, id=leading.id, warning=leading.warning, session_id=leading.session_id),
    )
    job.start(lambda job: _shared(job, leader))
    return job


async def _shared(job: Job, leader: Job) -> Sequence[AssetRecord]:
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def look() -> None:
        leading = leader.snapshot
        job.update(**{name: getattr(leading, name) for name in _SHARED})
        if leading.done:
            loop.call_soon_threadsafe(over.set)

    forget = leader.on_change(look)
    try:
        look()
        await over.wait()
    finally:
        forget()
    result = leader.snapshot
    if result.error is None:
        job.update(reused=True, data=result.data)
        return result.assets
    if not isinstance(result.error, StoppedWaiting):
        raise result.error.with_context()
    job.update(status="SUBMITTING")
    return await (generate(job) if result.task_id is None else resume_task(job, result.task_id))


def _state(connection: Connection, request: GenerationRequest) -> Snapshot:
    """Return how a generation stands before anything happened."""
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


def _recorded_state(connection: Connection, record: Record) -> Snapshot:
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
