"""Variables of a template: one value or several, each put in, and what is undefined."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.template import escape, names_in
from tests.prompts.expanding import MARKUP, TEMPLATES, UNHURRIED, is_foreign, prompts, refused

SCALARS = st.one_of(st.text(), MARKUP, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())


def test_a_plain_template_is_one_generation() -> None:
    plan = expand("a red fox", {})
    assert [(one.prompt, one.inputs, one.labels) for one in plan] == [("a red fox", {}, {})]
    assert plan.axes == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [("fox", "fox"), (3, "3"), (0.5, "0.5"), (True, "True"), (Decimal("1.50"), "1.50"), ("", "")],
)
def test_text_and_numbers_are_put_in_as_they_are(value: object, text: str) -> None:
    assert prompts("<{it}> {it}", it=value) == [f"<{text}> {text}"]


def test_a_list_is_an_axis_and_named_twice_still_one() -> None:
    plan = expand("{animal} and {animal}, {n}", {"animal": ["fox", "owl"], "n": (1, 2)})
    assert plan.axes == {"animal": ("fox", "owl"), "n": (1, 2)}
    assert [one.prompt for one in plan] == [
        "fox and fox, 1",
        "fox and fox, 2",
        "owl and owl, 1",
        "owl and owl, 2",
    ]
    assert plan[1].labels == {"animal": "fox", "n": 2}


def test_names_are_spelled_as_python_spells_them() -> None:
    micro, mu = "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}"
    assert prompts(f"{{{micro}}}", **{mu: "mu"}) == ["mu"]
    assert prompts(f"{{{micro}}}", **{micro: "micro", mu: "mu"}) == ["micro"]
    assert len(expand(f"{{{micro}}}{{{mu}}}", {mu: ["a", "b"]})) == 2
    assert names_in(f"{{{micro}}} {{{mu}}}") == (mu,)


class Strange(int):
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "NoneType"),
        ({"a": 1}, "dict"),
        (b"fox", "bytes"),
        (object(), "object"),
        ([], "empty list"),
        ((), "empty tuple"),
        (["fox", None], "Item 2 of {it} at column 3 is a NoneType"),
        ([["fox"]], "Item 1 of {it} at column 3 is a list"),
        (Strange(), "Strange"),
        (10**5000, "int"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_values_are_refused_by_type(value: object, told: str) -> None:
    error = refused("a {it}", it=value)
    assert told in error.message
    assert "{it} at column 3" in error.message


@pytest.mark.parametrize("value", [range(3), {"a"}, (letter for letter in "ab")])
def test_what_could_be_a_list_gets_the_hint(value: object) -> None:
    assert "list(...)" in str(refused("{it}", it=value))


@UNHURRIED
@given(SCALARS)
def test_what_is_put_in_is_never_read_again(value: object) -> None:
    assert prompts("x{it}{{it}}{it}", it=value, a="WRONG") == [f"x{value}{{it}}{value}"]
    assert prompts("x {it}", it=[value]) == [f"x {value}"]
    assert prompts("{x {it}|y}", it=value) == [f"x {value}", "y"]


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ("{fix}", "column 1"),
        ("a {fix}", "column 3"),
        ("{{fix}} {fix}", "column 9"),
        ("{red|a {fix}}", "column 8"),
        ("one\ntwo {fix}", "line 2, column 5"),
        ("{fix}\n", "line 1, column 1"),
        ('{"a": [\n  {fix}]}', "line 2, column 3"),
    ],
)
def test_an_undefined_name_is_shown_with_its_place_and_the_escape(template: str, place: str) -> None:
    error = refused(template, fox="Reynard", _fix="hidden", fixed=None)
    assert f"{{fix}} at {place} is not defined" in error.message
    assert "{{fix}}" in str(error)
    assert "Did you mean {fox}?" in str(error)


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    assert "Did you mean" not in str(refused(r"\frac{a}{b}", sunset=1))


@UNHURRIED
@given(TEMPLATES)
def test_the_column_is_where_the_name_stands(before: str) -> None:
    template = f"{escape(before)}\n{escape('{ ' + before)} {{undefined_name}}"
    assume(not is_foreign(template))
    message = refused(template).message
    found = re.search(r"at line (\d+), column (\d+)", message)
    assert found
    line, column = map(int, found.groups())
    assert template.split("\n")[line - 1][column - 1 :].startswith("{undefined_name}")
