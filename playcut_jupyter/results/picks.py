"""`Picks`: what blind choices among a sweep's generations say of each value of each axis, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playcut_jupyter.design import picking
from playcut_jupyter.library import ratings
from playcut_jupyter.results.generation import Generation


class Picks:
    """The choices so far.

    Attributes:
        rounds: the choices as (winner, loser), by number, oldest first.
    """

    def __init__(self, generations: Sequence[Generation], axes: Mapping[str, Sequence[object]]) -> None:
        self._generations = generations
        self._axes = axes
        numbers = [generation.id for generation in generations if generation.id is not None]
        self.rounds: list[picking.Pair] = ratings.picks(generations[0].library, numbers) if numbers else []

    @property
    def winner(self) -> Generation | None:
        """The one with the largest share of wins; of several, that with more rounds; None before the first choice."""
        best = picking.winner((generation.snapshot for generation in self._generations), self.rounds)
        return next((generation for generation in self._generations if best and generation.id == best.id), None)

    def to_records(self) -> list[dict[str, Any]]:
        """Return a row for each value of each axis: axis, value, won, rounds, share (0 to 1, None without a round).

        A round between two of the same value says nothing of it and is left out.
        """
        snapshots = (generation.snapshot for generation in self._generations)
        return picking.value_records(snapshots, self._axes, self.rounds)

    def __repr__(self) -> str:
        return str(self._repr_mimebundle_()["text/plain"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return picking.bundle([generation.snapshot for generation in self._generations], self._axes, self.rounds)
