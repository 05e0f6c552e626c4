"""The page's side of a living grid: what is told to the kernel, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playcut_jupyter.widgets.tile_grid import TileGrid

SETTLE_S = 30


class Page:
    """A page that shows one grid.

    Attributes:
        messages: what the kernel sent beside traits, oldest first: the message and its contents.
    """

    def __init__(self, grid: TileGrid) -> None:
        self.grid = grid
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        self._published = grid.comm.publish_msg
        grid.comm.publish_msg = self._record
        grid.settle(SETTLE_S)

    def _record(self, *args: Any, **message: Any) -> Any:
        data = message.get("data") or {}
        if data.get("method") == "custom":
            self.messages.append((data["content"], list(message.get("buffers") or [])))
        return self._published(*args, **message)

    def do(self, name: str, *keys: str, **more: object) -> None:
        """Do as a button says, and wait for what becomes of it."""
        self.tell({"do": name, "ids": list(keys), **more})

    def tell(self, content: object) -> None:
        """Send any message, and wait for what becomes of it."""
        message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
        self.grid.comm.handle_msg(message)
        self.grid.settle(SETTLE_S)

    def last(self, kind: str) -> dict[str, Any]:
        """Return the last message of a kind."""
        return next(message for message, _ in reversed(self.messages) if message["type"] == kind)

    @property
    def tiles(self) -> dict[str, dict[str, Any]]:
        """The tiles by their keys."""
        return {tile["id"]: tile for tile in self.grid.tiles}


@contextmanager
def on_page(grid: TileGrid) -> Iterator[Page]:
    """Show *grid*, and close it in the end."""
    try:
        yield Page(grid)
    finally:
        grid.close()
