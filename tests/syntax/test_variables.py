"""The value of an option is a template, as the prompt is: variables, the escape, and what is refused."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, PromptError
from playcut_jupyter.prompts.plan import OneValue
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import parse_cell_line, parse_one_line
from playcut_jupyter.syntax.parsers import export_parser
from playcut_jupyter.syntax.values import escaped
from tests.shells import cell, line

NAMES = {
    "out": "pictures/new",
    "day": 3,
    "style": "oil",
    "styles": ["oil", "ink"],
    "sizes": ("1K", "2K"),
    "ratio": "16:9",
    "n": 4,
    "seed": 7,
    "meta": {"a": 1},
    "empty": "",
}


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("--save {out}/fox.png", "save", "pictures/new/fox.png"),
        ("--save={out}", "save", "pictures/new"),
        ("--session 'Shoot {day}'", "session", "Shoot 3"),
        ("--session {style}-{day}", "session", "oil-3"),
        ("--session '{{day}} of {day}'", "session", "{day} of 3"),
        ("--session '{ day } {}'", "session", "{ day } {}"),
        ("--from {day}", "parent", "3"),
        ("--from #{day}", "parent", "#3"),
        ("-n {n}", "count", 4),
        ("-n1{n}", "count", 14),
        ("--max {n}0", "max_generations", 40),
        ("--sample {n} --seed {seed}", "sample", 4),
        ("--sample 2 --seed {seed}", "seed", 7),
        ("--sample 2 --seed=-{seed}", "seed", -7),
    ],
)
def test_a_variable_is_expanded_in_every_option(typed: str, name: str, value: object) -> None:
    assert getattr(parse_cell_line(f"image {typed}", NAMES), name) == value
    in_line, prompt = parse_one_line("image", f"{typed} a {{style}} fox", NAMES)
    assert (getattr(in_line, name), prompt) == (value, "a {style} fox")


@pytest.mark.parametrize(
    ("typed", "inputs"),
    [
        ("-a {ratio}", {"aspect_ratio": "16:9"}),
        ("-a {n}:3", {"aspect_ratio": "4:3"}),
        ("-a {ratio},1:1", {"aspect_ratio": ["16:9", "1:1"]}),
        ("-s {sizes}", {"image_size": ["1K", "2K"]}),
        ("-s {sizes},4K", {"image_size": ["1K", "2K", "4K"]}),
        ("-s {{ratio}}", {"image_size": "{ratio}"}),
        ("-a {1:1|{ratio}}", {"aspect_ratio": ["1:1", "16:9"]}),
        ("-d {n}", {"duration_seconds": 4}),
        ("-d {n},1{n}", {"duration_seconds": [4, 14]}),
        ("-r {day}20p", {"resolution": "320p"}),
        ("-p style={style}-paint", {"style": "oil-paint"}),
        ("-p style={styles}-paint", {"style": ["oil-paint", "ink-paint"]}),
        ("-p style={styles}", {"style": ["oil", "ink"]}),
        ("-p seed={seed}", {"seed": 7}),
        ("-p seed={seed}0", {"seed": 70}),
        ("-p seed={seed},8", {"seed": [7, 8]}),
        ("-p meta={meta}", {"meta": {"a": 1}}),
        ("-p '{style}=1'", {"oil": 1}),
        ("-p note={{style}}", {"note": "{style}"}),
        ("-p note={empty}", {"note": ""}),
        ("""-p 'meta={"a": 1}'""", {"meta": {"a": 1}}),
        ("""-p 'meta={"a": {"b": [1, "{style}"]}}'""", {"meta": {"a": {"b": [1, "oil"]}}}),
        ("""-p 'meta={"a": "{{style}}"}'""", {"meta": {"a": "{style}"}}),
        ("""-p 'meta={"seed": {seed}}'""", {"meta": {"seed": 7}}),
        ("""-p 'code="7"'""", {"code": "7"}),
        ("""-p 'code="{seed}"'""", {"code": "7"}),
        ("""-p 'tags=["{style}", "{day}"]'""", {"tags": ["oil", "3"]}),
        ("-p 'code=f(x) { return x; }'", {"code": "f(x) { return x; }"}),
        (r"-p 'tex=\frac{1}{2}'", {"tex": r"\frac{1}{2}"}),
    ],
)
def test_a_variable_is_expanded_in_every_input(typed: str, inputs: dict[str, object]) -> None:
    found = parse_cell_line(f"video {typed}", NAMES).inputs

    assert found == inputs
    assert {name: type(value) is list for name, value in found.items()} == {
        name: isinstance(value, list) and not typed.startswith("-p 'tags") for name, value in inputs.items()
    }


def test_what_is_put_in_is_not_read_again() -> None:
    names = {"text": "{other}, $HOME, {a|b}", "list": ["{x}", "1,2"]}

    parsed = parse_cell_line("image --session {text} --save {text}/x.png -p note={text} -p many={list}", names)

    assert parsed.session == names["text"]
    assert parsed.save == f"{names['text']}/x.png"
    assert parsed.inputs == {"note": names["text"], "many": ["{x}", "1,2"]}


@pytest.mark.parametrize(
    "typed",
    [
        "--save {nowhere}/fox.png",
        "--session 'Shoot {nowhere}'",
        "--from {nowhere}",
        "-n {nowhere}",
        "--max {nowhere}0",
        "-a {nowhere}",
        "-a 1:1,{nowhere}",
        "-d {nowhere}",
        "-p style={nowhere}-paint",
        "-p style={nowhere}",
        """-p 'meta={"a": "{nowhere}"}'""",
    ],
)
def test_an_undefined_name_is_told_with_its_escape(shell: InteractiveShell, sandbox: Sandbox, typed: str) -> None:
    before = sandbox.requests

    attempts: list[Callable[[], object]] = [
        lambda: line(shell, f"video {typed} a fox"),
        lambda: cell(shell, f"video {typed}", "a fox"),
    ]
    for attempt in attempts:
        with pytest.raises(PromptError, match=r"\{nowhere\}.* is not defined") as caught:
            attempt()
        assert "{{nowhere}}" in str(caught.value)

    assert sandbox.requests == before


@pytest.mark.parametrize(
    "typed",
    [
        "--save {styles}.png",
        "--session {styles}",
        "--session 'a {red|blue} day'",
        "--from {styles}",
        "-n {styles}",
        """-p 'meta={"a": "{styles}"}'""",
        "-p {styles}=1",
    ],
)
def test_an_option_that_takes_one_value_refuses_several(typed: str) -> None:
    with pytest.raises(PromptError, match="one value"):
        parse_cell_line(f"image {typed}", NAMES)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("-n {style}", "'oil' is not a whole number"),
        ("-n {empty}", "'' is not a whole number"),
        ("--session {empty}", "the value is empty"),
        ("-a {empty}", "has no value"),
        ("-o {style}", "can't be the name of a variable"),
        ("--session {meta}", "is a dict"),
        ("-d {style}", "not a length in seconds"),
    ],
)
def test_a_variable_with_an_unfit_value_is_told(typed: str, says: str) -> None:
    with pytest.raises((InvalidInput, PromptError), match=says):
        parse_cell_line(f"video {typed}", NAMES)


def test_a_raw_tools_inputs_have_variables_and_no_axes() -> None:
    typed = 'generate-x -p a={style}-paint -p b={styles} -p c={seed} -p \'d={"e": "{style}"}\' -p f={day},{day}'

    assert parse_cell_line(typed, NAMES).inputs == {
        "a": "oil-paint",
        "b": ["oil", "ink"],
        "c": 7,
        "d": {"e": "oil"},
        "f": "3,3",
    }
    with pytest.raises(PromptError, match="one value"):
        parse_cell_line("generate-x -p a={styles}-paint", NAMES)


# -- paths ------------------------------------------------------------------------------------------------------


def test_home_and_the_environment_are_known_in_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOOT", "a {b|c} $day")
    home = os.environ["HOME"]

    for typed, path in (
        ("$HOME/fox.png", f"{home}/fox.png"),
        ("${HOME}/{style}.png", f"{home}/oil.png"),
        ("$SHOOT/fox.png", "a {b|c} $day/fox.png"),
        ("'price $5.png'", "price $5.png"),
        ("'$$'", "$$"),
    ):
        assert parse_cell_line(f"image --save {typed}", NAMES).save == path
        assert export_parser(NAMES).parse_args(["--save", typed.strip("'")]).save == path


@pytest.mark.parametrize("typed", ["$NO_SUCH_NAME/fox.png", "${NO_SUCH_NAME}/fox.png", "a/$style.png"])
def test_a_name_that_the_environment_lacks_makes_no_folder(typed: str) -> None:
    with pytest.raises(InvalidInput, match="no environment variable") as caught:
        parse_cell_line(f"image --save {typed}", NAMES)

    assert ("{style}" in str(caught.value)) == ("style" in typed)


def test_what_is_saved_lies_where_the_variables_say(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALBUM", str(tmp_path / "album"))
    shell.user_ns.update(place=tmp_path / "by path", folder="by name", n=2)

    cell(shell, "speech --save ~/by-home/", "one")
    cell(shell, "speech --save $ALBUM/{folder}/two.wav", "two")
    line(shell, "speech -p take={n} --save '{folder}/three' three")
    line(shell, "speech --save {place}/four four")

    assert len(list((tmp_path / "by-home").glob("*.wav"))) == 1
    assert (tmp_path / "album" / "by name" / "two.wav").exists()
    assert (tmp_path / "by name" / "three.wav").exists()
    assert (tmp_path / "by path" / "four.wav").exists()
    assert not list(tmp_path.glob("{*"))


# -- the way back -----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(value=JSON)
def test_an_escaped_value_stands_for_itself(value: object) -> None:
    typed = shlex.join(["image", "-p", f"x={json.dumps(escaped(value))}"])

    found = parse_cell_line(typed, NAMES).inputs["x"]

    assert found == value
    assert not isinstance(found, list) or isinstance(found, OneValue)
