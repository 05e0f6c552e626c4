"""The library: one row for each generation, whatever befalls the kernels and the file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import Playcut
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library import schema
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord, canonical, cost_key, fingerprint, is_orphan, this_process
from playcut_jupyter.sandbox import Sandbox

ORIGIN = "https://api.example/api/v1"
TOOL = "generate-image-from-text"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "home")
    yield opened
    opened.close()


def intend(library: Library, prompt: str = "a fox", **inputs: object) -> int:
    return library.intend(ORIGIN, TOOL, "image", prompt, {"prompt": prompt, **inputs}, "session_1")


def keep(library: Library, number: int, data: bytes = b"bytes", position: int = 0) -> AssetRecord:
    sha256, path = library.store.put(data, ".png")
    asset = AssetRecord(f"asset_{position}", sha256, path, "image/png", len(data), 4, 3, None)
    library.keep_asset(number, position, asset)
    return asset


def fetched(library: Library, prompt: str = "a fox", data: bytes = b"bytes", **inputs: object) -> int:
    number = intend(library, prompt, **inputs)
    library.update(number, state="acknowledged", task_id=f"task_{number}", status="PENDING", credits=80.0)
    keep(library, number, data)
    library.update(number, state="fetched", status="COMPLETED", seconds=1.5)
    return number


def saved(library: Library, limit: int = 10, **inputs: object) -> list[int]:
    return [row.id for row in library.saved(ORIGIN, TOOL, {"prompt": "a fox", **inputs}, limit)]


def disown(library: Library, number: int) -> None:
    """Let a row look as if the process that wrote it had died."""
    gone = subprocess.run(
        [sys.executable, "-c", "from playcut_jupyter.library.records import this_process; print(this_process())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with sqlite3.connect(library.path) as db:
        db.execute("UPDATE generations SET owner = ? WHERE id = ?", (gone, number))
    db.close()


# -- a generation's life ----------------------------------------------------------------------------------------


def test_a_generation_is_a_row_from_intent_to_files(library: Library) -> None:
    number = intend(library, aspectRatio="16:9", workerId="session_1")
    row = library.get(number)
    assert row is not None
    assert (row.state, row.task_id, row.status, row.credits, row.assets) == ("intended", None, None, None, ())
    assert (row.origin, row.tool, row.kind, row.prompt) == (ORIGIN, TOOL, "image", "a fox")
    assert row.inputs == {"prompt": "a fox", "aspectRatio": "16:9"}
    assert row.session_id == "session_1"
    assert row.owner == this_process()
    assert time.time() - row.created_at < 10

    library.update(number, state="acknowledged", task_id="task_1", status="PENDING", credits=80.0)
    assert library.by_task(ORIGIN, "task_1") == library.get(number)
    assert [found.id for found in library.unfetched(ORIGIN)] == [number]

    library.keep_asset_ids(number, ["asset_0", "asset_1"])
    known = library.get(number)
    assert known is not None
    assert known.assets == ()  # known by id, but not here yet
    assets = [keep(library, number, b"one", 0), keep(library, number, b"two", 1)]
    library.update(number, state="fetched", status="COMPLETED", seconds=1.5)
    done = library.get(number)
    assert done is not None
    assert list(done.assets) == assets
    assert done.has_files
    assert library.unfetched(ORIGIN) == []


def test_what_was_kept_is_there_in_the_next_kernel(library: Library) -> None:
    number = fetched(library)
    library.close()
    assert Library(library.home).get(number) == library.get(number)


def test_an_input_that_was_left_open_is_completed_and_still_found_by_what_was_asked(library: Library) -> None:
    number = fetched(library)
    library.set_input(number, "voiceId", 'a "voice" é')
    row = library.get(number)
    assert row is not None
    assert row.inputs == {"prompt": "a fox", "voiceId": 'a "voice" é'}
    assert saved(library) == [number]


def test_a_task_of_another_machine_can_be_adopted_and_forgotten(library: Library) -> None:
    number = library.adopt(ORIGIN, "task_9", "video")
    row = library.by_task(ORIGIN, "task_9")
    assert row is not None
    assert (row.id, row.kind, row.state, row.inputs) == (number, "video", "acknowledged", {"taskId": "task_9"})
    own = fetched(library)
    library.forget_adopted(number)
    library.forget_adopted(own)
    assert library.get(number) is None
    assert library.get(own) is not None


def test_a_generation_that_is_removed_leaves_the_files_that_others_have(library: Library) -> None:
    one, other, alone = fetched(library, data=b"same"), fetched(library, data=b"same"), fetched(library, data=b"own")
    assert library.remove(one) == []
    path = library.store.put(b"same", ".png")[1]
    assert library.remove(other) == [path]
    assert library.remove(alone) == [library.store.put(b"own", ".png")[1]]
    assert library.history() == []


def test_sessions_are_found_by_id_and_title_the_newest_first(library: Library) -> None:
    library.keep_session(ORIGIN, "s1", "foxes")
    library.keep_session(ORIGIN, "s2", "foxes")
    library.keep_session("sandbox", "s3", "foxes")
    assert library.session_named(ORIGIN, "foxes") == "s2"
    assert library.session_named(ORIGIN, "s1") == "s1"
    assert library.session_named(ORIGIN, "owls") is None


# -- questions --------------------------------------------------------------------------------------------------


def test_the_n_th_saved_one_is_the_n_th_that_was_bought(library: Library) -> None:
    numbers = [fetched(library, data=bytes([n])) for n in range(3)]
    fetched(library, "an owl")
    fetched(library, seed=7)
    assert saved(library) == numbers
    assert saved(library, limit=2) == numbers[:2]
    assert saved(library, limit=0) == []
    assert saved(library, workerId="another session") == numbers
    assert saved(library, seed=8) == []
    assert library.saved("sandbox", TOOL, {"prompt": "a fox"}, 9) == []
    assert library.saved(ORIGIN, "generate-tts", {"prompt": "a fox"}, 9) == []


@pytest.mark.parametrize("state", ["intended", "sending", "refused", "uncertain", "failed", "answered"])
def test_what_brought_nothing_is_not_reused(library: Library, state: str) -> None:
    number = intend(library)
    library.update(number, state=state)
    assert saved(library) == []


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"cut")])
def test_what_lost_its_files_is_not_reused(library: Library, harm: Callable[[Path], object]) -> None:
    lost, whole = fetched(library, data=b"first"), fetched(library, data=b"second")
    row = library.get(lost)
    assert row is not None
    harm(row.assets[0].path)
    assert saved(library) == [whole]


def test_what_was_bought_and_left_by_a_dead_kernel_is_taken_up(library: Library) -> None:
    mine, left, released = intend(library), intend(library), intend(library)
    for number in (mine, left, released):
        library.update(number, state="acknowledged", task_id=f"task_{number}")
    assert saved(library) == []
    disown(library, left)
    library.release(released)
    assert saved(library) == [left, released]
    assert [row.id for row in library.unfetched(ORIGIN)] == [mine, left, released]


def test_the_history_is_newest_first_and_searched_in_prompts(library: Library) -> None:
    fox, owl, odd = (fetched(library, prompt) for prompt in ("A red Fox", "an owl", "100% _sure_ \\o/"))
    assert [row.id for row in library.history()] == [odd, owl, fox]
    assert [row.id for row in library.history(limit=2)] == [odd, owl]
    assert [row.id for row in library.history(search="FOX")] == [fox]
    for text in ("%", "_", "\\", "100% _"):
        assert [row.id for row in library.history(search=text)] == [odd], text
    assert library.history(search="%fox%") == []
    assert library.history(search="'; DROP TABLE generations; --") == []


def test_the_search_ignores_the_case_of_all_letters(library: Library) -> None:
    number = fetched(library, "ein Bär im Övelgönner Hafen")
    assert [row.id for row in library.history(search="övelgönner")] == [number]


def test_the_price_is_expected_to_be_that_of_the_last_time(library: Library) -> None:
    def expected(prompt: str = "anything", **inputs: object) -> float | None:
        return library.expected_credits(ORIGIN, TOOL, {"prompt": prompt, **inputs})

    assert expected() is None
    library.update(intend(library, imageSize="4K"), credits=200.0)
    library.update(intend(library), credits=40.0)
    library.update(intend(library), credits=80.0)
    intend(library)
    assert expected() == 80.0
    assert expected("another prompt", workerId="s") == 80.0
    assert expected(imageSize="4K") == 200.0
    assert expected(imageSize="2K") is None
    assert library.expected_credits("sandbox", TOOL, {"prompt": "a fox"}) is None


def test_longer_speech_is_not_expected_at_the_price_of_a_short_one() -> None:
    short, alike, long = (cost_key(ORIGIN, "generate-tts", {"text": "x" * n}) for n in (10, 20, 2_000))
    assert short == alike != long


def test_all_that_ended_before_a_moment_can_be_pruned_but_nothing_that_may_still_be_wanted(library: Library) -> None:
    ended = [fetched(library), intend(library), intend(library)]
    library.update(ended[1], state="failed")
    library.update(ended[2], state="refused")
    for state in ("intended", "sending", "acknowledged", "uncertain"):
        library.update(intend(library), state=state)
    assert [row.id for row in library.ended_before(time.time() + 1)] == ended
    assert library.ended_before(time.time() - 60) == []
    assert [row.id for row in library.fetched()] == ended[:1]


def test_verify_never_loses_a_whole_original(tmp_path: Path) -> None:
    from playcut_jupyter.background.portal import portal
    from playcut_jupyter.jobs import upkeep

    with Sandbox(latency_s=0.1, rate=None) as first:
        port = int(first.base_url.split(":")[2].split("/")[0])
        with Playcut(api_key=first.key, base_url=first.base_url, home=tmp_path / "lib") as pc:
            run = pc.image("a fox [two]")
            bad, good = (asset.path for asset in run.assets)
            bad.write_bytes(b"damaged")
            connection = pc.connection
            (damage,) = upkeep.damaged(connection.library)
            first.stop()
            with Sandbox(port=port):  # it takes another key, so nothing can be fetched
                assert portal().start_task_soon(upkeep.repair, connection, damage.record).result(30)
            assert good.exists()


# -- sameness ---------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
INPUTS = st.dictionaries(st.text(), JSON, max_size=5)


@given(INPUTS, st.text())
def test_the_order_of_inputs_and_the_session_do_not_matter_to_sameness(inputs: dict[str, object], session: str) -> None:
    backwards = dict(reversed(inputs.items()))
    assert canonical(inputs) == canonical(backwards)
    without = {name: value for name, value in inputs.items() if name != "workerId"}
    assert fingerprint(ORIGIN, TOOL, {**without, "workerId": session}) == fingerprint(ORIGIN, TOOL, without)


@given(INPUTS, INPUTS)
def test_different_inputs_are_never_the_same(one: dict[str, object], other: dict[str, object]) -> None:
    one.pop("workerId", None)
    other.pop("workerId", None)
    same = fingerprint(ORIGIN, TOOL, one) == fingerprint(ORIGIN, TOOL, other)
    assert same == (canonical(one) == canonical(other))
    assert fingerprint(ORIGIN, TOOL, one) != fingerprint(ORIGIN, TOOL + "-2", one)


def test_a_row_is_an_orphan_once_its_process_is_gone() -> None:
    mine = this_process()
    host, pid, _, started = mine.split(":")
    assert not is_orphan(mine)
    assert is_orphan(f"{host}:{pid}:earlier")  # the same number, used again
    assert not is_orphan(f"{host}:{os.getppid()}:parent")
    assert not is_orphan(f"{host}:1:init")
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert is_orphan(f"{host}:{gone.pid}:gone")
    if started:  # where the system tells when a process was started
        assert is_orphan(f"{host}:{os.getppid()}:earlier:{int(started) - 10**9}")
    for odd in ("", "elsewhere:1:x", f"{host}:x:y", "::", ":::::"):
        assert is_orphan(odd), odd


# -- the file ---------------------------------------------------------------------------------------------------


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
    connection = schema.opened(tmp_path / "new.sqlite3")
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

    fresh = schema.opened(tmp_path / "fresh.sqlite3")
    upgraded = schema.opened(home / "library.sqlite3")
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
    assert library.get(intend(library)) is not None
    library.close()


def test_a_kernel_waits_for_another_that_is_making_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcome: list[object] = []

    def open_it() -> None:
        try:
            outcome.append(schema.opened(path).close())  # type: ignore[func-returns-value]
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
        intend(library, "x" * 200)
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
        intend(Library(tmp_path / folder))


def test_a_full_disk_is_called_one_and_loses_no_row(library: Library) -> None:
    number = fetched(library)
    library.close()
    code = """
