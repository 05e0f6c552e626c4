"""What an exported program or document holds, and what it must not hold."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from playcut_jupyter import InvalidInput, Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.export.programs import NASTY


def test_the_json_tells_what_was_asked_for(pc: Playcut) -> None:
    fox = pc.image(NASTY, seed=7)
    kites = pc.sweep("a {red|blue} kite", seed=7)

    assert json.loads(fox.export("json")) == {
        "kind": "image",
        "tool": "generate-image-from-text",
        "prompt": NASTY,
        "inputs": {"prompt": NASTY, "seed": 7},
    }
    document = json.loads(kites.export("json"))
    assert document["axes"] == {"red|blue": ["red", "blue"]}
    assert [made["inputs"]["prompt"] for made in document["generations"]] == ["a red kite", "a blue kite"]
    assert [made["labels"] for made in document["generations"]] == [{"red|blue": "red"}, {"red|blue": "blue"}]


def test_values_that_json_has_no_word_for_are_exported_as_their_text(pc: Playcut) -> None:
    kites = pc.sweep("a kite of {size} m", size=[Decimal("1.50"), 2])

    document = json.loads(kites.export("json"))

    assert document["axes"] == {"size": ["1.50", 2]}
    assert [made["labels"] for made in document["generations"]] == [{"size": "1.50"}, {"size": 2}]


@pytest.mark.parametrize("format_", ["curl", "python", "typescript"])
@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_a_program_says_if_it_was_tried_out_in_the_sandbox(pc: Playcut, away_from_home: Path, format_: str) -> None:
    with Playcut(sandbox=True, home=away_from_home) as inside:
        assert "Tried out in the sandbox" in inside.speech("Hello.").export(format_)
    elsewhere = pc.speech("Hello.").export(format_)
    assert "sandbox" not in elsewhere.lower()


@pytest.mark.parametrize("format_", ["curl", "python", "typescript", "json"])
def test_a_program_holds_nothing_secret_and_nothing_that_cannot_be_seen(
    pc: Playcut, sandbox: Sandbox, format_: str
) -> None:
    program = pc.image(NASTY, seed=7).export(format_)

    assert sandbox.key not in program
    assert "127.0.0.1:" not in program
    assert "playcut_jupyter" not in program
    assert not [char for char in program if not char.isprintable() and char != "\n"]
    assert max(map(len, program.splitlines())) < 400
    if format_ != "json":
        assert "https://api.playcut.ai/api/v1" in program


def test_what_no_program_can_make_is_not_exported(pc: Playcut) -> None:
    voices = pc.start_tool("list-voices", {}).wait()

    with pytest.raises(InvalidInput, match="list-voices starts no task, so there is nothing to export"):
        voices.export()
    with pytest.raises(InvalidInput, match=r"no export as 'pyton'\. Did you mean python"):
        pc.image("a fox").export("pyton")
    with pytest.raises(InvalidInput, match="nothing to export"):
        pc.history(search="never made").export()
