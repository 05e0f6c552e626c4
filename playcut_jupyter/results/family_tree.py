"""`Tree`: a generation's family, from the first idea to what came of it, drawn with what each step changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.lineage import changes
from playcut_jupyter.display import render
from playcut_jupyter.runs.collection import Generations
from playcut_jupyter.runs.generation import Generation

_THUMBNAIL_PX = 96
_MOST = 200
"""The most generations that are drawn; a larger family is cut, and says so."""


class Tree(Generations):
    """The family of one generation, parents before their children, the oldest first.

    Attributes:
        is_cut: True if the family is larger than what is held here.
    """

    def __init__(self, connection: Connection, number: int) -> None:
        library = connection.library
        root = record = library.get(number)
        while record is not None:
            root = record
            record = library.get(record.parent_id) if record.parent_id is not None else None
        waiting = [(root, 0)] if root is not None else []
        runs: list[Generation] = []
        self._depths: dict[int | None, int] = {}
        while waiting and len(runs) < _MOST:
            found, depth = waiting.pop()
            runs.append(Generation.from_record(connection, found))
            self._depths[found.id] = depth
            waiting += [(child, depth + 1) for child in reversed(library.children(found.id))]
        self.is_cut = bool(waiting)
        super().__init__(runs)

    @property
    def depths(self) -> list[int]:
        """For each generation, how many steps it is from the root."""
        return [self._depths[run.id] for run in self]

    def _words(self, run: Generation) -> str:
        parent = next((other for other in self if other.id == run.parent_id), None)
        return changes(parent, run) if parent is not None else run.prompt or run.tool

    def __repr__(self) -> str:
        lines = []
        depths = self.depths
        for index, run in enumerate(self):
            branch = _branches(depths, index)
            lines.append(f"{branch}{_title(run)}  {self._words(run)}")
        return "\n".join([*lines, *([_CUT] if self.is_cut else [])])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        rows = Markup("").join(
            _node(run, depth, self._words(run)) for run, depth in zip(self, self.depths, strict=True)
        )
        hint = render.message(f"{_CUT if self.is_cut else ''} {_HINT}".strip())
        html = Markup('<div class="playcut-tree">{}</div>{}').format(rows, hint)
        return {"text/html": str(html), "text/plain": repr(self)}


_HINT = "`%playcut show ID` reopens one, `%playcut export ID` makes a program of it, `--from ID` builds on it."
_CUT = f"(only the first {_MOST} are shown)"


def _title(run: Generation) -> str:
    star = " ★ starred" if run.starred else ""
    sandbox = " (sandbox)" if run.is_sandbox else ""
    return f"#{run.id} {run.kind} {run.state}{sandbox}{star}"


def _branches(depths: Sequence[int], index: int) -> str:
    """Return the lines that lead to row *index* of a tree written in order."""
    depth = depths[index]
    if depth == 0:
        return ""
    parts = []
    for level in range(1, depth + 1):
        later = next((other for other in depths[index + 1 :] if other <= level), 0)
        goes_on = later == level
        parts.append(("├─ " if goes_on else "└─ ") if level == depth else ("│  " if goes_on else "   "))
    return "".join(parts)


def _node(run: Generation, depth: int, words: str) -> Markup:
    return Markup(
        '<div style="margin-left:{}px;padding:4px 0 4px 8px;border-left:2px solid rgba(128,128,128,0.4);">'
        '<div style="display:inline-block;vertical-align:middle;max-width:96px;margin-right:8px;">{}</div>'
        '<div style="display:inline-block;vertical-align:middle;max-width:75%;"><b>{}</b><br>{}</div></div>'
    ).format(min(depth, 12) * 28, render.thumbnail(run, _THUMBNAIL_PX), _title(run), words)
