"""Text that only looks like a template stays what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.template import escape, names_in

if TYPE_CHECKING:
    from collections.abc import Callable
from tests.prompts.expanding import MARKUP, TEMPLATES, UNHURRIED, is_foreign, prompts, refused

TEXTS = [
    *(
        "{}",
        "{ }",
        "{ name }",
        "{name }",
        "{0}",
        "{a.b}",
        "{x!r}",
        "{x:>3}",
        "{a, b}",
        "{a-b}",
        "{",
        "}",
        "}{",
        "{{",
        "}}",
    ),
    *(
        "{{ name }}",
        "{{ a|b }}",
        "{% if x %}",
        "${}",
        "a | b",
        "{ red | blue }",
        "{\nred|blue}",
        "{{}}",
        "{{{}}}",
    ),
    '{"a": 1}',
    '{"a": "x|y", "b": {"c": [1, {"d": "|"}]}}',
    '{"a|b": 1}',
    "{'a': 'x|y', 'b': 2}",
    '{"a\\"|": "|"}',
    '{"unfinished": "{|", "x": "}',
    '["{", "|}"]',
    '{"a": "}", "b": "{|"}',
    "{ return a | b; }",
    "int main() {\n  if (a || b) { return 1; }\n  return 0;\n}",
    "function f(x) { return x || {}; }",
    "type T = { kind: 'a' | 'b' }",
    "body { color: red; }",
    "{ cat notes | sort; }",
    "items.each { |it| puts it }",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_other_brace_is_text(text: str) -> None:
    assert prompts(f"x{text}x") == [f"x{text}x"]
    assert prompts(text) == [text]
    assert names_in(text) == ()


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{name}}", "{name}"),
        ("{{a|b}}", "{a|b}"),
        ("{{a|{b|{c|d}}}}", "{a|{b|{c|d}}}"),
        ("{{{name}}}", "{{name}}"),
        ("{{{{a|b}}}}", "{{{a|b}}}"),
        (r"\frac{{a}}{{b}}", r"\frac{a}{b}"),
        ('{"a": "{{b}}"}', '{"a": "{b}"}'),
    ],
)
def test_doubled_braces_are_the_text(template: str, text: str) -> None:
    assert prompts(template, name="WRONG") == [text]
    assert escape(text) == template


def test_text_braces_do_not_hide_what_is_between_them() -> None:
    assert prompts('{"style": "{style}", "n": {n}}', style="noir", n=2) == ['{"style": "noir", "n": 2}']
    assert prompts('{"s": "a {red|blue} fox"}') == ['{"s": "a red fox"}', '{"s": "a blue fox"}']
    assert prompts("{{a}|{b}}", a=1, b=2) == ["1", "2"]
    assert prompts("{{a}", a=1) == ["{1"]
    assert prompts("{a}}", a=1) == ["1}"]


def test_alternatives_that_are_the_same_are_noted_and_made() -> None:
    plan = expand("a {fox|fox} and {x|y} {names}", {"names": ["Ada", "Ada"]})
    assert plan.notes == tuple(
        f"Note: {axis} has a text more than once; each is made." for axis in ("fox|fox", "names")
    )
    assert len(plan) == 8
    assert plan.notes[0] in plan.describe()


@pytest.mark.parametrize("template", [None, 5, b"a fox", ["a fox"]])
def test_what_is_no_text_is_no_prompt(template: object) -> None:
    with pytest.raises(PromptError, match="A prompt is text, and this is a"):
        expand(template, {})  # type: ignore[arg-type]


def test_alternatives_with_a_space_before_them_are_noted() -> None:
    plan = expand("a { red | blue } fox, {ran|sat}", {})
    assert plan.notes == ("Note: { red | blue } is kept as text; alternatives begin right after the brace.",)
    assert plan.describe().endswith(plan.notes[0])
    assert expand("{ if (a | b) {} }", {}).notes == ()


@UNHURRIED
@given(st.one_of(TEMPLATES, st.text()).filter(str.strip))
@example("{{a}|b} {{{{x|}}}} {c|{d|{e|f}}}")
@example('["{a}", "{", "|}", {"b": {b}}]')
def test_escape_stands_for_exactly_the_text(text: str) -> None:
    assert names_in(escape(text)) == ()
    if is_foreign(escape(text)):  # no braces tell these as text
        assert "--literal" in str(refused(escape(text)))
    else:
        assert prompts(escape(text)) == [text]


@pytest.mark.parametrize("text", ["{3::a|b}", "{2$$a|b} x", "{fox,owl}", "a {{{red, blue}}}", "{a {b|c}|d} {{x}"])
def test_escape_tells_other_tools_braces_as_text(text: str) -> None:
    assert prompts(escape(text)) == [text]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), MARKUP),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.text(), MARKUP), inner, max_size=4)
    ),
    max_leaves=12,
).filter(lambda value: isinstance(value, (list, dict)))

DUMPS: list[Callable[[object], str]] = [
    json.dumps,
    lambda value: json.dumps(value, indent=2),
    lambda value: json.dumps(value, separators=(",", ":")),
    lambda value: json.dumps(value, ensure_ascii=False),
]


def strings_of(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings_of(part)]
    if isinstance(value, list):
        return [text for item in value for text in strings_of(item)]
    return [value] if isinstance(value, str) else []


@UNHURRIED
@given(JSON, st.sampled_from(DUMPS), st.sampled_from(["", "draw this: ", "{ ", "a } b {"]))
def test_json_passes_untouched(value: object, dumps: Callable[[object], str], before: str) -> None:
    # By the grammar, the one exception: a string that, alone, holds {name}, {a|b} or an escape of these.
    bodies = [dumps(text)[1:-1] for text in strings_of(value)]
    text = before + dumps(value)
    if all(escape(body) == body for body in bodies):
        assert escape(text) == text
        assert prompts(text) == [text]
    else:
        assert escape(text) != text
