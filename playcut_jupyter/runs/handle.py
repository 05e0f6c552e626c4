"""`Handle`: what people hold of a job on the background loop: to be watched, waited for, awaited and stopped.

A job's events are folded into plain attributes here, so a reader never waits for the loop, from whatever thread it
reads. Waiting is done in short slices, because nothing else lets the stop button in.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Mapping
from concurrent.futures import Future
from typing import Any, Self

import anyio

from playcut_jupyter.background import change_signal
from playcut_jupyter.background.interrupts import ends_the_cell_alone, watching_for_interrupts
from playcut_jupyter.background.portal import portal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import PlaycutError, StoppedWaiting, SubmissionUncertain, WaitTimeout
from playcut_jupyter.jobs import events
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.redaction import guarded
from playcut_jupyter.runs import underway
from playcut_jupyter.tools import GenerationRequest

log = logging.getLogger("playcut_jupyter")

SLICE_S = 0.1
"""The longest that any wait goes without letting an interrupt in, seconds."""

Work = Callable[[], Coroutine[Any, Any, list[Asset]]]


class Handle:
    """A job under way or done; `Generation` tells what its attributes mean to people.

    Attributes:
        version: grows with every change.
    """

    id: int | None

    def __init__(self, connection: Connection, request: GenerationRequest) -> None:
        self.connection = connection
        self.request = request
        self.tool = request.tool.name
        self.inputs: Mapping[str, object] = dict(request.inputs)
        self.task_id: str | None = None
        self.session_id: str | None = None
        self.status = "SUBMITTING"
        self.progress: float | None = None
        self.estimated_credits: float | None = None
        self.error: PlaycutError | None = None
        self.assets: tuple[Asset, ...] = ()
        self.data: object = None
        self.note = self.trouble = self.warning = ""
        self.pause_s = 0.0
        self.is_being_sent = False
        self.version = 0
        self._started = time.monotonic()
        self._took_s: float | None = None
        self._paused_at = 0.0
        self._job: Future[list[Asset]] | None = None
        self._scope: anyio.CancelScope | None = None
        self.is_stopping = False
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def fail(self, error: PlaycutError) -> None:
        """End with *error*, before anything was sent."""
        self.error, self._took_s = error, 0.0
        self._done.set()

    def _start(self, job: Work) -> None:
        underway.begin(self)
        self._job = portal().start_task_soon(self._stoppable, job)
        self._job.add_done_callback(self._finish)

    async def _stoppable(self, job: Work) -> list[Asset]:
        # Not the future's own `cancel`: that would call the job done before it has left the library in order.
        with anyio.CancelScope() as self._scope:
            return await job()
        raise self._stopped(is_over=True)

    # -- what the job tells -------------------------------------------------------------------------------

    def _apply(self, event: events.Event) -> None:
        match event:
            case events.Sent():
                self.is_being_sent = True
            case events.NotSent():
                self.is_being_sent = False
            case events.VoiceChosen(voice_id, name):
                self.inputs, self.note = {**self.inputs, "voiceId": voice_id}, f"voice {name}"
            case events.Submitted(task_id, status, credits_, session_id, data):
                self.data, self.task_id = guarded(data), task_id
                self.estimated_credits, self.session_id = credits_, session_id
                self.status, self.is_being_sent = status, False
            case events.Answered(data):
                self.data, self.status, self.is_being_sent = guarded(data), "COMPLETED", False
            case events.Progressed(status, progress):
                self.status, self.trouble = status, ""
                self.progress = progress if progress is not None else self.progress
            case events.Throttled(seconds):
                self.pause_s, self._paused_at = seconds, time.monotonic()
            case events.Disturbed(reason):
                self.trouble = reason
            case events.Fetching():
                self.trouble = ""
            case events.NotKept(reason):
                self.warning = reason
            case events.Forgotten():
                self.id = None
        self._tell()

    def _finish(self, job: Future[list[Asset]]) -> None:
        self._took_s = time.monotonic() - self._started
        self.is_being_sent, self.pause_s, self.trouble = False, 0.0, ""
        try:
            self.assets = tuple(job.result())
        except PlaycutError as error:
            self.error = error
        except Exception as error:
            log.exception("a job ended in a way it should not")
            kind = type(error).__name__
            self.error = PlaycutError(
                f"Something inside playcut-jupyter went wrong ({kind}: {error}).",
                hint="Please report it. What was submitted can be fetched with `%playcut resume`.",
                task_id=self.task_id,
            )
        if self.error is not None and self.error.task_id is None:
            self.error.task_id = self.task_id
        underway.end(self)
        self._done.set()
        self._tell()
        change_signal.changed()

    def _tell(self) -> None:
        self.version += 1
        with self._lock:
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

    # -- state --------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self._done.is_set()

    @property
    def elapsed_s(self) -> float:
        """Seconds since it was started, or that it took."""
        return self._took_s if self._took_s is not None else time.monotonic() - self._started

    @property
    def state(self) -> str:
        """One word for people: the API's state, or how it ended for us ("STOPPED", "UNCERTAIN", "FAILED")."""
        if isinstance(self.error, StoppedWaiting):
            return "STOPPED"
        if isinstance(self.error, SubmissionUncertain):
            return "UNCERTAIN"
        if self.error is not None:
            return "FAILED"
        return self.status

    @property
    def pause_left_s(self) -> float:
        """Seconds until the rate limit lets it go on; 0 if it does not hold it up."""
        return max(0.0, self.pause_s - (time.monotonic() - self._paused_at)) if self.pause_s else 0.0

    # -- waiting ------------------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until done and return it.

        Args:
            timeout: seconds, or None for as long as the task's deadline.

        Raises:
            StoppedWaiting: interrupted; the task goes on at Playcut.
            WaitTimeout: *timeout* passed; the job goes on in the background.
            PlaycutError: it failed.
        """
        ends_at = None if timeout is None else time.monotonic() + timeout
        try:
            while not self._done.is_set():
                left = SLICE_S if ends_at is None else min(SLICE_S, ends_at - time.monotonic())
                if left <= 0:
                    raise self._timed_out(timeout or 0)
                self._done.wait(left)
        except KeyboardInterrupt:
            raise underway.interrupt([self]) from None
        if self.error is not None:
            raise self.error
        return self

    def settle(self, seconds: float) -> None:
        """Let up to *seconds* pass for it to be done."""
        self._done.wait(seconds)

    def __await__(self) -> Generator[Any, None, Self]:
        return self._awaited().__await__()

    async def _awaited(self) -> Self:
        # The heartbeat is what lets ipykernel's loop notice an interrupt of an awaiting cell.
        with watching_for_interrupts() as interrupted:
            try:
                while not self._done.is_set():  # noqa: ASYNC110 - the heartbeat is the point
                    await asyncio.sleep(SLICE_S / 2)
            except asyncio.CancelledError:
                if not interrupted():
                    raise
                raise await self._interrupted() from None
            except KeyboardInterrupt:
                raise underway.interrupt([self]) from None
        if self.error is not None:
            raise self.error
        return self

    def stop_waiting(self) -> None:
        """Stop waiting; the task itself goes on at Playcut and can be taken up again. No-op once done."""
        if self._job is not None and not self._job.done():
            self.is_stopping = True
            portal().start_task_soon(self._cancel)

    def _cancel(self) -> None:
        if self._scope is not None:  # jobs start in the order in which they are asked for, so it is there by now
            self._scope.cancel()

    async def _interrupted(self) -> PlaycutError:
        """Stop waiting after an interrupt of this await, in turn with others, and return what to raise here."""
        self.stop_waiting()
        ends_at = time.monotonic() + underway.ID_GRACE_S
        while not self._done.is_set() and time.monotonic() < ends_at:  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(SLICE_S / 10)
        error = self.stopped()
        if ends_the_cell_alone():
            return error
        return PlaycutError(error.message, hint=error.hint, tool=error.tool, task_id=error.task_id)

    def stopped(self) -> StoppedWaiting:
        """Return the error that tells that it was stopped, and how to go on."""
        if isinstance(self.error, StoppedWaiting):
            return self.error
        return self._stopped(is_over=self.done)

    def _stopped(self, *, is_over: bool) -> StoppedWaiting:
        if self.task_id:
            return StoppedWaiting(
                "Stopped waiting; the task goes on at Playcut.",
                hint=f"`%playcut wait {self.task_id}` goes on waiting, `%playcut resume` fetches all that is open.",
                tool=self.tool,
                task_id=self.task_id,
            )
        if is_over and not self.is_being_sent:
            return StoppedWaiting("Stopped before it was submitted; nothing was bought.", tool=self.tool)
        return StoppedWaiting(
            "Stopped while it was being submitted; it may be taken.",
            hint="Its task id is written down when the answer comes: then `%playcut resume` fetches it.",
            tool=self.tool,
        )

    def _timed_out(self, timeout: float) -> WaitTimeout:
        hint = "It goes on in the background: wait again"
        hint += f", or `%playcut wait {self.task_id}`." if self.task_id else "."
        return WaitTimeout(f"Not done within {timeout:g} s.", hint=hint, tool=self.tool, task_id=self.task_id)
