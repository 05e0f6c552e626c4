"""`Sweep`: many generations from one template as one thing: a grid in which no failure loses the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.display import live, saving, sweep_grid, sweep_summary
from playcut_jupyter.display.bundles import Bundle, message_bundle
from playcut_jupyter.display.contact_sheet import writer
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import BudgetExceeded, StoppedWaiting, SubmissionUncertain, SweepIncomplete
from playcut_jupyter.jobs.active_jobs import stopped_error
from playcut_jupyter.jobs.reuse import start_again
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generation import Generation
from playcut_jupyter.results.picks import Picks

if TYPE_CHECKING:
    from playcut_jupyter.design.pick_widget import PickWidget


class Sweep(Generations):
    """A sequence of generations and the axes they lie on.

    Attributes:
        axes: name of each axis -> its values, in order; the last axis varies fastest.
    """

    def __init__(self, generations: Sequence[Generation], axes: Mapping[str, Sequence[object]] | None = None) -> None:
        super().__init__(generations)
        self.axes: dict[str, Sequence[object]] = dict(axes or {})

    @property
    def snapshot(self) -> SweepSnapshot:
        """How all of it stands now."""
        return SweepSnapshot(self.axes, self.snapshots)

    @property
    def done(self) -> bool:
        """True once all are done."""
        return all(generation.done for generation in self)

    @property
    def failed(self) -> list[Generation]:
        """Those that ended without a result."""
        return [generation for generation in self if generation.done and generation.error is not None]

    def retry_failed(self, *, uncertain: bool = False) -> Sweep:
        """Run again what failed, wait for it, and return the sweep; what was bought is never bought again.

        A task that was submitted and not fetched is resumed.

        Args:
            uncertain: also submit again what may have been bought already (`SubmissionUncertain`).

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
            # The sweep has its own line where it is displayed: here is only what came of this.
            failed = sum(job.snapshot.error is not None for job in retried)
            done = f"Retried {len(retried)}: {len(retried) - failed} done"
            return message_bundle(done + (f", {failed} failed." if failed else "."))

        if retried or not self.done:
            live.watch(self.jobs, line)
        return self

    def raise_if_incomplete(self, name: str = ".sweep") -> None:
        """Raise `SweepIncomplete` if some failed, `StoppedWaiting` if some were stopped.

        Args:
            name: how whoever reads the error can get at this sweep.
        """
        failed = self.failed
        if not failed:
            return
        stopped = [generation.job for generation in failed if isinstance(generation.error, StoppedWaiting)]
        if stopped:
            raise stopped_error(stopped)
        errors = [generation.error for generation in failed if generation.error is not None]
        reasons = list(dict.fromkeys(f"{type(error).__name__}: {error.message}" for error in errors))
        hint = f"`{name}.retry_failed()` {'of this error ' if name == '.sweep' else ''}runs only what failed again."
        if any(isinstance(error, SubmissionUncertain) for error in errors):
            hint += " What may have been bought is submitted again only with `retry_failed(uncertain=True)`."
        if any(isinstance(error, BudgetExceeded) for error in errors):
            hint += " Raise the budget first."
        raise SweepIncomplete(
            f"{len(failed)} of {len(self)} generations failed: {'; '.join(reasons[:3])}", hint=hint, sweep=self
        )

    def save(self, path: str | Path) -> list[Path]:
        """Copy all originals into a folder, or to numbered names; nothing is ever overwritten.

        Raises:
            InvalidInput: the place can't be written.
        """
        return saving.save(self.snapshots, path)

    def pick(self) -> PickWidget:
        """Return blind A/B rounds over the finished ones, as a widget; the choices are kept in the library.

        Raises:
            InvalidInput: there are fewer than two that differ.
        """
        from playcut_jupyter.design.pick_widget import PickWidget  # ipywidgets takes 0.1 s to load

        return PickWidget(self.snapshot, self[0].library)

    def picks(self) -> Picks:
        """Return what was picked so far: a table of which value of each axis won how often."""
        return Picks(self, self.axes)

    def contact_sheet(self, path: str | Path) -> Path:
        """Write all of it as one file to pass on, and return where it went; nothing is ever overwritten.

        Args:
            path: ends in `.html` (plays sound and video, opens on a phone), `.png` or `.pdf`.

        Raises:
            InvalidInput: another ending, an empty sweep, or a place that can't be written.
        """
        return writer.write(self.snapshot, self.tally(), path)

    def grid(self) -> Sweep:
        """Return what shows as the grid: the sweep itself."""
        return self

    def __repr__(self) -> str:
        return f"<{sweep_summary.description(self.snapshot)}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return sweep_grid.bundle(self.snapshot)
