"""A library that can't be written: the same process still knows what it has bought, and does not buy it again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playcut_jupyter import Generation, Playcut, TaskFailed
from playcut_jupyter.sandbox import Sandbox
from tests.surroundings.programs import printed

Harm = Callable[[Path], None]


def a_file_in_the_way(home: Path) -> None:
    if home.exists():
        home.rename(home.with_name("moved"))
    home.write_text("in the way")


def a_damaged_file(home: Path) -> None:
    home.mkdir(exist_ok=True)
    for path in home.glob("library.sqlite3*"):
        path.unlink()
    (home / "library.sqlite3").write_bytes(b"certainly not a database " * 1000)


def a_newer_file(home: Path) -> None:
    home.mkdir(exist_ok=True)
    db = sqlite3.connect(home / "library.sqlite3")
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()


HARMS = [a_file_in_the_way, a_damaged_file, a_newer_file]
every_harm = pytest.mark.parametrize("harm", HARMS)


@pytest.fixture
def sandbox(slow_sandbox: Sandbox) -> Sandbox:
    return slow_sandbox


@pytest.fixture
def pc(sandbox: Sandbox, away_from_home: Path) -> Iterator[Playcut]:
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=away_from_home, progress="off") as connected:
        yield connected


@every_harm
def test_what_was_bought_without_a_library_is_not_bought_again(
    harm: Harm, pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    harm(away_from_home)
    before = sandbox.submissions
    first = pc.image("a fox without a library")
    again = pc.image("a fox without a library")
    assert (first.reused, again.reused) == (False, True)
    assert again.task_id == first.task_id
    assert [asset.data for asset in again.assets] == [asset.data for asset in first.assets]
    assert sandbox.submissions - before == 1
    assert pc.image("another fox without a library").reused is False


@every_harm
def test_what_was_bought_before_the_library_broke_is_not_bought_again(
    harm: Harm, pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    before = sandbox.submissions
    first = pc.image("a fox before it broke")
    data = first.assets[0].data
    pc.close()
    harm(away_from_home)
    again = pc.image("a fox before it broke")
    assert again.task_id == first.task_id
    assert again.assets[0].data == data
    assert sandbox.submissions - before == 1


@every_harm
def test_each_of_several_is_bought_once(harm: Harm, pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    harm(away_from_home)
    before = sandbox.submissions
    first = pc.image("three foxes", count=3)
    again = pc.image("three foxes", count=3)
    assert {run.task_id for run in first} == {run.task_id for run in again}
    assert all(run.reused for run in again)
    assert sandbox.submissions - before == 3
    four = pc.image("three foxes", count=4)
    assert [run.reused for run in four] == [True, True, True, False]
    assert sandbox.submissions - before == 4


def test_a_sweep_is_bought_once(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    first = pc.sweep("a {red|blue|red} {fox|owl}", aspect_ratio=["1:1", "16:9"])
    again = pc.sweep("a {red|blue|red} {fox|owl}", aspect_ratio=["1:1", "16:9"])
    assert sandbox.submissions - before == len(first) == 12
    assert [run.task_id for run in again] == [run.task_id for run in first]
    assert [run.labels for run in again] == [run.labels for run in first]


def test_what_is_asked_for_anew_is_bought_anew(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    first = pc.image("a fresh fox")
    second = pc.image("a fresh fox", fresh=True)
    assert second.task_id != first.task_id
    both = pc.image("a fresh fox", count=2)
    assert {run.task_id for run in both} == {first.task_id, second.task_id}
    assert sandbox.submissions - before == 2


def test_what_is_under_way_is_waited_for(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    runs = [pc.submit("image", "a slow fox [slow]") for _ in range(4)]
    assert len({run.wait().task_id for run in runs}) == 1
    assert sandbox.submissions - before == 1


def until_submitted(run: Generation) -> Generation:
    while not run.task_id:
        run.job.settle(0.01)
    return run


def test_what_was_stopped_goes_on(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    run = until_submitted(pc.submit("image", "a stopped fox [slow]"))
    run.stop_waiting()
    run.job.settle(5)
    again = pc.image("a stopped fox [slow]")
    assert again.task_id == run.task_id
    assert again.assets
    assert sandbox.submissions - before == 1


def test_what_only_submits_is_waited_for_later(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    inputs = {"prompt": "a fox by its tool"}
    answer = pc.run_tool("generate-image-from-text", inputs)
    run = pc.image("a fox by its tool")
    assert run.task_id == answer["taskId"]
    assert sandbox.submissions - before == 1


def test_what_failed_is_tried_again(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    for _ in range(2):
        with pytest.raises(TaskFailed):
            pc.image("a fox that fails [fail]")
    assert sandbox.submissions - before == 2


def test_another_library_knows_nothing_of_it(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for home in (first, second):
        home.write_text("in the way")
    before = sandbox.submissions
    for home in (first, second, first):
        with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=home) as other:
            other.image("a fox for two libraries")
    assert sandbox.submissions - before == 2


def test_where_reuse_is_off_all_is_bought(sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, reuse=False) as pc:
        pc.image("a fox twice")
        pc.image("a fox twice")
    assert sandbox.submissions - before == 2


def test_a_library_that_works_again_is_used_again(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    a_file_in_the_way(away_from_home)
    before = sandbox.submissions
    first = pc.image("a fox in between")
    away_from_home.unlink()
    again = pc.image("a fox in between")
    assert (again.task_id, again.reused) == (first.task_id, True)
    later = pc.image("a fox for the library")
    assert later.id is not None
    assert pc.image("a fox for the library").id == later.id
    assert sandbox.submissions - before == 2


def test_originals_that_went_with_their_folder_are_fetched_again(
    pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    before = sandbox.submissions
    first = pc.image("a fox in a folder that goes")
    shutil.rmtree(away_from_home)
    again = pc.image("a fox in a folder that goes")
    assert again.task_id == first.task_id
    assert again.assets[0].data
    assert sandbox.submissions - before == 1


FULL_DISK = """
import resource, signal, sys
from playcut_jupyter import Playcut

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
pc = Playcut(progress="off")
pc.image("the first of all")  # the library is there, and works
first = pc.submit("image", "a fox on a full disk [slow]")
while not first.task_id{moment}:
    first.job.settle(0.01)
