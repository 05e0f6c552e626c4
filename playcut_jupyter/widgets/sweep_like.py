"""A sweep as widgets hold it: they stand below the faces that people hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.widgets.tile import Item


class SweepLike(Protocol):
    """A sweep as widgets hold it."""

    axes: dict[str, Sequence[object]]
    request: AnySweepRequest | None

    def __iter__(self) -> Iterator[Item]: ...

    def __len__(self) -> int: ...

    @property
    def snapshot(self) -> SweepSnapshot:
        """Its state now."""

    def refine(self, keep: float | Mapping[str, object] = 0.5) -> str:
        """Return the next cell."""

    def contact_sheet(self, path: str) -> Path:
        """Write it to one file and return its path."""
