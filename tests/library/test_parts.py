"""Originals on their way to the library: on disk as they come, in memory where they can't be."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from pathlib import Path

import pytest

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs import maintenance
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.store import Store

PIECES = [b"one" * 1000, b"two" * 1000, b"three" * 1000]
WHOLE = b"".join(PIECES)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_pieces_become_an_original_under_the_hash_of_all_of_them(store: Store) -> None:
    part = store.new_part()
    for piece in PIECES:
        part.write(piece)
    assert isinstance(part.source, Path)
    assert part.source.read_bytes() == WHOLE
    part.sync()
    sha256, path = store.keep(part, ".bin")
    part.discard()
    assert sha256 == hashlib.sha256(WHOLE).hexdigest()
    assert path.read_bytes() == part.read() == WHOLE
    assert list(store.folder.rglob(".part-*")) == []


def test_what_begins_again_is_only_what_came_since(store: Store) -> None:
    part = store.new_part()
    part.write(WHOLE)
    part.restart()
    assert part.size == 0
    part.write(b"other")
    _, path = store.keep(part, ".bin")
    assert path.read_bytes() == b"other"


def test_what_is_discarded_leaves_nothing(store: Store) -> None:
    part = store.new_part()
    part.write(WHOLE)
    part.discard()
    assert list(store.folder.iterdir()) == []


def test_a_disk_that_fills_half_way_loses_no_byte(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    part = store.new_part()
    part.write(PIECES[0])
    with monkeypatch.context() as patched:

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        patched.setattr(os, "write", full)
        part.write(PIECES[1])
    part.write(PIECES[2])
    assert part.source == part.read() == WHOLE
    assert part.sha256 == hashlib.sha256(WHOLE).hexdigest()
    assert list(store.folder.iterdir()) == [], "its space may be needed by others"
    with pytest.raises(PlaycutError, match="the disk is full"):
        store.keep(part, ".bin")
    part.restart()
    part.write(b"again")
    assert part.source == b"again"


def test_where_the_folder_can_not_be_made_all_is_in_memory(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    part = Store(tmp_path).new_part()
    part.write(WHOLE)
    assert part.source == WHOLE


def test_maintenance_removes_what_a_killed_process_left_long_ago(tmp_path: Path) -> None:
    library = Library(tmp_path)
    old, new = library.store.folder / ".part-old", library.store.folder / "ab" / ".part-new"
    for path in (old, new):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WHOLE)
    os.utime(old, (time.time() - 200_000,) * 2)
    assert maintenance.prune(library, []) == len(WHOLE)
    assert not old.exists()
    assert new.exists(), "another process may be writing to it"
    os.utime(new, (time.time() - 200_000,) * 2)
    assert maintenance.damaged(library) == []
    assert not new.exists()
