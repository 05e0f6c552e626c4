"""`Generation`: the handle people hold. It may be waited for, awaited, stopped, saved and shown, from any thread.

The job behind it runs on the background loop (`portal`); its events are folded into plain attributes here, so a
reader never waits for the loop. Waiting is done in short slices, because nothing else lets the stop button in.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Mapping
from concurrent.futures import Future
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from playcut_jupyter import choices, events, jobs, notices, tools, underway
from playcut_jupyter.assets import Asset
from playcut_jupyter.connection import Connection
from playcut_jupyter.errors import (
    InvalidInput,
    PlaycutError,
    StoppedWaiting,
    SubmissionUncertain,
    TaskFailed,
    WaitTimeout,
)
from playcut_jupyter.interrupts import ends_the_cell_alone, watching_for_interrupts
from playcut_jupyter.library import Library
from playcut_jupyter.portal import portal
from playcut_jupyter.records import Record
from playcut_jupyter.redaction import guarded
from playcut_jupyter.settings import SANDBOX_ORIGIN
from playcut_jupyter.tools import Request

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger("playcut_jupyter")

SLICE_S = 0.1
"""The longest that any wait goes without letting an interrupt in, seconds."""

_ENDED: Mapping[str, type[PlaycutError]] = {
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

Job = Callable[[Connection, Request, int | None, events.Emit], Coroutine[Any, Any, list[Asset]]]


class Generation:
    """One intended result, from prompt to assets.

    Attributes:
        id: its number in the library (`%playcut show ID`), or None if the library can't be written.
        kind: "image", "video", "speech", or a tool's own name.
        tool: the API tool's name.
        inputs: the tool's input, without the session.
        prompt: its words.
        task_id, session_id: the API's ids, once known.
        status: the task's state in the API's words; "SUBMITTING" before the API has said any.
        progress: 0 to 100, where the API tells it, else None.
        estimated_credits: the server's estimate, else None.
        error: why it failed, else None.
        assets: what it brought; empty until done.
        data: what the tool itself answered (with a task: the acknowledgement), else None.
        note: what was decided for the user (a voice), for people; "" if nothing.
        labels: for one of a sweep, the value it has on each axis.
        reused: True if it was shown from the library, for 0 credits.
        pause_s: seconds for which the rate limit holds it up; 0 if it does not.
        trouble: what is just being put right, for people; "" if nothing.
        is_sandbox: True if the sandbox made it.
        is_being_sent: True from the moment of sending until the answer is on disk.
        warning: what could not be kept, for people; "" if all was.
        parent_id: the generation of the library that it was made from (`--from`), else None.
        starred, hidden: its user's marks in the library.
    """

    def __init__(self, connection: Connection, request: Request) -> None:
        self.connection = connection
        self.request = request
        self.id: int | None = None
        self.kind = request.tool.kind
        self.tool = request.tool.name
        self.inputs: Mapping[str, object] = dict(request.inputs)
        self.prompt = request.prompt
        self.task_id: str | None = None
        self.session_id: str | None = None
        self.status = "SUBMITTING"
        self.progress: float | None = None
        self.estimated_credits: float | None = None
        self.error: PlaycutError | None = None
        self.assets: tuple[Asset, ...] = ()
        self.data: object = None
        self.reused = False
        self.pause_s = 0.0
        self.trouble = ""
        self.warning = ""
        self.is_sandbox = connection.settings.is_sandbox
        self.labels = request.labels
        self.parent_id = request.parent_id
        self.starred = False
        self.hidden = False
        self.note = ""
        self.version = 0
        self.created_at = time.time()
        self._started = time.monotonic()
        self._took_s: float | None = None
        self._paused_at = 0.0
        self.is_being_sent = False
        self._job: Future[list[Asset]] | None = None
        self._scope: anyio.CancelScope | None = None
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    # -- starting -----------------------------------------------------------------------------------------

    @classmethod
    def bought(cls, connection: Connection, request: Request, job: Job = jobs.generate) -> Generation:
        """Submit *request*; return at once.

        Args:
            connection: where to.
            request: what is wanted.
            job: how far to go; by default to files on disk.

        Raises:
            BudgetExceeded: it is known to pass the budget.
        """
        if connection.account.budget is not None:
            connection.account.check(connection.expected_credits(request))
        run = cls(connection, request)
        settings = connection.settings
        try:
            run.id = connection.library.intend(
                settings.origin,
                run.tool,
                run.kind,
                run.prompt,
                request.inputs,
                request.session,
                request.parent_id,
                request.labels,
            )
        except PlaycutError as error:
            run.warning = str(error)
        run._start(lambda: job(connection, request, run.id, run._apply))
        return run

    @classmethod
    def from_record(cls, connection: Connection, record: Record) -> Generation:
        """Return a generation as the library knows it; nothing is sent."""
        run = cls._of(connection, record)
        preview_px = connection.settings.preview_px
        run.assets = tuple(
            Asset.from_record(asset, caption=record.prompt, preview_px=preview_px) for asset in record.assets
        )
        if record.state == "answered":
            run.status = "COMPLETED"
        elif record.state != "fetched":
            ended = _ENDED.get(record.state, PlaycutError)
            reason = record.error or _UNFINISHED.get(record.state, record.state)
            run.error = ended(reason, tool=record.tool, task_id=record.task_id)
        run._took_s = record.seconds or 0.0
        run._done.set()
        return run

    @classmethod
    def taken_up(cls, connection: Connection, record: Record) -> Generation:
        """Go on waiting for the task of *record*, and fetch what it brings; nothing is bought."""
        run = cls._of(connection, record)
        task_id = record.task_id or ""
        run._start(lambda: jobs.take_up(connection, run.request, record.id, task_id, run._apply))
        return run

    @classmethod
    def unrecorded(
        cls, connection: Connection, task_id: str, warning: str, request: Request | None = None
    ) -> Generation:
        """Wait for a task though the library, as *warning* tells, can't be used; what it brings is in memory."""
        unknown = Request(tools.named("wait-for-task"), {"taskId": task_id}, as_given=True)
        run = cls(connection, request or unknown)
        run.kind = run.kind if request else "task"
        run.task_id, run.status, run.warning = task_id, "PENDING", warning
        run._start(lambda: jobs.take_up(connection, run.request, None, task_id, run._apply))
        return run

    @classmethod
    def following(cls, connection: Connection, request: Request, leader: Generation) -> Generation:
        """Have the result of *leader*, which is under way with the same; bought only if *leader* turns out unsent."""
        run = cls(connection, request)
        run.id, run.warning, run.session_id = leader.id, leader.warning, leader.session_id
        run._start(lambda: run._follow(leader))
        return run

    async def _follow(self, leader: Generation) -> list[Asset]:
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def look() -> None:
            self.status, self.progress, self.task_id = leader.status, leader.progress, leader.task_id
            self.inputs, self.note, self.estimated_credits = leader.inputs, leader.note, leader.estimated_credits
            self._tell()
            if leader.done:
                loop.call_soon_threadsafe(over.set)

        forget = leader.on_change(look)
        try:
            look()
            await over.wait()
        finally:
            forget()
        if leader.error is None:
            self.reused, self.data = True, leader.data
            return list(leader.assets)
        if not isinstance(leader.error, StoppedWaiting):
            raise copy(leader.error)
        self.status = "SUBMITTING"
        if leader.task_id is None:
            return await jobs.generate(self.connection, self.request, self.id, self._apply)
        return await jobs.take_up(self.connection, self.request, self.id, leader.task_id, self._apply)

    @classmethod
    def _of(cls, connection: Connection, record: Record) -> Generation:
        run = cls(connection, Request(tools.named(record.tool), record.inputs, as_given=True))
        run.is_sandbox = record.origin == SANDBOX_ORIGIN
        run.id, run.kind, run.prompt = record.id, record.kind, record.prompt
        run.task_id, run.session_id = record.task_id, record.session_id
        run.estimated_credits, run.created_at = record.credits, record.created_at
        run.status = record.status or "PENDING"
        run.parent_id, run.starred, run.hidden = record.parent_id, record.starred, record.hidden
        run.labels = record.labels
        return run

    def fail(self, error: PlaycutError) -> None:
        """End with *error*, before anything was sent."""
        self.error, self._took_s = error, 0.0
        self._done.set()

    def _start(self, job: Callable[[], Coroutine[Any, Any, list[Asset]]]) -> None:
        underway.begin(self)
        self._job = portal().start_task_soon(self._stoppable, job)
        self._job.add_done_callback(self._finish)

    async def _stoppable(self, job: Callable[[], Coroutine[Any, Any, list[Asset]]]) -> list[Asset]:
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
        notices.changed()

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

    @property
    def kernel_credits(self) -> float:
        """What the generations of this connection were estimated at so far, in credits."""
        return self.connection.account.spent

    @property
    def image(self) -> Image:
        """The first asset as a Pillow image; waits for it.

        Raises:
            PlaycutError: the generation failed, or its first asset is no picture.
        """
        return self._first_asset().image

    def _first_asset(self) -> Asset:
        self.wait()
        if not self.assets:
            raise InvalidInput(f"{self.tool} brought no asset.", hint="Its answer is in `.data`.")
        return self.assets[0]

    # -- marks --------------------------------------------------------------------------------------------

    def star(self, on: bool = True) -> Generation:
        """Star it in the library (or take the star away), for history, panel, contact sheet and export.

        Raises:
            InvalidInput: it is not in the library.
            PlaycutError: the library can't be written.
        """
        choices.star(self.connection.library, self._number(), on)
        self.starred = on
        self._tell()
        notices.changed()
        return self

    def hide(self, on: bool = True) -> Generation:
        """Hide it from the panel's gallery (or show it again); nothing is deleted. Raises as `star`."""
        choices.hide(self.connection.library, self._number(), on)
        self.hidden = on
        self._tell()
        notices.changed()
        return self

    @property
    def library(self) -> Library:
        """Where it is kept."""
        return self.connection.library

    def _number(self) -> int:
        if self.id is None:
            raise InvalidInput("This generation is not in the library, so it can't be marked.", hint=self.warning)
        return self.id

    # -- waiting ------------------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> Generation:
        """Wait until done and return the generation.

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

    def __await__(self) -> Generator[Any, None, Generation]:
        return self._awaited().__await__()

    async def _awaited(self) -> Generation:
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

    # -- keeping and showing ------------------------------------------------------------------------------

    def save(self, path: str | Path) -> Path | list[Path]:
        """Copy the original to *path* (several assets: numbered), waiting for it if need be.

        Returns:
            The path written, or a list of them for several assets. Nothing is ever overwritten.

        Raises:
            PlaycutError: the generation failed.
            InvalidInput: the place can't be written.
        """
        self._first_asset()
        paths = [asset.save(path) for asset in self.assets]
        return paths[0] if len(paths) == 1 else paths

    def export(self, as_: str = "python") -> str:
        """Return a standalone program that makes this anew: "curl", "python", "typescript"; or "json", its inputs.

        The program takes the key from `PLAYCUT_API_KEY` and saves its files in the working folder.

        Raises:
            InvalidInput: no such format, or nothing that a program could make.
        """
        from playcut_jupyter import export

        return export.program([self], as_)

    def __repr__(self) -> str:
        words = self.prompt if len(self.prompt) <= 60 else self.prompt[:59] + "…"
        task = f" task {self.task_id}" if self.task_id else ""
        return f"<Generation {self.kind} {self.state} {words!r}{task} {list(self.assets) or ''}>".replace(" >", ">")

    def _ipython_display_(self) -> None:
        from playcut_jupyter import live

        live.show(self)
