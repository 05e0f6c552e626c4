"""A comma list has no spaces, unless it is quoted, and a value between all of its commas; anything else is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import parse_cell_line, parse_one_line
from tests.shells import cell, line

SPACED = [
    ("image -a 1:1, 16:9", "-a 1:1,16:9"),
    ("image -a 1:1 ,16:9", "-a 1:1,16:9"),
    ("image -a 1:1 , 16:9", "-a 1:1,16:9"),
    ("image -a=1:1, 16:9, 4:3", "-a=1:1,16:9,4:3"),
    ("image -a1:1, 16:9", "-a1:1,16:9"),
    ("image --aspect-ratio 1:1, 16:9", "--aspect-ratio 1:1,16:9"),
    ("image -s 1K, 2K", "-s 1K,2K"),
    ("image --image-size=1K ,2K", "--image-size=1K,2K"),
    ("video -r 480p,\xa0720p", "-r 480p,720p"),
    ("video -d 4, 8", "-d 4,8"),
    ("speech -v Ada, Grace", "-v Ada,Grace"),
    ("image -p seed=1, 2", "-p seed=1,2"),
    ("image --param style=oil , ink", "--param style=oil,ink"),
    ("image -v {ada}, {grace}", "-v {ada},{grace}"),
    ("image -a = 16:9", "-a=16:9"),
    ("image --aspect-ratio =16:9", "--aspect-ratio=16:9"),
    ("image --aspect-ratio= 16:9", "--aspect-ratio=16:9"),
    ("image --aspect-ratio = 1:1, 16:9", "--aspect-ratio=1:1,16:9"),
    ("image --session= Foxes", "--session=Foxes"),
    ("image -n = 2", "-n=2"),
    ("image -p style= oil", "-p style=oil"),
    ("image -p style =oil", "-p style=oil"),
    ("image -p style = oil", "-p style=oil"),
]


@pytest.mark.parametrize(("typed", "meant"), SPACED)
def test_a_value_that_is_cut_by_a_space_is_refused_with_the_spelling(
    shell: InteractiveShell, sandbox: Sandbox, typed: str, meant: str
) -> None:
    before = sandbox.requests

    attempts: list[Callable[[], object]] = [
        lambda: line(shell, f"{typed} a red fox"),
        lambda: cell(shell, typed, "a red fox"),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput, match="cut by a space") as caught:
            attempt()
        assert f"`{meant}`" in str(caught.value)

    assert sandbox.requests == before


@pytest.mark.parametrize(
    "value", ["1:1,", ",1:1", "1:1,,16:9", ",", ",1:1,", "'1:1, '", "' ,1:1'", "'1:1, ,16:9'", "{ratio},", "1:1,''"]
)
@pytest.mark.parametrize("option", ["-a ", "-s ", "-r ", "-d ", "-v ", "--aspect-ratio=", "-p x="])
def test_a_comma_with_nothing_at_it_is_refused(option: str, value: str) -> None:
    typed = option + value

    with pytest.raises(InvalidInput, match=r"nothing (before|behind|between)|cut by a space"):
        parse_cell_line(f"image {typed}", {"ratio": "1:1"})
    with pytest.raises(InvalidInput, match=r"nothing (before|behind|between)|cut by a space"):
        parse_one_line("image", f"{typed} a red fox", {"ratio": "1:1"})


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("-a 1:1,16:9", ["1:1", "16:9"]),
        ("-a '1:1, 16:9'", ["1:1", "16:9"]),
        ('-a "1:1 , 16:9"', ["1:1", "16:9"]),
        ('--aspect-ratio="1:1, 16:9"', ["1:1", "16:9"]),
        ("-a 1:1,16:9,1:1", ["1:1", "16:9", "1:1"]),
    ],
)
def test_a_list_is_written_without_spaces_or_in_quotes(typed: str, values: list[str]) -> None:
    in_line, prompt = parse_one_line("image", f"{typed} a red, red fox", {})

    assert (in_line.inputs["aspect_ratio"], prompt) == (values, "a red, red fox")
    assert parse_cell_line(f"image {typed}", {}).inputs == in_line.inputs


@given(st.lists(st.text("abc19:", min_size=1), min_size=1, max_size=4), st.text(", ", min_size=1, max_size=3))
def test_a_list_is_never_cut_at_a_comma(items: list[str], comma: str) -> None:
    try:
        parsed, prompt = parse_one_line("image", f"-p x={comma.join(items)} the prompt", {})
    except InvalidInput:
        return
    if "," in comma:
        axis = [_number(item) for item in items]
        assert (parsed.inputs["x"], prompt) == (axis if items[1:] else axis[0], "the prompt")


def _number(text: str) -> object:
    return int(text) if text.isdecimal() and (text == "0" or text[0] != "0") else text


def test_a_comma_of_prose_behind_other_options_belongs_to_the_prompt() -> None:
    assert parse_one_line("image", "-n 2 , and a fox", {})[1] == ", and a fox"
    assert parse_one_line("image", "--fresh ,a fox,", {})[1] == ",a fox,"
    assert parse_one_line("image", "-a 1:1 a fox, an owl", {})[1] == "a fox, an owl"


def test_an_empty_input_is_no_slip() -> None:
    assert parse_cell_line("image -p negative=", {}).inputs == {"negative": ""}
    assert parse_cell_line("image -p negative= -n 2", {}).inputs == {"negative": ""}
    assert parse_one_line("image", "-p negative='' a fox", {})[0].inputs == {"negative": ""}


def test_a_raw_tools_commas_are_text() -> None:
    assert parse_cell_line("generate-tts -p note=a,,b,", {}).inputs == {"note": "a,,b,"}


def test_text_with_commas_is_quoted_as_json() -> None:
    typed = parse_cell_line("""image -p 'note="a, b,"' -p 'other="a,b",c'""", {})

    assert typed.inputs == {"note": "a, b,", "other": ["a,b", "c"]}


def test_a_name_with_a_comma_is_quoted_within_the_value() -> None:
    assert parse_cell_line("""speech -v '"Ada, British",Grace'""", {}).inputs["voice"] == ["Ada, British", "Grace"]
    assert parse_cell_line("""speech -v '"Ada, British"'""", {}).inputs["voice"] == "Ada, British"


@pytest.mark.parametrize("value", ["", "'  '", "'\"\"'", "'\"\",1:1'"])
@pytest.mark.parametrize("option", ["--aspect-ratio", "--image-size", "--resolution", "--duration", "--voice"])
def test_an_option_needs_a_value(option: str, value: str) -> None:
    with pytest.raises(InvalidInput, match="has no value"):
        parse_cell_line(f"image {option}={value}", {})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("-a 1:1 -s 1K -a 16:9", "-a 1:1,16:9"),
        ("-p seed=1 -p seed=2", "-p seed=1,2"),
        ("--aspect-ratio=1:1 -a 16:9", "-a 1:1,16:9"),
        ("-d 4 -d 8", "-d 4,8"),
    ],
)
def test_an_input_that_is_given_twice_is_refused(typed: str, meant: str) -> None:
    with pytest.raises(InvalidInput, match="given twice") as caught:
        parse_cell_line(f"video {typed}", {})

    assert f"`{meant}`" in str(caught.value)


@pytest.mark.parametrize("value", ["[1:1,16:9]", "(1:1,16:9)", "1:1;16:9", "'1:1|16:9'", "{several}", "'1:1, {{x}}'"])
def test_a_list_in_other_signs_is_no_value(shell: InteractiveShell, sandbox: Sandbox, value: str) -> None:
    shell.user_ns["several"] = "1:1,16:9"
    before = sandbox.requests

    with pytest.raises(InvalidInput, match="There is no aspect ratio"):
        cell(shell, f"image -a {value}", "a fox")

    assert sandbox.requests == before
