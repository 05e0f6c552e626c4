"""`generation.vary(n)`: variants of one, always new, each a child of it."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import BudgetExceeded, InvalidInput, NotConnected, Playcut, Sweep, SweepIncomplete
from playcut_jupyter.library import sweeps
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, connected, line


def test_variants_have_the_same_inputs_and_are_new(pc: Playcut, sandbox: Sandbox) -> None:
    foxes = pc.sweep("a {red|blue} variant", aspect_ratio="16:9", seed=3)
    before = sandbox.submissions
    made = foxes[1].vary(3)
    assert isinstance(made, Sweep)
    assert sandbox.submissions == before + 3
    assert [dict(one.inputs) for one in made] == [dict(foxes[1].inputs)] * 3
    assert {one.parent_id for one in made} == {foxes[1].id}
    assert not any(one.reused for one in made)
    assert dict(made.axes) == {"variant": range(1, 4)}
    assert [row["variant"] for row in made.to_records()] == [1, 2, 3]
    assert [one.id for one in pc.tree(foxes[1].id)] == [foxes[1].id, *(one.id for one in made)]
    assert len(foxes[0].vary()) == 4


def test_the_library_knows_the_cell_of_variants_whoever_started_them(pc: Playcut, shell: InteractiveShell) -> None:
    fox = pc.image("a variant with a cell")
    fox.vary(2)
    (by_python,) = sweeps.newest(pc.connection.library)[:1]
    line(shell, f"vary {fox.id} -n 2")
    (by_command,) = sweeps.newest(pc.connection.library)[:1]
    assert by_python.cell
    assert by_python.id != by_command.id
    assert by_python.cell == by_command.cell


def test_a_voice_and_a_raw_tools_input_are_those_of_the_first(pc: Playcut) -> None:
    ada = pc.speech("hello")
    assert [one.inputs["voiceId"] for one in ada.vary(2)] == [ada.inputs["voiceId"]] * 2
    raw = pc.start_tool("generate-image-from-text", {"prompt": "a raw fox", "imageSize": "2K"}).wait()
    again = raw.vary(1)[0]
    assert (again.kind, dict(again.inputs)) == (raw.kind, dict(raw.inputs))


def test_the_limit_and_the_budget_count(pc: Playcut, sandbox: Sandbox) -> None:
    fox = pc.image("a limited variant")
    before = sandbox.submissions
    with pytest.raises(InvalidInput, match="makes 17 generations, more than 16"):
        fox.vary(17)
    for n in (0, -1, True, 1.5):
        with pytest.raises(InvalidInput, match="n is a whole number of at least 1"):
            fox.vary(n)  # type: ignore[arg-type]
    pc.budget = (fox.estimated_credits or 0.0) * 2.5
    with pytest.raises(BudgetExceeded):
        fox.vary(3)
    assert sandbox.submissions == before
    with pytest.raises(InvalidInput, match="has no variants"):
        pc.start_tool("list-voices", {}).wait().vary(2)


def test_some_that_fail_are_told_and_kept(pc: Playcut) -> None:
    (bad,) = pc.sweep("a variant [fail]")
    with pytest.raises(SweepIncomplete, match="2 of 2") as caught:
        bad.vary(2)
    assert len(caught.value.sweep.failed) == 2


def test_without_a_key_there_are_none(pc: Playcut) -> None:
    fox = pc.image("an offline variant")
    with Playcut(home=pc.connector.home) as offline, pytest.raises(NotConnected):
        offline.get(fox.id or 0).vary(2)


def test_a_line_shows_them_as_a_grid(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    foxes = cell(shell, "", "a {red|blue} fox to vary")
    with pytest.raises(InvalidInput, match="holds 2 generations"):
        line(shell, "vary")
    capsys.readouterr()
    made = line(shell, f"vary {foxes[0].id} -n 2")
    assert "2 of 2 done" in capsys.readouterr().out
    assert {one.parent_id for one in made} == {foxes[0].id}
    assert len(line(shell, f"vary -n 3 {foxes[1].id}")) == 3
    connected(shell).max_generations = 2
    with pytest.raises(InvalidInput, match="more than 2"):
        line(shell, f"vary {foxes[0].id}")
