"""Copies originals to the path that the user gave, now or when they are done; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from playcut_jupyter.display import naming
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.copies import Copy, copy_out
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.media import suffix_fits


def save_asset(record: AssetRecord, target: str | Path, name: str = "playcut") -> Copy:
    """Copy an original to *target*, a file, or a folder in which it is called *name*; return what was written.

    Raises:
        InvalidInput: *target* can't be written.
        AssetUnavailable: the original is gone from the library.
    """
    if record.path is not None and record.path.exists():
        return copy_out(record.path, target, record.suffix, name)
    return copy_out(record.read(), target, record.suffix, name)


def save(snapshots: Sequence[Snapshot], target: str | Path) -> list[Copy]:
    """Copy the originals of finished generations to *target*, and return what was written.

    In a folder their names are numbers and words of the prompts; the name of a file gets numbers.

    Raises:
        InvalidInput: *target* can't be written.
        AssetUnavailable: an original is gone from the library.
    """
    return [save_asset(record, target, name) for record, name in naming.names_of(snapshots)]


def saved_message(copies: Sequence[Copy], target: str | Path = "") -> str:
    """Return the message about the files written, and about those that were there already.

    It says so where the extension of *target* was put right.
    """
    told = [
        f"{word}: {', '.join(paths)}"
        for word, is_new in (("Saved", True), ("Already there", False))
        if (paths := [str(copy.path) for copy in copies if copy.is_new is is_new])
    ]
    message = ". ".join(told) or "Saved: nothing, because nothing was generated"
    asked = Path(target)
    suffixes = {path.suffix for path, _ in copies if path.parent.name != asked.name}  # else it is a folder
    right = ", ".join(sorted(suffix for suffix in suffixes if not suffix_fits(asked.suffix, suffix)))
    return message + (f" ({right} in place of {asked.suffix}, because that is what it is)" if right else "")


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
