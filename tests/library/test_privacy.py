"""Who may read a library: by the umask, those who may write it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playcut_jupyter.connection import connector
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.unpack import unpack
from tests.library.packing import packed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no such rights")


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Set the umask of this process until the test ends."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def filled(home: Path) -> Library:
    """A library with a row and an original."""
    library = Library(home)
    library.create("sandbox", "generate-tts", "speech", "Hello.", {}, None)
    library.store.put(b"sound", ".wav")
    return library


@pytest.mark.parametrize(
    ("mask", "folder", "file"),
    [
        (0o022, 0o700, 0o600),
        (0o027, 0o700, 0o600),
        (0o077, 0o700, 0o600),
        (0o002, 0o770, 0o660),
        (0o007, 0o770, 0o660),
        (0o000, 0o777, 0o666),
    ],
    ids=oct,
)
def test_who_may_not_write_a_new_library_may_not_read_it_either(
    tmp_path: Path, umask: Callable[[int], int], mask: int, folder: int, file: int
) -> None:
    umask(mask)
    library = filled(tmp_path / "above" / "home")
    files = [path for path in library.home.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"library.sqlite3", "library.sqlite3-wal"}
    assert {oct(rights(path)) for path in files} == {oct(file)}
    assert [oct(rights(path)) for path in (library.home, library.home / "media")] == [oct(folder)] * 2
    assert rights(library.home.parent) == 0o777 & ~mask
    library.close()


def test_a_library_that_the_sandbox_comes_to_first_is_private_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: Callable[[int], int]
) -> None:
    umask(0o022)
    monkeypatch.setattr(connector, "_sandbox", None)
    running = connector.embedded_sandbox(tmp_path / "home")
    running.stop()
    assert (tmp_path / "home" / "sandbox").is_dir()
    assert rights(tmp_path / "home") == 0o700


def test_a_library_that_a_pack_comes_to_first_is_private_too(tmp_path: Path, umask: Callable[[int], int]) -> None:
    umask(0o022)
    source, target = Library(tmp_path / "source"), Library(tmp_path / "target")
    unpack(target, packed(source, tmp_path))
    folders = [target.home, target.home / "media"]
    assert [oct(rights(path)) for path in (*folders, target.path)] == ["0o700", "0o700", "0o600"]
    source.close()
    target.close()


def test_a_folder_that_exists_keeps_its_rights_and_the_file_is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    library = filled(tmp_path)
    assert (rights(tmp_path), rights(library.path), rights(tmp_path / "media")) == (0o755, 0o600, 0o700)
    library.close()


def test_a_groups_folder_hands_its_group_down(tmp_path: Path, umask: Callable[[int], int]) -> None:
    umask(0o002)
    tmp_path.chmod(0o2775)
    library = filled(tmp_path / "home")
    assert rights(library.home) == 0o2770
    assert rights(library.home / "media") == 0o2770
    library.close()


def test_a_library_that_exists_keeps_its_rights(tmp_path: Path) -> None:
    filled(tmp_path).close()
    (tmp_path / "library.sqlite3").chmod(0o640)
    filled(tmp_path).close()
    assert rights(tmp_path / "library.sqlite3") == 0o640
