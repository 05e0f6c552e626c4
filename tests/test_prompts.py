from __future__ import annotations

import json
import re
import sys
import time
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.plan import Plan
from playcut_jupyter.prompts.template import escape, names_in

if TYPE_CHECKING:
    from collections.abc import Callable

UNHURRIED = settings(deadline=None)  # a busy machine is no failure

# Few characters, and those that the grammar is about: random text would hardly ever close a brace.
MARKUP = st.text(st.sampled_from("{{{}}}|||ab \n\"':,[]\\é"), max_size=30)
FRAGMENTS = st.sampled_from(
    [
        "{a}",
        "{b}",
        "{c}",
        "{{a}}",
        "{a|b}",
        "{|a}",
        "{{a|b}}",
        "{",
        "}",
        "|",
        " ",
        "x",
        '{"k": ',
        '"',
        "\n",
        "{ a|b }",
    ]
)
TEMPLATES = st.one_of(st.text(max_size=30), MARKUP, st.lists(FRAGMENTS, max_size=10).map("".join))
VALUES = st.one_of(
    st.text(max_size=5),
    MARKUP,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.binary(max_size=3),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=4),
    st.lists(st.text(max_size=3), max_size=4).map(tuple),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)
SCALARS = st.one_of(st.text(), MARKUP, st.integers(), st.floats(), st.booleans())


def prompts(template: str, **variables: object) -> list[str]:
    return [one.prompt for one in expand(template, variables)]


def refused(template: str, **variables: object) -> PromptError:
    with pytest.raises(PromptError) as caught:
        expand(template, variables)
    return caught.value


# --- variables


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


# --- undefined names


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
    message = refused(template).message
    found = re.search(r"at line (\d+), column (\d+)", message)
    assert found
    line, column = map(int, found.groups())
    assert template.split("\n")[line - 1][column - 1 :].startswith("{undefined_name}")


# --- alternatives


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
        ("{{a|b}", ["{a", "{b"]),
        ("{a|b}}", ["a}", "b}"]),
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


# --- text that only looks like a template

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
    assert prompts(escape(text)) == [text]
    assert names_in(escape(text)) == ()


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


# --- options, order, the plan


def test_axes_count_in_order_of_appearance_and_the_last_is_fastest() -> None:
    options = {"imageSize": "1K", "aspectRatio": ["1:1", "16:9"], "seed": (1, 2)}
    plan = expand("{b} {x|y} {a} {b}", {"a": ["A", "a"], "b": ["B", "b"]}, options)
    assert list(plan.axes) == ["b", "x|y", "a", "aspectRatio", "seed"]
    combinations = list(product(*plan.axes.values()))
    assert [tuple(one.labels.values()) for one in plan] == combinations
    for one, (b, word, a, ratio, seed) in zip(plan, combinations, strict=True):
        assert one.prompt == f"{b} {word} {a} {b}"
        assert one.inputs == {"imageSize": "1K", "aspectRatio": ratio, "seed": seed}
        assert list(one.inputs) == list(options)


def test_options_take_any_value_and_may_share_a_name_with_a_variable() -> None:
    plan = expand("{n} {{n}}", {"n": [1, 2]}, {"n": ["x"], "images": [["p", "q"]], "extra": {"a": [1]}, "none": None})
    assert plan.axes == {"n": (1, 2), "n (2)": ("x",), "images": (["p", "q"],)}
    assert plan[1].labels == {"n": 2, "n (2)": "x", "images": ["p", "q"]}
    assert plan[1].inputs == {"n": "x", "images": ["p", "q"], "extra": {"a": [1]}, "none": None}


@pytest.mark.parametrize("word", ["True", "if", "class"])
def test_a_word_of_python_is_no_variable(word: str) -> None:
    with pytest.raises(PromptError, match="is a word of Python") as caught:
        expand(f"a {{{word}}} fox", {})
    assert f"{{{{{word}}}}}" in str(caught.value)
    assert "Define" not in str(caught.value)
    assert expand(f"a {{{word}}} fox", {word: "red"})[0].prompt == "a red fox"


def test_an_option_without_values_is_refused() -> None:
    with pytest.raises(PromptError, match="aspectRatio is an empty list"):
        expand("a fox", {}, {"aspectRatio": []})


@pytest.mark.parametrize(
    ("template", "variables"),
    [
        ("", {}),
        (" \n\t", {}),
        ("{a}", {"a": " "}),
        ("{a}", {"a": ["fox", ""]}),
        ("{|fox}", {}),
        ("{x|{a} } {a}", {"a": ["fox", " "]}),
        ("{a}" * 30, {"a": ["fox", ""]}),
        ("{|x}" * 60, {}),
    ],
)
def test_a_prompt_that_is_or_can_be_empty_is_refused(template: str, variables: dict[str, object]) -> None:
    assert "empty" in refused(template, **variables).message


def test_an_empty_prompt_is_called_so_whatever_the_options() -> None:
    with pytest.raises(PromptError, match="The prompt is empty"):
        expand(" ", {}, {"aspectRatio": ["1:1", "16:9"]})


def test_names_in_order_of_first_appearance() -> None:
    assert names_in("{b} {{c}} {x {a}|{y {b}|{d}}} {a|b} { e }") == ("b", "a", "d")


