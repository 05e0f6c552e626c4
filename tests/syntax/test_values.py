"""What stands behind an option: text, JSON, lists, and the order of the axes."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import parse_cell_line
from tests.shells import cell


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
