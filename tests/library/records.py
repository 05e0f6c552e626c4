"""Rows as the tests of the library write and read them."""

from __future__ import annotations

from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord

ORIGIN = "https://api.example/api/v1"

TOOL = "generate-image-from-text"


def create(library: Library, prompt: str = "a fox", **inputs: object) -> int:
    return library.create(ORIGIN, TOOL, "image", prompt, {"prompt": prompt, **inputs}, "session_1")


def keep(library: Library, number: int, data: bytes = b"bytes", position: int = 0) -> AssetRecord:
    sha256, path = library.store.put(data, ".png")
    asset = AssetRecord(f"asset_{position}", sha256, path, "image/png", len(data), 4, 3, None)
    library.keep_asset(number, position, asset)
    return asset


def fetched(library: Library, prompt: str = "a fox", data: bytes = b"bytes", **inputs: object) -> int:
    number = create(library, prompt, **inputs)
    library.update(number, state="acknowledged", task_id=f"task_{number}", status="PENDING", credits=80.0)
    keep(library, number, data)
    library.update(number, state="fetched", status="COMPLETED", seconds=1.5)
    return number


def saved(library: Library, limit: int = 10, **inputs: object) -> list[int]:
    return [row.id for row in library.saved(ORIGIN, TOOL, {"prompt": "a fox", **inputs}, limit)]