import sqlite3, sys
from pathlib import Path
from playcut_jupyter.library import schema
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.database import Library
really = schema.opened
def with_few_pages(path):
    connection = really(path)
    connection.execute("PRAGMA max_page_count = 24")
    return connection
schema.opened = with_few_pages
library = Library(Path(sys.argv[1]))
try:
    while True:
        library.intend("o", "t", "image", "x" * 4000, {}, None)
except PlaycutError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(library.home)], capture_output=True, text=True, timeout=60, check=True
    )
    assert "the disk is full" in done.stdout
    assert "Free some space" in done.stdout
    assert library.get(number) is not None
    assert intend(library) > number


def test_after_trouble_the_library_works_again(library: Library) -> None:
    library.home.mkdir()
    damaged(library.path)
    with pytest.raises(PlaycutError):
        intend(library)
    library.path.rename(library.home / "moved.sqlite3")
    assert library.get(intend(library)) is not None


# -- many at once -----------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from playcut_jupyter.library.database import Library
print("ready", flush=True)
sys.stdin.readline()
library = Library(Path(sys.argv[1]))
for index in range(50):
    number = library.intend("o", "t", "image", f"{sys.argv[2]}/{index}", {"prompt": index}, None)
    library.update(number, state="acknowledged", task_id=f"{sys.argv[2]}-{index}", credits=1.0)
    library.keep_asset_ids(number, ["a", "b"])
