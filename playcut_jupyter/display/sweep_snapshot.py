"""The state of a sweep at one moment: the snapshots of its generations, and its axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playcut_jupyter.jobs.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SweepSnapshot:
    """A sweep at one moment.

    Attributes:
        axes: name of each axis -> its values, in order; the last one varies fastest.
        generations: the snapshot of each generation, in the order of the axes.
    """

    axes: Mapping[str, Sequence[object]]
    generations: Sequence[Snapshot]

    @property
    def done(self) -> bool:
        """True once all are done."""
        return all(snapshot.done for snapshot in self.generations)

    @property
    def succeeded(self) -> list[Snapshot]:
        """The generations that have a result."""
        return [snapshot for snapshot in self.generations if snapshot.succeeded]

    @property
    def failed(self) -> list[Snapshot]:
        """The generations that ended without a result."""
        return [snapshot for snapshot in self.generations if snapshot.done and snapshot.error is not None]

    @property
    def shared_reason(self) -> str:
        """The reason of all failures, if several failed for the same one; else ""."""
        reasons = {str(snapshot.error) for snapshot in self.failed}
        return reasons.pop() if len(self.failed) > 1 and len(reasons) == 1 else ""

    @property
    def varied_axes(self) -> list[str]:
        """The names of the axes with more than one value."""
        return [name for name, values in self.axes.items() if len(values) > 1]
