"""`Job`: the background work for one generation, and the only owner of its state.

The work runs on the background loop and emits events; the job folds them into snapshots, which anybody may read from
any thread without waiting for the loop. Whoever waits does so in short slices, because nothing else lets an interrupt
in.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import weakref
from collections.abc import Callable, Coroutine, Generator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from typing import Any, TypeAlias

import anyio

from playcut_jupyter.background import change_signal, forks
from playcut_jupyter.background.interrupts import ends_the_cell_alone, watching_for_interrupts
from playcut_jupyter.background.portal import loop_ended, portal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import PlaycutError, StoppedWaiting, WaitTimeout
from playcut_jupyter.jobs import events
from playcut_jupyter.jobs.snapshot import Snapshot, after
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.remedies import Action, Remedy

log = logging.getLogger("playcut_jupyter")

SLICE_S = 0.1
"""The longest that any wait goes without noticing an interrupt, seconds."""
ID_GRACE_S = 0.2
"""How long stopped submissions are given, together, to tell their tasks' ids, seconds."""

Work: TypeAlias = Callable[["Job"], Coroutine[Any, Any, Sequence[AssetRecord]]]

active: weakref.WeakSet[Job] = weakref.WeakSet()
"""The jobs that this process is working on."""
forks.on_fork(in_child=active.clear)


