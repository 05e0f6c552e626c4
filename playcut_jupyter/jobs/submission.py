"""Buys one generation, once.

Sent again is only what the API certainly did not take: the connection was never made, or it answered 429.
Everything doubtful stays in the library as uncertain and is told as `SubmissionUncertain`. From the moment of
sending until the answer is on disk the job can't be cancelled: an interrupt must not lose a task id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import anyio
import anyio.lowlevel
import stamina

from playcut_jupyter.api import models
from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import ConnectionFailed, NotFound, PlaycutError, SubmissionUncertain
from playcut_jupyter.jobs.events import Answered, Emit, NotSent, Sent, Submitted, Throttled
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.jobs.voice_choice import chosen_voice
from playcut_jupyter.tools import READ_ONLY, SPEECH, GenerationRequest, nearest

log = logging.getLogger("playcut_jupyter")

_CONNECT_ATTEMPTS = 5


async def submit(connection: Connection, request: GenerationRequest, record: RecordWriter, emit: Emit) -> str | None:
    """Submit *request* and return its task's id; None if the tool answered with data instead.

    Raises:
        SubmissionUncertain: it was sent and the answer was lost.
        PlaycutError: what the API said; nothing was bought.
    """
    sending = _Sending(record, emit)
    try:
        return await _submit(connection, request, record, emit, sending)
    except SubmissionUncertain as error:
        await record.update(state="uncertain", error=error.message)
        raise
    except PlaycutError as error:
        await record.update(state="refused", error=error.message)
        if isinstance(error, NotFound) and not request.tool.is_known and request.tool.name not in READ_ONLY:
            near = nearest(request.tool.name)
            raise error.with_context(
                hint=f"Did you mean {near}?" if near else "Playcut's Swagger UI lists all tools."
            ) from None
        raise
    except anyio.get_cancelled_exc_class():
        if sending.is_on_its_way:  # nothing cancels it then but the end of the loop itself
            await record.update(state="uncertain", error="The background loop ended before the answer came.")
        else:
            await record.update(state="refused", error="Stopped before it was sent.")
        raise
    except Exception as error:
        if not sending.is_on_its_way:
            raise
        log.exception("a submission ended in a way it should not")
        uncertain = SubmissionUncertain(
            f"It was sent, and then {type(error).__name__} came up.", tool=request.tool.name
        )
        await record.update(state="uncertain", error=uncertain.message)
        raise uncertain from None


class _Sending:
    """Whether a submission is on its way, and the scope that must not be cancelled while it is."""

    def __init__(self, record: RecordWriter, emit: Emit) -> None:
        self.scope = anyio.CancelScope()
        self.is_on_its_way = False
        self._record = record
        self._emit = emit

    async def begin(self) -> None:
        """Write down that it is about to be sent; an interrupt until then calls it off, from then on it does not."""
        await self._record.update(state="sending")
        await anyio.lowlevel.checkpoint_if_cancelled()
        self.scope.shield = self.is_on_its_way = True
        self._emit(Sent())

    def call_off(self) -> None:
        """It certainly was not taken: an interrupt ends it."""
        self.scope.shield = self.is_on_its_way = False
        self._emit(NotSent())


async def _submit(
    connection: Connection, request: GenerationRequest, record: RecordWriter, emit: Emit, sending: _Sending
) -> str | None:
    def notify(seconds: float) -> None:
        emit(Throttled(seconds))

    inputs = dict(request.inputs)
    if request.tool is SPEECH and not request.as_given:
        inputs["voiceId"] = await chosen_voice(connection, inputs.get("voiceId"), record, emit, notify)
    if request.session is not None:
        inputs["workerId"] = await connection.session_for(request.session, notify)
    elif request.in_session and "workerId" not in inputs:
        inputs["workerId"] = await connection.session(notify)
    session_id = models.identifier(inputs.get("workerId"))

    async with connection.priced(request) as buy:
        with sending.scope:  # shielded from the moment of sending until the answer is on disk
            data = await _send(connection, request, inputs, sending, emit)
            bought = _read(request, data)
            credits_ = bought.estimated_credits if isinstance(bought, models.Acknowledgement) else None
            buy(credits_)
            if isinstance(bought, Answered):
                await record.update(state="answered", session_id=session_id)
                emit(bought)
                return None
            await record.update(
                state="acknowledged",
                task_id=bought.task_id,
                status=bought.status,
                credits=credits_,
                session_id=session_id,
            )
            emit(Submitted(bought.task_id, bought.status, credits_, session_id, data))
            return bought.task_id
    raise AssertionError("the scope above is never cancelled by itself")


async def _send(
    connection: Connection, request: GenerationRequest, inputs: Mapping[str, object], sending: _Sending, emit: Emit
) -> object:
    def held_up(seconds: float) -> None:
        sending.call_off()
        emit(Throttled(seconds))

    name = request.tool.name
    if name in READ_ONLY:
        return await connection.client_read(name, inputs)
    max_rate_limit_wait_s = connection.settings.deadline_for(request.tool)
    retries = stamina.retry_context(
        on=ConnectionFailed, attempts=_CONNECT_ATTEMPTS, timeout=30, wait_initial=0.2
    ).with_name(f"playcut_jupyter.{name}", (), {})
    try:
        async for attempt in retries:
            with attempt:
                try:
                    data = await connection.client.call(
                        name, inputs, notify=held_up, on_send=sending.begin, max_rate_limit_wait_s=max_rate_limit_wait_s
                    )
                except ConnectionFailed:
                    sending.call_off()
                    raise
    except ResponseLost as lost:
        raise SubmissionUncertain(
            f"The answer to {name} was lost, so it may have been bought or not: {lost.error.message}",
            status_code=lost.error.status_code,
            tool=name,
        ) from None
    return data


def _read(request: GenerationRequest, data: object) -> models.Acknowledgement | Answered:
    acknowledgement = models.acknowledgement(data)
    if acknowledgement is not None and ("taskId" in _keys(data) or request.tool.is_known):
        return acknowledgement
    if not request.tool.is_known:
        return Answered(data)
    raise SubmissionUncertain(f"{request.tool.name} was taken, but its answer names no task.", tool=request.tool.name)


def _keys(data: object) -> Mapping[object, object]:
    return data if isinstance(data, Mapping) else {}
