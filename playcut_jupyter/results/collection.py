"""Several generations as one sequence, and one generation as the flat record that data people want."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Self, overload

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library import ratings
from playcut_jupyter.runs.generation import Generation


class Generations(Sequence[Generation]):
    """A sequence of generations; a slice of it is one of the same kind."""

    def __init__(self, runs: Sequence[Generation]) -> None:
        self._runs = list(runs)

    @overload
    def __getitem__(self, index: int) -> Generation: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Generation | Self:
        if not isinstance(index, slice):
            return self._runs[index]
        part = copy(self)
        part._runs = self._runs[index]
        return part

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Generation]:
        return iter(self._runs)

    def export(self, as_: str = "python") -> str:
        """Return a standalone program that makes all of these anew; see `Generation.export`.

        Raises:
            InvalidInput: no such format, or nothing that a program could make.
        """
        from playcut_jupyter.export.writer import program

        return program(self, as_)

    def to_records(self) -> list[dict[str, Any]]:
        """Return one flat dictionary for each generation, as pandas takes them: axes first, then the facts.

        An axis that is called like a fact is the column `axis.NAME`.
        """
        won, played = self.tally()
        rows = []
        for run in self._runs:
            facts = {**record(run), "picks_won": won[run.id], "picks_lost": played[run.id] - won[run.id]}
            axes = {f"axis.{name}" if name in facts else name: value for name, value in run.labels.items()}
            rows.append({**axes, **facts})
        return rows

    def tally(self) -> tuple[Counter[int | None], Counter[int | None]]:
        """Return by number in how many blind rounds among these each won, and in how many it stood."""
        numbers = [run.id for run in self._runs if run.id is not None]
        try:
            return ratings.tally(self._runs[0].library, numbers) if numbers else (Counter(), Counter())
        except PlaycutError:
            return Counter(), Counter()


def record(run: Generation) -> dict[str, Any]:
    """Return the facts of one generation as a flat dictionary."""
    return {
        "id": run.id,
        "kind": run.kind,
        "tool": run.tool,
        "prompt": run.prompt,
        **{f"input.{name}": value for name, value in run.inputs.items() if name not in ("prompt", "text")},
        "status": run.state,
        "reused": run.reused,
        "task_id": run.task_id,
        "session_id": run.session_id,
        "parent_id": run.parent_id,
        "starred": run.starred,
        "credits": run.estimated_credits,
        "seconds": round(run.elapsed_s, 3),
        "path": str(run.assets[0].path) if run.assets and run.assets[0].path else None,
        "paths": [str(asset.path) for asset in run.assets],
        "error": str(run.error) if run.error else None,
    }
