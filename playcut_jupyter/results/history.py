"""`History`: generations of the library as a table."""

from __future__ import annotations

from typing import Any

from playcut_jupyter.display import history_table
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generations import Generation


class History(Generations[Generation]):
    """Generations of the library, newest first, displayed as a table."""

    def __repr__(self) -> str:
        return history_table.text(self.snapshots)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return history_table.bundle(self.snapshots)
