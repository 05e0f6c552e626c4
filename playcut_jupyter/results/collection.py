"""Sequences of generations, which export programs and flat records for pandas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Self, TypeVar, overload

from playcut_jupyter.export.writer import program
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.results.job_view import JobView

Item = TypeVar("Item", bound=JobView, covariant=True)


class Generations(Sequence[Item]):
    """A sequence of generations; a slice of it has the same type."""

    axes: Mapping[str, Sequence[object]] = {}
    """Name of each axis -> its values; empty unless it is a sweep."""

    def __init__(self, generations: Sequence[Item]) -> None:
        self._generations = list(generations)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Item | Self:
        if not isinstance(index, slice):
            return self._generations[index]
        part = copy(self)
        part._generations = self._generations[index]
        return part

    def __len__(self) -> int:
        return len(self._generations)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._generations)

    @property
    def jobs(self) -> list[Job]:
        """The job of each."""
        return [generation.job for generation in self._generations]

    @property
    def snapshots(self) -> list[Snapshot]:
        """The state of each now."""
        return [generation.snapshot for generation in self._generations]

    def export(self, as_: str = "python") -> str:
        """Return a standalone program that generates all of these again; see `Generation.export`.

        Raises:
            InvalidInput: no such format, or one of these starts no task.
        """
        return program(self.snapshots, as_, self.axes)

    def to_records(self) -> list[dict[str, Any]]:
        """Return a flat dictionary for each generation, ready for pandas: its axis values first, then its facts.

        An axis with the name of a fact becomes the column `axis.NAME`.
        """
        won, played = self.tally()
        records = []
        for snapshot in self.snapshots:
            picks = {"picks_won": won[snapshot.id], "picks_lost": played[snapshot.id] - won[snapshot.id]}
            facts = {**_facts(snapshot), **picks}
            axes = {f"axis.{name}" if name in facts else name: value for name, value in snapshot.labels.items()}
            records.append({**axes, **facts})
        return records

    def tally(self) -> tuple[Counter[int | None], Counter[int | None]]:
        """Return by number how many blind rounds among these each won, and how many it took part in."""
        numbers = [generation.id for generation in self if generation.id is not None]
        return ratings.tally_or_empty(self[0].library, numbers) if numbers else (Counter(), Counter())


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    """Return the facts of one generation as a flat dictionary."""
    paths = [str(asset.path) for asset in snapshot.assets]
    return {
        "id": snapshot.id,
        "kind": snapshot.kind,
        "tool": snapshot.tool,
        "prompt": snapshot.prompt,
        **{f"input.{name}": value for name, value in snapshot.inputs.items() if name not in ("prompt", "text")},
        "status": snapshot.state,
        "reused": snapshot.reused,
        "task_id": snapshot.task_id,
        "session_id": snapshot.session_id,
        "parent_id": snapshot.parent_id,
        "starred": snapshot.starred,
        "credits": snapshot.estimated_credits,
        "seconds": round(snapshot.elapsed_s, 3),
        "path": paths[0] if snapshot.assets and snapshot.assets[0].path else None,
        "paths": paths,
        "error": str(snapshot.error) if snapshot.error else None,
    }
