"""`Generation`, one requested result, and `Sweep`, the generations of one template as a grid.

They stand together because a sweep holds generations, and the variants of a generation are a sweep. Both are views of
jobs: what they say is read from the newest snapshots.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.background import change_signal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design import refinement
from playcut_jupyter.design.admission import admit, check_can_buy
from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.design.planning import plan_variants
from playcut_jupyter.display import live, saving, status, sweep_grid, sweep_summary
from playcut_jupyter.display.background_updates import update_in_background
from playcut_jupyter.display.bundles import Bundle, message_bundle
from playcut_jupyter.display.contact_sheet import writer
from playcut_jupyter.display.contact_sheet.tile import NO_VERDICT
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.export.writer import program
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.start import start_again, start_all
from playcut_jupyter.library import ratings
from playcut_jupyter.results import incomplete
from playcut_jupyter.results.asset import Asset
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.effects import Effects
from playcut_jupyter.results.job_view import JobView
from playcut_jupyter.results.picks import Picks
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.text import truncate

if TYPE_CHECKING:
    from PIL.Image import Image

    from playcut_jupyter.widgets.explorer import Explorer
    from playcut_jupyter.widgets.pick import PickWidget


class Generation(JobView):
    """One requested result, from prompt to assets.

    Attributes:
        job: its background work.
    """

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._assets: tuple[Asset, ...] = ()

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
            as_: "curl", "python" or "typescript" for a program, "json" for the inputs, "mcp" for messages to
                Playcut's MCP server.

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
        with live.naming_open_tasks([self.job]):
            self.job.wait(timeout)
        return self

    def __await__(self) -> Generator[Any, None, Generation]:
        with live.naming_open_tasks([self.job]):
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
        request = plan_variants(self.snapshot, n, max_generations=max_generations)
        sweep = Sweep.start(self.job.connection, request)
        live.watch(sweep.jobs, lambda: sweep_summary.bundle(sweep.snapshot))
        sweep.raise_if_incomplete()
        return sweep

    # -- the user's ratings ---------------------------------------------------------------------------------

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


class Sweep(Generations[Generation]):
    """A sequence of generations and their axes.

    Attributes:
        axes: name of each axis -> its values, in order; the last axis varies fastest.
        request: what was asked for; None for tasks that were resumed.
    """

    def __init__(
        self,
        generations: Sequence[Generation],
        axes: Mapping[str, Sequence[object]] | None = None,
        request: AnySweepRequest | None = None,
    ) -> None:
        super().__init__(generations)
        self.axes: dict[str, Sequence[object]] = dict(axes or {})
        self.request = request

    @classmethod
    def start(cls, connection: Connection, request: AnySweepRequest) -> Sweep:
        """Start all generations of *request*, none from the library, and return the sweep at once.

        Raises:
            InvalidInput, BudgetExceeded, NotConnected: raised before anything is sent.
        """
        check_can_buy(connection, "generating variants")
        generations = admit(connection, request, reuse=False)
        jobs = start_all(connection, generations, reuse=False, cell=lambda: refinement.whole_cell(request))
        return cls([Generation(job) for job in jobs], request.axes, request)

    @property
    def snapshot(self) -> SweepSnapshot:
        """Its state now."""
        return SweepSnapshot(self.axes, self.snapshots)

    @property
    def done(self) -> bool:
        """True once all are done."""
        return all(generation.done for generation in self)

    @property
    def failed(self) -> list[Generation]:
        """The generations that ended without a result."""
        return [generation for generation in self if generation.done and generation.error is not None]

    def retry_failed(self, *, uncertain: bool = False) -> Sweep:
        """Retry the failed generations, wait for them, and return the sweep; nothing is bought twice.

        A task that was submitted and not fetched is resumed.

        Args:
            uncertain: also retry submissions that may have been bought already (`SubmissionUncertain`).

        Raises:
            NotInLibrary: frozen.
            StoppedWaiting: interrupted.
        """
        retried = []
        for index, generation in enumerate(self._generations):
            job = start_again(generation.job, uncertain=uncertain)
            if job is not generation.job:
                self._generations[index] = Generation(job)
                retried.append(job)

        def line() -> Bundle:
            if not retried or not self.done:
                return sweep_summary.bundle(self.snapshot)
            # Only the result of the retry: the sweep has its own line where it is displayed.
            failed = sum(job.snapshot.error is not None for job in retried)
            done = f"Retried {len(retried)}: {len(retried) - failed} done"
            return message_bundle(done + (f", {failed} failed." if failed else "."))

        if retried or not self.done:
            live.watch(self.jobs, line)
        return self

    def raise_if_incomplete(self, name: str = ".sweep") -> None:
        """Raise `SweepIncomplete` if some failed, `StoppedWaiting` if some were stopped.

        If all that failed is not in the frozen library, raise `NotInLibrary`.

        Args:
            name: the expression for this sweep in the error's hint.
        """
        error = incomplete.error_of(self, name)
        if error is not None:
            raise error

    def save(self, path: str | Path) -> list[Path]:
        """Copy all originals to *path*, and return where they are; nothing is ever overwritten.

        In a folder their names are numbers and words: `03-fishing-boat.png`. The name of a file gets numbers. A file
        with the same bytes is left as it is.

        Raises:
            InvalidInput: *path* can't be written.
        """
        return [copy.path for copy in saving.save(self.snapshots, path)]

    def explore(self) -> Explorer:
        """Return a widget with its grid, to star, open, vary, compare, refine and export; also while it runs."""
        from playcut_jupyter.widgets.explorer import Explorer  # ipywidgets takes 0.1 s to load

        return Explorer(self, Sweep.start)

    def pick(self) -> PickWidget:
        """Return the game of blind picking over the finished generations: which of two is better, until one wins.

        The choices are saved in the library, and count in `picks` and `effects`.

        Raises:
            InvalidInput: fewer than two different generations are finished.
        """
        from playcut_jupyter.widgets.pick import PickWidget  # ipywidgets takes 0.1 s to load

        return PickWidget(self)

    def picks(self) -> Picks[Generation]:
        """Return the choices so far as a table of how often each value of each axis won."""
        return Picks(self)

    def effects(self) -> Effects:
        """Return which values of its axes matter, from blind picks and stars: a table with bars and 90 % intervals.

        Raises:
            PlaycutError: the library can't be read.
        """
        return Effects(self)

    def refine(self, keep: float | Mapping[str, object] = 0.5) -> str:
        """Return the next cell as text: the same template and options, with the losing values dropped.

        Args:
            keep: the share of each axis's values that is kept, above 0 and at most 1, by their `effects`; at least one
                is, all are where none was judged. Or the values to keep by name: `{"style": ["neon"]}`.

        Raises:
            InvalidInput: nothing has been judged, *keep* names what isn't there, or the sweep has no template.
        """
        return refinement.next_cell(self.request, keep, lambda: self.effects().effects)

    def contact_sheet(self, path: str | Path) -> Path:
        """Write the sweep to one file that can be shared, and return its path; nothing is ever overwritten.

        Args:
            path: ends in `.html` (plays sound and video, opens on a phone), `.png` or `.pdf`.

        Raises:
            InvalidInput: another file type, an empty sweep, or a path that can't be written.
        """
        try:
            verdict = self.effects().verdict
        except PlaycutError:  # the library can't be read; the pictures can
            verdict = NO_VERDICT
        title = refinement.template_of(self.request)
        return writer.write(self.snapshot, self.tally(), path, title=title, verdict=verdict)

    def grid(self) -> Sweep:
        """Return the sweep, which displays itself as a grid."""
        return self

    def __repr__(self) -> str:
        return f"<{sweep_summary.description(self.snapshot)}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return sweep_grid.bundle(self.snapshot)
