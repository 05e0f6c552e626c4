"""Several generations as one sequence, and one generation as the flat record that pandas wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Self, overload

from playcut_jupyter.display import history_table
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.export.writer import program
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.results.generation import Generation


class Generations(Sequence[Generation]):
    """A sequence of generations; a slice of it is one of the same kind."""

    axes: Mapping[str, Sequence[object]] = {}
    """Name of each axis that they lie on -> its values."""

    def __init__(self, generations: Sequence[Generation]) -> None:
        self._generations = list(generations)

    @overload
    def __getitem__(self, index: int) -> Generation: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Generation | Self:
        if not isinstance(index, slice):
            return self._generations[index]
        part = copy(self)
        part._generations = self._generations[index]
        return part

    def __len__(self) -> int:
        return len(self._generations)

    def __iter__(self) -> Iterator[Generation]:
        return iter(self._generations)

    @property
    def jobs(self) -> list[Job]:
        """The work behind them."""
        return [generation.job for generation in self._generations]

    @property
    def snapshots(self) -> list[Snapshot]:
        """How each stands now."""
        return [generation.snapshot for generation in self._generations]

    def export(self, as_: str = "python") -> str:
        """Return a standalone program that makes all of these anew; see `Generation.export`.

        Raises:
            InvalidInput: no such format, or nothing that a program could make.
        """
        return program(self.snapshots, as_, self.axes)

    def to_records(self) -> list[dict[str, Any]]:
        """Return one flat dictionary for each generation, as pandas takes them: axes first, then the facts.

        An axis that is called like a fact is the column `axis.NAME`.
        """
        won, played = self.tally()
        rows = []
        for state in self.snapshots:
            picks = {"picks_won": won[state.id], "picks_lost": played[state.id] - won[state.id]}
            facts = {**_facts(state), **picks}
            axes = {f"axis.{name}" if name in facts else name: value for name, value in state.labels.items()}
            rows.append({**axes, **facts})
        return rows

    def tally(self) -> tuple[Counter[int | None], Counter[int | None]]:
        """Return by number in how many blind rounds among these each won, and in how many it stood."""
        numbers = [generation.id for generation in self if generation.id is not None]
        try:
            return ratings.tally(self[0].library, numbers) if numbers else (Counter(), Counter())
        except PlaycutError:
            return Counter(), Counter()


def _facts(state: Snapshot) -> dict[str, Any]:
    """Return the facts of one generation as a flat dictionary."""
    paths = [str(asset.path) for asset in state.assets]
    return {
        "id": state.id,
        "kind": state.kind,
        "tool": state.tool,
        "prompt": state.prompt,
        **{f"input.{name}": value for name, value in state.inputs.items() if name not in ("prompt", "text")},
        "status": state.state,
        "reused": state.reused,
        "task_id": state.task_id,
        "session_id": state.session_id,
        "parent_id": state.parent_id,
        "starred": state.starred,
        "credits": state.estimated_credits,
        "seconds": round(state.elapsed_s, 3),
        "path": paths[0] if state.assets and state.assets[0].path else None,
        "paths": paths,
        "error": str(state.error) if state.error else None,
    }


class History(Generations):
    """Generations of the library, newest first: thumbnails, or columns of text where there is no HTML."""

    def __repr__(self) -> str:
        return history_table.text(self.snapshots)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return history_table.bundle(self.snapshots)
