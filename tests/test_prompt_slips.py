"""Slips in a prompt, as they are typed: refused before anything is sent; what is literal is never looked at."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, Playcut, PromptError
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line

SLIPS = [
    "a {3::tin|silver} bell",
    "a {tin,silver} bell",
    "a {tin|silver bell",
    "a tin|silver} bell",
    "a {metal bell",
    "a (loud bell:1.2)",
    "a bell \u2014ar 16:9",
]


@pytest.mark.parametrize("prompt", [*SLIPS, "a bell --ar 16:9", "a bell --no rust --tile"])
def test_a_slip_in_a_cell_sends_nothing(shell: InteractiveShell, sandbox: Sandbox, prompt: str) -> None:
    before = sandbox.submissions

    for options in ("image", "video -a 1:1", "speech --dry-run", "-n 2"):
        with pytest.raises(PromptError, match="--literal"):
            cell(shell, options, prompt)

    assert sandbox.submissions == before


@pytest.mark.parametrize("prompt", SLIPS)
def test_a_slip_on_a_line_sends_nothing(shell: InteractiveShell, sandbox: Sandbox, prompt: str) -> None:
    before = sandbox.submissions

    with pytest.raises((PromptError, InvalidInput), match="--literal"):  # the latter for what is nearly an option
        line(shell, f"image {prompt}")

    assert sandbox.submissions == before


@pytest.mark.parametrize("prompt", SLIPS)
def test_a_slip_in_a_sweep_sends_nothing_and_in_a_literal_prompt_is_text(
    pc: Playcut, sandbox: Sandbox, prompt: str
) -> None:
    before = sandbox.submissions

    with pytest.raises(PromptError, match="--literal"):
        pc.sweep(prompt)

    assert sandbox.submissions == before
    assert pc.speech(prompt).prompt == prompt


def test_a_change_to_a_parents_prompt_is_looked_at_and_the_parents_words_are_not(
    pc: Playcut, shell: InteractiveShell, sandbox: Sandbox
) -> None:
    shell.user_ns["parent"] = pc.speech("a bell --ar 16:9")
    child = cell(shell, "speech --from parent", "+ at dusk")
    before = sandbox.submissions

    with pytest.raises(PromptError, match="`--v 6`"):
        cell(shell, "speech --from parent", "+ at dusk --v 6")

    assert child.prompt == "a bell --ar 16:9 at dusk"
    assert sandbox.submissions == before


@pytest.mark.parametrize("body", ['{"text": "a {tin,silver} bell --ar 16:9"}', '{"text": "{tin|silver"}'])
def test_a_raw_tools_json_is_not_looked_at(shell: InteractiveShell, body: str) -> None:
    assert cell(shell, "generate-tts", body).prompt in body


def test_a_list_with_a_hole_sends_nothing(pc: Playcut, shell: InteractiveShell, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    shell.user_ns.update(metals=["tin", float("nan")], ratios=["1:1", None])

    for options, body in (("image", "a {metals} bell"), ("-a {ratios}", "a bell")):
        with pytest.raises(PromptError, match=r" is (nan|None)"):
            cell(shell, options, body)
    with pytest.raises(PromptError, match="Item 3 of the option seed is inf"):
        pc.sweep("a bell", seed=[1, 2, float("inf")])

    assert sandbox.submissions == before
