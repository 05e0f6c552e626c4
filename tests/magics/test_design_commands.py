"""`--from`, and `%playcut tree`, `star`, `pick` and `compare`."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from tests.shells import cell, line


def test_from_builds_on_the_last_one_and_the_tree_shows_it(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = cell(shell, "image -a 16:9", "a parent fox")
    child = cell(shell, "--from last", "+ at dusk")
    again = cell(shell, f"video --from {parent.id} -d 1 -r 480p", "- parent")
    line(shell, "tree")

    assert (child.kind, child.prompt, child.inputs["aspectRatio"]) == ("image", "a parent fox at dusk", "16:9")
    assert (again.kind, again.prompt, again.parent_id) == ("video", "a fox", parent.id)
    drawn = capsys.readouterr().out
    shell.user_ns["mine"] = child
    assert cell(shell, "--from mine", "+ softly").parent_id == child.id
    assert f"├─ #{child.id}" in drawn
    assert f"└─ #{again.id}" in drawn


def test_from_the_last_of_several_asks_which(shell: InteractiveShell) -> None:
    several = cell(shell, "", "a {red|blue} parent")
    with pytest.raises(InvalidInput, match="holds 2 generations") as caught:
        cell(shell, "--from last", "+ at dusk")
    assert str(caught.value.hint).endswith(f"by its number: {several[0].id}, {several[1].id}.")
    with pytest.raises(InvalidInput, match="neither `last`, nor a number"):
        cell(shell, "--from tuesday", "+ at dusk")
    with pytest.raises(InvalidInput, match="nothing to build on"):
        cell(shell, "generate-image-from-text --from last", "{}")


def test_stars_are_set_seen_and_taken_away(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    fox, owl = cell(shell, "", "a starred fox"), cell(shell, "", "a plain owl")
    line(shell, f"star {fox.id}")
    line(shell, "hide")
    capsys.readouterr()
    line(shell, "history --starred")
    listed = capsys.readouterr().out
    assert "a starred fox" in listed
    assert "a plain owl" not in listed
    line(shell, f"star {fox.id} off")
    line(shell, "history --starred")
    assert "Nothing has been generated yet" in capsys.readouterr().out
    assert cell(shell, f"--from {owl.id}", "+").hidden


def test_picking_needs_a_sweep_and_a_notebook(shell: InteractiveShell) -> None:
    cell(shell, "", "a lonely pick")
    with pytest.raises(InvalidInput, match="needs a sweep, but `_playcut`, the last result, is not one"):
        line(shell, "pick")
    with pytest.raises(InvalidInput, match="`foxes` is not one"):
        line(shell, "pick foxes")
    cell(shell, "", "a {red|blue} pick")
    with pytest.raises(InvalidInput, match="needs a notebook's widgets"):
        line(shell, "pick")


def test_generations_are_compared_by_number(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = cell(shell, "", "a {red|blue} comparison")
    capsys.readouterr()
    line(shell, f"compare {first.id} {second.id}")
    assert "a [red] comparison" in capsys.readouterr().out
    line(shell, "compare")
    assert "a [blue] comparison" in capsys.readouterr().out
