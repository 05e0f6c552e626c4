"""`Tree`: a generation's ancestors and all their descendants, displayed with what each changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.lineage import changes
from playcut_jupyter.display import bundles, media_html
from playcut_jupyter.display.text_html import message
from playcut_jupyter.jobs.active_jobs import job_of
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generations import Generation

_THUMBNAIL_PX = 96
_MAX_NODES = 200
"""The largest number of generations in a tree; a larger one is truncated, and says so."""


class Tree(Generations[Generation]):
    """The tree that contains one generation, each parent before its children, oldest first.

    Attributes:
        is_cut: True if generations were left out.
    """

    def __init__(self, connection: Connection, number: int) -> None:
        library = connection.library
        root = record = library.get(number)
        while record is not None:
            root = record
            record = library.get(record.parent_id) if record.parent_id is not None else None
        stack = [(root, 0)] if root is not None else []
        generations: list[Generation] = []
        self._depths: dict[int | None, int] = {}
        while stack and len(generations) < _MAX_NODES:
            record, depth = stack.pop()
            generations.append(Generation(job_of(connection, record)))
            self._depths[record.id] = depth
            stack += [(child, depth + 1) for child in reversed(library.children(record.id))]
        self.is_cut = bool(stack)
        super().__init__(generations)

    @property
    def depths(self) -> list[int]:
        """The depth of each generation below the root."""
        return [self._depths[generation.id] for generation in self]

    def _changes(self, snapshot: Snapshot) -> str:
        parent = next((other.snapshot for other in self if other.id == snapshot.parent_id), None)
        return changes(parent, snapshot) if parent is not None else snapshot.prompt or snapshot.tool

    def __repr__(self) -> str:
        depths = self.depths
        lines = [
            f"{_branches(depths, index)}{_title(snapshot)}  {self._changes(snapshot)}"
            for index, snapshot in enumerate(self.snapshots)
        ]
        return "\n".join([*lines, *([_CUT] if self.is_cut else [])])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        nodes = zip(self.snapshots, self.depths, strict=True)
        rows = Markup("").join(_node(snapshot, depth, self._changes(snapshot)) for snapshot, depth in nodes)
        hint = message(f"{_CUT if self.is_cut else ''} {_HINT}".strip())
        html = Markup('<div class="playcut-tree">{}</div>{}').format(rows, hint)
        return bundles.mime_bundle(html, repr(self))


_HINT = "`%playcut show ID` displays one, `%playcut export ID` exports it as a program, `--from ID` derives from it."
_CUT = f"(only the first {_MAX_NODES} are shown)"


def _title(snapshot: Snapshot) -> str:
    star = " ★ starred" if snapshot.starred else ""
    sandbox = " (sandbox)" if snapshot.is_sandbox else ""
    return f"#{snapshot.id} {snapshot.kind} {snapshot.state}{sandbox}{star}"


def _branches(depths: Sequence[int], index: int) -> str:
    """Return the box-drawing prefix of node *index* of a tree in depth-first order."""
    depth = depths[index]
    if depth == 0:
        return ""
    parts = []
    for level in range(1, depth + 1):
        later = next((other for other in depths[index + 1 :] if other <= level), 0)
        has_sibling = later == level
        parts.append(("├─ " if has_sibling else "└─ ") if level == depth else ("│  " if has_sibling else "   "))
    return "".join(parts)


def _node(snapshot: Snapshot, depth: int, changed: str) -> Markup:
    return Markup(
        '<div style="margin-left:{}px;padding:4px 0 4px 8px;border-left:2px solid rgba(128,128,128,0.4);">'
        '<div style="display:inline-block;vertical-align:middle;max-width:96px;margin-right:8px;">{}</div>'
        '<div style="display:inline-block;vertical-align:middle;max-width:75%;"><b>{}</b><br>{}</div></div>'
    ).format(min(depth, 12) * 28, media_html.thumbnail(snapshot, _THUMBNAIL_PX), _title(snapshot), changed)
