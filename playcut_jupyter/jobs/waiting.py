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
        async with anyio.create_task_group() as group:
            if connection.settings.progress == "auto":
                group.start_soon(watch.poll, group.cancel_scope)
            await watch.hold()
            group.cancel_scope.cancel()
    if watch.failure is not None and watch.end is None:
        raise watch.failure
    document = watch.end or await watch.last_look()
    if document is not None and document.is_terminal:
        return document
    raise WaitTimeout(
        f"The task was not done within {deadline_s:g} s.",
        hint=("It may still complete: ", Remedy(Action.WAIT_FOR_TASK, task_id), " goes on waiting."),
        tool=tool.name,
        task_id=task_id,
    )


class _Watch:
    """A held request and the polls beside it; whichever sees the end sets `end`, and trouble that lasts `failure`."""

    def __init__(self, connection: Connection, tool: Tool, task_id: str, emit: Emit) -> None:
        self._client: Client = connection.client
        self._tool = tool
        self._input = {"taskId": task_id}
        self._emit = emit
        self._ends_at = time.monotonic() + connection.settings.deadline_for(tool)
        self.end: models.TaskDocument | None = None
        self.failure: PlaycutError | None = None

    async def hold(self) -> None:
        """Hold `wait-for-task` until the end; a hold that was cut or can't be read is retried after a status."""
        quick_ends = 0
        while self.end is None:
            started, was_answered, document = time.monotonic(), False, None
            try:
                data = await self._client.call(
                    "wait-for-task",
                    self._input,
                    priority=Priority.FINISH,
                    held=True,
                    timeout_s=max(self._ends_at - time.monotonic(), 0) + HOLD_MARGIN_S,
                    notify=self._throttled,
                )
                document, was_answered = models.task_document(data), True
            except ResponseLost as lost:
                self._emit(Retrying(lost.error.message))
            except (ConnectionFailed, ServerError) as error:
                self._emit(Retrying(error.message))
            except PlaycutError as error:
                self.failure = error
                return
            document = document or await self._status()
            if document is None:
                return
            self._see(document)
            # A server that answers at once instead of holding is polled, no faster than documented.
            quick_ends = quick_ends + 1 if time.monotonic() - started < _AT_ONCE_S else 0
            if self.end is None and (quick_ends > 1 or (quick_ends and was_answered)):
                await anyio.sleep(self._tool.poll_s)

    async def _status(self) -> models.TaskDocument | None:
        try:
            data = await self._client.read(
                "get-task-status", self._input, priority=Priority.FINISH, notify=self._throttled
            )
        except PlaycutError as error:
            self.failure = error
            return None
        document = models.task_document(data)
        if document is None:
            self.failure = ServerError("The answer to get-task-status is no task document.", tool="get-task-status")
        return document

    async def poll(self, scope: anyio.CancelScope) -> None:
        """Ask for the progress at the documented interval, and end *scope* with the task."""
        await anyio.sleep(min(_FIRST_POLL_S, self._tool.poll_s))
        while True:
            if self._client.rate_limiter.has_room_to_spare():
                # Progress is an extra: the held request tells of real trouble.
                with suppress(ResponseLost, PlaycutError):
                    document = models.task_document(await self._client.call("get-task-status", self._input))
                    if document is not None:
                        self._see(document)
                    if self.end is not None:
                        scope.cancel()
            await anyio.sleep(self._tool.poll_s)

    def _see(self, document: models.TaskDocument) -> None:
        if document.is_terminal:
            self.end = document
        else:
            self._emit(Progressed(document.status, document.progress))

    async def last_look(self) -> models.TaskDocument | None:
        """Ask for the state once more, in a few seconds or not at all."""
        with anyio.move_on_after(_LAST_LOOK_S), suppress(ResponseLost, PlaycutError):
            return models.task_document(
                await self._client.call("get-task-status", self._input, priority=Priority.FINISH)
            )
        return None

    def _throttled(self, seconds: float) -> None:
        self._emit(Throttled(seconds))
