"""What is under way is called by its state, wherever it is listed; only what nobody waits for is STOPPED."""

from __future__ import annotations

import os
import re

import pytest

from playcut_jupyter import Generation, Playcut, StoppedWaiting
from playcut_jupyter.library.records import this_process


@pytest.fixture
def run(pc: Playcut) -> Generation:
    """A generation whose task is there, and never ends."""
    started = pc.submit("image", "a fox under way [stuck]")
    while not started.task_id:
        started.job.settle(0.01)
    return started


def words(pc: Playcut, number: int) -> set[str]:
    """Return the words for its state in history, tree and by its number."""
    listed = re.search(r"PENDING|PROCESSING|STOPPED", repr(pc.history()))
    in_tree = re.search(r"PENDING|PROCESSING|STOPPED", repr(pc.tree(number)))
    assert listed
    assert in_tree
    return {listed.group(), in_tree.group(), pc.get(number).state}


def test_what_this_process_waits_for_is_the_same_generation(pc: Playcut, run: Generation) -> None:
    assert run.id is not None
    assert words(pc, run.id) <= {"PENDING", "PROCESSING"}
    assert pc.history()[0].job is pc.get(run.id).job is run.job


def test_what_is_stopped_is_called_so(pc: Playcut, run: Generation) -> None:
    assert run.id is not None
    run.stop_waiting()
    run.job.settle(10)
    assert words(pc, run.id) == {"STOPPED"}


def test_what_another_process_waits_for_is_under_way(
    pc: Playcut, run: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run.id is not None
    library = pc.connection.library
    host, _, _, _ = this_process().split(":")
    run.stop_waiting()
    run.job.settle(10)
    with library.transaction() as db:
        db.execute("UPDATE generations SET owner = ? WHERE id = ?", (f"{host}:{os.getppid()}:another:", run.id))
    assert words(pc, run.id) <= {"PENDING", "PROCESSING"}
    error = pc.get(run.id).error
    assert isinstance(error, StoppedWaiting)
    assert "Another process" in error.message


def test_the_panel_in_a_script_says_what_it_needs(pc: Playcut, capsys: pytest.CaptureFixture[str]) -> None:
    panel = pc.panel()
    panel.close()
    assert "needs a notebook with widgets" in capsys.readouterr().out
