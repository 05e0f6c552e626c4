"""Where each generation of a sweep stands: in tables of the last two axes, one for each combination of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.text import axis_heading


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a sweep.

    Attributes:
        outer: the values of the other axes, which are the same in all of it: (axis, value).
        down, across: the axes of its rows and of its columns.
        columns: the heading of each column.
        rows: the heading of each row, and what is in its cells; a sample leaves some empty, `count` fills them.
    """

    outer: tuple[tuple[str, str], ...]
    down: str
    across: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Sequence[Snapshot]]]]

    @property
    def title(self) -> str:
        """The values of the other axes in words; "" if there are none."""
        return " · ".join(f"{axis_heading(name)}: {value}" for name, value in self.outer)


def sections(sweep: SweepSnapshot) -> list[Section]:
    """Return the tables of a sweep; none if fewer than two axes vary, or a generation has no place on them.

    Rows and columns that have nothing are left out.
    """
    names = sweep.varied_axes
    values = {name: list(dict.fromkeys(map(str, sweep.axes[name]))) for name in names}
    places = {id(each): [str(each.labels.get(name, "")) for name in names] for each in sweep.generations}
    if len(names) < 2 or any(
        value not in values[name] for place in places.values() for name, value in zip(names, place, strict=True)
    ):
        return []
    outer, (down, across) = names[:-2], names[-2:]
    found = []
    for labels, group in groupby(sweep.generations, key=lambda each: tuple(places[id(each)][:-2])):
        cells: dict[tuple[str, str], list[Snapshot]] = {}
        for each in group:
            row, column = places[id(each)][-2:]
            cells.setdefault((row, column), []).append(each)
        columns = [value for value in values[across] if any(column == value for _, column in cells)]
        rows = [value for value in values[down] if any(row == value for row, _ in cells)]
        body = [(row, [cells.get((row, column), []) for column in columns]) for row in rows]
        found.append(Section(tuple(zip(outer, labels, strict=True)), down, across, columns, body))
    return found