class Job:
    """The work for one generation, under way or done.

    Attributes:
        connection: what it works with.
        request: what it asks of the API.
        version: grows with every change.
        is_stopping: True once it was told to stop.
    """

    def __init__(self, connection: Connection, state: Snapshot) -> None:
        self.connection = connection
        self.request = state.request
        self.version = 0
        self.is_stopping = False
        self._state = state
        self._started_at = time.monotonic()
        self._paused_at = 0.0
        self._future: Future[Sequence[AssetRecord]] | None = None
        self._scope: anyio.CancelScope | None = None
        self._ended = threading.Event()
        if state.done:
            self._ended.set()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        forks.renew_in_child(self)

    def renew_in_child(self) -> None:
        """What was under way goes on in the parent, and is over for the child."""
        self._lock, self._ended, self._listeners = threading.Lock(), threading.Event(), []
        if self._state.done:
            self._ended.set()
            return
        self._future = self._scope = None
        task_id = self._state.task_id
        here = (Remedy(Action.WAIT_FOR_TASK, task_id), " waits for it here.") if task_id else "Wait for it there."
        text = "This generation goes on in the parent process; a forked child does not wait for it."
        self._end(error=PlaycutError(text, hint=here, tool=self._state.tool, task_id=task_id))

    # -- its state ------------------------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        """How it stands now."""
        state = self._state
        now, credits_ = time.monotonic(), self.connection.account.spent
        if state.done:
            return replace(state, kernel_credits=credits_)
        pause_s = max(0.0, state.pause_s - (now - self._paused_at))
        return replace(state, elapsed_s=now - self._started_at, pause_s=pause_s, kernel_credits=credits_)

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self._ended.is_set()

    @property
    def id(self) -> int | None:
        """Its number in the library, or None."""
        return self._state.id

    def emit(self, event: events.Event) -> None:
        """Take note of what happened to it."""
        if isinstance(event, events.Throttled):
            self._paused_at = time.monotonic()
        self._change(lambda state: after(state, event))

    def update(self, **changes: Any) -> None:
        """Change what is known of it beside its work: fields of `Snapshot`."""
        self._change(lambda state: replace(state, **changes))

    def _change(self, change: Callable[[Snapshot], Snapshot]) -> None:
        with self._lock:
            self._state = change(self._state)
            self.version += 1
            if self._state.done:
                self._ended.set()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener* (from the background thread) at every change; return what ends that."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget

    # -- its work -------------------------------------------------------------------------------------------

    def start(self, work: Work) -> None:
        """Begin *work* on the background loop.

        Raises:
            PlaycutError: the loop can't be started.
        """
        running = portal()
        active.add(self)
        self._future = running.start_task_soon(self._run, work)
        self._future.add_done_callback(self._finish)

    async def _run(self, work: Work) -> Sequence[AssetRecord]:
        # Not the future's own `cancel`: that would call the job done before it has left the library in order.
        with anyio.CancelScope() as self._scope:
            return await work(self)
        raise self._stopped_error(is_over=True)

    def _finish(self, future: Future[Sequence[AssetRecord]]) -> None:
        took_s = time.monotonic() - self._started_at
        assets: Sequence[AssetRecord] = ()
        error: PlaycutError | None = None
        try:
            assets = future.result()
        except PlaycutError as raised:
            error = raised if raised.task_id else raised.with_context(task_id=self._state.task_id)
        except CancelledError:  # `stop_waiting` does not come this way
            error = loop_ended().with_context(task_id=self._state.task_id)
        except Exception as raised:
            log.exception("a job ended in a way it should not")
            error = PlaycutError(
                f"Something inside playcut-jupyter went wrong ({type(raised).__name__}: {raised}).",
                hint=("Please report it. What was submitted can be fetched with ", Remedy(Action.RESUME_ALL), "."),
                task_id=self._state.task_id,
            )
        active.discard(self)
        self._end(assets=tuple(assets), error=error, elapsed_s=took_s)
        change_signal.changed()

    def _end(self, **outcome: Any) -> None:
        self.update(done=True, is_being_sent=False, pause_s=0.0, retry_reason="", **outcome)

    def stop_waiting(self) -> None:
        """Stop waiting; the task itself goes on at Playcut and can be resumed. No-op once done."""
        if self._future is not None and not self._future.done():
            self.is_stopping = True
            portal().start_task_soon(self._cancel)

    def _cancel(self) -> None:
        if self._scope is not None:  # jobs start in the order in which they are asked for, so it is there by now
            self._scope.cancel()

    # -- waiting for it -------------------------------------------------------------------------------------

    def settle(self, seconds: float) -> None:
        """Let up to *seconds* pass for it to be done."""
        self._ended.wait(seconds)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until done.

        Args:
            timeout: seconds, or None for as long as the task's deadline.

        Raises:
            StoppedWaiting: interrupted; the task goes on at Playcut.
            WaitTimeout: *timeout* passed; the job goes on in the background.
            PlaycutError: it failed.
        """
        ends_at = None if timeout is None else time.monotonic() + timeout
        try:
            while not self._ended.is_set():
                left = SLICE_S if ends_at is None else min(SLICE_S, ends_at - time.monotonic())
                if left <= 0:
                    raise self._timed_out(timeout or 0)
                self._ended.wait(left)
        except KeyboardInterrupt:
            self.stop_waiting()
            self.settle(ID_GRACE_S)
            raise self.stopped_error() from None
        if self._state.error is not None:
            raise self._state.error

    def __await__(self) -> Generator[Any, None, None]:
        return self._awaited().__await__()

    async def _awaited(self) -> None:
        # The heartbeat is what lets ipykernel's loop notice an interrupt of an awaiting cell.
        with watching_for_interrupts() as interrupted:
            try:
                while not self._ended.is_set():  # noqa: ASYNC110 - the heartbeat is the point
                    await asyncio.sleep(SLICE_S / 2)
            except asyncio.CancelledError:
                if not interrupted():
                    raise
                raise await self._interrupted() from None
            except KeyboardInterrupt:
                raise await self._interrupted() from None
        if self._state.error is not None:
            raise self._state.error

    async def _interrupted(self) -> PlaycutError:
        """Stop waiting after an interrupt of this await, in turn with others, and return what to raise here."""
        self.stop_waiting()
        ends_at = time.monotonic() + ID_GRACE_S
        while not self._ended.is_set() and time.monotonic() < ends_at:  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(SLICE_S / 10)
        error = self.stopped_error()
        if ends_the_cell_alone():
            return error
        return PlaycutError(error.message, hint=error.remedies, tool=error.tool, task_id=error.task_id)

    # -- how it is told -------------------------------------------------------------------------------------

    def stopped_error(self) -> StoppedWaiting:
        """Return the error that tells that it was stopped, and how to go on."""
        if isinstance(self._state.error, StoppedWaiting):
            return self._state.error
        return self._stopped_error(is_over=self.done)

    def _stopped_error(self, *, is_over: bool) -> StoppedWaiting:
        task_id, tool = self._state.task_id, self._state.tool
        if task_id:
            return StoppedWaiting(
                "Stopped waiting; the task goes on at Playcut.",
                hint=(
                    Remedy(Action.WAIT_FOR_TASK, task_id),
                    " goes on waiting, ",
                    Remedy(Action.RESUME_ALL),
                    " fetches all that is open.",
                ),
                tool=tool,
                task_id=task_id,
            )
        if is_over and not self._state.is_being_sent:
            return StoppedWaiting("Stopped before it was submitted; nothing was bought.", tool=tool)
        return StoppedWaiting(
            "Stopped while it was being submitted; it may be taken.",
            hint=("Its task id is saved when the answer comes: then ", Remedy(Action.RESUME_ALL), " fetches it."),
            tool=tool,
        )

    def _timed_out(self, timeout: float) -> WaitTimeout:
        task_id = self._state.task_id
        again = (", or ", Remedy(Action.WAIT_FOR_TASK, task_id)) if task_id else ()
        return WaitTimeout(
            f"Not done within {timeout:g} s.",
            hint=("It goes on in the background: wait again", *again, "."),
            tool=self._state.tool,
            task_id=task_id,
        )
