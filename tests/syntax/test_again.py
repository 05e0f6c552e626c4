"""`%playcut again`: the last cell or line once more, whatever its form."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line


def test_again_repeats_the_last_of_either_form(shell: InteractiveShell, sandbox: Sandbox) -> None:
    cell(shell, "speech", "From a cell.")
    first = line(shell, "speech -p seed=3 From a line.")
    before = sandbox.submissions

    again = line(shell, "again")

    assert (again.prompt, again.inputs["seed"], again.reused) == ("From a line.", 3, False)
    assert again.task_id != first.task_id
    assert sandbox.submissions == before + 1


def test_again_builds_on_the_same_parent(shell: InteractiveShell) -> None:
    cell(shell, "speech", "alpha")
    first = cell(shell, "speech --from last", "+ beta")

    again = [line(shell, "again") for _ in range(2)]

    assert [run.prompt for run in again] == ["alpha beta", "alpha beta"]
    assert {run.parent_id for run in again} == {first.parent_id}


def test_again_repeats_a_tool_by_its_own_name(shell: InteractiveShell, sandbox: Sandbox) -> None:
    first = cell(shell, "generate-tts", '{"text": "By its own name."}')
    before = sandbox.submissions

    again = line(shell, "again")

    assert again.inputs == first.inputs
    assert (again.reused, sandbox.submissions) == (False, before + 1)
