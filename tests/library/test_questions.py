"""What is asked of the library: what is saved, unfinished, old, searched for."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import cost_key
from playcut_jupyter.sandbox import Sandbox
from tests.library.records import ORIGIN, TOOL, create, fetched, saved
from tests.originals import path_of


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
    number = create(library)
    library.update(number, state=state)
    assert saved(library) == []


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"cut")])
def test_what_lost_its_files_comes_after_what_is_whole(library: Library, harm: Callable[[Path], object]) -> None:
    lost, whole = fetched(library, data=b"first"), fetched(library, data=b"second")
    row = library.get(lost)
    assert row is not None
    harm(path_of(row.assets[0]))
    assert saved(library) == [whole, lost]


def test_what_was_bought_and_left_by_a_dead_kernel_is_taken_up(library: Library) -> None:
    mine, left, released = create(library), create(library), create(library)
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
    library.update(create(library, imageSize="4K"), credits=200.0)
    library.update(create(library), credits=40.0)
    library.update(create(library), credits=80.0)
    create(library)
    assert expected() == 80.0
    assert expected("another prompt", workerId="s") == 80.0
    assert expected(imageSize="4K") == 200.0
    assert expected(imageSize="2K") is None
    assert library.expected_credits("sandbox", TOOL, {"prompt": "a fox"}) is None


def test_longer_speech_is_not_expected_at_the_price_of_a_short_one() -> None:
    short, alike, long = (cost_key(ORIGIN, "generate-tts", {"text": "x" * n}) for n in (10, 20, 2_000))
    assert short == alike != long


def test_all_that_ended_before_a_moment_can_be_pruned_but_nothing_that_may_still_be_wanted(library: Library) -> None:
    ended = [fetched(library), create(library), create(library)]
    library.update(ended[1], state="failed")
    library.update(ended[2], state="refused")
    for state in ("intended", "sending", "acknowledged", "uncertain"):
        library.update(create(library), state=state)
    assert [row.id for row in library.ended_before(time.time() + 1)] == ended
    assert library.ended_before(time.time() - 60) == []
    assert [row.id for row in library.fetched()] == ended[:1]


def test_verify_never_loses_a_whole_original(tmp_path: Path) -> None:
    from playcut_jupyter.background.portal import portal
    from playcut_jupyter.jobs import maintenance

    with Sandbox(latency_s=0.1, rate=None, media="tiny") as first:
        port = int(first.base_url.split(":")[2].split("/")[0])
        with Playcut(api_key=first.key, base_url=first.base_url, home=tmp_path / "lib") as pc:
            run = pc.image("a fox [two]")
            bad, good = map(path_of, run.assets)
            bad.write_bytes(b"damaged")
            connection = pc.connection
            (damage,) = maintenance.damaged(connection.library)
            first.stop()
            with Sandbox(port=port):  # it takes another key, so nothing can be fetched
                assert portal().start_task_soon(maintenance.repair, connection, damage.record).result(30)
            assert good.exists()
