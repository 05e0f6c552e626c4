"""Waits for a task: one held request that the server answers when the task is over.

A hold that is cut or ends early is taken up again, after asking for the state, until the task's deadline. Beside
it, while the rate limit has room, `get-task-status` is asked at the documented interval for the progress that a
held request can't show; whichever sees the end first ends the wait.
"""

from __future__ import annotations

import time
from contextlib import suppress

import anyio

from playcut_jupyter.api import models
from playcut_jupyter.api.client import Client
from playcut_jupyter.api.rate_limit import Priority
from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import ConnectionFailed, PlaycutError, ServerError, WaitTimeout
from playcut_jupyter.jobs.events import Emit, Progressed, Retrying, Throttled
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import Tool

HOLD_MARGIN_S = 15.0
"""A held request may be silent this much longer than its task has left, seconds."""
_AT_ONCE_S = 1.0
_FIRST_POLL_S = 1.0
_LAST_LOOK_S = 5.0


async def wait_for_task(connection: Connection, tool: Tool, task_id: str, emit: Emit) -> models.TaskDocument:
    """Return the task's document once it is COMPLETED or FAILED.

    Raises:
        WaitTimeout: neither came by the deadline; the task may still complete.
        ConnectionFailed, ServerError: the service was out of reach for longer than retries bridge.
        PlaycutError: what the API said, NotFound for an unknown task.
    """
    watch = _Watch(connection, tool, task_id, emit)
    deadline_s = connection.settings.deadline_for(tool)
    with anyio.move_on_after(deadline_s):
        return await watch.until_terminal()
    document = await watch.last_look()
    if document is not None and document.is_terminal:
        return document
    raise WaitTimeout(
        f"The task was not done within {deadline_s:g} s.",
        hint=("It may still complete: ", Remedy(Action.WAIT_FOR_TASK, task_id), " goes on waiting."),
        tool=tool.name,
        task_id=task_id,
    )


class _Watch:
    def __init__(self, connection: Connection, tool: Tool, task_id: str, emit: Emit) -> None:
        self._client: Client = connection.client
        self._tool = tool
        self._input = {"taskId": task_id}
        self._emit = emit
        self._polls = connection.settings.progress == "auto"
        self._ends_at = time.monotonic() + connection.settings.deadline_for(tool)
        self._end: models.TaskDocument | None = None

    async def until_terminal(self) -> models.TaskDocument:
        failure: PlaycutError | None = None
        async with anyio.create_task_group() as group:
            if self._polls:
                group.start_soon(self._poll, group.cancel_scope)
            try:
                self._end = await self._hold()
            except PlaycutError as error:
                failure = error
            group.cancel_scope.cancel()
        if self._end is not None:
            return self._end
        raise failure or AssertionError("a wait ends with a document or an error")

    async def _hold(self) -> models.TaskDocument:
        quick_ends = 0
        while True:
            started = time.monotonic()
            document = await self._held_request()
            if document is None:
                document = await self._status()
            if document.is_terminal:
                return document
            self._emit(Progressed(document.status, document.progress))
            # A server that answers at once instead of holding is polled, no faster than documented.
            quick_ends = quick_ends + 1 if time.monotonic() - started < _AT_ONCE_S else 0
            if quick_ends > 1 or (quick_ends and self._was_answered):
                await anyio.sleep(self._tool.poll_s)

    async def _held_request(self) -> models.TaskDocument | None:
        """Return what `wait-for-task` answered; None if it was cut or can't be read."""
        self._was_answered = False
        try:
            data = await self._client.call(
                "wait-for-task",
                self._input,
                priority=Priority.FINISH,
                held=True,
                timeout_s=max(self._ends_at - time.monotonic(), 0) + HOLD_MARGIN_S,
                notify=self._throttled,
            )
        except ResponseLost as lost:
            self._emit(Retrying(lost.error.message))
            return None
        except (ConnectionFailed, ServerError) as error:
            self._emit(Retrying(error.message))
            return None
        self._was_answered = True
        return models.task_document(data)

    async def _status(self) -> models.TaskDocument:
        data = await self._client.read("get-task-status", self._input, priority=Priority.FINISH, notify=self._throttled)
        document = models.task_document(data)
        if document is None:
            raise ServerError("The answer to get-task-status is no task document.", tool="get-task-status")
        return document

    async def _poll(self, scope: anyio.CancelScope) -> None:
        await anyio.sleep(min(_FIRST_POLL_S, self._tool.poll_s))
        while True:
            if self._client.rate_limiter.has_room_to_spare():
                try:
                    document = models.task_document(await self._client.call("get-task-status", self._input))
                except (ResponseLost, PlaycutError):
                    document = None  # progress is an extra; the held request tells of real retry_reason
                if document is not None and document.is_terminal:
                    self._end = document
                    scope.cancel()
                elif document is not None:
                    self._emit(Progressed(document.status, document.progress))
            await anyio.sleep(self._tool.poll_s)

    async def last_look(self) -> models.TaskDocument | None:
        """Ask for the state once more, in a few seconds or not at all."""
        with anyio.move_on_after(_LAST_LOOK_S), suppress(ResponseLost, PlaycutError):
            return models.task_document(
                await self._client.call("get-task-status", self._input, priority=Priority.FINISH)
            )
        return None

    def _throttled(self, seconds: float) -> None:
        self._emit(Throttled(seconds))
