"""Cells and lines that generate, in IPython's own shell: what becomes of their options, and what they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import (
    Generation,
    InvalidInput,
    NotFound,
    PlaycutError,
    PromptError,
    Sweep,
    SweepIncomplete,
)
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, connected, line


def test_the_kind_is_image_when_left_out(shell: InteractiveShell) -> None:
    assert cell(shell, "-a 1:1", "a fox").kind == "image"


def test_options_become_the_tools_inputs(shell: InteractiveShell) -> None:
    made = cell(shell, "video -a 1:1 -r 480p -d 1 -p seed=7 -p 'style=oil paint'", "an owl")

    assert made.inputs == {
        "prompt": "an owl",
        "aspectRatio": "1:1",
        "resolution": "480p",
        "durationSeconds": 1,
        "seed": 7,
        "style": "oil paint",
    }


def test_a_json_value_of_p_is_itself_and_a_comma_list_is_an_axis(shell: InteractiveShell) -> None:
    single = cell(shell, "speech -p 'tags=[1,2]' -p 'note=\"a, b\"'", "Hello.")
    several = cell(shell, "speech -p seed=1,2", "Hello again.")

    assert (single.inputs["tags"], single.inputs["note"]) == ([1, 2], "a, b")
    assert isinstance(several, Sweep)
    assert [run.inputs["seed"] for run in several] == [1, 2]


def test_option_values_may_be_variables_of_the_notebook(shell: InteractiveShell) -> None:
    shell.user_ns["voices"] = [voice.id for voice in connected(shell).voices()[:2]]

    made = cell(shell, "speech -v {voices}", "Hello.")

    assert [run.inputs["voiceId"] for run in made] == shell.user_ns["voices"]


def test_the_last_axis_is_the_fastest_and_the_templates_come_first(shell: InteractiveShell) -> None:
    made = cell(shell, "speech -p seed=1,2 -n 2", "{Hello|Bye}.")

    assert list(made.axes) == ["Hello|Bye", "seed", "variant"]
    assert [tuple(run.labels.values()) for run in made][:3] == [("Hello", 1, 1), ("Hello", 1, 2), ("Hello", 2, 1)]


def test_json_and_code_pass_through_a_prompt_untouched(shell: InteractiveShell) -> None:
    body = 'Say {"a": {"b": [1, 2]}} and {} and {0} and { x } and {{name}}.'

    assert cell(shell, "speech", body).prompt == body.replace("{{name}}", "{name}")


def test_the_one_line_form_takes_a_prompt_as_it_is_typed(shell: InteractiveShell) -> None:
    line(shell, "speech -p seed=3 the fox's \"den\" isn't here")

    made = shell.user_ns["_playcut"]
    assert made.prompt == "the fox's \"den\" isn't here"
    assert made.inputs["seed"] == 3


def test_out_and_save_keep_the_result(shell: InteractiveShell, tmp_path: Path, capsys: Any) -> None:
    cell(shell, f"image -o fox --save {tmp_path}/fox.png", "a saved fox")
    cell(shell, f"image --save {tmp_path}/all/", "a saved {fox|owl}")

    assert isinstance(shell.user_ns["fox"], Generation)
    assert (tmp_path / "fox.png").read_bytes() == shell.user_ns["fox"].assets[0].data
    assert len(list((tmp_path / "all").glob("*.png"))) == 2
    assert "Saved:" in capsys.readouterr().out


def test_a_dry_run_tells_the_count_and_sends_nothing(shell: InteractiveShell, sandbox: Sandbox, capsys: Any) -> None:
    before = sandbox.requests

    line(shell, "image --dry-run -n 3 -a 1:1,16:9 a {red|blue} fox")
    shell.run_cell_magic("playcut", "generate-anything --dry-run -p a=1", '{"b": 2}')

    told = capsys.readouterr().out
    assert "12 generations" in told
    assert "a red fox" in told
    assert "Nothing was sent" in told
    assert '"b": 2' in told
    assert sandbox.requests == before


def test_no_wait_goes_on_in_the_background(shell: InteractiveShell) -> None:
    made = cell(shell, "speech --no-wait", "Later.")

    assert made.wait().status == "COMPLETED"


@pytest.mark.parametrize(
    ("words", "body", "error", "told"),
    [
        ("imgae", "x", InvalidInput, "Did you mean image?"),
        ("image --aspekt-ratio 1:1", "x", InvalidInput, "Did you mean --aspect-ratio?"),
        ("image extra", "x", InvalidInput, "Unexpected text on the line: 'extra'"),
        ("image -p seed", "x", InvalidInput, "key=value"),
        ("image -n none", "x", InvalidInput, "whole number"),
        ("image -n 0", "x", InvalidInput, "whole number"),
        ("image -a", "x", InvalidInput, "expected one argument"),
        ("image -p 'a=b", "x", InvalidInput, "can't be read"),
        ("image -o 1a", "x", InvalidInput, "variable"),
        ("image -v ada", "x", InvalidInput, "not an option of image"),
        ("video -d soon", "x", InvalidInput, "length in seconds"),
        ("speech -a 1:1", "x", InvalidInput, "not an option of speech"),
        ("image -a {nowhere}", "x", PromptError, "nowhere"),
        ("image", "   ", PromptError, "empty"),
        ("image", "a {nowhere}", PromptError, "{{nowhere}}"),
        ("image", "{a|b|c|d|e} {f|g|h|i}", InvalidInput, "--max 20"),
        ("generate-image-from-text", "{", InvalidInput, "column"),
        ("generate-image-from-text", "[1]", InvalidInput, "not an object"),
        ("generate-image-from-text -n 2", "{}", InvalidInput, "as JSON"),
        ("generate-image-form-text", "{}", NotFound, "generate-image-from-text"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_nothing(
    shell: InteractiveShell, sandbox: Sandbox, words: str, body: str, error: type[PlaycutError], told: str
) -> None:
    before = sandbox.submissions

    with pytest.raises(error) as caught:
        shell.run_cell_magic("playcut", words, body)

    assert told in str(caught.value)
    assert sandbox.submissions == before


def test_max_allows_a_larger_sweep(shell: InteractiveShell) -> None:
    shell.run_line_magic("config", "PlaycutMagics.max_generations = 2")
    with pytest.raises(InvalidInput):
        cell(shell, "speech", "{a|b|c}")

    assert len(cell(shell, "speech --max 3", "{a|b|c}")) == 3


def test_a_sweep_that_fails_in_part_is_left_for_a_retry(shell: InteractiveShell) -> None:
    with pytest.raises(SweepIncomplete, match="1 of 2"):
        cell(shell, "image", "a {hare|heron [flaky]}")

    assert shell.user_ns["_playcut"].retry_failed().failed == []


def test_an_error_is_shown_as_a_few_plain_lines(shell: InteractiveShell, capsys: Any) -> None:
    result = shell.run_cell("%%playcut imgae\na fox")

    told = capsys.readouterr().out
    assert isinstance(result.error_in_exec, InvalidInput)
    assert "Did you mean image?" in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) <= 3
