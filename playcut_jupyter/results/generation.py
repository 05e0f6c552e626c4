"""`Generation`: one intended result, from prompt to assets. It may be waited for, awaited, stopped, saved and shown.

What it has of a job under way is in `handle`; here is where it comes from (bought, the library, a task that goes on),
what its user thinks of it, and what can be done with its result.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter import tools
from playcut_jupyter.background import change_signal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import (
    AssetUnavailable,
    InvalidInput,
    PlaycutError,
    StoppedWaiting,
    SubmissionUncertain,
    TaskFailed,
)
from playcut_jupyter.jobs import events
from playcut_jupyter.jobs.job import generate, take_up
from playcut_jupyter.library import ratings
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import Record
from playcut_jupyter.runs.handle import Handle
from playcut_jupyter.settings import SANDBOX_ORIGIN
from playcut_jupyter.tools import GenerationRequest

if TYPE_CHECKING:
    from PIL.Image import Image

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

Job = Callable[[Connection, GenerationRequest, int | None, events.Emit], Coroutine[Any, Any, list[Asset]]]


class Generation(Handle):
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
        credits_before: what those that failed in its place before were estimated at.
        error: why it failed, else None.
        assets: what it brought; empty until done.
        data: what the tool itself answered (with a task: the acknowledgement), else None.
        note: what was decided for the user (a voice), for people; "" if nothing.
        labels: for one of a sweep, the value it has on each axis.
        reused: True if it was shown from the library, for 0 credits.
        pause_s: seconds for which the rate limit holds it up; 0 if it does not.
        retry_reason: what is just being put right, for people; "" if nothing.
        is_sandbox: True if the sandbox made it.
        is_being_sent: True from the moment of sending until the answer is on disk.
        warning: what could not be kept, for people; "" if all was.
        parent_id: the generation of the library that it was made from (`--from`), else None.
        starred, hidden: its user's marks in the library.
    """

    def __init__(self, connection: Connection, request: GenerationRequest) -> None:
        super().__init__(connection, request)
        self.id: int | None = None
        self.kind = request.tool.kind
        self.prompt = request.prompt
        self.reused = False
        self.credits_before = 0.0
        self.is_sandbox = connection.settings.is_sandbox
        self.labels = request.labels
        self.parent_id = request.parent_id
        self.starred = False
        self.hidden = False
        self.created_at = time.time()

    # -- starting -----------------------------------------------------------------------------------------

    @classmethod
    def bought(cls, connection: Connection, request: GenerationRequest, job: Job = generate) -> Generation:
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
            run.id = connection.library.create(
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
            is_done_there = record.state == "acknowledged" and record.error is not None
            ended = AssetUnavailable if is_done_there else _ENDED.get(record.state, PlaycutError)
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
        run._start(lambda: take_up(connection, run.request, record.id, task_id, run._apply))
        return run

    @classmethod
    def unrecorded(
        cls, connection: Connection, task_id: str, warning: str, request: GenerationRequest | None = None
    ) -> Generation:
        """Wait for a task though the library, as *warning* tells, can't be used; what it brings is in memory."""
        unknown = GenerationRequest(tools.named("wait-for-task"), {"taskId": task_id}, as_given=True)
        run = cls(connection, request or unknown)
        run.kind = run.kind if request else "task"
        run.task_id, run.status, run.warning = task_id, "PENDING", warning
        run._start(lambda: take_up(connection, run.request, None, task_id, run._apply))
        return run

    @classmethod
    def following(cls, connection: Connection, request: GenerationRequest, leader: Handle) -> Generation:
        """Have the result of *leader*, which is under way with the same; bought only if *leader* turns out unsent."""
        run = cls(connection, request)
        run.id, run.warning, run.session_id = leader.id, leader.warning, leader.session_id
        run._start(lambda: run._follow(leader))
        return run

    async def _follow(self, leader: Handle) -> list[Asset]:
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def look() -> None:
            self.status, self.progress, self.task_id = leader.status, leader.progress, leader.task_id
            self.inputs, self.note, self.estimated_credits = leader.inputs, leader.note, leader.estimated_credits
            self.is_being_sent = leader.is_being_sent
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
            return await generate(self.connection, self.request, self.id, self._apply)
        return await take_up(self.connection, self.request, self.id, leader.task_id, self._apply)

    @classmethod
    def _of(cls, connection: Connection, record: Record) -> Generation:
        run = cls(connection, GenerationRequest(tools.named(record.tool), record.inputs, as_given=True))
        run.is_sandbox = record.origin == SANDBOX_ORIGIN
        run.id, run.kind, run.prompt = record.id, record.kind, record.prompt
        run.task_id, run.session_id = record.task_id, record.session_id
        run.estimated_credits, run.created_at = record.credits, record.created_at
        run.status = record.status or "PENDING"
        run.parent_id, run.starred, run.hidden = record.parent_id, record.starred, record.hidden
        run.labels = record.labels
        return run

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
        ratings.star(self.connection.library, self._number(), on)
        self.starred = on
        self._tell()
        change_signal.changed()
        return self

    def hide(self, on: bool = True) -> Generation:
        """Hide it from the panel's gallery (or show it again); nothing is deleted. Raises as `star`."""
        ratings.hide(self.connection.library, self._number(), on)
        self.hidden = on
        self._tell()
        change_signal.changed()
        return self

    @property
    def library(self) -> Library:
        """Where it is kept."""
        return self.connection.library

    def _number(self) -> int:
        if self.id is None:
            raise InvalidInput("This generation is not in the library, so it can't be marked.", hint=self.warning)
        return self.id

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
        from playcut_jupyter.export.writer import program

        return program([self], as_)

    def __repr__(self) -> str:
        words = self.prompt if len(self.prompt) <= 60 else self.prompt[:59] + "…"
        task = f" task {self.task_id}" if self.task_id else ""
        return f"<Generation {self.kind} {self.state} {words!r}{task} {list(self.assets) or ''}>".replace(" >", ">")

    def _ipython_display_(self) -> None:
        from playcut_jupyter.display import live

        live.show(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from playcut_jupyter.display import render

        return render.bundle(self)
