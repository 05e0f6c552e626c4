"""`Tree`: a generation's family, from the first idea to what came of it, drawn with what each step changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.lineage import changes
from playcut_jupyter.display import bundles, media_html
from playcut_jupyter.display.text_html import message
from playcut_jupyter.jobs import start
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generation import Generation

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
        generations: list[Generation] = []
        self._depths: dict[int | None, int] = {}
        while waiting and len(generations) < _MOST:
            found, depth = waiting.pop()
            generations.append(Generation(start.recorded(connection, found)))
            self._depths[found.id] = depth
            waiting += [(child, depth + 1) for child in reversed(library.children(found.id))]
        self.is_cut = bool(waiting)
        super().__init__(generations)

    @property
    def depths(self) -> list[int]:
        """For each generation, how many steps it is from the root."""
        return [self._depths[generation.id] for generation in self]

    def _changes(self, state: Snapshot) -> str:
        parent = next((other.snapshot for other in self if other.id == state.parent_id), None)
        return changes(parent, state) if parent is not None else state.prompt or state.tool

    def __repr__(self) -> str:
        depths = self.depths
        lines = [
            f"{_branches(depths, index)}{_title(state)}  {self._changes(state)}"
            for index, state in enumerate(self.snapshots)
        ]
        return "\n".join([*lines, *([_CUT] if self.is_cut else [])])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        nodes = zip(self.snapshots, self.depths, strict=True)
        rows = Markup("").join(_node(state, depth, self._changes(state)) for state, depth in nodes)
        hint = message(f"{_CUT if self.is_cut else ''} {_HINT}".strip())
        html = Markup('<div class="playcut-tree">{}</div>{}').format(rows, hint)
        return bundles.mime_bundle(html, repr(self))


_HINT = "`%playcut show ID` reopens one, `%playcut export ID` makes a program of it, `--from ID` builds on it."
_CUT = f"(only the first {_MOST} are shown)"


def _title(state: Snapshot) -> str:
    star = " ★ starred" if state.starred else ""
    sandbox = " (sandbox)" if state.is_sandbox else ""
    return f"#{state.id} {state.kind} {state.state}{sandbox}{star}"


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


def _node(state: Snapshot, depth: int, words: str) -> Markup:
    return Markup(
        '<div style="margin-left:{}px;padding:4px 0 4px 8px;border-left:2px solid rgba(128,128,128,0.4);">'
        '<div style="display:inline-block;vertical-align:middle;max-width:96px;margin-right:8px;">{}</div>'
        '<div style="display:inline-block;vertical-align:middle;max-width:75%;"><b>{}</b><br>{}</div></div>'
    ).format(min(depth, 12) * 28, media_html.thumbnail(state, _THUMBNAIL_PX), _title(state), words)
