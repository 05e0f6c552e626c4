"""Copies originals to the path that the user gave, now or when they are done; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import copy_out
from playcut_jupyter.media import suffix_fits


def save_asset(record: AssetRecord, target: str | Path) -> Path:
    """Copy an original to *target*, a folder or a file, and return the path written.

    Raises:
        InvalidInput: *target* can't be written.
        AssetUnavailable: the original is gone from the library.
    """
    if record.path is not None and record.path.exists():
        return copy_out(record.path, target, record.suffix)
    return copy_out(record.read(), target, record.suffix)


def save(snapshots: Iterable[Snapshot], target: str | Path) -> list[Path]:
    """Copy the originals of finished generations to *target*, with numbered names; return the paths written.

    Raises:
        InvalidInput: *target* can't be written.
        AssetUnavailable: an original is gone from the library.
    """
    return [save_asset(record, target) for snapshot in snapshots if snapshot.succeeded for record in snapshot.assets]


def saved_message(paths: Sequence[Path], target: str | Path = "") -> str:
    """Return the message about the files written; it says so where the extension of *target* was put right."""
    asked = Path(target)
    renamed = [
        path for path in paths if path.name.startswith(asked.stem) and not suffix_fits(asked.suffix, path.suffix)
    ]
    right = ", ".join(sorted({path.suffix for path in renamed}))
    note = f" ({right} in place of {asked.suffix}, because that is what it is)" if renamed else ""
    return "Saved: " + (", ".join(map(str, paths)) or "nothing, because nothing was generated") + note


def save_when_done(jobs: Sequence[Job], target: str | None) -> Callable[[], str] | None:
    """Return a function that copies the originals of *jobs* and returns a message; None without a *target*."""
    if not target:
        return None
    # Relative to the working folder of this cell, even after a later `%cd`. A final slash, which means a folder, stays.
    absolute = target if Path(target).expanduser().is_absolute() else f"{Path.cwd()}/{target}"

    def copy() -> str:
        try:
            return saved_message(save([job.snapshot for job in jobs], absolute), target)
        except PlaycutError as error:
            return f"Not saved: {error}"

    return copy
