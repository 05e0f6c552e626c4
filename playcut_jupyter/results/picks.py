"""`Picks`: the results of blind picking for each value of each axis of a sweep, as a table."""

from __future__ import annotations

from typing import Any, Generic

from playcut_jupyter.design import picking
from playcut_jupyter.library import ratings
from playcut_jupyter.results.collection import Generations, Item


class Picks(Generic[Item]):
    """The choices so far among *generations*.

    Attributes:
        rounds: the choices as (winner, loser), by number, oldest first.
    """

    def __init__(self, generations: Generations[Item]) -> None:
        self._generations = generations
        numbers = [generation.id for generation in generations if generation.id is not None]
        self.rounds: list[picking.Pair] = ratings.picks(generations[0].library, numbers) if numbers else []

    @property
    def winner(self) -> Item | None:
        """The generation with the largest share of wins; a tie goes to more rounds; None without a round."""
        best = picking.winner(self._generations.snapshots, self.rounds)
        return next((generation for generation in self._generations if best and generation.id == best.id), None)

    def to_records(self) -> list[dict[str, Any]]:
        """Return a row for each value of each axis: axis, value, won, rounds, share (0 to 1, None without a round).

        A round between two generations with the same value does not count for that axis.
        """
        return picking.value_records(self._generations.snapshots, self._generations.axes, self.rounds)

    def __repr__(self) -> str:
        return str(self._repr_mimebundle_()["text/plain"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return picking.bundle(self._generations.snapshots, self._generations.axes, self.rounds)
