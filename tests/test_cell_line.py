"""What is typed on the lines of the two magics: options, their order and values, and what is refused unbought."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotFound, PromptError
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import parse_cell_line
from tests.shells import cell, line

# -- again ------------------------------------------------------------------------------------------------------


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


# -- the one-line form ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", ["--count=2", "--aspect 16:9", "-n 2", "-n2", "--fresh", "--no-such-thing"])
def test_an_option_behind_the_prompt_is_not_bought_as_words(
    shell: InteractiveShell, sandbox: Sandbox, late: str
) -> None:
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match="comes after the prompt"):
        line(shell, f"image a red fox {late}")

    assert sandbox.submissions == before


@pytest.mark.parametrize(
    "prompt", ["a fox -- at dusk", "a fox \u2014 at dusk", "a fox - at dusk -1", "- a well-known fox"]
)
def test_dashes_of_prose_belong_to_the_prompt(shell: InteractiveShell, prompt: str) -> None:
    assert line(shell, f"speech {prompt}").prompt == prompt


def test_a_quoted_value_may_follow_an_equals_sign(shell: InteractiveShell) -> None:
    made = line(shell, 'speech --param=style="warm and slow" Hello.')

    assert (made.prompt, made.inputs["style"]) == ("Hello.", "warm and slow")


# -- values and their order -------------------------------------------------------------------------------------


def test_a_voice_is_found_by_its_listed_name_commas_and_all(shell: InteractiveShell) -> None:
    voices = {voice.name: voice.id for voice in shell.magics_manager.registry["PlaycutMagics"].pc.voices()}
    name = next(name for name in voices if "," in name)
    other = next(name for name in voices if "," not in name)

    one = cell(shell, f"speech -v '{name}'", "Hello.")
    two = cell(shell, f"speech -v '{name}, {other}'", "Hello, both.")

    assert one.inputs["voiceId"] == voices[name]
    assert [run.inputs["voiceId"] for run in two] == [voices[name], voices[other]]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a,b", ["a", "b"]),
        ("f(a,b),c", ["f(a,b)", "c"]),
        ("[1,[2,3]],[4]", [[1, [2, 3]], [4]]),
        ('{"x":1,"y":2},7', [{"x": 1, "y": 2}, 7]),
        ('"a,b",c', ["a,b", "c"]),
        ("f(a,b)", "f(a,b)"),
        ("[1,2]", [1, 2]),
    ],
)
def test_a_comma_in_brackets_or_quotes_makes_no_axis(written: str, value: object) -> None:
    assert parse_cell_line(f"image -p 'x={written}'", {}).inputs["x"] == value


def test_a_json_list_is_one_value_and_no_axis(shell: InteractiveShell) -> None:
    one = cell(shell, "speech -p 'tags=[1,2]'", "A list.")
    child = cell(shell, "--from last", "+ And more.")
    several = cell(shell, "speech -p 'tags=[1,2]' -p seed=1,2", "A list.")

    assert (one.inputs["tags"], dict(one.labels)) == ([1, 2], {})
    assert (child.inputs["tags"], dict(child.labels)) == ([1, 2], {})
    assert list(several.axes) == ["seed"]
    assert [run.inputs["tags"] for run in several] == [[1, 2], [1, 2]]


def test_axes_come_in_the_order_of_the_line(shell: InteractiveShell) -> None:
    made = cell(shell, "image -p seed=1,2 -s 1K,2K -a 1:1,16:9", "a {red|blue} ordered fox")
    cell(shell, "image -a 1:1", "a parent")
    child = cell(shell, "--from last -p seed=1,2 -a 4:3,3:4", "+")

    assert list(made.axes) == ["red|blue", "seed", "imageSize", "aspectRatio"]
    assert list(child.axes) == ["seed", "aspectRatio"]


@pytest.mark.parametrize(("kind", "field"), [("image", "prompt"), ("video", "prompt"), ("speech", "text")])
def test_an_option_does_not_take_the_place_of_the_prompt(
    shell: InteractiveShell, sandbox: Sandbox, kind: str, field: str
) -> None:
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match="take the place of the prompt"):
        cell(shell, f"{kind} -p {field}=other", "a fox")

    assert sandbox.submissions == before


def test_a_value_for_a_raw_tool_is_json_or_text_and_no_axis(shell: InteractiveShell) -> None:
    line_ = "generate-tts -p style=a,b -p tags=[1,2] -p seed=7 -p note={mood}"

    made = parse_cell_line(line_, {"mood": "calm"})

    assert made.inputs == {"style": "a,b", "tags": [1, 2], "seed": 7, "note": "calm"}
    assert cell(shell, "generate-tts -p style=a,b", '{"text": "Hi."}').inputs["style"] == "a,b"


def test_a_backslash_is_part_of_a_path_on_windows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setattr("os.name", "nt")
        there = parse_cell_line(r"image --save C:\Users\me\fox.png -p 'style=oil paint'", {})

    assert there.save == r"C:\Users\me\fox.png"
    assert there.inputs["style"] == "oil paint"
    assert parse_cell_line(r"image --save a\ fox.png", {}).save == "a fox.png"


# -- what is refused before it is bought ------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["file/fox.png", "file/deep/er/fox.png", "~nobody-has-this-name/fox.png", "x" * 300])
def test_a_place_that_cant_be_written_is_refused_before_anything_is_bought(
    shell: InteractiveShell, sandbox: Sandbox, tmp_path: Path, target: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    before = sandbox.submissions

    for words, body in (("speech", "unsaved"), ("generate-tts", '{"text": "unsaved"}')):
        with pytest.raises(InvalidInput, match="can't be written"):
            cell(shell, f"{words} --save {target}", body)

    assert sandbox.submissions == before


def test_a_folder_that_is_to_come_may_be_saved_to(shell: InteractiveShell, tmp_path: Path) -> None:
    cell(shell, f"speech --save {tmp_path}/new/folder/", "saved")

    assert len(list((tmp_path / "new" / "folder").glob("*.wav"))) == 1


@pytest.mark.parametrize("words", ["--help", "-h", "image --help", "video -a 1:1 -h", "generate-tts --help"])
def test_help_is_an_option_of_a_cell_and_of_a_line(
    shell: InteractiveShell, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    before = sandbox.requests

    for body in ("a fox", "\n"):
        shell.run_cell_magic("playcut", words, body)
        assert "--aspect-ratio" in capsys.readouterr().out
    line(shell, words if words.startswith("-") else f"{words} a fox")

    assert "--aspect-ratio" in capsys.readouterr().out
    assert sandbox.requests == before


@pytest.mark.parametrize("word", ["-x", "--x", "-q"])
def test_a_letter_is_no_misspelt_word(shell: InteractiveShell, word: str) -> None:
    with pytest.raises(InvalidInput, match=f"There is no option {word}") as caught:
        cell(shell, f"image {word}", "a fox")

    assert "Did you mean" not in str(caught.value)


def test_a_letter_with_the_wrong_dashes_or_case_is_known(shell: InteractiveShell) -> None:
    for word, meant in (("--n", "-n"), ("-S", "-s")):
        with pytest.raises(InvalidInput, match=f"Did you mean {meant}\\?"):
            cell(shell, f"image {word}", "a fox")


@pytest.mark.parametrize("command", ["help", "status", "history -n 3", "wait abc"])
def test_a_command_has_no_cell(shell: InteractiveShell, command: str) -> None:
    with pytest.raises(InvalidInput, match="is no kind, but a command") as caught:
        cell(shell, command, "a fox")

    assert f"`%playcut {command}`" in str(caught.value)


@pytest.mark.parametrize("words", ["--save ''", "--session ' '", "--from ''", "-o ''", "-o class", "-o None"])
def test_an_option_that_says_nothing_or_no_name_is_refused(
    shell: InteractiveShell, sandbox: Sandbox, words: str
) -> None:
    cell(shell, "image", "a parent")
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match=r"nothing is written|can't be the name of a variable"):
        cell(shell, f"image {words}", "a fox")

    assert sandbox.submissions == before


def test_an_empty_prompt_is_told_where_it_is(shell: InteractiveShell) -> None:
    pc = shell.magics_manager.registry["PlaycutMagics"].pc
    attempts: list[Callable[[], object]] = [
        lambda: line(shell, "image"),
        lambda: cell(shell, "image", "\n"),
        lambda: pc.sweep(""),
    ]
    for attempt in attempts:
        with pytest.raises(PromptError, match="The prompt is empty") as caught:
            attempt()
        assert "%%playcut" not in str(caught.value)


def test_a_tool_needs_no_hyphen_in_its_name(shell: InteractiveShell, sandbox: Sandbox) -> None:
    before = sandbox.submissions

    with pytest.raises(NotFound):
        cell(shell, "upscale", '{"assetId": "asset_abc"}')
    with pytest.raises(InvalidInput, match="is not JSON"):
        cell(shell, "picture", "a red fox")
    for typo in ("imgae", "vidoe", "images", "speach"):
        with pytest.raises(InvalidInput, match="Did you mean"):
            cell(shell, typo, "{}")

    assert sandbox.submissions == before
