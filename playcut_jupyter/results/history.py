"""What was made, newest first: a sequence that shows itself as thumbnails, or as columns where there is no HTML."""

from __future__ import annotations

from typing import Any

from playcut_jupyter.runs.collection import Generations


class History(Generations):
    """Generations of the library, newest first."""

    def __repr__(self) -> str:
        from playcut_jupyter.display import grid

        return grid.history_text(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from playcut_jupyter.display import grid

        return {"text/html": str(grid.history(self)), "text/plain": repr(self)}
