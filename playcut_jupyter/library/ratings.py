"""What a user thought of the generations in the library: stars, what is hidden, and which of two was the better.

Marks are no part of a generation's life: they change neither its state nor whose it is.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.database import Library


def star(library: Library, number: int, on: bool = True) -> None:
    """Set or clear the star of a generation.

    Raises:
        PlaycutError: the library can't be written; the same for all functions here.
    """
    with library.transaction() as db:
        db.execute("UPDATE generations SET starred = ? WHERE id = ?", (on, number))


def starred(library: Library, numbers: Sequence[int]) -> set[int]:
    """Return those of *numbers* that have a star."""
    with library.transaction() as db:
        rows = db.execute("SELECT id FROM generations WHERE starred").fetchall()
    return {row[0] for row in rows}.intersection(numbers)


def hidden(library: Library, numbers: Sequence[int]) -> set[int]:
    """Return those of *numbers* that are hidden."""
    with library.transaction() as db:
        rows = db.execute("SELECT id FROM generations WHERE hidden").fetchall()
    return {row[0] for row in rows}.intersection(numbers)


def hide(library: Library, number: int, on: bool = True) -> None:
    """Leave a generation out of the gallery, or take it in again."""
    with library.transaction() as db:
        db.execute("UPDATE generations SET hidden = ? WHERE id = ?", (on, number))


def keep_pick(library: Library, winner: int, loser: int) -> None:
    """Write down that *winner* was preferred to *loser*."""
    with library.transaction() as db:
        db.execute(
            "INSERT INTO picks (winner_id, loser_id, made_at) VALUES (?, ?, ?)",
            (winner, loser, time.time()),
        )


def forget_last_pick(library: Library, numbers: Sequence[int]) -> tuple[int, int] | None:
    """Take back the newest pick among *numbers*; return its winner and loser, or None if there is none."""
    among = picks(library, numbers)
    if not among:
        return None
    with library.transaction() as db:
        db.execute(
            "DELETE FROM picks WHERE id = (SELECT max(id) FROM picks WHERE winner_id = ? AND loser_id = ?)", among[-1]
        )
    return among[-1]


def picks(library: Library, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the picks among the generations *numbers* as (winner, loser), oldest first."""
    wanted = set(numbers)
    with library.transaction() as db:
        rows = db.execute("SELECT winner_id, loser_id FROM picks ORDER BY id").fetchall()
    return [(row[0], row[1]) for row in rows if row[0] in wanted and row[1] in wanted]


def tally_or_empty(library: Library, numbers: Sequence[int]) -> tuple[Counter[int | None], Counter[int | None]]:
    """Return `tally`, or empty counts where the library can't be read."""
    try:
        return tally(library, numbers)
    except PlaycutError:
        return Counter(), Counter()


def tally(library: Library, numbers: Sequence[int]) -> tuple[Counter[int | None], Counter[int | None]]:
    """Return in how many picks among *numbers* each won, and in how many it stood."""
    rounds = picks(library, numbers)
    won: Counter[int | None] = Counter(winner for winner, _ in rounds)
    return won, won + Counter(loser for _, loser in rounds)


def link(library: Library, child: int, parent: int) -> None:
    """Write down what a generation was made from, if nothing is known; older ones are not made from newer ones."""
    with library.transaction() as db:
        db.execute(
            "UPDATE generations SET parent_id = ? WHERE id = ? AND parent_id IS NULL AND id > ?",
            (parent, child, parent),
        )
