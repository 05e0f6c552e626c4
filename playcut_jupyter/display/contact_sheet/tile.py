"""The facts on a contact sheet about one generation, and about all of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.display import status
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.jobs.snapshot import Snapshot

Tally: TypeAlias = tuple[Counter[int | None], Counter[int | None]]
"""By a generation's number: the blind rounds that it won, and those that it took part in."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One generation on the sheet.

    Attributes:
        generation: the generation.
        title: what differs from the others.
        facts: its other facts, in one line.
        failure: why it has no result, else "".
    """

    generation: Snapshot
    title: str
    facts: str
    failure: str


def tiles_of(sweep: SweepSnapshot, tally: Tally) -> list[Tile]:
    """Return the tiles of *sweep* in order."""
    return [_tile(snapshot, sweep.varied_axes, tally) for snapshot in sweep.generations]


def heading(tiles: Sequence[Tile]) -> str:
    """Return the sheet's title."""
    return f"{len(tiles)} generations"


def subheading(tiles: Sequence[Tile]) -> str:
    """Return the day, the credits and the number of failures as one line."""
    total = sum(tile.generation.estimated_credits or 0 for tile in tiles)
    failed = sum(bool(tile.failure) for tile in tiles)
    day = time.strftime("%Y-%m-%d", time.localtime(max(tile.generation.created_at for tile in tiles)))
    return _joined(day, f"{in_credits(total)} (estimate)", f"{failed} failed" if failed else "")


def _tile(snapshot: Snapshot, axes: Sequence[str], tally: Tally) -> Tile:
    failure = "" if snapshot.done else snapshot.state
    if snapshot.error is not None:
        failure = f"{snapshot.state}: {snapshot.error}"
    return Tile(
        generation=snapshot,
        title=_joined(*(str(snapshot.labels[name]) for name in axes if name in snapshot.labels)) or snapshot.kind,
        facts=_joined(
            "SANDBOX" if snapshot.is_sandbox else "",
            "starred" if snapshot.starred else "",
            _picks(snapshot.id, tally),
            ", ".join(f"{name} {value}" for name, value in snapshot.other_inputs.items()),
            f"{snapshot.elapsed_s:.1f} s",
            status.estimate(snapshot),
            f"#{snapshot.id}" if snapshot.id is not None else "",
        ),
        failure=failure,
    )


def _picks(number: int | None, tally: Tally) -> str:
    won, played = tally
    return f"picked {won[number]} of {played[number]}" if number and played[number] else ""


def _joined(*facts: str) -> str:
    return " · ".join(filter(None, facts))
