"""Where the originals of a generation are."""

from __future__ import annotations

from pathlib import Path

from playcut_jupyter import Generation
from playcut_jupyter.library.records import Record


def originals(of: Generation | Record) -> list[Path]:
    """Return the files of all its assets, which must have been kept."""
    paths = [asset.path for asset in of.assets if asset.path is not None]
    assert len(paths) == len(of.assets)
    return paths


def original(of: Generation | Record) -> Path:
    """Return the file of its only asset."""
    (path,) = originals(of)
    return path
