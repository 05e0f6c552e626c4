"""Copies originals to where `--save` asks for them, at once or when they are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.runs.generation import Generation


def save(runs: Sequence[Generation], target: str) -> str:
    """Copy the originals of what succeeded to *target*, and return where they are, for people.

    Raises:
        InvalidInput: the place can't be written.
    """
    paths = [asset.save(target) for run in runs if run.error is None for asset in run.assets]
    return "Saved: " + (", ".join(map(str, paths)) or "nothing, because nothing came")


def later(runs: Sequence[Generation], target: str | None) -> Callable[[], str] | None:
    """Return what copies them once they are done, and says so; None without a *target*."""
    if not target:
        return None
    # The folder of the cell that asked, whatever `%cd` does meanwhile; a slash at its end means a folder.
    place = target if Path(target).expanduser().is_absolute() else f"{Path.cwd()}/{target}"

    def copy() -> str:
        try:
            return save(runs, place)
        except PlaycutError as error:
            return f"Not saved: {error}"

    return copy
