"""Where a test finds an original on disk."""

from __future__ import annotations

from pathlib import Path

from playcut_jupyter import Asset
from playcut_jupyter.library.records import AssetRecord


def path_of(asset: Asset | AssetRecord) -> Path:
    """Return the place of an original that must be in the library."""
    assert asset.path is not None
    return asset.path
