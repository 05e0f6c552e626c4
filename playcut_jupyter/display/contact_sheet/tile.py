"""What a contact sheet tells of one generation, and of all of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.display import status
from playcut_jupyter.display.grid_layout import Section, sections
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.text import one_line

Tally: TypeAlias = tuple[Counter[int | None], Counter[int | None]]
"""By a generation's number: the blind rounds that it won, and those that it took part in."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One generation on the sheet.

    Attributes:
        generation: the generation.
        axes: the axes that vary, and its value of each.
        title: what differs from the others, and its number in the library.
        facts: its other facts, in one line.
        failure: why it has no result, else "".
    """

    generation: Snapshot
    axes: Mapping[str, str]
    title: str
    facts: str
    failure: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which values matter.

    Attributes:
        preferred, disliked: the values that are told apart from the average of their axis: (axis, value).
        words: what can be told of all values; "" if nothing can.
    """

    preferred: frozenset[tuple[str, str]] = frozenset()
    disliked: frozenset[tuple[str, str]] = frozenset()
    words: str = ""

    def mark(self, axis: str, value: str) -> str:
        """Return what is written beside a value: "preferred", "disliked", or nothing."""
        key = (axis, value)
        return "preferred" if key in self.preferred else "disliked" if key in self.disliked else ""


NO_VERDICT = Verdict()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A contact sheet, whatever the form it is written in.

    Attributes:
        title: the prompt, as a template.
        verdict: which values matter.
        tiles: the tile of each generation, in order.
        sections: the tables that they stand in; none for one after the other.
    """

    title: str
    verdict: Verdict
    tiles: Sequence[Tile]
    sections: Sequence[Section]

    @property
    def subtitle(self) -> str:
        """The number of generations, the day, the credits and the number of failures as one line."""
        total = sum(tile.generation.estimated_credits or 0 for tile in self.tiles)
        failed = sum(bool(tile.failure) for tile in self.tiles)
        day = time.strftime("%Y-%m-%d", time.localtime(max(tile.generation.created_at for tile in self.tiles)))
        count = f"{len(self.tiles)} generations" if len(self.tiles) > 1 else ""
        return _joined(count, day, f"{in_credits(total)} (estimate)", f"{failed} failed" if failed else "")

    def tile(self, snapshot: Snapshot) -> Tile:
        """Return the tile of a generation."""
        return next(tile for tile in self.tiles if tile.generation is snapshot)


def sheet_of(sweep: SweepSnapshot, tally: Tally, title: str = "", verdict: Verdict = NO_VERDICT) -> Sheet:
    """Return the sheet of *sweep*; without a *title* it is the prompt, if all have the same."""
    prompts = {snapshot.prompt for snapshot in sweep.generations}
    title = one_line(title or (prompts.pop() if len(prompts) == 1 else "")) or f"{len(sweep.generations)} generations"
    tiles = [_tile(snapshot, sweep.varied_axes, tally) for snapshot in sweep.generations]
    return Sheet(title, verdict, tiles, sections(sweep))


def _tile(snapshot: Snapshot, axes: Sequence[str], tally: Tally) -> Tile:
    own = {name: str(snapshot.labels[name]) for name in axes if name in snapshot.labels}
    failure = "" if snapshot.done else snapshot.state
    if snapshot.error is not None:
        failure = f"{snapshot.state}: {snapshot.error}"
    return Tile(
        generation=snapshot,
        axes=own,
        title=_joined(f"#{snapshot.id}" if snapshot.id is not None else "", *own.values() or (snapshot.kind,)),
        facts=_joined(
            "SANDBOX" if snapshot.is_sandbox else "",
            "starred" if snapshot.starred else "",
            _picks(snapshot.id, tally),
            ", ".join(f"{name} {value}" for name, value in snapshot.other_inputs.items()),
            f"{snapshot.elapsed_s:.1f} s",
            status.estimate(snapshot),
        ),
        failure=failure,
    )


def _picks(number: int | None, tally: Tally) -> str:
    won, played = tally
    return f"picked {won[number]} of {played[number]}" if number and played[number] else ""


def _joined(*facts: str) -> str:
    return " · ".join(filter(None, facts))
