"""How a sweep stands at one moment: the snapshots of its generations, and the axes they lie on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playcut_jupyter.jobs.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SweepSnapshot:
    """A sweep at one moment.

    Attributes:
        axes: name of each axis -> its values, in order; the last one varies fastest.
        generations: how each stands, in the order of the axes.
    """

    axes: Mapping[str, Sequence[object]]
    generations: Sequence[Snapshot]

    @property
    def done(self) -> bool:
        """True once all are done."""
        return all(snapshot.done for snapshot in self.generations)

    @property
    def succeeded(self) -> list[Snapshot]:
        """Those that have a result."""
        return [snapshot for snapshot in self.generations if snapshot.succeeded]

    @property
    def failed(self) -> list[Snapshot]:
        """Those that ended without a result."""
        return [snapshot for snapshot in self.generations if snapshot.done and snapshot.error is not None]

    @property
    def shared_reason(self) -> str:
        """Why all of several that failed did, if that is one reason; else ""."""
        reasons = {str(snapshot.error) for snapshot in self.failed}
        return reasons.pop() if len(self.failed) > 1 and len(reasons) == 1 else ""

    @property
    def varied_axes(self) -> list[str]:
        """The names of the axes with more than one value."""
        return [name for name, values in self.axes.items() if len(values) > 1]
