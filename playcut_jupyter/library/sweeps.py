"""Which generations in the library were asked for together, and in which session.

A generation that a later sweep shows again belongs to both; where one is meant, it is the one that made it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from playcut_jupyter.library.database import Library
from playcut_jupyter.redaction import without_secrets

if TYPE_CHECKING:
    import sqlite3

_MAX_CHOICES = 50
"""So many sweeps, and sessions, are offered to choose from."""


class KeptSweep(NamedTuple):
    """A sweep: its number, its cell (None if no cell can say it), its first prompt, and how many it has."""

    id: int
    cell: str | None
    prompt: str
    total: int

    @property
    def template(self) -> str:
        """The prompt as it was written, as far as that is known."""
        return self.cell.partition("\n")[2] if self.cell else self.prompt


def keep(library: Library, numbers: Sequence[int], cell: str | None) -> None:
    """Write down that the generations *numbers* are a sweep, unless that is known, and the *cell* that asks for it.

    Raises:
        PlaycutError: the library can't be written or read; the same for all functions here.
    """
    with library.transaction() as db:
        sweep = _with_all(db, numbers)
        if sweep is None:
            sweep = db.execute("INSERT INTO sweeps (created_at) VALUES (?)", (time.time(),)).lastrowid
            members = [(sweep, number) for number in set(numbers)]
            db.executemany("INSERT INTO sweep_generations VALUES (?, ?)", members)
        if cell is not None:
            db.execute("UPDATE sweeps SET cell = ? WHERE id = ?", (without_secrets(cell), sweep))


def _with_all(db: sqlite3.Connection, numbers: Sequence[int]) -> int | None:
    """Return the sweep that has these generations and no others."""
    having = db.execute("SELECT sweep_id FROM sweep_generations WHERE generation_id = ?", (numbers[0],)).fetchall()
    for (sweep,) in having:
        rows = db.execute("SELECT generation_id FROM sweep_generations WHERE sweep_id = ?", (sweep,))
        if {row[0] for row in rows} == set(numbers):
            return int(sweep)
    return None


def replace(library: Library, old: int, new: int) -> None:
    """Put generation *new* into the sweeps that *old* is part of: a failed one that is retried has another number."""
    with library.transaction() as db:
        db.execute("UPDATE OR IGNORE sweep_generations SET generation_id = ? WHERE generation_id = ?", (new, old))


def of(library: Library, numbers: Sequence[int]) -> dict[int, int]:
    """Return for each of *numbers* that is part of one the sweep that made it."""
    marks = ", ".join("?" * len(numbers))
    select = "SELECT generation_id, MIN(sweep_id) FROM sweep_generations WHERE generation_id"
    with library.transaction() as db:
        rows = db.execute(f"{select} IN ({marks}) GROUP BY generation_id", tuple(numbers)).fetchall()
    return {row[0]: row[1] for row in rows}


def get(library: Library, sweep: int) -> KeptSweep | None:
    """Return a sweep of which something is left."""
    return next(iter(_sweeps(library, "WHERE s.id = ?", sweep)), None)


def newest(library: Library) -> list[KeptSweep]:
    """Return the newest sweeps, newest first."""
    return _sweeps(library, "", _MAX_CHOICES, limit="LIMIT ?")


def _sweeps(library: Library, where: str, *values: object, limit: str = "") -> list[KeptSweep]:
    select = (
        "SELECT s.id, s.cell, g.prompt, COUNT(*), MIN(g.id) FROM sweeps s"  # the prompt is that of the smallest id
        " JOIN sweep_generations m ON m.sweep_id = s.id JOIN generations g ON g.id = m.generation_id"
    )
    with library.transaction() as db:
        rows = db.execute(f"{select} {where} GROUP BY s.id ORDER BY s.id DESC {limit}", values).fetchall()
    return [KeptSweep(*row[:4]) for row in rows]


def sessions(library: Library) -> list[tuple[str, str]]:
    """Return the sessions that have generations, last used first: title (or id) and id."""
    with library.transaction() as db:
        rows = db.execute(
            "SELECT COALESCE(MAX(s.title), g.session_id), g.session_id FROM generations g"
            " LEFT JOIN sessions s ON s.session_id = g.session_id AND s.origin = g.origin"
            " WHERE g.session_id IS NOT NULL GROUP BY g.session_id ORDER BY MAX(g.id) DESC LIMIT ?",
            (_MAX_CHOICES,),
        ).fetchall()
    return [(row[0], row[1]) for row in rows]
