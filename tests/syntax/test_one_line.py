"""The one-line form: options first, then the prompt as it was typed."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import parse_one_line
from tests.shells import line


@pytest.mark.parametrize("late", ["--count=2", "--aspekt 16:9", "-n 2", "-n2", "--fresh", "--no-such-thing"])
def test_an_option_behind_the_prompt_is_not_bought_as_words(
    shell: InteractiveShell, sandbox: Sandbox, late: str
) -> None:
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match="comes after the prompt"):
        line(shell, f"image a red fox {late}")

    assert sandbox.submissions == before


@pytest.mark.parametrize(
    "prompt",
    [
        "a fox -- at dusk",
        "a fox \u2014 at dusk",
        "a fox - at dusk -1",
        "- a well-known fox",
        "-5 degrees, a lake",
        "-- Ada",
    ],
)
def test_dashes_of_prose_belong_to_the_prompt(shell: InteractiveShell, prompt: str) -> None:
    assert line(shell, f"speech {prompt}").prompt == prompt


def test_a_quoted_value_may_follow_an_equals_sign(shell: InteractiveShell) -> None:
    made = line(shell, 'speech --param=style="warm and slow" Hello.')

    assert (made.prompt, made.inputs["style"]) == ("Hello.", "warm and slow")


@pytest.mark.parametrize("typed", ["-n --fresh", "-a -s 1K", "--session -v Ada", "-p"])
def test_an_option_is_not_the_value_of_another(typed: str) -> None:
    with pytest.raises(InvalidInput, match="expected one argument"):
        parse_one_line("speech", typed, {})
