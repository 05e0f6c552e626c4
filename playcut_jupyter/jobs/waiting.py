"""Waits for a task with one long poll (`wait-for-task`), which the server answers when the task ends.

A long poll that drops or returns early is retried until the task's deadline, each time after a `get-task-status`.
While the rate limit has room, `get-task-status` is also polled at the documented interval, because a long poll shows
no progress. Whichever sees the end first ends the wait.
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
"""A long poll may stay silent this much longer than the rest of its task's deadline, seconds."""
_QUICK_ANSWER_S = 1.0
"""An answer of `wait-for-task` within this time was not held, seconds."""
_FIRST_POLL_S = 1.0
_FINAL_CHECK_S = 5.0
"""How long the status check after the deadline may take, seconds."""


async def wait_for_task(connection: Connection, tool: Tool, task_id: str, emit: Emit) -> models.TaskDocument:
    """Return the task's document once it is COMPLETED or FAILED.

    Raises:
        WaitTimeout: the task did not end by the deadline; it may still complete.
        ConnectionFailed, ServerError: the service stayed unreachable through all retries.
        PlaycutError: the API's own error; `NotFound` for an unknown task.
    """
    wait = _Wait(connection, tool, task_id, emit)
    deadline_s = connection.settings.deadline_for(tool)
    with anyio.move_on_after(deadline_s):
        async with anyio.create_task_group() as group:
            if connection.settings.progress == "auto":
                group.start_soon(wait.poll_progress, group.cancel_scope)
            await wait.long_poll()
            group.cancel_scope.cancel()
    if wait.failure is not None and wait.final_document is None:
        raise wait.failure
    document = wait.final_document or await wait.final_check()
    if document is not None and document.is_terminal:
        return document
    raise WaitTimeout(
        f"The task was not done within {deadline_s:g} s.",
        hint=("It may still complete: ", Remedy(Action.WAIT_FOR_TASK, task_id), " waits for it again."),
        tool=tool.name,
        task_id=task_id,
    )


class _Wait:
    """The long poll for one task and the progress polls beside it.

    Attributes:
        final_document: the task's document once it is terminal.
        failure: the error that ended the long poll, if one did.
    """

    def __init__(self, connection: Connection, tool: Tool, task_id: str, emit: Emit) -> None:
        self._client: Client = connection.client
        self._tool = tool
        self._input = {"taskId": task_id}
        self._emit = emit
        self._ends_at = time.monotonic() + connection.settings.deadline_for(tool)
        self.final_document: models.TaskDocument | None = None
        self.failure: PlaycutError | None = None

    async def long_poll(self) -> None:
        """Call `wait-for-task` until the task ends; before each retry, ask for the status."""
        quick_answers = 0
        while self.final_document is None:
            started_at, was_answered, document = time.monotonic(), False, None
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
                if isinstance(error, ConnectionFailed) and not error.retryable:
                    self.failure = error
                    return
                self._emit(Retrying(error.message))
            except PlaycutError as error:
                self.failure = error
                return
            document = document or await self._status()
            if document is None:
                return
            self._update(document)
            # If the server answers at once and does not hold the request, poll no faster than documented.
            quick_answers = quick_answers + 1 if time.monotonic() - started_at < _QUICK_ANSWER_S else 0
            if self.final_document is None and (quick_answers > 1 or (quick_answers and was_answered)):
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
            self.failure = ServerError("The answer to get-task-status is not a task document.", tool="get-task-status")
        return document

    async def poll_progress(self, scope: anyio.CancelScope) -> None:
        """Poll the progress at the documented interval, and cancel *scope* when the task ends."""
        await anyio.sleep(min(_FIRST_POLL_S, self._tool.poll_s))
        while True:
            if self._client.rate_limiter.has_spare_capacity():
                # Progress is optional: the long poll reports errors that matter.
                with suppress(ResponseLost, PlaycutError):
                    document = models.task_document(await self._client.call("get-task-status", self._input))
                    if document is not None:
                        self._update(document)
                    if self.final_document is not None:
                        scope.cancel()
            await anyio.sleep(self._tool.poll_s)

    def _update(self, document: models.TaskDocument) -> None:
        if document.is_terminal:
            self.final_document = document
        else:
            self._emit(Progressed(document.status, document.progress))

    async def final_check(self) -> models.TaskDocument | None:
        """Ask for the status once more after the deadline; None if no answer comes in `_FINAL_CHECK_S`."""
        with anyio.move_on_after(_FINAL_CHECK_S), suppress(ResponseLost, PlaycutError):
            return models.task_document(
                await self._client.call("get-task-status", self._input, priority=Priority.FINISH)
            )
        return None

    def _throttled(self, seconds: float) -> None:
        self._emit(Throttled(seconds))
