"""The file: its schema, older versions of it, and a disk that is full, read-only or damaged."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library import schema
from playcut_jupyter.library.database import Library
from tests.library.records import ORIGIN, create, fetched


def database(path: Path) -> sqlite3.Connection:
    """Open a file as `Library` does, without bringing it up to date."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def tables(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {(row[0], " ".join(row[1].split())) for row in rows}


def at_version(path: Path, version: int) -> sqlite3.Connection:
    connection = database(path)
    for statements in schema.MIGRATIONS[:version]:
        connection.executescript(statements)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    return connection


VERSION_1_ROWS = """
    INSERT INTO generations (origin, tool, kind, prompt, inputs, fingerprint, cost_key, state, owner, session_id,
        task_id, status, credits, seconds, error, created_at, updated_at)
    VALUES
        ('https://api.example/api/v1', 'generate-image-from-text', 'image', 'a fox', '{"prompt": "a fox"}', 'f', 'c',
            'fetched', '', 's', 'task_1', 'COMPLETED', 80, 4.2, NULL, 1.0, 2.0),
        ('https://api.example/api/v1', 'generate-tts', 'speech', 'Hello', '{"text": "Hello"}', 'g', 'd',
            'acknowledged', '', 's', 'task_2', 'PENDING', NULL, NULL, NULL, 3.0, 3.0);
    INSERT INTO assets VALUES (1, 0, 'asset_1', 'aa', '.png', 'image/png', 5, 40, 30, NULL);
    INSERT INTO sessions VALUES ('https://api.example/api/v1', 's', 'foxes', 1.0);
"""


def test_a_new_file_has_the_newest_schema_and_survives_power_cuts(tmp_path: Path) -> None:
    connection = schema.open_database(tmp_path / "new.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] >= 10_000
    assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert {"generations", "assets", "sessions"} <= {name for name, _ in tables(connection)}
    connection.close()


OPENED_WHILE_LOCKED = """
import sys
from pathlib import Path
from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks
from playcut_jupyter.library.database import Library

set_on_retry_hooks([LoggingOnRetryHook, lambda details: print(details.name, flush=True)])
print(Library(Path(sys.argv[1])).history())
"""


def test_a_kernel_that_waits_for_another_to_make_the_file_says_nothing(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "library.sqlite3")
    other.execute("BEGIN IMMEDIATE")
    command = [sys.executable, "-c", OPENED_WHILE_LOCKED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "playcut_jupyter.library\n"
        other.rollback()
        other.close()
        assert process.stdout.read().endswith("[]\n")
        assert process.stderr.read() == ""


@pytest.mark.parametrize("version", range(len(schema.MIGRATIONS) + 1))
def test_a_file_of_any_earlier_version_is_brought_up_with_all_its_rows(tmp_path: Path, version: int) -> None:
    home = tmp_path / "home"
    home.mkdir()
    old = at_version(home / "library.sqlite3", min(version, 1))
    if version:
        old.executescript(VERSION_1_ROWS)
        for number, statements in enumerate(schema.MIGRATIONS[1:version], start=2):
            old.executescript(statements)
            old.execute(f"PRAGMA user_version = {number}")
        old.commit()
    old.close()

    fresh = schema.open_database(tmp_path / "fresh.sqlite3")
    upgraded = schema.open_database(home / "library.sqlite3")
    assert tables(upgraded) == tables(fresh)
    assert upgraded.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    assert upgraded.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    fresh.close()
    upgraded.close()

    library = Library(home)
    if version:
        done, left = sorted(library.history(), key=lambda row: row.id)
        assert (done.prompt, done.task_id, done.credits, done.seconds) == ("a fox", "task_1", 80, 4.2)
        assert [asset.asset_id for asset in done.assets] == ["asset_1"]
        assert [row.id for row in library.unfetched(ORIGIN)] == [left.id]
        assert library.session_named(ORIGIN, "foxes") == "s"
    assert library.get(create(library)) is not None
    library.close()


def test_a_kernel_waits_for_another_that_is_making_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcome: list[object] = []

    def open_it() -> None:
        try:
            outcome.append(schema.open_database(path).close())  # type: ignore[func-returns-value]
        except sqlite3.DatabaseError as error:
            outcome.append(error)

    opener = threading.Thread(target=open_it)
    opener.start()
    opener.join(0.3)
    waits = opener.is_alive()
    other.execute("ROLLBACK")
    other.close()
    opener.join()
    assert outcome == [None]
    assert waits


def test_a_file_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    connection = at_version(tmp_path / "a.sqlite3", len(schema.MIGRATIONS))
    before = connection.total_changes
    schema.migrate(connection)
    assert connection.total_changes == before
    assert not connection.in_transaction
    connection.close()


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(library: Library) -> None:
    number = fetched(library)
    library.close()
    newer = len(schema.MIGRATIONS) + 1
    with sqlite3.connect(library.path) as db:
        db.execute(f"PRAGMA user_version = {newer}")
    db.close()
    with pytest.raises(PlaycutError, match="written by a newer playcut-jupyter"):
        library.get(number)
    with sqlite3.connect(library.path) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == newer
        assert db.execute("SELECT count(*) FROM generations").fetchone()[0] == 1
    db.close()


def test_the_remedy_for_a_newer_file_is_a_newer_package(library: Library) -> None:
    library.home.mkdir()
    with sqlite3.connect(library.path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(PlaycutError) as caught:
        library.history()
    assert caught.value.hint is not None
    assert "upgrade" in caught.value.hint.lower()


def damaged(path: Path) -> None:
    path.write_bytes(b"certainly not a database, and long enough to look like one " * 100)


def damaged_inside(path: Path) -> None:
    library = Library(path.parent)
    for _ in range(200):
        create(library, "x" * 200)
    library.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "words", "remedy"),
    [
        (damaged, "the file is damaged", "Move it away"),
        (damaged_inside, "the file is damaged", "Move it away"),
        (a_folder, "it can't be written", "PLAYCUT_HOME"),
    ],
)
def test_a_file_that_can_not_be_used_is_a_clear_error_with_a_remedy(
    library: Library, harm: Callable[[Path], None], words: str, remedy: str
) -> None:
    library.home.mkdir()
    harm(library.path)
    with pytest.raises(PlaycutError, match=words) as caught:
        library.history(search="fox", limit=500)
    assert str(library.path) in caught.value.message
    assert caught.value.hint is not None
    assert remedy in caught.value.hint


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_file_where_the_folder_should_be_is_a_clear_error(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlaycutError, match=r"can't be written: .*PLAYCUT_HOME"):
        create(Library(tmp_path / folder))


def test_a_full_disk_is_called_one_and_loses_no_row(library: Library) -> None:
    number = fetched(library)
    library.close()
    code = """
import sqlite3, sys
from pathlib import Path
from playcut_jupyter.library import schema
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.database import Library
really = schema.open_database
def with_few_pages(path):
    connection = really(path)
    connection.execute("PRAGMA max_page_count = 24")
    return connection
schema.open_database = with_few_pages
library = Library(Path(sys.argv[1]))
try:
    while True:
        library.create("o", "t", "image", "x" * 4000, {}, None)
except PlaycutError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(library.home)], capture_output=True, text=True, timeout=60, check=True
    )
    assert "the disk is full" in done.stdout
    assert "Free some space" in done.stdout
    assert library.get(number) is not None
    assert create(library) > number


def test_after_trouble_the_library_works_again(library: Library) -> None:
    library.home.mkdir()
    damaged(library.path)
    with pytest.raises(PlaycutError):
        create(library)
    library.path.rename(library.home / "moved.sqlite3")
    assert library.get(create(library)) is not None
