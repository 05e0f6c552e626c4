"""`%playcut history`, `show`, `export`, `wait` and `resume`: how generations are found and named."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotFound, Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, connected, line

CaptureFixture = pytest.CaptureFixture[str]


def test_history_show_and_wait(shell: InteractiveShell, capsys: Any) -> None:
    made = cell(shell, "speech", "A sentence to find.")
    cell(shell, "speech", "Another one.")
    capsys.readouterr()

    line(shell, "history -n 5 --search to find")
    line(shell, f"show {made.id}")
    line(shell, f"wait {made.task_id}")

    told = capsys.readouterr().out
    assert "A sentence to find." in told
    assert "Another one." not in told
    assert shell.user_ns["_playcut"].task_id == made.task_id


def test_resume_with_nothing_to_do_says_so(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "resume")

    assert "Nothing to resume" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    ["--search to find -n 1", "-n 1 --search to find", "--search='to find' -n 1", "--search 'to find' -n 1"],
)
def test_the_history_takes_its_options_in_any_order(
    shell: InteractiveShell, capsys: CaptureFixture, words: str
) -> None:
    for body in ("First to find.", "Second to find.", "Another."):
        cell(shell, "speech", body)
    capsys.readouterr()

    line(shell, f"history {words}")

    told = capsys.readouterr().out
    assert "Second to find." in told
    assert "First to find." not in told
    assert "Another." not in told


def test_a_search_in_vain_says_so(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    cell(shell, "speech", "Hello.")
    capsys.readouterr()

    line(shell, "history --search the fox's den")

    assert capsys.readouterr().out.strip() == 'Nothing matches "the fox\'s den".'


def test_show_takes_whatever_names_a_generation(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    made = cell(shell, "speech -o hello", "Hello to show.")
    cell(shell, "speech", "The last to show.")
    capsys.readouterr()

    for which in (f"{made.id}", f"#{made.id}", "hello"):
        assert line(shell, f"show {which}").id == made.id
        assert "Hello to show." in capsys.readouterr().out
    cell(shell, "speech", "The last to show.")
    for which in ("last", ""):
        assert line(shell, f"show {which}").prompt == "The last to show."


def test_an_export_is_written_to_a_file_and_overwrites_none(
    shell: InteractiveShell, capsys: CaptureFixture, tmp_path: Path
) -> None:
    made = cell(shell, "image", "an exported fox")
    cell(shell, "image", "another fox")
    capsys.readouterr()

    line(shell, f"export --save fox --as curl {made.id}")
    line(shell, f"export #{made.id} --as=curl --save fox")

    told = capsys.readouterr().out
    assert told == "Saved: fox.sh\nAlready there: fox.sh\n"
    assert "an exported fox" in (tmp_path / "fox.sh").read_text()

    line(shell, "export --save fox --as curl")

    assert capsys.readouterr().out == "Saved: fox-2.sh\n"
    assert "an exported fox" in (tmp_path / "fox.sh").read_text()


def test_what_is_under_way_here_is_not_called_fetched(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    under_way = cell(shell, "image --no-wait", "a fox [stuck]")
    submitted = threading.Event()
    under_way.on_change(lambda: submitted.set() if under_way.task_id else None)
    assert under_way.task_id or submitted.wait(20)
    capsys.readouterr()

    line(shell, "resume")

    assert capsys.readouterr().out == "Nothing to resume; still running in this kernel: 1.\n"


def test_waiting_for_a_task_that_nobody_knows_leaves_the_last_result(
    shell: InteractiveShell, capsys: CaptureFixture
) -> None:
    made = cell(shell, "speech", "Still the last.")

    with pytest.raises(NotFound) as caught:
        line(shell, "wait nosuch")

    assert "--fresh" not in str(caught.value)
    assert line(shell, "show").id == made.id
    line(shell, "export --as json")
    assert "Still the last." in capsys.readouterr().out
    assert cell(shell, "--from last", "+ And more.").parent_id == made.id


def test_a_task_that_nobody_knows_has_no_number(pc: Playcut) -> None:
    run = pc.start_wait("nosuch")

    with pytest.raises(NotFound):
        run.wait()

    assert run.id is None
    assert len(pc.history()) == 0


def test_a_generation_is_found_by_its_tasks_id(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    made = cell(shell, "speech", "Found by its task.")
    cell(shell, "speech", "Another.")
    capsys.readouterr()

    assert line(shell, f"show {made.task_id}").id == made.id
    line(shell, f"export {made.task_id} --as json")
    assert "Found by its task." in capsys.readouterr().out.partition("{")[2]
    line(shell, f"star {made.task_id}")
    assert f"#{made.id} is starred." in capsys.readouterr().out
    line(shell, f"tree {made.task_id}")
    assert "Found by its task." in capsys.readouterr().out
    assert cell(shell, f"--from {made.task_id}", "+ And more.").parent_id == made.id


def test_a_generation_is_found_by_its_tasks_id_without_a_key(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cell(shell, "speech", "Found without a key.")
    monkeypatch.delenv("PLAYCUT_API_KEY")
    connected(shell).switch(sandbox=None)

    assert line(shell, f"show {made.task_id}").id == made.id


@pytest.mark.parametrize("number", ["999999999999999999", "9" * 24])
def test_a_number_that_nothing_has_is_refused(shell: InteractiveShell, number: str) -> None:
    with pytest.raises(InvalidInput):
        line(shell, f"show {number}")


def test_a_task_may_be_named_in_quotes(shell: InteractiveShell) -> None:
    made = cell(shell, "speech", "In quotes.")

    assert line(shell, f'wait "{made.task_id}"').task_id == made.task_id


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("wait", "needs a task's id"),
        ("wait ''", "needs a task's id"),
        ("wait {run.task_id}", "'{run.task_id}' can't be a task's id"),
        ("wait one two", "'one two' can't be a task's id"),
    ],
)
def test_what_can_not_be_a_tasks_id_is_not_asked_for(
    shell: InteractiveShell, sandbox: Sandbox, words: str, told: str
) -> None:
    before = sandbox.requests

    with pytest.raises(InvalidInput, match=told):
        line(shell, words)

    assert sandbox.requests == before


def test_a_read_only_tool_is_not_suggested_in_its_own_place(shell: InteractiveShell) -> None:
    with pytest.raises(NotFound) as caught:
        line(shell, 'get-task-status {"taskId": "nosuch"}')

    assert "Did you mean" not in str(caught.value)
    assert "Check the id" in str(caught.value)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_history_of_less_than_one_is_refused(shell: InteractiveShell, pc: Playcut, limit: int) -> None:
    pc.speech("In the history.")

    with pytest.raises(InvalidInput, match="limit is a whole number of at least 1"):
        pc.history(limit=limit)
    with pytest.raises(InvalidInput, match="whole number of at least 1"):
        line(shell, f"history -n {limit}")
