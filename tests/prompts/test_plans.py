"""Options, the order of axes, and what a plan tells of itself."""

from __future__ import annotations

import sys
from itertools import product

import pytest

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.template import names_in
from tests.prompts.expanding import refused


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
    plan = expand("{a|b}" * 20 + "{n}{m}", {"n": list(range(1000)), "m": list(range(1000))}, {"seed": [1, 2]})
    assert len(plan) == 2**21 * 10**6
    assert plan[-1].prompt == "b" * 20 + "999999"
    assert len(set(plan.sample(100, seed=3).expansions.picks)) == 100
    assert "more" in plan.describe()
    with pytest.raises(PromptError, match="too large"):
        plan.sample(10**9, seed=3)


@pytest.mark.parametrize("template", ["x" + "{a|b}" * 63, "x" + "{a|b}" * 5000, "{{n}{n}{a|b}{m}|x}" * 40])
def test_what_cannot_be_counted_is_refused(template: str) -> None:
    variables: dict[str, object] = {"n": ["1", "2"], "m": ["1", "2", "3"]}
    assert "than can be counted" in refused(template, **variables).message
    assert len(expand("x" + "{a|b}" * 62, {})) == 2**62 < sys.maxsize


@pytest.mark.parametrize("template", ["{{n}{m}|x}", "{" + "x|" * 20_000 + "}y", "{" + "{n}|" * 200 + "x}"])
def test_alternatives_that_come_to_too_many_are_refused(template: str) -> None:
    error = refused(template, n=list(range(1000)), m=list(range(1000)))
    assert "alternatives at column 1 expand to more than 10,000" in error.message


@pytest.mark.parametrize(
    "template",
    [
        *(
            "{" * 15_000,
            "{" * 5_000 + "}" * 5_000,
            "[" * 15_000,
            "{x" * 5_000 + "}" * 5_000,
            "{'" * 30_000,
        ),
        *('{"a":' * 5_000, "{ |" * 5_000 + "}" * 5_000, "{ " * 5_000, "{{a|b}}" * 3_000, ',"' * 40_000),
        *("((" * 5_000, "(aa" * 5_000, "[aa|" * 5_000, "[aa:" * 5_000, "<lora:" * 5_000, "aa::" * 5_000),
        *("__a" * 5_000, "__a-" * 5_000, " --v" * 5_000, "--no a" + " " * 15_000 + ".", "--ar" + " " * 15_000 + "x"),
        *("`" * 15_000, "`a" * 30_000, '"a ' * 5_000, "\u2014" * 15_000, "\uff5b" * 15_000, "x" + "\n" * 15_000),
        *(
            "a" * 15_000 + "}a",
            "x{" * 5_000,
            "{" + "|" * 15_000,
            "a-" * 15_000,
        ),
        *("{a}" * 5_000, "{ {}" + "{}" * 5_000 + "}", "x{" + "{a}" * 5_000 + "|y}", "{ " + " a," * 5_000),
    ],
)
@pytest.mark.timeout(30)
def test_long_templates_are_read_in_linear_time(template: str) -> None:
    plan = expand(template, {"a": "x", "x": "y"})
    assert plan[0].prompt


@pytest.mark.parametrize(
    "template",
    [
        *(" --v 6" * 5_000, '" --v 6 ' * 3_000, "{aa,bb} " * 3_000, "{aa," + "bb," * 15_000 + "cc}"),
        *(
            "{aa, " * 5_000,
            "{aa bb " * 5_000 + "}",
            "{a|b}} " * 3_000,
            "a" * 15_000 + "} }",
            "{2$$" + "a|" * 9_000 + "}",
        ),
    ],
)
@pytest.mark.timeout(30)
def test_long_slips_are_found_in_linear_time(template: str) -> None:
    error = refused(template)
    assert "--literal" in str(error)
    assert len(str(error)) < 1000


def test_values_of_an_option_that_are_the_same_are_noted_and_made() -> None:
    options = {"aspectRatio": ["1:1", "16:9", "1:1"], "images": [["p"], ["q"], ["p"]], "seed": [1, "1", True, 1.0]}
    plan = expand("a fox", {}, options)
    assert plan.notes == tuple(
        f"Note: {axis} has a value more than once; each is made." for axis in ("aspectRatio", "images")
    )
    assert len(plan) == 36
    assert plan.notes[0] in plan.describe()