soft, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
first.wait()
again = pc.image("a fox on a full disk [slow]")
print("=>", first.task_id == again.task_id, len(again.assets[0].data) > 0, "can't be" in first.job.snapshot.warning)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, most))
last = pc.image("a fox on a full disk [slow]")
print("=>", first.task_id == last.task_id, len(last.assets[0].data) > 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such limit")
@pytest.mark.parametrize("moment", ["", " and not first.job.snapshot.is_being_sent"])
def test_a_disk_that_gets_full_in_between_costs_no_second_purchase(moment: str, away_from_home: Path) -> None:
    with Sandbox(latency_s=0.3, rate=None, media="tiny") as server:
        lines = printed(FULL_DISK.format(moment=moment), server=server)
        assert lines == ["True True", "True True True"]
        assert server.submissions == 2


FORKED = """
import os, sys
from pathlib import Path
from playcut_jupyter import Playcut

pc = Playcut(progress="off")
Path(os.environ["PLAYCUT_HOME"]).write_text("in the way")
done = pc.image("a fox of the parent")
run = pc.submit("image", "a fox under way [slow]")
while not run.task_id:
    run.job.settle(0.01)
child = os.fork()
if child == 0:
    print("=>", pc.image("a fox of the parent").task_id == done.task_id, flush=True)
    print("=> own", pc.image("a fox under way [slow]").task_id != run.task_id, flush=True)
    os._exit(0)
os.waitpid(child, 0)
run.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_knows_what_its_parent_has_and_waits_for_nothing_of_it() -> None:
    with Sandbox(latency_s=0.3, rate=None, media="tiny") as server:
        assert printed(FORKED, server=server) == ["True", "own True"]
        assert server.submissions == 3
