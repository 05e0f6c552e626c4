"""Copies originals to where the user asks for them, at once or when they are done; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import copy_out


def save_asset(record: AssetRecord, target: str | Path) -> Path:
    """Copy an original to *target*, a folder or a file, and return the path written.

    Raises:
        InvalidInput: the place can't be written.
        AssetUnavailable: the original is gone.
    """
    if record.path is not None and record.path.exists():
        return copy_out(record.path, target, record.suffix)
    return copy_out(record.read(), target, record.suffix)


def save(snapshots: Iterable[Snapshot], target: str | Path) -> list[Path]:
    """Copy the originals of those that succeeded to *target*, several to numbered names; return the paths written.

    Raises:
        InvalidInput: the place can't be written.
        AssetUnavailable: an original is gone.
    """
    return [save_asset(record, target) for snapshot in snapshots if snapshot.succeeded for record in snapshot.assets]


def saved_message(paths: Sequence[Path]) -> str:
    """Return what to tell the user about the files written."""
    return "Saved: " + (", ".join(map(str, paths)) or "nothing, because nothing was generated")


def save_when_done(jobs: Sequence[Job], target: str | None) -> Callable[[], str] | None:
    """Return what copies the originals of *jobs* once they are done, and says so; None without a *target*."""
    if not target:
        return None
    # The folder of the cell that asked, whatever `%cd` does meanwhile; a slash at its end means a folder.
    place = target if Path(target).expanduser().is_absolute() else f"{Path.cwd()}/{target}"

    def copy() -> str:
        try:
            return saved_message(save([job.snapshot for job in jobs], place))
        except PlaycutError as error:
            return f"Not saved: {error}"

    return copy
