"""What a line returns, and that it is shown once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Generation, InvalidInput, PromptError, Sweep
from playcut_jupyter.results.comparison import Comparison
from playcut_jupyter.results.family_tree import Tree
from playcut_jupyter.results.history import History
from playcut_jupyter.sandbox import Sandbox


@pytest.fixture
def made(shell: InteractiveShell) -> InteractiveShell:
    """A shell that has generated two speeches."""
    run(shell, "%playcut speech One to return.\n%playcut speech Two to return.")
    return shell


def run(shell: InteractiveShell, code: str) -> Any:
    shell.run_cell(code, store_history=True).raise_error()
    return shell.user_ns.get("result")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("speech One to return.", Generation),
        ("speech {One|Two} to return.", Sweep),
        ("speech --no-wait One to return.", Generation),
        ("show last", Generation),
        ("history", History),
        ("history --search nothing of that kind", History),
        ("compare 1 2", Comparison),
        ("tree", Tree),
        ("star last", Generation),
        ("hide last off", Generation),
        ("resume", Sweep),
        ("again", Generation),
        ("voices en", list),
        ("export --as json", str),
        ("session", str),
        ("help voices", type(None)),
        ("speech --dry-run Nothing.", type(None)),
    ],
)
def test_a_line_returns_its_result(made: InteractiveShell, line: str, kind: type) -> None:
    assert isinstance(run(made, f"result = %playcut {line}"), kind)


def test_a_line_that_waits_for_a_task_returns_it(made: InteractiveShell) -> None:
    task_id = made.user_ns["_playcut"].task_id
    assert run(made, f"result = %playcut wait {task_id}").task_id == task_id


def test_a_line_that_stands_alone_is_shown_once(made: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(made, "%playcut speech One to return.")
    assert capsys.readouterr().out.count("COMPLETED") == 1


def test_a_result_that_was_assigned_is_shown_where_it_is_named(
    made: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(made, "result = %playcut history -n 1")
    capsys.readouterr()
    run(made, "result")
    assert "Two to return." in capsys.readouterr().out


def test_the_answer_of_a_tool_without_a_task_is_shown_from_the_library(made: InteractiveShell) -> None:
    run(made, "%playcut list-voices")
    answer = made.user_ns["_playcut"].data
    assert answer
    assert run(made, "result = %playcut show last").data == answer


@pytest.mark.parametrize(
    "prompt",
    ["{red|blue} in {words}", "a fox --ar 16:9", "{3::red|blue", "+ at dusk", "{{twice}}", "- no parent", "{_prompt}"],
)
def test_a_literal_prompt_is_taken_as_it_is(shell: InteractiveShell, prompt: str) -> None:
    shell.run_cell_magic("playcut", "speech --literal", prompt)
    assert shell.user_ns["_playcut"].prompt == prompt
    shell.run_cell_magic("playcut", "speech --literal --from last", prompt)
    assert shell.user_ns["_playcut"].prompt == prompt


def test_options_of_a_literal_prompt_are_axes(shell: InteractiveShell) -> None:
    shell.run_cell_magic("playcut", "image --literal -a 1:1,16:9", "{red|blue}")
    assert {made.prompt for made in shell.user_ns["_playcut"]} == {"{red|blue}"}
    assert len(shell.user_ns["_playcut"]) == 2


def test_a_literal_line_takes_what_looks_like_an_option(shell: InteractiveShell) -> None:
    assert run(shell, "result = %playcut speech --literal a fox --ar 16:9").prompt == "a fox --ar 16:9"


@pytest.mark.parametrize("body", ["\u2013n 2\na fox", "a fox\n-a 16:9", "a fox\n--fresh", "--count 3\na fox"])
def test_an_option_in_a_cells_body_is_refused_before_anything_is_sent(
    shell: InteractiveShell, sandbox: Sandbox, body: str
) -> None:
    before = sandbox.submissions
    with pytest.raises((InvalidInput, PromptError), match="--literal"):
        shell.run_cell_magic("playcut", "image", body)
    assert sandbox.submissions == before


@pytest.mark.parametrize("body", ["- a list item\n- another", "\u20135 degrees, a frozen lake", "— a dash, and prose"])
def test_prose_that_begins_with_a_dash_is_a_prompt(shell: InteractiveShell, body: str) -> None:
    shell.run_cell_magic("playcut", "speech", body)
    assert shell.user_ns["_playcut"].prompt == body


def test_a_variable_stands_in_the_path_of_an_export(made: InteractiveShell, tmp_path: Path) -> None:
    made.user_ns["out"] = str(tmp_path / "programs")
    run(made, "%playcut export --as json --save {out}/last.json")
    assert (tmp_path / "programs" / "last.json").exists()