"""


# Not strict: of several kernels that make the file at the same moment one fails only now and then.


@pytest.mark.parametrize("exists", [False, True], ids=["a new file", "one that is there"])
def test_four_kernels_at_once_lose_no_row_and_wait_for_each_other(library: Library, exists: bool) -> None:
    if exists:
        fetched(library)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(library.home), str(name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in range(4)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert errors == [""] * 4
    rows = [row for row in library.unfetched("o") if row.credits == 1.0]
    assert {row.task_id for row in rows} == {f"{name}-{index}" for name in range(4) for index in range(50)}
    assert len(rows) == 200


def test_many_threads_share_one_library(library: Library) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for index in range(25):
                fetched(library, f"{name}/{index}", data=b"same for all")
                library.history(limit=3)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.history(limit=1_000)) == 150
    assert all(row.has_files for row in library.history(limit=1_000))


def test_reuse_is_found_in_5_ms_among_10_000(library: Library) -> None:
    wanted = fetched(library)
    with sqlite3.connect(library.path) as db:
        db.executemany(
            "INSERT INTO generations (origin, tool, kind, prompt, inputs, fingerprint, cost_key, state, owner,"
            " created_at, updated_at) VALUES ('o', 't', 'image', 'p', '{}', ?, 'c', 'fetched', '', 1, 1)",
            [(f"{number:064x}",) for number in range(10_000)],
        )
    db.close()
    took = []
    for _ in range(20):
        started = time.perf_counter()
        assert saved(library, limit=1) == [wanted]
        took.append(time.perf_counter() - started)
    assert min(took) < 0.005
