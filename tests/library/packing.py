"""Packs as the tests make them, and as somebody may have changed them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playcut_jupyter.library import ratings
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.pack import pack
from tests.library.records import fetched

PNG = b"\x89PNG\r\n\x1a\n"


def filled(library: Library) -> Library:
    """Put a fox, its child with a star, an owl, and a pick into *library*."""
    fox = fetched(library, "a fishing fox", PNG + b"fox")
    child = fetched(library, "its child", PNG + b"child")
    fetched(library, "an owl", PNG + b"owl")
    ratings.link(library, child, fox)
    ratings.star(library, child)
    ratings.keep_pick(library, child, fox)
    return library


def packed(library: Library, folder: Path) -> Path:
    return pack(filled(library), folder / "pack.zip").copy.path


Entries = dict[str, bytes]


def changed(path: Path, change: Callable[[dict[str, Any], Entries], object]) -> Path:
    """Write the pack at *path* anew, with its manifest and its other entries changed, and return the new one."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(entries.pop("manifest.json"))
    change(manifest, entries)
    new = path.with_name("changed.zip")
    with zipfile.ZipFile(new, "w") as archive:
        for name, data in {"manifest.json": json.dumps(manifest).encode(), **entries}.items():
            archive.writestr(name, data)
    return new


def first_media(entries: Entries) -> str:
    return next(name for name in entries if name.startswith("media/"))
