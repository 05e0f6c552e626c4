"""Blind picking: which two are shown next, and what the choices say of each value of each axis.

Pure but for reading the choices from the library; `pick_view` is what is clicked on.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from playcut_jupyter.display import render
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library import ratings
from playcut_jupyter.runs.generation import Generation

if TYPE_CHECKING:
    from playcut_jupyter.runs.sweep import Sweep

Pair = tuple[int, int]
_CELL = "border:1px solid rgba(128,128,128,0.3);padding:2px 8px;text-align:left;"


def candidates(sweep: Sweep) -> dict[int, Generation]:
    """Return by number what can be picked from: all that is in the library, the same file only once.

    Raises:
        InvalidInput: there are fewer than two.
    """
    found: dict[int, Generation] = {}
    files = set()
    for run in sweep:
        if run.id is None or not run.done or run.error is not None or not run.assets:
            continue
        if run.assets[0].path not in files:
            files.add(run.assets[0].path)
            found[run.id] = run
    if len(found) < 2:
        raise InvalidInput(
            f"Picking takes at least two finished generations that differ; here there are {len(found)}.",
            hint="Make a sweep first, or `retry_failed()` what failed.",
        )
    return found


def next_pair(numbers: Collection[int], shown: Sequence[Pair]) -> Pair | None:
    """Return the two to show next: those that were seen least, in random places; None once all pairs were shown.

    The same for the same choices so far, so that a view made anew goes on where the last one was.
    """
    done = {frozenset(pair) for pair in shown}
    open_pairs = [pair for pair in combinations(sorted(numbers), 2) if frozenset(pair) not in done]
    if not open_pairs:
        return None
    seen = Counter(number for pair in shown for number in pair)
    least = min(seen[a] + seen[b] for a, b in open_pairs)
    chance = random.Random(f"{sorted(numbers)}{len(shown)}")  # noqa: S311 - nothing secret
    first, second = chance.choice([(a, b) for a, b in open_pairs if seen[a] + seen[b] == least])
    return (first, second) if chance.random() < 0.5 else (second, first)


class Picks:
    """What the choices among a sweep's generations say, as a table.

    Attributes:
        rounds: the choices as (winner, loser), by number, oldest first.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        numbers = [run.id for run in sweep if run.id is not None]
        self.rounds: list[Pair] = ratings.picks(sweep[0].library, numbers) if numbers else []

    @property
    def winner(self) -> Generation | None:
        """The one with the largest share of wins; of several, that with more rounds; None before the first choice."""
        won, played = self._sweep.tally()
        judged = [run for run in self._sweep if played[run.id]]
        return max(judged, key=lambda run: (won[run.id] / played[run.id], played[run.id]), default=None)

    def to_records(self) -> list[dict[str, Any]]:
        """Return a row for each value of each axis: axis, value, won, rounds, share (0 to 1, None without a round).

        A round between two of the same value says nothing of it and is left out.
        """
        by_number = {run.id: run for run in self._sweep}
        won: Counter[tuple[str, str]] = Counter()
        played: Counter[tuple[str, str]] = Counter()
        for winner, loser in self.rounds:
            for axis in self._sweep.axes:
                better, worse = (str(by_number[number].labels.get(axis, "")) for number in (winner, loser))
                if better != worse:
                    won[axis, better] += 1
                    played.update([(axis, better), (axis, worse)])
        # By their text: a list or a dictionary is no key.
        keys = [(axis, text) for axis, values in self._sweep.axes.items() for text in dict.fromkeys(map(str, values))]
        return [
            {
                "axis": axis,
                "value": value,
                "won": won[axis, value],
                "rounds": played[axis, value],
                "share": round(won[axis, value] / played[axis, value], 3) if played[axis, value] else None,
            }
            for axis, value in keys
        ]

    def _lines(self) -> list[tuple[str, ...]]:
        rows = [
            (row["axis"], row["value"], f"{row['won']} of {row['rounds']}", _share(row["share"]))
            for row in self.to_records()
        ]
        return [("axis", "value", "won", "share"), *rows]

    def __repr__(self) -> str:
        if not self.rounds:
            return "Nothing has been picked yet: `sweep.pick()`."
        lines = self._lines()
        widths = [max(len(row[column]) for row in lines) for column in range(4)]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in lines
        ]
        return "\n".join([*table, self._summary()])

    def _summary(self) -> str:
        best = self.winner
        name = f"; most often picked: #{best.id}, {best.prompt}" if best is not None else ""
        return f"{len(self.rounds)} rounds{name}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if not self.rounds:
            return {"text/html": str(render.message(repr(self))), "text/plain": repr(self)}
        head, *rows = [
            Markup("<tr>{}</tr>").format(
                Markup("").join(Markup('<td style="{}">{}</td>').format(_CELL, cell) for cell in row)
            )
            for row in self._lines()
        ]
        best = self.winner
        picture = Markup("").join(render.asset(item, 240) for item in best.assets) if best is not None else ""
        html = Markup(
            '<table class="playcut-picks" style="border-collapse:collapse;">{}{}</table>{}<div>{}</div>'
        ).format(head, Markup("").join(rows), render.message(self._summary()), picture)
        return {"text/html": str(html), "text/plain": repr(self)}


def _share(share: float | None) -> str:
    return f"{share:.0%}" if share is not None else "not judged"
