"""Waits for a task with one long poll (`wait-for-task`), which the server answers when the task ends.

A long poll that drops or returns early is retried until the task's deadline, each time after a `get-task-status`, and
so is a service that is away for a while: what is paid for is waited for.
While the rate limit has room, `get-task-status` is also polled at the documented interval, because a long poll shows
no progress. Whichever sees the end first ends the wait.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import anyio

from playcut_jupyter.api import models
from playcut_jupyter.api.client import Client
from playcut_jupyter.api.rate_limit import Priority
from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import ConnectionFailed, PlaycutError, ServerError, WaitTimeout
from playcut_jupyter.jobs.events import Emit, Progressed, Retrying, pause_listener
from playcut_jupyter.jobs.retry_policies import retry_until
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
    """Return the task's document once the task is over (`TaskDocument.is_terminal`).

    Raises:
        WaitTimeout: the task did not end by the deadline; it may still complete.
        ConnectionFailed, ServerError, RateLimited: the service can't be reached, and the deadline is over.
        PlaycutError: the API's own error; `NotFound` for an unknown task.
    """
    wait = _Wait(connection, tool, task_id, emit)
    deadline_s = connection.settings.deadline_for(tool)
    with anyio.move_on_after(deadline_s):
        async with anyio.create_task_group() as group:
            if connection.settings.progress == "auto":
                group.start_soon(wait.poll_progress, group.cancel_scope)
            group.start_soon(connection.storage.keep_ready)
            await wait.long_poll()
            group.cancel_scope.cancel()
    if wait.final_document is None and wait.failure is not None:
        raise wait.failure
    document = wait.final_document or await wait.final_check()
    if document is not None and document.is_terminal:
        return document
    if document is None and wait.last_error is not None:
        raise wait.last_error
    raise WaitTimeout(
        f"The task was not done within {deadline_s:g} s{_last_state(document or wait.last_document)}.",
        hint=("It may still complete: ", Remedy(Action.WAIT_FOR_TASK, task_id), " waits for it again."),
        tool=tool.name,
        task_id=task_id,
    )


def _last_state(document: models.TaskDocument | None) -> str:
    if document is None:
        return ""
    told = f"; its last state is {document.status}"
    if document.status not in models.DOCUMENTED:
        told += ", which the API does not document"
    if document.fault is not None and document.fault.message:
        told += f", with the error: {document.fault.message.rstrip('.')}"
    return told


class _Wait:
    """The long poll for one task and the progress polls beside it.

    Attributes:
        final_document: the task's document once it is terminal.
        last_document: the newest document of a task that is not.
        failure: the error that ended the long poll, if one did.
        last_error: the error that the long poll is being retried after, if it is.
    """

    def __init__(self, connection: Connection, tool: Tool, task_id: str, emit: Emit) -> None:
        self._client: Client = connection.client
        self._tool = tool
        self._input = {"taskId": task_id}
        self._emit = emit
        self._ends_at = time.monotonic() + connection.settings.deadline_for(tool)
        self.final_document: models.TaskDocument | None = None
        self.last_document: models.TaskDocument | None = None
        self.failure: PlaycutError | None = None
        self.last_error: PlaycutError | None = None

    async def long_poll(self) -> None:
        """Call `wait-for-task` until the task ends, or the service says that it never will."""
        quick_answers = 0
        try:
            while self.final_document is None:
                started_at = time.monotonic()
                document, was_answered = await self._next_document()
                self._update(document)
                # If the server answers at once and does not hold the request, poll no faster than documented.
                quick_answers = quick_answers + 1 if time.monotonic() - started_at < _QUICK_ANSWER_S else 0
                if self.final_document is None and (quick_answers > 1 or (quick_answers and was_answered)):
                    await anyio.sleep(self._tool.poll_s)
        except ResponseLost as lost:
            self.failure = lost.error
        except PlaycutError as error:
            self.failure = error

    async def _next_document(self) -> tuple[models.TaskDocument, bool]:
        """Return the task's document, and whether the long poll brought it; retry until the deadline."""
        async for attempt in retry_until(self._ends_at, self._emit).attempts("wait-for-task"):
            with attempt:
                try:
                    return await self._attempt()
                except ResponseLost as lost:
                    self.last_error = lost.error
                    raise
                except PlaycutError as error:
                    self.last_error = error
                    raise
        raise AssertionError("the loop above returns or raises")

    async def _attempt(self) -> tuple[models.TaskDocument, bool]:
        """Hold one long poll; if it drops, ask for the status, which may have changed."""
        try:
            rest_s = max(self._ends_at - time.monotonic(), 0)
            return await self._ask("wait-for-task", held=True, timeout_s=rest_s + HOLD_MARGIN_S), True
        except ResponseLost as lost:
            error = lost.error
        except (ConnectionFailed, ServerError) as failed:
            error = failed
        if error.retry_after_s is not None or not getattr(error, "retryable", True):
            raise error
        self._emit(Retrying(error.message))
        return await self._ask("get-task-status"), False

    async def _ask(self, tool: str, **how: Any) -> models.TaskDocument:
        data = await self._client.call(
            tool, self._input, priority=Priority.FINISH, notify=pause_listener(self._emit), **how
        )
        document = models.task_document(data)
        if document is None:
            raise ServerError(f"The answer to {tool} is not a task document.", tool=tool)
        return document

    async def poll_progress(self, scope: anyio.CancelScope) -> None:
        """Poll the progress at the documented interval, and cancel *scope* when the task ends."""
        await anyio.sleep(min(_FIRST_POLL_S, self._tool.poll_s))
        while True:
            if self._client.rate_limiter.has_spare_capacity() and self.last_error is None:
                # Progress is optional: the long poll reports errors that matter.
                with suppress(ResponseLost, PlaycutError):
                    document = models.task_document(await self._client.call("get-task-status", self._input))
                    if document is not None:
                        self._update(document)
                    if self.final_document is not None:
                        scope.cancel()
            await anyio.sleep(self._tool.poll_s)

    def _update(self, document: models.TaskDocument) -> None:
        self.last_error = None
        if document.is_terminal:
            self.final_document = document
        else:
            self.last_document = document
            self._emit(Progressed(document.status, document.progress))

    async def final_check(self) -> models.TaskDocument | None:
        """Ask for the status once more after the deadline; None if no answer comes in `_FINAL_CHECK_S`."""
        with anyio.move_on_after(_FINAL_CHECK_S), suppress(ResponseLost, PlaycutError):
            return models.task_document(
                await self._client.call("get-task-status", self._input, priority=Priority.FINISH)
            )
        return None
