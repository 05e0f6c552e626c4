"""File systems that lack something: WAL, fsync, a rename, a right. The library keeps all, and says what it does."""

from __future__ import annotations

import errno
import functools
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playcut_jupyter import AssetUnavailable, Playcut
from playcut_jupyter.__main__ import main
from playcut_jupyter.library.database import Library
from playcut_jupyter.sandbox import Sandbox
from tests.library.records import create, fetched
from tests.surroundings.programs import run

Seam = Callable[..., sqlite3.Connection]
really = sqlite3.connect


# -- no WAL ------------------------------------------------------------------------------------------------------


class RefusesWal(sqlite3.Connection):
    """As on a network drive: the statement fails, or the first one after it."""

    words = "locking protocol"
    late = False
    is_wal = False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        wants_wal = "journal_mode" in sql and "WAL" in sql.upper()
        if wants_wal and self.late:
            self.is_wal = True
        elif wants_wal or (self.is_wal and "DELETE" not in sql):
            raise sqlite3.OperationalError(self.words)
        return super().execute(sql, *parameters)


def refusing(words: str, late: bool = False) -> Seam:
    factory = type("Refuses", (RefusesWal,), {"words": words, "late": late})
    return functools.partial(really, factory=factory)


def on_another_vfs(name: str) -> Seam:
    """SQLite's own way of locking where there is no shared memory."""

    def connect(path: Path, **options: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = really(f"{path.as_uri()}?vfs={name}", uri=True, **options)
        return opened

    return connect


SEAMS = {
    "locking protocol": refusing("locking protocol"),
    "disk I/O error": refusing("disk I/O error"),
    "unable to open database file": refusing("unable to open database file"),
    "locking protocol, later": refusing("locking protocol", late=True),
    "disk I/O error, later": refusing("disk I/O error", late=True),
    "no shared memory": on_another_vfs("unix-dotfile"),
    "no locks at all": on_another_vfs("unix-none"),
}


@pytest.fixture(params=SEAMS)
def no_wal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", SEAMS[request.param])


def test_without_wal_all_is_kept_in_a_rollback_journal(no_wal: None, pc: Playcut, away_from_home: Path) -> None:
    made = pc.image("a fox without WAL")
    again = pc.image("a fox without WAL")
    assert (made.reused, again.reused) == (False, True)
    assert "warning" not in repr(made)
    library = pc.connection.library
    assert library.journal_mode == "delete"
    with library.transaction() as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL: what a rollback journal needs
        assert db.execute("PRAGMA locking_mode").fetchone()[0] == "normal"
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_file_that_had_wal_elsewhere_is_read_and_written(
    no_wal: None, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    seam = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", really)
    library = Library(away_from_home)
    number = fetched(library)
    assert library.journal_mode == "wal"
    library.close()

    monkeypatch.setattr(sqlite3, "connect", seam)
    assert library.get(number) is not None
    assert create(library) > number
    assert library.journal_mode == "delete"
    library.close()

    monkeypatch.setattr(sqlite3, "connect", really)
    assert len(library.history()) == 2
    assert library.journal_mode == "wal"
    library.close()


def test_without_wal_several_write_at_once(monkeypatch: pytest.MonkeyPatch, away_from_home: Path) -> None:
    monkeypatch.setattr(sqlite3, "connect", SEAMS["no shared memory"])
    libraries = [Library(away_from_home) for _ in range(3)]
    writers = [
        threading.Thread(target=lambda library=library: [create(library) for _ in range(5)]) for library in libraries
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(libraries[0].history()) == 15
    for library in libraries:
        library.close()


@pytest.mark.parametrize("words", ["locking protocol", "disk I/O error", "no shared memory"])
def test_the_doctor_says_which_journal_is_in_use(
    words: str, monkeypatch: pytest.MonkeyPatch, away_from_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYCUT_SANDBOX", "1")
    assert main(["doctor"]) == 0
    assert "its journal mode is known after the first generation" in capsys.readouterr().out
    assert not away_from_home.exists()  # nothing is made only to be looked at

    library = Library(away_from_home)
    create(library)
    library.close()
    main(["doctor"])
    assert "WAL journal" in capsys.readouterr().out

    monkeypatch.setattr(sqlite3, "connect", SEAMS[words])
    main(["doctor"])
    assert "rollback journal" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", ["database is locked", "database or disk is full", "attempt to write a readonly database"]
)
def test_what_has_nothing_to_do_with_wal_is_told_as_it_is(
    words: str, monkeypatch: pytest.MonkeyPatch, away_from_home: Path, no_pauses: None
) -> None:
    class Broken(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql.startswith("BEGIN") or "user_version" in sql:
                raise sqlite3.OperationalError(words)
            return super().execute(sql, *parameters)

    monkeypatch.setattr(sqlite3, "connect", functools.partial(really, factory=Broken))
    library = Library(away_from_home)
    expected = {"database is locked": "locked", "database or disk is full": "full"}.get(words, "can't be written")
    with pytest.raises(Exception, match=expected) as caught:
        create(library)
    assert type(caught.value).__name__ == "PlaycutError"


# -- no fsync, no rename -----------------------------------------------------------------------------------------


def failing(name: str, number: int, times: int = 1_000_000) -> Callable[..., Any]:
    """Return *name* of `os`, which fails so many times first."""
    real = getattr(os, name)
    left = times

    def call(*arguments: Any, **keywords: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            raise OSError(number, os.strerror(number))
        return real(*arguments, **keywords)

    return call


UNSUPPORTED = [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP]


@pytest.mark.parametrize("number", UNSUPPORTED, ids=errno.errorcode.get)
def test_where_a_file_can_not_be_synced_the_original_is_kept(
    number: int, pc: Playcut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing("fsync", number))
    made = pc.image(f"a fox, fsync {number}")
    assert made.assets[0].path is not None
    assert made.assets[0].path.read_bytes() == made.assets[0].data
    assert pc.image(f"a fox, fsync {number}").reused


@pytest.mark.parametrize(
    "number", [errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTSUP], ids=errno.errorcode.get
)
def test_where_a_file_can_not_be_renamed_the_original_is_kept(
    number: int, pc: Playcut, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    monkeypatch.setattr(os, "replace", failing("replace", number))
    made = pc.image(f"a fox, rename {number}")
    path = made.assets[0].path
    assert path is not None
    assert path.read_bytes() == made.assets[0].data
    assert pc.image(f"a fox, rename {number}").reused
    assert [file for file in path.parent.iterdir() if file.name.startswith(".part")] == []
    assert list(path.parent.glob(f"{path.stem}.*.json"))


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_rename_that_is_denied_for_a_moment_is_tried_again(
    times: int, pc: Playcut, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is in Windows while another program looks at a new file."""
    renamed: list[object] = []
    real = os.replace
    denied = failing("replace", errno.EACCES, times)

    def replace(source: Any, target: Any) -> None:
        denied(source, target)
        renamed.append(target)

    monkeypatch.setattr(os, "replace", replace)
    made = pc.image(f"a fox, denied {times} times")
    assert made.assets[0].path in renamed
    monkeypatch.setattr(os, "replace", real)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT], ids=errno.errorcode.get)
def test_a_disk_that_fails_is_told_and_the_picture_is_there_all_the_same(
    number: int, pc: Playcut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing("fsync", number))
    made = pc.image(f"a fox, failing {number}")
    assert made.assets[0].path is None
    assert made.assets[0].data
    assert "can't be written" in str(made.job.snapshot.warning)


# -- whose files, and who may read them --------------------------------------------------------------------------


MODES = """
import os, sys
from pathlib import Path
from playcut_jupyter import Playcut

os.umask(int(sys.argv[1], 8))
with Playcut() as pc:
    made = pc.image("a fox")
    made.save("saved.png")
    print(os.fspath(made.assets[0].path))
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no umask")
@pytest.mark.parametrize("umask", ["002", "022", "027", "077"])
def test_files_and_folders_follow_the_umask(umask: str, sandbox: Sandbox, away_from_home: Path, tmp_path: Path) -> None:
    done = run(MODES, umask, server=sandbox, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    mask = int(umask, 8)
    paths = [*away_from_home.rglob("*"), away_from_home, tmp_path / "saved.png"]
    assert {path.suffix for path in paths} >= {".png", ".json", ".sqlite3"}
    private = {away_from_home, away_from_home / "media", away_from_home / "library.sqlite3"}  # test_privacy.py says how
    wrong = {
        str(path): oct(stat.S_IMODE(path.stat().st_mode))
        for path in paths
        if path not in private and stat.S_IMODE(path.stat().st_mode) != (0o777 if path.is_dir() else 0o666) & ~mask
    }
    assert wrong == {}


def endless(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def forbidden(path: Path) -> None:
    path.chmod(0)


@pytest.mark.skipif(os.name != "posix", reason="files are kept from others in other ways there")
@pytest.mark.parametrize(
    "harm",
    [
        endless,
        a_folder,
        pytest.param(forbidden, marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")),
    ],
)
def test_a_file_that_is_there_and_can_not_be_read_is_not_called_gone(
    harm: Callable[[Path], None], pc: Playcut, tmp_path: Path
) -> None:
    asset = pc.image("a fox that can't be read").assets[0]
    assert asset.path is not None
    harm(asset.path)
    for use in (lambda: asset.data, lambda: asset.save(tmp_path / "copy.png"), lambda: asset.image):
        with pytest.raises(AssetUnavailable, match="can't be read") as caught:
            use()
        assert "gone" not in str(caught.value)
    assert not (tmp_path / "copy.png").exists()


def test_a_file_that_is_gone_is_called_so(pc: Playcut, tmp_path: Path) -> None:
    asset = pc.image("a fox that goes").assets[0]
    assert asset.path is not None
    asset.path.unlink()
    for use in (lambda: asset.data, lambda: asset.save(tmp_path / "copy.png")):
        with pytest.raises(AssetUnavailable, match="is gone"):
            use()


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_verify_says_that_a_file_can_not_be_read_and_fetches_it_again(
    pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    asset = pc.image("a fox to verify").assets[0]
    assert asset.path is not None
    endless(asset.path)
    done = subprocess.run(
        [sys.executable, "-m", "playcut_jupyter", "library", "verify"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PLAYCUT_API_KEY": sandbox.key, "PLAYCUT_BASE_URL": sandbox.base_url},
        check=False,
    )
    assert "can't be read" in done.stdout
    assert "missing" not in done.stdout
    assert "fetched again" in done.stdout
    assert asset.data
