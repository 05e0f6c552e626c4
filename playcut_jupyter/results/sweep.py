"""`Sweep`: many generations from one cell or call, as one thing: shown as a grid, none lost for another's failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import (
    BudgetExceeded,
    StoppedWaiting,
    SubmissionUncertain,
    SweepIncomplete,
)
from playcut_jupyter.runs import underway
from playcut_jupyter.runs.collection import Generations
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.reuse import start_again

if TYPE_CHECKING:
    from playcut_jupyter.design.pick_widget import PickWidget
    from playcut_jupyter.design.picking import Picks


class Sweep(Generations):
    """A sequence of generations and the axes they lie on.

    Attributes:
        axes: name of each axis -> its values, in order; the last axis is the fastest.
    """

    def __init__(
        self,
        connection: Connection,
        runs: Sequence[Generation],
        axes: Mapping[str, Sequence[object]] | None = None,
    ) -> None:
        super().__init__(runs)
        self._connection = connection
        self.axes = dict(axes or {})

    @property
    def done(self) -> bool:
        """True once all are done."""
        return all(run.done for run in self._runs)

    @property
    def failed(self) -> list[Generation]:
        """Those that ended without a result."""
        return [run for run in self._runs if run.done and run.error is not None]

    def retry_failed(self, *, uncertain: bool = False) -> Sweep:
        """Do again what failed, wait for it, and return the sweep; what was bought is never bought again.

        A task that was submitted and not fetched is taken up where it was left.

        Args:
            uncertain: also submit again what may have been bought already (`SubmissionUncertain`).

        Raises:
            StoppedWaiting: interrupted.
        """
        from playcut_jupyter.display import grid, live, render

        tried = []
        for index, run in enumerate(self._runs):
            again = self._runs[index] = start_again(self._connection, run, uncertain=uncertain)
            if again is not run:
                tried.append(again)

        def line() -> dict[str, Any]:
            if not tried or not self.done:
                return grid.sweep_bundle(self, summary_only=True)
            # The sweep has its own line where it is displayed: here is only what came of this.
            failed = sum(run.error is not None for run in tried)
            words = f"Tried {len(tried)} again: {len(tried) - failed} done" + (f", {failed} failed." if failed else ".")
            return {"text/html": str(render.message(words)), "text/plain": words}

        if tried or not self.done:
            live.watch(self._runs, line)
        return self

    def raise_if_incomplete(self, name: str = ".sweep") -> None:
        """Raise `SweepIncomplete` if some failed, `StoppedWaiting` if some were stopped.

        Args:
            name: how whoever reads the error can get at this sweep.
        """
        failed = self.failed
        if not failed:
            return
        stopped = [run for run in failed if isinstance(run.error, StoppedWaiting)]
        if stopped:
            raise underway.stopped(stopped)
        reasons = list(
            dict.fromkeys(f"{type(run.error).__name__}: {run.error and run.error.message}" for run in failed)
        )
        hint = f"`{name}.retry_failed()` {'of this error ' if name == '.sweep' else ''}does again only what failed."
        if any(isinstance(run.error, SubmissionUncertain) for run in failed):
            hint += " What may have been bought is submitted again only with `retry_failed(uncertain=True)`."
        if any(isinstance(run.error, BudgetExceeded) for run in failed):
            hint += " Raise the budget first."
        error = SweepIncomplete(f"{len(failed)} of {len(self)} generations failed: {'; '.join(reasons[:3])}", hint=hint)
        error.sweep = self
        raise error

    def save(self, path: str | Path) -> list[Path]:
        """Copy all originals into a folder, or to numbered names; nothing is ever overwritten.

        Raises:
            InvalidInput: the place can't be written.
        """
        return [asset.save(path) for run in self._runs if run.error is None for asset in run.assets]

    def pick(self) -> PickWidget:
        """Return blind A/B rounds over the finished ones, as a widget; the choices are kept in the library.

        Raises:
            InvalidInput: there are fewer than two that differ.
        """
        from playcut_jupyter.design.pick_widget import PickWidget

        return PickWidget(self)

    def picks(self) -> Picks:
        """Return what was picked so far: a table of which value of each axis won how often."""
        from playcut_jupyter.design.picking import Picks

        return Picks(self)

    def contact_sheet(self, path: str | Path) -> Path:
        """Write all of it as one file to pass on, and return where it went; nothing is ever overwritten.

        Args:
            path: ends in `.html` (plays sound and video, opens on a phone), `.png` or `.pdf`.

        Raises:
            InvalidInput: another ending, an empty sweep, or a place that can't be written.
        """
        from playcut_jupyter.display import contact_sheet

        return contact_sheet.write(self, path)

    def grid(self) -> Sweep:
        """Return what shows as the grid: the sweep itself."""
        return self

    def __repr__(self) -> str:
        done = sum(run.done and run.error is None for run in self._runs)
        return f"<Sweep of {len(self)}: {done} done, {len(self.failed)} failed; axes {list(self.axes) or 'none'}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from playcut_jupyter.display import grid

        return grid.sweep_bundle(self)
