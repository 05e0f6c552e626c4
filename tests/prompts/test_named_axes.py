"""`{style=oil|neon}`: alternatives with a name, and the same value wherever the template names it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.template import axes_in, escape, names_in
from tests.prompts.expanding import UNHURRIED, prompts, refused

NAMES = st.from_regex(r"[a-zA-Z_é][a-zA-Z0-9_]{0,8}", fullmatch=True)
WORDS = st.text(st.sampled_from("abc ,.=-"), min_size=1, max_size=8).filter(lambda text: text[0] not in "=> ")


def axes(template: str, **variables: object) -> dict[str, tuple[object, ...]]:
    return dict(expand(template, variables).axes)


def test_alternatives_with_a_name_are_an_axis_of_that_name() -> None:
    assert axes("a fox, {style=oil paint|neon}") == {"style": ("oil paint", "neon")}
    assert prompts("a fox, {style=oil paint|neon}") == ["a fox, oil paint", "a fox, neon"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{style=oil|neon} and {style}", ["oil and oil", "neon and neon"]),
        ("{style} and {style=oil|neon}", ["oil and oil", "neon and neon"]),
        ("{style=oil|neon} and {style=oil|neon}", ["oil and oil", "neon and neon"]),
        ("{s=|very }big", ["big", "very big"]),
        ("{s = oil|neon}", ["oil", "neon"]),
        ("{s= oil|neon}!", [" oil!", "neon!"]),
        ("{from=left|right}", ["left", "right"]),
        ("{s=a=b|c}", ["a=b", "c"]),
        ("{s=a {x|y}|b} {s}", ["a x a x", "a y a y", "b b"]),
        ("{a={b} oil|ink} {b=red|blue}", ["red oil red", "blue oil blue", "ink red", "ink blue"]),
        ("{a {s=x|y} {s}|b}", ["a x x", "a y y", "b"]),
        ("{a {s} {s=x|y}|b}", ["a x x", "a y y", "b"]),
        ("{a {s=x|y}|b} {s}", ["a x x", "a y y", "b x", "b y"]),
        ('{"style": "{style=oil|neon}"}', ['{"style": "oil"}', '{"style": "neon"}']),
    ],
)
def test_a_name_is_the_same_value_everywhere(template: str, expected: list[str]) -> None:
    assert prompts(template) == expected


def test_the_templates_own_axis_goes_before_a_variable() -> None:
    assert axes("{style} {style=oil|neon}", style=["x", "y", "z"]) == {"style": ("oil", "neon")}
    assert names_in("{style} {style=oil|neon} {animal}") == ("animal",)
    assert axes_in("{style} {style=oil|neon} {animal} {a|b {c=d|e}}") == ("style", "c")


def test_names_are_spelled_as_python_spells_them() -> None:
    assert prompts("{\u00b5=a|b}{\u03bc}") == ["aa", "bb"]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{style=a|b}}", "{style=a|b}"),
        ("{{{style=a|b}}}", "{{style=a|b}}"),
        ("{x=1}", "{x=1}"),
        ("{x=1,2}", "{x=1,2}"),
        ("{x=1, y=2}", "{x=1, y=2}"),
        ("const {color=red, size} = props;", "const {color=red, size} = props;"),
        ("\\node[draw] {x=left, right};", "\\node[draw] {x=left, right};"),
        ("{style=oil paint}", "{style=oil paint}"),
        ('{"style": "a|b"}', '{"style": "a|b"}'),
        ("{'style': 'a=b|c'}", "{'style': 'a=b|c'}"),
        ("{ style=a|b }", "{ style=a|b }"),
        ("def f(**{x=1}): return {y=2}", "def f(**{x=1}): return {y=2}"),
    ],
)
def test_text_stays_text(template: str, text: str) -> None:
    assert prompts(template) == [text]


@pytest.mark.parametrize("template", ["{a==1|2}", "{a=>1|2}", "{1a=b|c}", "{a b=c|d}", "{a.b=c|d}"])
def test_what_is_no_name_is_text_of_the_first_alternative(template: str) -> None:
    first, second = template[1:-1].split("|")
    assert prompts(template) == [first, second]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{s=a|b} {s=a|c}", "called s at column 1 and at column 9 are different"),
        ("{s=x {s=y|z}|b}", "called s at column 1 and at column 6 are different"),
        ("{s={s}|b}", "called s at column 1 contain themselves"),
        ("{s=a {t}|b} {t={s}|c}", "contain themselves"),
        ("{s=oil} {s}", "{s} at column 9 is not defined"),
        ("{s=2$$a|b}", "takes several"),
        ("{s=3::a|b}", "has weights"),
        ("a fox, {s=a|b", "never closed"),
        ("a fox, {style=oil,neon}", "has commas where alternatives have bars"),
        ("a fox, {style=oil paint, neon}!", "has commas where alternatives have bars"),
        ("a ${s=a|b} fox", "a variable of Dynamic Prompts"),
        ("a ${s={a|b}} fox", "a variable of Dynamic Prompts"),
        ("a ${s=!{a|b}} fox", "a variable of Dynamic Prompts"),
    ],
)
def test_slips_are_told(template: str, message: str) -> None:
    assert message in refused(template).message


def test_one_value_alone_is_told_how_an_axis_is_written() -> None:
    assert "{s=one|another}" in str(refused("{s=oil} {s}").hint)
    assert "Write {s=oil|ink}." in str(refused("a {s=oil, ink} fox").hint)
    assert prompts("a {{s=oil, ink}} fox") == ["a {s=oil, ink} fox"]
    assert "Write {s=a|b}." in str(refused("a ${s={a|b}} fox").hint)


def test_a_name_that_an_option_has_too_does_not_hide_it() -> None:
    plan = expand("{seed=a|b}", {}, {"seed": [1, 2]})
    assert dict(plan.axes) == {"seed": ("a", "b"), "seed (2)": (1, 2)}
    assert [one.inputs["seed"] for one in plan] == [1, 2, 1, 2]


@UNHURRIED
@given(NAMES, st.lists(WORDS, min_size=2, max_size=4, unique=True), st.booleans())
def test_any_name_and_any_words(name: str, words: list[str], is_first: bool) -> None:
    group = f"{{{name}={'|'.join(words)}}}"
    template = f"{group} {{{name}}}" if is_first else f"{{{name}}} {group}"
    assert prompts(template) == [f"{word} {word}" for word in words]
    assert prompts(escape(template)) == [template]
    assert prompts(json.dumps({"a": escape(group)})) == [json.dumps({"a": group}, ensure_ascii=True)]
