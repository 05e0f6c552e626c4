"""Nothing is bought twice: by stopping, by running again, by trying again, with a library or without."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest

from playcut_jupyter import (
    BudgetExceeded,
    NotFound,
    PermissionDenied,
    Playcut,
    PlaycutError,
    ServerError,
    StoppedWaiting,
)
from playcut_jupyter.errors import AssetUnavailable
from tests.waiting import until_changed

from .accidents import Canned, Drip, Hang
from .answers import error
from .conftest import Connect
from .proxy import Proxy

NO_ASSET = Canned(raw=error(404))


@pytest.fixture
def no_library(tmp_path: Path) -> str:
    """The name of a home that can't be one."""
    (tmp_path / "a-file").write_text("no folder")
    return "a-file"


# -- trying again -----------------------------------------------------------------------------------------------


def test_what_was_fetched_since_is_not_bought_again(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    proxy.program("sign", NO_ASSET, None)
    before = proxy.sandbox.submissions
    sweep = pc.sweep("a late {red|blue} fox")
    assert all(isinstance(run.error, AssetUnavailable | NotFound) for run in sweep)
    proxy.heal()
    assert pc.resume().failed == []

    again = sweep.retry_failed()

    assert again.failed == []
    assert all(run.reused and run.assets for run in again)
    assert proxy.sandbox.submissions - before == 2


def test_without_a_library_a_known_task_is_waited_for_again(connect: Connect, proxy: Proxy, no_library: str) -> None:
    pc = connect(no_library)
    proxy.program("wait", Canned(raw=error(403)), None)
    before = proxy.sandbox.submissions
    sweep = pc.sweep("an unkept {red|blue} fox")
    assert all(isinstance(run.error, PermissionDenied) and run.task_id for run in sweep)
    proxy.heal()

    again = sweep.retry_failed()

    assert [run.image.width for run in again] == [64, 64]
    assert [run.labels for run in again] == [{"red|blue": "red"}, {"red|blue": "blue"}]
    assert proxy.sandbox.submissions - before == 2


def test_what_runs_is_not_started_again(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    before = proxy.sandbox.submissions
    runs = pc.submit("image", "a running fox", count=2)

    runs.retry_failed()

    assert runs.failed == []
    assert proxy.sandbox.submissions - before == 2


# -- running the same again ---------------------------------------------------------------------------------------


def test_what_is_under_way_is_waited_for_and_not_bought_again(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    before = proxy.sandbox.submissions
    first = pc.submit("image", "a fox under way", count=3)

    second = pc.submit("image", "a fox under way", count=4)

    paths = [run.wait().assets[0].path for run in second]
    assert paths[:3] == [run.wait().assets[0].path for run in first]
    assert [run.reused for run in second] == [True, True, True, False]
    assert proxy.sandbox.submissions - before == 4


def test_fresh_buys_another_while_one_is_under_way(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    before = proxy.sandbox.submissions
    first = pc.submit("image", "a fresh fox")
    second = pc.submit("image", "a fresh fox", fresh=True)

    assert first.wait().task_id != second.wait().task_id
    assert proxy.sandbox.submissions - before == 2


def test_stopped_on_its_way_and_asked_for_again_it_is_bought_once(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    before = proxy.sandbox.submissions
    proxy.program("submit", Drip())
    first = pc.submit("image", "a fox on its way")
    until_changed(first, lambda: first.snapshot.is_being_sent)
    first.stop_waiting()

    second = pc.image("a fox on its way")

    assert second.task_id == first.task_id
    assert second.image.width == 64
    assert isinstance(first.error, StoppedWaiting)
    assert proxy.sandbox.submissions - before == 1


def test_stopped_before_it_was_sent_and_asked_for_again_it_is_bought(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    before = proxy.sandbox.submissions
    runs = [pc.submit("image", f"a fox before {number}") for number in range(8)]
    for run in runs:
        run.stop_waiting()

    again = [pc.submit("image", f"a fox before {number}") for number in range(8)]

    assert all(run.wait().assets for run in again)
    assert proxy.sandbox.submissions - before == 8


def test_a_service_that_comes_back_after_the_stop_is_sent_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Playcut(api_key="pk_live_" + "0" * 40, base_url=f"http://127.0.0.1:{port}/api/v1", home=tmp_path) as pc:
        run = pc.submit("image", "a fox of another day", workerId="session_1")
        until_changed(
            run, lambda: run.job.version >= 2 and not run.snapshot.is_being_sent
        )  # refused once, and about to be tried again
        run.stop_waiting()
        with pytest.raises(StoppedWaiting, match="nothing was bought"):
            run.wait()


# -- the budget ---------------------------------------------------------------------------------------------------


def test_a_budget_holds_without_a_library(connect: Connect, proxy: Proxy, no_library: str) -> None:
    pc = connect(no_library, budget=100)
    before = proxy.sandbox.submissions
    pc.image("a dear fox")

    with pytest.raises(BudgetExceeded):
        pc.image("another dear fox")

    assert proxy.sandbox.submissions - before == 1


# -- what is shared -----------------------------------------------------------------------------------------------


def test_a_session_that_can_not_be_made_is_tried_for_once_for_all(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    proxy.program("session", Canned(raw=error(500)), None)
    asked = proxy.seen.count("session")
    pc.submit("image", "a lone fox").job.settle(30)
    alone = proxy.seen.count("session") - asked

    asked = proxy.seen.count("session")
    proxy.program("session", Hang(), None)  # until all five want it
    runs = pc.submit("image", "foxes", count=5)
    proxy.wait_until_seen("session", asked + 1)
    proxy.program("session", Canned(raw=error(500)), None)
    proxy.drop()
    for run in runs:
        run.job.settle(30)

    assert all(isinstance(run.error, ServerError) for run in runs)
    assert len({id(run.error) for run in runs}) == 5
    assert proxy.seen.count("session") - asked < 5 * alone


def test_one_title_is_one_session_and_the_voices_are_asked_for_once(connect: Connect, proxy: Proxy) -> None:
    pc = connect()
    made, listed = proxy.sandbox.requests["create-session"], proxy.sandbox.requests["list-voices"]

    runs = pc.sweep("Say {one|two|three|four}.", kind="speech", session="night_foxes")

    assert len({run.session_id for run in runs}) == 1
    assert proxy.sandbox.requests["create-session"] - made == 1
    assert proxy.sandbox.requests["list-voices"] - listed == 1


def test_the_session_among_the_inputs_is_the_session(connect: Connect) -> None:
    pc = connect()
    chosen = pc.new_session("chosen")
    pc.new_session("another")

    assert pc.image("a fox of the chosen one", workerId=chosen).session_id == chosen


# -- a library that is read and can't be written -------------------------------------------------------------------


def test_a_task_is_waited_for_though_it_can_not_be_written_down(connect: Connect, tmp_path: Path) -> None:
    task_id = connect("first").image("a fox from elsewhere").task_id or ""
    pc = connect("second")
    assert not pc.history()
    with sqlite3.connect(tmp_path / "second" / "library.sqlite3") as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON generations BEGIN SELECT RAISE(ABORT, 'no room'); END")

    run = pc.wait(task_id)

    assert run.image.width == 64
    assert "no room" in run.warning


def test_a_damaged_row_costs_no_more_than_itself(connect: Connect, tmp_path: Path) -> None:
    pc = connect()
    pc.image("a whole fox")
    pc.image("a damaged fox")
    with sqlite3.connect(tmp_path / "library" / "library.sqlite3") as db:
        db.execute("UPDATE generations SET inputs = '{\"prompt' WHERE prompt = 'a damaged fox'")

    assert [run.prompt for run in pc.history()] == ["a damaged fox", "a whole fox"]
    assert pc.history()[0].inputs == {}


@pytest.mark.parametrize("name", [5, "", "\udc80", "x" * 300, ["a"]])
def test_what_is_no_session_is_told_before_anything_is_sent(connect: Connect, proxy: Proxy, name: object) -> None:
    before = proxy.sandbox.submissions
    with pytest.raises(PlaycutError, match="A session is an id or a title"):
        connect().image("a fox", session=name)  # type: ignore[call-overload]
    assert proxy.sandbox.submissions == before
