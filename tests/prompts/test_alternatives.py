"""Alternatives in braces: in order, nested, named, shared."""

from __future__ import annotations

import pytest

from playcut_jupyter.prompts.expansion import expand
from tests.prompts.expanding import prompts, refused


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a {red|blue} fox", ["a red fox", "a blue fox"]),
        ("{a|b}{c|d}", ["ac", "ad", "bc", "bd"]),
        ("a {|big }fox", ["a fox", "a big fox"]),
        ("a{|}fox", ["afox", "afox"]),
        ("x{a||b}", ["xa", "x", "xb"]),
        ("{red |blue  |\n}x", ["red x", "blue  x", "\nx"]),
        ("{a red {fox|cat}|an owl}", ["a red fox", "a red cat", "an owl"]),
        ("{{fox|cat}|an owl}", ["fox", "cat", "an owl"]),
        ("{{fox|cat}|{owl|hen}}", ["fox", "cat", "owl", "hen"]),
        ("{{a|b} {c|d}|e}", ["a c", "a d", "b c", "b d", "e"]),
        ("{a {{x}} b|{{c|d}}}", ["a {x} b", "{c|d}"]),
        ("{a {0} b|{ c | d }}", ["a {0} b", "{ c | d }"]),
        ("{a \"fox\"|a 'cat'}", ['a "fox"', "a 'cat'"]),
        ('{"fox"|"cat"}', ['"fox"', '"cat"']),
        ('{draw {"a": "x|y"}|an owl}', ['draw {"a": "x|y"}', "an owl"]),
        ("{close-up: face|wide: city}", ["close-up: face", "wide: city"]),
        ("}{a|b}{", ["}a{", "}b{"]),
        ("{ {a|b}", ["{ a", "{ b"]),
        ("{a|b} }", ["a }", "b }"]),
    ],
)
def test_alternatives(template: str, expected: list[str]) -> None:
    plan = expand(template, {})
    assert [one.prompt for one in plan] == expected
    assert len(plan) == len(expected)


def test_the_same_alternatives_twice_are_two_axes() -> None:
    plan = expand("{a|b} {a|b} {a|b (2)} {a|b}", {})
    assert list(plan.axes) == ["a|b", "a|b (2)", "a|b (2) (2)", "a|b (3)"]
    assert len(plan) == 16


def test_nested_alternatives_are_one_axis_of_what_they_come_to() -> None:
    plan = expand("{a red {fox|cat}|an owl}!", {})
    assert plan.axes == {"a red {fox|cat}|an owl": ("a red fox", "a red cat", "an owl")}
    assert plan[1].labels == {"a red {fox|cat}|an owl": "a red cat"}


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ("{a|{b|{c|d}}}", "column 7"),
        ("x\n{{{a|b}|c}|d} ", "line 2, column 3"),
        ("{a|b {c {d|e}|f}}", "column 9"),
    ],
)
def test_deeper_nesting_is_refused_at_its_place(template: str, place: str) -> None:
    assert f"alternatives at {place} are nested too deep" in refused(template).message


def test_a_list_in_one_alternative_varies_there_alone() -> None:
    animals = ["fox", "cat"]
    assert prompts("{a {animal}|an owl}", animal=animals) == ["a fox", "a cat", "an owl"]
    assert prompts("{{animal}, {old|big {animal}}|owl}", animal=animals) == [
        *("fox, old", "fox, big fox", "cat, old", "cat, big cat", "owl")
    ]
    assert prompts("{{animal} {n}|owl}", animal=animals, n=[1, 2]) == [
        "fox 1",
        "fox 2",
        "cat 1",
        "cat 2",
        "owl",
    ]


def test_a_list_also_named_outside_of_the_alternatives_is_one_axis() -> None:
    plan = expand("{a {animal}|an owl} by a {animal}", {"animal": ["fox", "cat"]})
    assert plan.axes == {"a {animal}|an owl": ("a {animal}", "an owl"), "animal": ("fox", "cat")}
    assert [one.prompt for one in plan] == [*("a fox by a fox", "a cat by a cat", "an owl by a fox", "an owl by a cat")]
    assert prompts("{animal}{, {animal}|}", animal=["fox", "cat"]) == ["fox, fox", "fox", "cat, cat", "cat"]


def test_a_list_in_several_groups_is_one_axis() -> None:
    plan = expand("{a {animal}|one} {the {animal}|two}", {"animal": ["fox", "cat"]})
    assert len(plan) == len(list(plan)) == 8
    assert not [one.prompt for one in plan if "fox" in one.prompt and "cat" in one.prompt]
