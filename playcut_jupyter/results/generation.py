"""`Generation`: one requested result, which can be waited for, awaited, stopped, saved and displayed.

A view of a job: its properties read the job's newest snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.background import change_signal
from playcut_jupyter.design.planning import plan_variants
from playcut_jupyter.display import saving, status
from playcut_jupyter.display.background_updates import update_in_background
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.export.writer import program
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.library.database import Library
from playcut_jupyter.results.asset import Asset
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.text import truncate

if TYPE_CHECKING:
    from PIL.Image import Image

    from playcut_jupyter.results.sweep import Sweep


class Generation:
    """One requested result, from prompt to assets.

    Attributes:
        job: its background work.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._assets: tuple[Asset, ...] = ()

    @property
    def snapshot(self) -> Snapshot:
        """Its state now."""
        return self.job.snapshot

    # -- the request ----------------------------------------------------------------------------------------

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
        """The prompt's text."""
        return self.snapshot.prompt

    @property
    def labels(self) -> Mapping[str, Any]:
        """Its value on each axis of its sweep; empty for a single generation."""
        return self.snapshot.labels

    @property
    def parent_id(self) -> int | None:
        """The number of the generation that it was derived from (`--from`), else None."""
        return self.snapshot.parent_id

    @property
    def created_at(self) -> float:
        """When it was requested, Unix seconds."""
        return self.snapshot.created_at

    @property
    def is_sandbox(self) -> bool:
        """True if the sandbox generated it."""
        return self.snapshot.is_sandbox

    # -- its state ------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """The task's status in the API's words; "SUBMITTING" until the API has answered."""
        return self.snapshot.status

    @property
    def state(self) -> str:
        """One word for people: the API's status, or how the job ended ("STOPPED", "UNCERTAIN", "FAILED")."""
        return self.snapshot.state

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self.job.done

    @property
    def progress(self) -> float | None:
        """From 0 to 100; None where the API reports none."""
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
        """Seconds since the start; once done, the seconds it took."""
        return self.snapshot.elapsed_s

    @property
    def reused(self) -> bool:
        """True if it was served from the library, for 0 credits."""
        return self.snapshot.reused

    @property
    def error(self) -> PlaycutError | None:
        """Why it failed, else None."""
        return self.snapshot.error

    @property
    def note(self) -> str:
        """What was chosen for the user (a voice), as text for people; "" if nothing."""
        return self.snapshot.note

    @property
    def warning(self) -> str:
        """Why it could not be saved to the library, as text for people; "" if it was."""
        return self.snapshot.warning

    # -- its result -----------------------------------------------------------------------------------------

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Its assets; empty until done."""
        snapshot = self.snapshot
        if tuple(asset.record for asset in self._assets) != snapshot.assets:
            self._assets = tuple(
                Asset(record, caption=snapshot.prompt, preview_px=snapshot.preview_px, generation_id=snapshot.id)
                for record in snapshot.assets
            )
        return self._assets

    @property
    def data(self) -> Any:
        """The tool's own answer (for a task, the acknowledgement), else None."""
        return self.snapshot.data

    @property
    def image(self) -> Image:
        """The first asset as a Pillow image; waits for it.

        Raises:
            PlaycutError: the generation failed, or its first asset is not a picture.
        """
        return self._finished_assets()[0].image

    def _finished_assets(self) -> tuple[Asset, ...]:
        self.wait()
        if not self.assets:
            raise InvalidInput(f"{self.tool} returned no asset.", hint="Its answer is in `.data`.")
        return self.assets

    def save(self, path: str | Path) -> Path | list[Path]:
        """Wait for the result and copy the original to *path*; the names of several assets are numbered.

        Returns:
            The path written, or a list of them for several assets. Nothing is ever overwritten.

        Raises:
            PlaycutError: the generation failed.
            InvalidInput: *path* can't be written.
        """
        self._finished_assets()
        paths = [copy.path for copy in saving.save([self.snapshot], path)]
        return paths[0] if len(paths) == 1 else paths

    def export(self, as_: str = "python") -> str:
        """Return a standalone program that generates this again, or its inputs as JSON.

        The program takes the key from `PLAYCUT_API_KEY` and saves its files in the working folder.

        Args:
            as_: "curl", "python" or "typescript"; or "json" for the inputs.

        Raises:
            InvalidInput: no such format, or it starts no task.
        """
        return program([self.snapshot], as_)

    # -- waiting --------------------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> Generation:
        """Wait until done and return it.

        Args:
            timeout: seconds, or None for as long as the task's deadline.

        Raises:
            StoppedWaiting: interrupted; the task continues at Playcut.
            WaitTimeout: *timeout* passed; the job continues in the background.
            PlaycutError: it failed.
        """
        self.job.wait(timeout)
        return self

    def __await__(self) -> Generator[Any, None, Generation]:
        yield from self.job.__await__()
        return self

    def stop_waiting(self) -> None:
        """Stop waiting; the task itself continues at Playcut and can be resumed. No-op once done."""
        self.job.stop_waiting()

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener* (in a background thread) after every change; return a function that removes it."""
        return self.job.on_change(listener)

    # -- more of it -----------------------------------------------------------------------------------------

    def vary(self, n: int = 4, *, max_generations: int | None = MAX_GENERATIONS) -> Sweep:
        """Generate *n* variants, wait for them, and return them as a sweep; each is a child of this generation.

        A variant has the same inputs, and is always generated, whatever the library has.

        Args:
            n: how many.
            max_generations: the largest number that is sent; None for any number.

        Raises:
            InvalidInput, BudgetExceeded, NotConnected: raised before anything is sent.
            SweepIncomplete: some failed.
            StoppedWaiting: interrupted.
        """
        from playcut_jupyter.results.sweep import Sweep  # a sweep holds generations, so it is loaded after them

        request = plan_variants(self.snapshot, n, max_generations=max_generations)
        return Sweep.start(self.job.connection, request)

    # -- the user's ratings ---------------------------------------------------------------------------------

    @property
    def starred(self) -> bool:
        """True if the user starred it."""
        return self.snapshot.starred

    @property
    def hidden(self) -> bool:
        """True if the user hid it from the gallery."""
        return self.snapshot.hidden

    def star(self, on: bool = True) -> Generation:
        """Star it in the library (or remove the star), for history, panel, contact sheet and export.

        Raises:
            InvalidInput: it is not in the library.
            PlaycutError: the library can't be written.
        """
        ratings.star(self.library, self._number(), on)
        return self._update_ratings(starred=on)

    def hide(self, on: bool = True) -> Generation:
        """Hide it from the panel's gallery (or show it again); deletes nothing. Raises the errors of `star`."""
        ratings.hide(self.library, self._number(), on)
        return self._update_ratings(hidden=on)

    def reload_ratings(self) -> None:
        """Reload star and hidden from the library, which another object may have changed.

        Raises:
            PlaycutError: the library can't be read.
        """
        record = self.library.get(self.id) if self.id is not None else None
        if record is not None:
            self.job.update(starred=record.starred, hidden=record.hidden)

    def _update_ratings(self, **ratings_: bool) -> Generation:
        self.job.update(**ratings_)
        change_signal.changed()
        return self

    @property
    def library(self) -> Library:
        """The library that holds it."""
        return self.job.connection.library

    def _number(self) -> int:
        if self.id is None:
            raise InvalidInput("This generation is not in the library, so it can't be rated.", hint=self.warning)
        return self.id

    # -- display --------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        task = f" task {self.task_id}" if self.task_id else ""
        assets = f" {list(self.assets)}" if self.assets else ""
        return f"<Generation {self.kind} {self.state} {truncate(self.prompt, 60)!r}{task}{assets}>"

    def _ipython_display_(self) -> None:
        update_in_background([self.job], lambda: status.bundle(self.snapshot))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return status.bundle(self.snapshot)
