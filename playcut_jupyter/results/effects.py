"""`Effects`: which values of a sweep's axes matter, from blind picks and stars, as a table with bars."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from playcut_jupyter.design import effects, picking
from playcut_jupyter.display.contact_sheet.tile import Verdict
from playcut_jupyter.library import ratings
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.job_view import JobView


class Effects:
    """How much each value of each axis of *generations* is preferred, as far as picks and stars tell.

    Attributes:
        effects: a row for each value of each axis with several values: axis, value, strength (log-odds of winning
            against the average value of the axis), low and high (its 90 % interval), rounds, is_clear.
        rounds: the choices as (winner, loser), by number, oldest first.
        starred: the numbers of the generations with a star.
    """

    def __init__(self, generations: Generations[JobView]) -> None:
        numbers = [generation.id for generation in generations if generation.id is not None]
        library = generations[0].library if numbers else None
        self.rounds: list[picking.Pair] = ratings.picks(library, numbers) if library else []
        self.starred: set[int] = ratings.starred(library, numbers) if library else set()
        self.effects = effects.effects(generations.snapshots, generations.axes, self.rounds, self.starred)

    @property
    def is_clear(self) -> bool:
        """True if at least one value is told apart from the average of its axis."""
        return any(effect.is_clear for effect in self.effects)

    @property
    def verdict(self) -> Verdict:
        """Which values are told apart from the average of their axis, for a contact sheet."""
        clear = [effect for effect in self.effects if effect.is_clear]
        return Verdict(
            frozenset((effect.axis, effect.value) for effect in clear if effect.strength > 0),
            frozenset((effect.axis, effect.value) for effect in clear if effect.strength < 0),
            effects.verdict(self.effects, len(self.rounds), len(self.starred)) if clear else "",
        )

    def to_records(self) -> list[dict[str, Any]]:
        """Return a row for each value of each axis with several values: axis, value, strength, low, high, rounds."""
        return [asdict(effect) for effect in self.effects]

    def __repr__(self) -> str:
        return str(self._repr_mimebundle_()["text/plain"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return effects.bundle(self.effects, len(self.rounds), len(self.starred))
