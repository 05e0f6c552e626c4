"""`Generation`: one intended result, from prompt to assets. It may be waited for, awaited, stopped, saved and shown.

A face over a job: what it tells is read from the job's newest snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.background import change_signal
from playcut_jupyter.display import status
from playcut_jupyter.display.background_updates import update_in_background
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.export.writer import program
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.library.database import Library
from playcut_jupyter.results.asset import Asset
from playcut_jupyter.text import truncate

if TYPE_CHECKING:
    from PIL.Image import Image


class Generation:
    """One intended result, from prompt to assets.

    Attributes:
        job: the work behind it.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._assets: tuple[Asset, ...] = ()

    @property
    def snapshot(self) -> Snapshot:
        """How it stands now."""
        return self.job.snapshot

    # -- what was asked for ---------------------------------------------------------------------------------

    @property
    def id(self) -> int | None:
        """Its number in the library (`%playcut show ID`), or None if the library can't be written."""
        return self.job.id

    @property
    def kind(self) -> str:
        """One of "image", "video" and "speech", or a tool's own name."""
        return self.snapshot.kind

    @property
    def tool(self) -> str:
        """The API tool's name."""
        return self.snapshot.tool

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The tool's input, without the session."""
        return self.snapshot.inputs

    @property
    def prompt(self) -> str:
        """Its words."""
        return self.snapshot.prompt

    @property
    def labels(self) -> Mapping[str, Any]:
        """For one of a sweep, the value it has on each axis."""
        return self.snapshot.labels

    @property
    def parent_id(self) -> int | None:
        """The generation of the library that it was made from (`--from`), else None."""
        return self.snapshot.parent_id

    @property
    def created_at(self) -> float:
        """When it was asked for, Unix seconds."""
        return self.snapshot.created_at

    @property
    def is_sandbox(self) -> bool:
        """True if the sandbox made it."""
        return self.snapshot.is_sandbox

    # -- how it stands --------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """The task's state in the API's words; "SUBMITTING" before the API has said any."""
        return self.snapshot.status

    @property
    def state(self) -> str:
        """One word for people: the API's state, or how it ended for us ("STOPPED", "UNCERTAIN", "FAILED")."""
        return self.snapshot.state

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self.job.done

    @property
    def progress(self) -> float | None:
        """From 0 to 100, where the API tells it, else None."""
        return self.snapshot.progress

    @property
    def task_id(self) -> str | None:
        """The API's id of the task, once known."""
        return self.snapshot.task_id

    @property
    def session_id(self) -> str | None:
        """The API's id of the session, once known."""
        return self.snapshot.session_id

    @property
    def estimated_credits(self) -> float | None:
        """The server's estimate, in credits, else None."""
        return self.snapshot.estimated_credits

    @property
    def elapsed_s(self) -> float:
        """Seconds since it was started, or that it took."""
        return self.snapshot.elapsed_s

    @property
    def reused(self) -> bool:
        """True if it was shown from the library, for 0 credits."""
        return self.snapshot.reused

    @property
    def error(self) -> PlaycutError | None:
        """Why it failed, else None."""
        return self.snapshot.error

    @property
    def note(self) -> str:
        """What was decided for the user (a voice), for people; "" if nothing."""
        return self.snapshot.note

    @property
    def warning(self) -> str:
        """What could not be kept, for people; "" if all was."""
        return self.snapshot.warning

    # -- what it brought ------------------------------------------------------------------------------------

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What it brought; empty until done."""
        state = self.snapshot
        if tuple(asset.record for asset in self._assets) != state.assets:
            self._assets = tuple(
                Asset(record, caption=state.prompt, preview_px=state.preview_px) for record in state.assets
            )
        return self._assets

    @property
    def data(self) -> Any:
        """What the tool itself answered (with a task: the acknowledgement), else None."""
        return self.snapshot.data

    @property
    def image(self) -> Image:
        """The first asset as a Pillow image; waits for it.

        Raises:
            PlaycutError: the generation failed, or its first asset is no picture.
        """
        return self._saved_assets()[0].image

    def _saved_assets(self) -> tuple[Asset, ...]:
        self.wait()
        if not self.assets:
            raise InvalidInput(f"{self.tool} brought no asset.", hint="Its answer is in `.data`.")
        return self.assets

    def save(self, path: str | Path) -> Path | list[Path]:
        """Copy the original to *path* (several assets: numbered), waiting for it if need be.

        Returns:
            The path written, or a list of them for several assets. Nothing is ever overwritten.

        Raises:
            PlaycutError: the generation failed.
            InvalidInput: the place can't be written.
        """
        paths = [asset.save(path) for asset in self._saved_assets()]
        return paths[0] if len(paths) == 1 else paths

    def export(self, as_: str = "python") -> str:
        """Return a standalone program that makes this anew: "curl", "python", "typescript"; or "json", its inputs.

        The program takes the key from `PLAYCUT_API_KEY` and saves its files in the working folder.

        Raises:
            InvalidInput: no such format, or nothing that a program could make.
        """
        return program([self.snapshot], as_)

    # -- waiting --------------------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> Generation:
        """Wait until done and return it.

        Args:
            timeout: seconds, or None for as long as the task's deadline.

        Raises:
            StoppedWaiting: interrupted; the task goes on at Playcut.
            WaitTimeout: *timeout* passed; the job goes on in the background.
            PlaycutError: it failed.
        """
        self.job.wait(timeout)
        return self

    def __await__(self) -> Generator[Any, None, Generation]:
        yield from self.job.__await__()
        return self

    def stop_waiting(self) -> None:
        """Stop waiting; the task itself goes on at Playcut and can be resumed. No-op once done."""
        self.job.stop_waiting()

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener* (from a background thread) at every change; return what ends that."""
        return self.job.on_change(listener)

    # -- its user's ratings ---------------------------------------------------------------------------------

    @property
    def starred(self) -> bool:
        """True if its user starred it."""
        return self.snapshot.starred

    @property
    def hidden(self) -> bool:
        """True if its user hid it from the gallery."""
        return self.snapshot.hidden

    def star(self, on: bool = True) -> Generation:
        """Star it in the library (or take the star away), for history, panel, contact sheet and export.

        Raises:
            InvalidInput: it is not in the library.
            PlaycutError: the library can't be written.
        """
        ratings.star(self.library, self._number(), on)
        return self._rated(starred=on)

    def hide(self, on: bool = True) -> Generation:
        """Hide it from the panel's gallery (or show it again); nothing is deleted. Raises as `star`."""
        ratings.hide(self.library, self._number(), on)
        return self._rated(hidden=on)

    def reload_ratings(self) -> None:
        """Take over what the library has by now: it may have been rated through another object.

        Raises:
            PlaycutError: the library can't be read.
        """
        record = self.library.get(self.id) if self.id is not None else None
        if record is not None:
            self.job.update(starred=record.starred, hidden=record.hidden)

    def _rated(self, **ratings_: bool) -> Generation:
        self.job.update(**ratings_)
        change_signal.changed()
        return self

    @property
    def library(self) -> Library:
        """Where it is kept."""
        return self.job.connection.library

    def _number(self) -> int:
        if self.id is None:
            raise InvalidInput("This generation is not in the library, so it can't be marked.", hint=self.warning)
        return self.id

    # -- being shown ----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        task = f" task {self.task_id}" if self.task_id else ""
        assets = f" {list(self.assets)}" if self.assets else ""
        return f"<Generation {self.kind} {self.state} {truncate(self.prompt, 60)!r}{task}{assets}>"

    def _ipython_display_(self) -> None:
        update_in_background([self.job], lambda: status.bundle(self.snapshot))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return status.bundle(self.snapshot)
