"""`Sweep`: the generations of one template as a grid, in which a failure does not affect the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design import refinement
from playcut_jupyter.design.admission import admit
from playcut_jupyter.design.children import Request
from playcut_jupyter.display import live, saving, sweep_grid, sweep_summary
from playcut_jupyter.display.bundles import Bundle, message_bundle
from playcut_jupyter.display.contact_sheet import writer
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import (
    BudgetExceeded,
    InvalidInput,
    NotConnected,
    NotInLibrary,
    StoppedWaiting,
    SubmissionUncertain,
    SweepIncomplete,
)
from playcut_jupyter.jobs.active_jobs import stopped_error
from playcut_jupyter.jobs.reuse import start_again, start_all
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.effects import Effects
from playcut_jupyter.results.generation import Generation
from playcut_jupyter.results.picks import Picks
from playcut_jupyter.text import truncate

if TYPE_CHECKING:
    from playcut_jupyter.design.pick_widget import PickWidget


class Sweep(Generations):
    """A sequence of generations and their axes.

    Attributes:
        axes: name of each axis -> its values, in order; the last axis varies fastest.
        request: what was asked for; None for tasks that were resumed.
    """

    def __init__(
        self,
        generations: Sequence[Generation],
        axes: Mapping[str, Sequence[object]] | None = None,
        request: Request | None = None,
    ) -> None:
        super().__init__(generations)
        self.axes: dict[str, Sequence[object]] = dict(axes or {})
        self.request = request

    @classmethod
    def start(cls, connection: Connection, request: Request) -> Sweep:
        """Start all generations of *request*, none from the library, wait for them, and return the sweep.

        Raises:
            InvalidInput, BudgetExceeded, NotConnected: raised before anything is sent.
            SweepIncomplete: some failed.
            StoppedWaiting: interrupted.
        """
        connection.settings.check_online("generating variants")
        if not connection.settings.api_key:
            raise NotConnected("There is no API key, and the sandbox is off.")
        generations = admit(connection, request, reuse=False)
        sweep = cls([Generation(job) for job in start_all(connection, generations, reuse=False)], request.axes, request)
        live.watch(sweep.jobs, lambda: sweep_summary.bundle(sweep.snapshot))
        sweep.raise_if_incomplete()
        return sweep

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
        failed = self.failed
        if not failed:
            return
        stopped = [generation.job for generation in failed if isinstance(generation.error, StoppedWaiting)]
        if stopped:
            raise stopped_error(stopped)
        lacking = [generation for generation in failed if isinstance(generation.error, NotInLibrary)]
        if len(lacking) == len(failed):
            prompts = "; ".join(repr(truncate(generation.prompt, 60)) for generation in lacking[:3])
            more = " ..." if len(lacking) > 3 else "."
            raise NotInLibrary(
                f"Frozen: the library lacks {len(lacking)} of these {len(self)} generations: {prompts}{more}"
            )
        errors = [generation.error for generation in failed if generation.error is not None]
        reasons = list(dict.fromkeys(f"{type(error).__name__}: {error.message}" for error in errors))
        hint = f"`{name}.retry_failed()` {'of this error ' if name == '.sweep' else ''}retries only the failed ones."
        if any(isinstance(error, SubmissionUncertain) for error in errors):
            hint += " Those that may have been bought are submitted again only with `retry_failed(uncertain=True)`."
        if any(isinstance(error, BudgetExceeded) for error in errors):
            hint += " Raise the budget first."
        raise SweepIncomplete(
            f"{len(failed)} of {len(self)} generations failed: {'; '.join(reasons[:3])}", hint=hint, sweep=self
        )

    def save(self, path: str | Path) -> list[Path]:
        """Copy all originals to *path*, and return where they are; nothing is ever overwritten.

        In a folder their names are numbers and words: `03-fishing-boat.png`. The name of a file gets numbers. A file
        with the same bytes is left as it is.

        Raises:
            InvalidInput: *path* can't be written.
        """
        return [copy.path for copy in saving.save(self.snapshots, path)]

    def pick(self) -> PickWidget:
        """Return a widget with blind A/B rounds over the finished generations; it saves the choices in the library.

        Raises:
            InvalidInput: fewer than two different generations are finished.
        """
        from playcut_jupyter.design.pick_widget import PickWidget  # ipywidgets takes 0.1 s to load

        return PickWidget(self.snapshot, self[0].library)

    def picks(self) -> Picks:
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
        request = refinement.refinable(self.request)
        if isinstance(keep, Mapping):
            return refinement.refined_cell(request, refinement.chosen(request.plan, keep))
        effects = self.effects()
        kept = refinement.strongest(request.plan, effects.effects, keep)
        if not kept:
            raise InvalidInput(
                "Nothing has been judged yet, so no value has lost.",
                hint='Use `sweep.pick()`, or star the good ones; or name what to keep: keep={"style": ["neon"]}.',
            )
        return refinement.refined_cell(request, kept)

    def contact_sheet(self, path: str | Path) -> Path:
        """Write the sweep to one file that can be shared, and return its path; nothing is ever overwritten.

        Args:
            path: ends in `.html` (plays sound and video, opens on a phone), `.png` or `.pdf`.

        Raises:
            InvalidInput: another file type, an empty sweep, or a path that can't be written.
        """
        return writer.write(self.snapshot, self.tally(), path)

    def grid(self) -> Sweep:
        """Return the sweep, which displays itself as a grid."""
        return self

    def __repr__(self) -> str:
        return f"<{sweep_summary.description(self.snapshot)}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return sweep_grid.bundle(self.snapshot)
