"""Submits one generation, at most once.

A submission is retried only if the API certainly did not take it: no connection was made, or it answered 429. Any
other missing answer is recorded as uncertain and raised as `SubmissionUncertain`. The job can't be cancelled from the
moment of sending until the answer is on disk, so that an interrupt loses no task id.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import stamina

from playcut_jupyter.api import models
from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.errors import ConnectionFailed, NotFound, PlaycutError, SubmissionUncertain
from playcut_jupyter.jobs.events import Answered, Emit, NotSent, Retrying, Sent, Submitted, Throttled, pause_listener
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.jobs.voice_choice import chosen_voice
from playcut_jupyter.tools import READ_ONLY, SPEECH, GenerationRequest, nearest

log = logging.getLogger("playcut_jupyter")

_CONNECT_ATTEMPTS = 5


async def submit(job: Job, record: RecordWriter) -> str | None:
    """Submit the request of *job* and return its task's id; None if the tool returned data instead.

    Raises:
        SubmissionUncertain: it was sent, but the answer was lost.
        PlaycutError: the API's own error; nothing was bought.
    """
    connection, request = job.connection, job.request
    async with _recording_failures(job, record) as sending:
        inputs = await _complete_inputs(job, record)
        session_id = models.identifier(inputs.get("workerId"))
        async with connection.priced(request) as record_cost:
            with sending.scope:  # shielded from the moment of sending until the answer is on disk
                data = await _send(job, inputs, sending)
                answer = _parse_answer(request, data)
                if isinstance(answer, Answered):
                    record_cost(None)
                    await record.keep_answer(answer.data, session_id)
                    job.emit(answer)
                    return None
                record_cost(answer.estimated_credits)
                await record.update(
                    state="acknowledged",
                    task_id=answer.task_id,
                    status=answer.status,
                    credits=answer.estimated_credits,
                    session_id=session_id,
                )
                job.emit(Submitted(answer.task_id, answer.status, answer.estimated_credits, session_id, data))
                return answer.task_id
    raise AssertionError("nothing cancels the scope above")


async def _complete_inputs(job: Job, record: RecordWriter) -> dict[str, object]:
    """Return the request's inputs with the ids of its voice and session, where the tool takes them."""
    notify = pause_listener(job.emit)
    connection, request = job.connection, job.request
    inputs = dict(request.inputs)
    if request.tool is SPEECH and not request.as_given:
        inputs["voiceId"] = await chosen_voice(connection, inputs.get("voiceId"), record, job.emit, notify)
    if request.session is not None:
        inputs["workerId"] = await connection.session_for(request.session, notify)
    elif request.in_session and "workerId" not in inputs:
        inputs["workerId"] = await connection.session(notify)
    return inputs


@asynccontextmanager
async def _recording_failures(job: Job, record: RecordWriter) -> AsyncIterator[_Sending]:
    """Save in the record why a submission in this block failed."""
    tool, sending = job.request.tool, _Sending(record, job.emit)
    try:
        yield sending
    except SubmissionUncertain as error:
        await record.update(state="uncertain", error=error.message)
        raise
    except PlaycutError as error:
        await record.update(state="refused", error=error.message)
        if isinstance(error, NotFound) and not tool.is_known and tool.name not in READ_ONLY:
            near = nearest(tool.name)
            hint = f"Did you mean {near}?" if near else "Playcut's Swagger UI lists all tools."
            raise error.with_context(hint=hint) from None
        raise
    except anyio.get_cancelled_exc_class():
        if sending.is_sent:  # nothing cancels it then but the end of the loop itself
            await record.update(state="uncertain", error="The background loop ended before the answer came.")
        else:
            await record.update(state="refused", error="Stopped before it was sent.")
        raise
    except Exception as error:
        if not sending.is_sent:
            raise
        log.exception("unexpected error after a submission was sent")
        uncertain = SubmissionUncertain(f"It was sent, but {type(error).__name__} was raised then.", tool=tool.name)
        await record.update(state="uncertain", error=uncertain.message)
        raise uncertain from None


class _Sending:
    """Whether a submission has been sent, and the scope that must not be cancelled from then on.

    Attributes:
        scope: contains the sending; shielded while the API may have taken the submission.
        is_sent: True while the API may have taken the submission.
    """

    def __init__(self, record: RecordWriter, emit: Emit) -> None:
        self.scope = anyio.CancelScope()
        self.is_sent = False
        self._record = record
        self._emit = emit

    async def begin(self) -> None:
        """Save in the record that it is being sent, and shield it; until then, an interrupt still cancels it."""
        await self._record.update(state="sending")
        await anyio.lowlevel.checkpoint_if_cancelled()
        self.scope.shield = self.is_sent = True
        self._emit(Sent())

    def revert(self) -> None:
        """Lift the shield: the API certainly did not take the submission, so an interrupt may cancel it."""
        self.scope.shield = self.is_sent = False
        self._emit(NotSent())


async def _send(job: Job, inputs: Mapping[str, object], sending: _Sending) -> object:
    def on_throttled(seconds: float, reason: str = "") -> None:
        sending.revert()
        job.emit(Throttled(seconds, reason))

    connection, name = job.connection, job.request.tool.name
    if name in READ_ONLY:
        return await connection.client_read(name, inputs)
    retries = stamina.retry_context(
        on=lambda error: isinstance(error, ConnectionFailed) and error.retryable,
        attempts=_CONNECT_ATTEMPTS,
        timeout=30,
        wait_initial=0.2,
    ).with_name(f"playcut_jupyter.{name}", (), {})
    try:
        async for attempt in retries:
            with attempt:
                try:
                    data = await connection.client.call(
                        name,
                        inputs,
                        notify=on_throttled,
                        on_send=sending.begin,
                        max_rate_limit_wait_s=connection.settings.deadline_for(job.request.tool),
                    )
                except ConnectionFailed as error:
                    sending.revert()
                    job.emit(Retrying(error.message))
                    raise
    except ResponseLost as lost:
        raise SubmissionUncertain(
            f"The response to {name} was lost, so the generation may or may not have been bought: {lost.error.message}",
            status_code=lost.error.status_code,
            tool=name,
        ) from None
    return data


def _parse_answer(request: GenerationRequest, data: object) -> models.Acknowledgement | Answered:
    """Return the acknowledgement in *data*; of an undocumented tool, only one that has a `taskId`."""
    acknowledgement = models.acknowledgement(data)
    has_task_id = isinstance(data, Mapping) and "taskId" in data
    if acknowledgement is not None and (has_task_id or request.tool.is_known):
        return acknowledgement
    if not request.tool.is_known:
        return Answered(data)
    raise SubmissionUncertain(
        f"The API took {request.tool.name}, but its answer names no task.", tool=request.tool.name
    )
