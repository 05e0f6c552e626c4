"""`"@5"`, `"@last"`, `"@fox.2"` in `-p` and in a raw tool's JSON."""

from __future__ import annotations

import json

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line


@pytest.mark.parametrize("name", ["@1", "@#1", "@last", "@fox", "@fox.1", "{fox}", '"@fox"'])
def test_a_reference_stands_for_the_first_asset(shell: InteractiveShell, name: str) -> None:
    fox = cell(shell, "-o fox", "a fox to name")

    child = cell(shell, f"-p reference='{name}'", "a child by name")

    assert child.inputs["reference"] == fox.assets[0].id
    assert child.parent_id == fox.id


def test_references_stand_in_nested_json_of_a_raw_tool(shell: InteractiveShell) -> None:
    fox = cell(shell, "-o fox", "a fox in JSON")
    typed = {"prompt": "@fox", "deep": [{"of": "@fox", "by": "@@fox", "to": "for @fox"}], "n": 1}

    child = cell(shell, "generate-image-from-text -p more=@last", json.dumps(typed))

    assert child.inputs["deep"] == [{"of": fox.assets[0].id, "by": "@fox", "to": "for @fox"}]
    assert child.inputs["more"] == fox.assets[0].id
    assert child.prompt == "@fox"
    assert child.parent_id == fox.id


def test_a_prompt_is_never_a_reference(shell: InteractiveShell) -> None:
    cell(shell, "-o fox", "a fox")

    assert cell(shell, "", "@fox").prompt == "@fox"
    assert cell(shell, "", "@@fox").prompt == "@@fox"


@pytest.mark.parametrize("names", ["@1,@2", "@pair", "{pair}"])
def test_several_are_an_axis(shell: InteractiveShell, names: str) -> None:
    pair = cell(shell, "-o pair", "a {fox|owl}")

    made = cell(shell, f"-p reference={names}", "from both")

    assert [run.inputs["reference"] for run in made] == [run.assets[0].id for run in pair]
    assert [run.parent_id for run in made] == [1, 2]
    assert made.axes == {"reference": ("@1", "@2")}


@pytest.mark.parametrize("parents", ["1,2", "starred", "pair"])
def test_they_stand_in_cells_with_several_parents(shell: InteractiveShell, parents: str) -> None:
    pair = cell(shell, "-o pair", "a {fox|owl}")
    for run in pair:
        run.star()
    style, other = cell(shell, "-o style", "a style"), cell(shell, "", "another style")
    ids = [style.assets[0].id, other.assets[0].id]

    made = cell(shell, f"--from {parents} -p reference=@style,@last", "+ in this style")

    assert made.axes == {"from": ("#1", "#2"), "reference": ("@style", "@last")}
    assert [run.inputs["reference"] for run in made] == ids * 2
    assert [run.parent_id for run in made] == [1, 1, 2, 2]
    again = line(shell, "again")
    assert [run.inputs["reference"] for run in again] == ids * 2
    assert [run.parent_id for run in again] == [1, 1, 2, 2]


def test_the_callers_names_come_first(shell: InteractiveShell) -> None:
    cell(shell, "-o fox", "a fox of the notebook")
    cell(shell, "-o owl", "an owl")

    shell.run_cell("def f(fox):\n    %playcut image -p reference=@fox a child of a local\nf(owl)")

    assert shell.user_ns["_playcut"].parent_id == shell.user_ns["owl"].id


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("@nosuch", "`@nosuch` names no result.*Write `@5`.*`@@nosuch`"),
        ("@word", "`@word` names no result"),
        ("@99", "no generation 99"),
        ("@99999999999999999999", "no generation 99999999999999999999"),
        ("@fox.2", "has 1 asset, and no number 2"),
        ("@fox.0", "counted from 1"),
        ("@fox[0]", "no reference to a result.*Write `@fox`"),
        ("@fox.assets", "no reference to a result"),
        ("@pair", "names 2 generations"),
        ("@fox,@fox", "is one text and names several results"),
        ("@failed", "because it failed"),
    ],
)
def test_what_names_nothing_is_refused_before_anything_is_sent(
    shell: InteractiveShell, sandbox: Sandbox, name: str, told: str
) -> None:
    cell(shell, "-o fox", "a fox")
    cell(shell, "-o pair", "a {fox|owl} of a pair")
    cell(shell, "--no-wait -o failed", "a fox [fail]").job.settle(20)
    shell.user_ns["word"] = "a word"
    before = sandbox.submissions

    with pytest.raises(InvalidInput) as caught:
        cell(shell, "generate-image-from-text", json.dumps({"prompt": "never sent", "reference": name}))

    assert sandbox.submissions == before
    caught.match(told)


@pytest.mark.parametrize("text", ["@", "@ fox", "a@fox", "@fox-2", "@nasa.gov", "fox@2", "@5x"])
def test_other_text_with_an_at_sign_is_text(shell: InteractiveShell, text: str) -> None:
    assert cell(shell, "generate-image-from-text", json.dumps({"prompt": "x", "as": text})).inputs["as"] == text


def test_again_uses_the_same_result_as_last(shell: InteractiveShell) -> None:
    fox = cell(shell, "", "a fox to go on from")
    first = cell(shell, "-p reference=@last", "once more")

    again = line(shell, "again")

    assert again.id != first.id
    assert again.parent_id == first.parent_id == fox.id
    assert line(shell, "again").parent_id == fox.id


def test_a_dry_run_shows_the_id_and_sends_nothing(shell: InteractiveShell, sandbox: Sandbox, capsys: object) -> None:
    fox = cell(shell, "", "a fox")
    before = sandbox.requests

    cell(shell, "generate-image-from-text --dry-run", '{"prompt": "x", "of": "@last"}')

    assert fox.assets[0].id in capsys.readouterr().out  # type: ignore[attr-defined]
    assert sandbox.requests == before