def test_describe() -> None:
    plan = expand("a {red|blue}\n{animal}", {"animal": ["fox", "owl"]}, {"aspectRatio": ["1:1", "16:9"]})
    assert plan.describe(first=2) == (
        "8 generations: red|blue (2) x animal (2) x aspectRatio (2)\n"
        "  1. a red fox  [aspectRatio 1:1]\n"
        "  2. a red fox  [aspectRatio 16:9]\n"
        "  ... and 6 more"
    )
    assert plan.describe(first=0) == plan.describe().split("\n")[0]
    assert plan.sample(3, seed=1).describe().startswith("3 of 8 generations: red|blue (2)")
    assert expand("a fox", {}).describe() == "1 generation\n  1. a fox"
    assert len(expand("fox\x1b[2J " * 100, {}).describe().split("\n")[1]) < 110
    assert expand("a fox", {}, {"seed": [10**5000, 1]}).describe().split("\n")[1] == "  1. a fox  [seed <int>]"
    assert "\x1b" not in expand("fox\x1b[2J", {}).describe()


def test_a_plan_is_a_sequence() -> None:
    plan = expand("{a|b|c}{d|e}", {})
    assert plan[-1].prompt == "ce"
    assert [one.prompt for one in plan.expansions[1:4]] == ["ae", "bd", "be"]
    assert plan.expansions[::-1][0] == plan[-1]
    with pytest.raises(IndexError):
        plan[6]


def test_sample_is_a_part_in_order_and_repeatable() -> None:
    plan = expand("{n} {a|b}", {"n": list(range(50))})
    part = plan.sample(10, seed=7)
    texts = [one.prompt for one in part]
    everything = [one.prompt for one in plan]
    assert len(part) == len(set(texts)) == 10
    assert texts == sorted(texts, key=everything.index)
    assert texts == [one.prompt for one in plan.sample(10, seed=7)]
    assert texts != [one.prompt for one in plan.sample(10, seed=8)]
    assert part.axes == plan.axes
    assert set(texts) >= {one.prompt for one in part.sample(4, seed=1)}
    assert [one.prompt for one in plan.sample(1000, seed=7)] == everything
    with pytest.raises(PromptError):
        plan.sample(0, seed=7)


def test_huge_products_are_counted_and_sampled_without_being_made() -> None:
    start = time.perf_counter()
    plan = expand("{a|b}" * 20 + "{n}{m}", {"n": list(range(1000)), "m": list(range(1000))}, {"seed": [1, 2]})
    assert len(plan) == 2**21 * 10**6
    assert plan[-1].prompt == "b" * 20 + "999999"
    assert len(set(plan.sample(100, seed=3).expansions.picks)) == 100
    assert "more" in plan.describe()
    with pytest.raises(PromptError, match="too large"):
        plan.sample(10**9, seed=3)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("template", ["x" + "{a|b}" * 63, "x" + "{a|b}" * 5000, "{{n}{n}{a|b}{m}|x}" * 40])
def test_what_cannot_be_counted_is_refused(template: str) -> None:
    variables: dict[str, object] = {"n": ["1", "2"], "m": ["1", "2", "3"]}
    assert "than can be counted" in refused(template, **variables).message
    assert len(expand("x" + "{a|b}" * 62, {})) == 2**62 < sys.maxsize


@pytest.mark.parametrize("template", ["{{n}{m}|x}", "{" + "x|" * 20_000 + "}y", "{" + "{n}|" * 200 + "x}"])
def test_alternatives_that_come_to_too_many_are_refused(template: str) -> None:
    error = refused(template, n=list(range(1000)), m=list(range(1000)))
    assert "alternatives at column 1 come to more than 10,000" in error.message


@pytest.mark.parametrize(
    "template",
    [
        *(
            "{" * 50_000,
            "{" * 20_000 + "}" * 20_000,
            "[" * 50_000,
            "{x" * 20_000 + "}" * 20_000,
            "{'" * 30_000,
        ),
        *('{"a":' * 20_000, "{ |" * 20_000 + "}" * 20_000, "{ " * 20_000, "{{a|b}}" * 10_000, ',"' * 40_000),
        *("{a}" * 20_000, "{ {}" + "{}" * 20_000 + "}", "x{" + "{a}" * 20_000 + "|y}", "{ " + " a," * 20_000),
    ],
)
def test_long_templates_are_read_in_linear_time(template: str) -> None:
    start = time.perf_counter()
    plan = expand(template, {"a": "x", "x": "y"})
    assert plan[0].prompt
    assert time.perf_counter() - start < 3


# --- whatever comes


@UNHURRIED
@given(
    TEMPLATES,
    st.fixed_dictionaries({"a": VALUES}, optional={"b": VALUES}),
    st.dictionaries(st.text(), VALUES),
)
def test_only_prompt_errors_and_as_many_as_announced(
    template: str, variables: dict[str, object], options: dict[str, object]
) -> None:
    try:
        plan: Plan = expand(template, variables, options)
    except PromptError:
        return
    assert plan.describe(first=1)
    if len(plan) > 2000:
        return
    made = list(plan)
    assert len(made) == len(plan)
    for one in made:
        assert one.prompt.strip()
        assert list(one.inputs) == list(options)
        assert list(one.labels) == list(plan.axes)
    assert [list(one.labels.values()) for one in made] == [list(p) for p in product(*plan.axes.values())]


@UNHURRIED
@given(TEMPLATES.map("x".__add__))
def test_what_is_named_is_what_is_needed(template: str) -> None:
    try:
        names = names_in(template)
    except PromptError:
        return
    assert expand(template, dict.fromkeys(names, "x"))
    for missing in names:
        assert f"{{{missing}}} at " in refused(template, **{name: "x" for name in names if name != missing}).message
