"""`Job`: the background work for one generation, and the only owner of its state.

The work runs on the background loop and emits events. The job folds them into snapshots, which any thread may read
without waiting for the loop. Waiting happens in short slices, so that interrupts are noticed.
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
"""The longest wait between two checks for an interrupt, seconds."""
ID_GRACE_S = 0.2
"""How long stopped submissions have, in all, to receive their task ids, seconds."""

Work: TypeAlias = Callable[["Job"], Coroutine[Any, Any, Sequence[AssetRecord]]]

active: weakref.WeakSet[Job] = weakref.WeakSet()
"""The unfinished jobs of this process."""
forks.on_fork(in_child=active.clear)


class Job:
    """The background work for one generation, unfinished or done.

    Attributes:
        connection: the connection that it uses.
        request: the request to the API.
        version: increases with every change.
        is_stopping: True after `stop_waiting`.
    """

    def __init__(self, connection: Connection, snapshot: Snapshot) -> None:
        self.connection = connection
        self.request = snapshot.request
        self.version = 0
        self.is_stopping = False
        self._snapshot = snapshot
        self._started_at = time.monotonic()
        self._paused_at = 0.0
        self._future: Future[Sequence[AssetRecord]] | None = None
        self._scope: anyio.CancelScope | None = None
        self._ended = threading.Event()
        if snapshot.done:
            self._ended.set()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        forks.renew_in_child(self)

    def renew_in_child(self) -> None:
        """End an unfinished job in a forked child: its work continues in the parent alone."""
        self._lock, self._ended, self._listeners = threading.Lock(), threading.Event(), []
        if self._snapshot.done:
            self._ended.set()
            return
        self._future = self._scope = None
        task_id = self._snapshot.task_id
        hint = (Remedy(Action.WAIT_FOR_TASK, task_id), " waits for it here.") if task_id else "Wait for it there."
        text = "This generation continues in the parent process; a forked child does not wait for it."
        self._end(error=PlaycutError(text, hint=hint, tool=self._snapshot.tool, task_id=task_id))

    # -- its state ------------------------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        """Its state now."""
        snapshot = self._snapshot
        now, credits_ = time.monotonic(), self.connection.account.spent
        if snapshot.done:
            return replace(snapshot, kernel_credits=credits_)
        pause_s = max(0.0, snapshot.pause_s - (now - self._paused_at))
        return replace(snapshot, elapsed_s=now - self._started_at, pause_s=pause_s, kernel_credits=credits_)

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self._ended.is_set()

    @property
    def id(self) -> int | None:
        """Its number in the library, or None."""
        return self._snapshot.id

    def emit(self, event: events.Event) -> None:
        """Apply *event* to the snapshot."""
        if isinstance(event, events.Throttled):
            self._paused_at = time.monotonic()
        self._change(lambda snapshot: after(snapshot, event))

    def update(self, **changes: Any) -> None:
        """Set fields of the snapshot that no event covers."""
        self._change(lambda snapshot: replace(snapshot, **changes))

    def _change(self, change: Callable[[Snapshot], Snapshot]) -> None:
        with self._lock:
            self._snapshot = change(self._snapshot)
            self.version += 1
        if self._snapshot.done and not self._ended.is_set():
            try:
                change_signal.changed()  # first: a thread that waits for this job then finds the others notified
            finally:
                self._ended.set()
        with self._lock:  # only now: who subscribed and found it not done must hear of its end
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener* (in the background thread) after every change; return a function that removes it."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    # -- its work -------------------------------------------------------------------------------------------

    def start(self, work: Work) -> None:
        """Start *work* on the background loop.

        Raises:
            PlaycutError: the loop can't be started.
        """
        running = portal()
        active.add(self)
        self._future = running.start_task_soon(self._run, work)
        self._future.add_done_callback(self._finish)

    async def _run(self, work: Work) -> Sequence[AssetRecord]:
        # A scope, because the future's own `cancel` would mark the job done before it has saved its state.
        with anyio.CancelScope() as self._scope:
            return await work(self)
        raise self._new_stopped_error(is_finished=True)

    def _finish(self, future: Future[Sequence[AssetRecord]]) -> None:
        took_s = time.monotonic() - self._started_at
        assets: Sequence[AssetRecord] = ()
        error: PlaycutError | None = None
        try:
            assets = future.result()
        except PlaycutError as raised:
            error = raised if raised.task_id else raised.with_context(task_id=self._snapshot.task_id)
        except CancelledError:  # `stop_waiting` does not come this way
            error = loop_ended().with_context(task_id=self._snapshot.task_id)
        except Exception as raised:
            log.exception("unexpected error in a job")
            error = PlaycutError(
                f"Something inside playcut-jupyter went wrong ({type(raised).__name__}: {raised}).",
                hint=("Please report it. What was submitted can be fetched with ", Remedy(Action.RESUME_ALL), "."),
                task_id=self._snapshot.task_id,
            )
        active.discard(self)
        self._end(assets=tuple(assets), error=error, elapsed_s=took_s)

    def _end(self, **outcome: Any) -> None:
        self.update(done=True, is_being_sent=False, is_fetching=False, pause_s=0.0, retry_reason="", **outcome)

    def stop_waiting(self) -> None:
        """Stop waiting; the task itself continues at Playcut and can be resumed. No-op once done."""
        if self._future is not None and not self._future.done():
            self.is_stopping = True
            portal().start_task_soon(self._cancel)

    def _cancel(self) -> None:
        if self._scope is not None:  # `_run` was scheduled before this, so it has set the scope
            self._scope.cancel()

    # -- waiting for it -------------------------------------------------------------------------------------

    def settle(self, seconds: float) -> None:
        """Wait up to *seconds* for it to finish; raises nothing."""
        self._ended.wait(seconds)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until done.

        Args:
            timeout: seconds, or None for as long as the task's deadline.

        Raises:
            StoppedWaiting: interrupted; the task continues at Playcut.
            WaitTimeout: *timeout* passed; the job continues in the background.
            PlaycutError: it failed.
        """
        ends_at = None if timeout is None else time.monotonic() + timeout
        try:
            while not self._ended.is_set():
                slice_s = SLICE_S if ends_at is None else min(SLICE_S, ends_at - time.monotonic())
                if slice_s <= 0:
                    raise self._timeout_error(timeout or 0)
                self._ended.wait(slice_s)
        except KeyboardInterrupt:
            self.stop_waiting()
            self.settle(ID_GRACE_S)
            raise self.stopped_error() from None
        if self._snapshot.error is not None:
            raise self._snapshot.error

    def __await__(self) -> Generator[Any, None, None]:
        return self._awaited().__await__()

    async def _awaited(self) -> None:
        # ipykernel's loop notices an interrupt of an awaiting cell only when it wakes up, hence the heartbeat.
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
        if self._snapshot.error is not None:
            raise self._snapshot.error

    async def _interrupted(self) -> PlaycutError:
        """Stop waiting after an interrupt, without blocking other awaits, and return the error to raise."""
        self.stop_waiting()
        ends_at = time.monotonic() + ID_GRACE_S
        while not self._ended.is_set() and time.monotonic() < ends_at:  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(SLICE_S / 10)
        error = self.stopped_error()
        if ends_the_cell_alone():
            return error
        return PlaycutError(error.message, hint=error.remedies, tool=error.tool, task_id=error.task_id)

    # -- its errors -----------------------------------------------------------------------------------------

    def stopped_error(self) -> StoppedWaiting:
        """Return the error that says that it was stopped, and how to resume it."""
        if isinstance(self._snapshot.error, StoppedWaiting):
            return self._snapshot.error
        return self._new_stopped_error(is_finished=self.done)

    def _new_stopped_error(self, *, is_finished: bool) -> StoppedWaiting:
        task_id, tool = self._snapshot.task_id, self._snapshot.tool
        if task_id:
            return StoppedWaiting(
                "Stopped waiting; the task goes on at Playcut.",
                hint=(
                    Remedy(Action.WAIT_FOR_TASK, task_id),
                    " waits for it again, ",
                    Remedy(Action.RESUME_ALL),
                    " fetches all unfetched tasks.",
                ),
                tool=tool,
                task_id=task_id,
            )
        if is_finished and not self._snapshot.is_being_sent:
            return StoppedWaiting("Stopped before it was submitted; nothing was bought.", tool=tool)
        return StoppedWaiting(
            "Stopped during the submission; the API may have taken it.",
            hint=("Its task id is saved when the answer arrives: then ", Remedy(Action.RESUME_ALL), " fetches it."),
            tool=tool,
        )

    def _timeout_error(self, timeout: float) -> WaitTimeout:
        task_id = self._snapshot.task_id
        again = (", or ", Remedy(Action.WAIT_FOR_TASK, task_id)) if task_id else ()
        return WaitTimeout(
            f"Not done within {timeout:g} s.",
            hint=("It continues in the background: wait again", *again, "."),
            tool=self._snapshot.tool,
            task_id=task_id,
        )
