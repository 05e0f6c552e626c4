"""Threads and processes that write to one library at once."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from playcut_jupyter.library.database import Library
from tests.library.records import fetched, saved

pytestmark = pytest.mark.kernel

WRITER = """
import sys
from pathlib import Path
from playcut_jupyter.library.database import Library
print("ready", flush=True)
sys.stdin.readline()
library = Library(Path(sys.argv[1]))
for index in range(50):
    number = library.create("o", "t", "image", f"{sys.argv[2]}/{index}", {"prompt": index}, None)
    library.update(number, state="acknowledged", task_id=f"{sys.argv[2]}-{index}", credits=1.0)
    library.keep_asset_ids(number, ["a", "b"])
"""


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


def test_reuse_is_found_without_reading_all_rows(library: Library) -> None:
    wanted = fetched(library)
    asked: list[str] = []
    with library.transaction() as db:
        db.set_trace_callback(asked.append)
    assert saved(library, limit=1) == [wanted]
    with library.transaction() as db:
        db.set_trace_callback(None)
        (query,) = [sql for sql in asked if "fingerprint" in sql]
        steps = [step[3] for step in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any("USING INDEX" in step and "fingerprint" in step for step in steps), steps
