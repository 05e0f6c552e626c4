"""`sweep.refine()`: the next cell as text, which asks for exactly what is left."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, Playcut, PlaycutError, Sweep
from playcut_jupyter.design.effects import Effect
from playcut_jupyter.design.planning import SweepRequest, plan_sweep
from playcut_jupyter.design.refinement import refined_cell, strongest
from playcut_jupyter.library import ratings
from playcut_jupyter.library.records import canonical
from playcut_jupyter.syntax.cell_line import parse_cell_line
from playcut_jupyter.tools import GenerationRequest
from tests.prompts.expanding import TEMPLATES, UNHURRIED
from tests.shells import cell, connected, line

VARIABLES: Mapping[str, object] = {
    "animal": ["fox", "owl", "cat"],
    "n": [1, 2],
    "mood": "calm {now}",
    "b": ["{x}", "y"],
}


def read(text: str) -> SweepRequest:
    """Return what the cell asks for, without any variable."""
    first, body = text.split("\n", 1)
    parsed = parse_cell_line(first.removeprefix("%%playcut "), {})
    assert first.startswith("%%playcut ")
    return plan_sweep(
        parsed.kind,
        body,
        {},
        parsed.inputs,
        literal=parsed.literal,
        count=parsed.count,
        max_generations=parsed.max_generations,
    )


def told(one: GenerationRequest) -> tuple[str, str]:
    """Return the prompt, which a cell has without line breaks around it, and the other inputs."""
    return one.prompt.strip("\n"), canonical(one.inputs, one.tool.prompt_field)


def requests(request: SweepRequest) -> Counter[tuple[str, str]]:
    return Counter(map(told, request.generations()))


def left(request: SweepRequest, kept: Mapping[str, Sequence[str]]) -> Counter[tuple[str, str]]:
    return Counter(
        told(one)
        for one in request.generations()
        if all(str(value) in kept.get(axis, [str(value)]) for axis, value in one.labels.items())
    )


@pytest.mark.parametrize(
    ("template", "kept", "body"),
    [
        ("a {red|blue|grey} fox", {"red|blue|grey": ["red", "grey"]}, "a {red|grey} fox"),
        ("a {red|blue} fox", {"red|blue": ["blue"]}, "a blue fox"),
        ("{style=oil|neon|ink}, {style}", {"style": ["oil", "ink"]}, "{style=oil|ink}, {style}"),
        ("{style}: {style=oil|neon|ink}", {"style": ["neon"]}, "neon: neon"),
        ("a {animal}, {mood}", {"animal": ["owl", "cat"]}, "a {animal=owl|cat}, calm {{now}}"),
        ("{b} and {red|blue}", {"b": ["{x}"]}, "{{x}} and {red|blue}"),
        ("{a {animal}|an eagle}", {"a {animal}|an eagle": ["a owl", "an eagle"]}, "{a owl|an eagle}"),
        ('{"s": "{s=oil|neon|ink}"}', {"s": ["oil", "ink"]}, '{"s": "{s=oil|ink}"}'),
        ("{x| y|z}!", {"x| y|z": [" y", "z"]}, "{axis_1= y|z}!"),
        ("{x|s=a|b}!", {"x|s=a|b": ["s=a", "b"]}, "{axis_1=s=a|b}!"),
        ("{x|y|x}", {"x|y|x": ["x"]}, "{x|x}"),
    ],
)
def test_a_template_loses_what_is_not_kept(template: str, kept: dict[str, list[str]], body: str) -> None:
    request = plan_sweep("image", template, VARIABLES, {})
    text = refined_cell(request, kept)
    assert text == f"%%playcut image\n{body}"
    assert requests(read(text)) == left(request, kept)


@pytest.mark.parametrize(
    ("kind", "options", "kept", "words"),
    [
        ("image", {"aspect_ratio": ["1:1", "16:9", "9:16"]}, {"aspectRatio": ["1:1", "9:16"]}, "-a 1:1,9:16"),
        ("image", {"aspect_ratio": ["1:1", "16:9"]}, {"aspectRatio": ["16:9"]}, "-a 16:9"),
        ("video", {"duration_seconds": [2, 4.5, 8]}, {"durationSeconds": ["2", "4.5"]}, "-d 2,4.5"),
        ("speech", {"voice": ["Ada", "Grace (English, US)"]}, {}, "-p 'voiceId=Ada,Grace (English, US)'"),
        ("image", {"seed": [1, 2, 3], "image_size": "1K"}, {"seed": ["2"]}, "-p seed=2 -s 1K"),
        ("image", {"note": ["oil, ink", "7", "{x}"]}, {"note": ["oil, ink", "7"]}, """-p 'note="oil, ink","7"'"""),
        ("image", {"ids": [[1, 2], [3]]}, {}, "-p 'ids=[1, 2],[3]'"),
    ],
)
def test_options_are_written_on_the_line(
    kind: str, options: dict[str, object], kept: dict[str, list[str]], words: str
) -> None:
    request = plan_sweep(kind, "a {red|blue} fox", {}, options, count=2)
    text = refined_cell(request, kept)
    assert text.splitlines()[0].startswith(f"%%playcut {kind} {words} -n 2")
    assert requests(read(text)) == left(request, kept)


def test_what_was_large_or_a_sample_stays_as_large_as_it_was() -> None:
    large = plan_sweep("image", "{n} {animal} {p|q|r|s}", VARIABLES, {}, max_generations=30)
    assert " --max 18\n" in refined_cell(large, {"p|q|r|s": ["p", "q", "r"]})
    assert "--max" not in refined_cell(large, {"p|q|r|s": ["p"]})
    sampled = plan_sweep("image", "{n} {animal} {p|q|r|s}", VARIABLES, {}, sample=5)
    assert " --sample 5\n" in refined_cell(sampled, {"p|q|r|s": ["p", "q", "r"]})
    assert "--sample" not in refined_cell(sampled, {"p|q|r|s": ["p"], "animal": ["fox"]})


def test_a_prompt_that_only_a_variable_can_hold_is_taken_literally_or_refused() -> None:
    foreign = {"words": ["a fox --ar 16:9", "an owl"], "barred": ["a|b", "c|d"]}
    request = plan_sweep("image", "{words}", foreign, {})
    assert refined_cell(request, {"words": ["a fox --ar 16:9"]}) == "%%playcut image --literal\na fox --ar 16:9"
    with pytest.raises(InvalidInput, match="can't be written as a cell"):
        refined_cell(plan_sweep("image", "x {barred}", foreign, {}), {})


@UNHURRIED
@given(TEMPLATES, st.randoms(use_true_random=False))
def test_the_text_asks_for_exactly_what_is_left(template: str, choice: random.Random) -> None:
    variables = {"a": ["fox", "owl", "cat"], "b": "calm", "c": [1, 2]}
    try:
        request = plan_sweep("image", template, variables, {"seed": [1, 2]})
    except PlaycutError:
        assume(False)
    assume(request.total <= 500)
    kept = {
        axis: [str(value) for value in choice.sample(list(values), choice.randint(1, len(values)))]
        for axis, values in request.axes.items()
    }
    try:
        text = refined_cell(request, kept)
    except InvalidInput:
        return
    assert requests(read(text)) == left(request, kept)


@pytest.mark.parametrize(
    ("share", "kept"), [(0.5, ["x", "y"]), (1, ["x", "y", "z"]), (0.1, ["x"]), (0.34, ["x"]), (1 / 3, ["x"])]
)
def test_a_share_of_the_values_is_kept_and_a_tie_loses_nothing(share: float, kept: list[str]) -> None:
    plan = plan_sweep("image", "{s=z|x|y} {t=a|b} {u=c|d}", {}, {}).plan
    strengths = {"x": 1.0, "y": 0.0, "z": -1.0}
    found = [Effect("s", value, strength, 0, 0, 2) for value, strength in strengths.items()]
    found += [Effect("t", value, 0.0, 0, 0, 2) for value in "ab"]
    found += [Effect("u", value, 0.0, -3, 3, 0) for value in "cd"]
    assert strongest(plan, found, share) == {"s": kept, "t": ["a", "b"]}


@pytest.mark.parametrize("share", [0, -1, 1.5, True, float("nan"), None, "half"])
def test_what_is_no_share_is_refused(share: object) -> None:
    with pytest.raises(InvalidInput, match="keep is a share above 0"):
        strongest(plan_sweep("image", "{a|b}", {}, {}).plan, [], share)


# -- from cells and Python --------------------------------------------------------------------------------------


def judge(pc: Playcut, sweep: Sweep, is_better: Callable[[Mapping[str, object]], bool]) -> None:
    """Let each generation that is better win against each that is not."""
    for winner in sweep:
        for loser in sweep:
            if is_better(winner.labels) and not is_better(loser.labels):
                ratings.keep_pick(pc.connector.offline_connection.library, winner.id or 0, loser.id or 0)


def test_the_losers_of_a_cell_are_dropped_and_the_next_cell_costs_nothing(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns["animal"] = ["fox", "owl"]
    sweep = cell(shell, "-a 1:1,16:9 -o foxes", "a {animal}, {style=oil|neon}")
    with pytest.raises(InvalidInput, match="Nothing has been judged yet") as caught:
        line(shell, "refine")
    assert 'keep={"style": ["neon"]}' in str(caught.value.hint)
    judge(connected(shell), sweep, lambda labels: labels["style"] == "neon" and labels["animal"] == "owl")
    capsys.readouterr()

    line(shell, "refine foxes --keep 0.5")

    text = "%%playcut image -a 1:1,16:9\na owl, neon"
    assert capsys.readouterr().out == f"{text}\n"
    assert shell.rl_next_input == text
    assert sweep.refine() == text
    del shell.user_ns["animal"]
    refined = cell(shell, *[part.removeprefix("%%playcut ") for part in text.split("\n")])
    assert [one.reused for one in refined] == [True, True]
    line(shell, "effects foxes")
    assert "12 rounds: " in capsys.readouterr().out


def test_values_are_kept_by_name_without_a_judgement(pc: Playcut) -> None:
    sweep = pc.sweep("a {red|blue} fox", style=["oil", "neon"], seed=[1, 2])
    assert sweep.refine(keep={"style": ["neon"], "seed": 2}) == (
        "%%playcut image -p style=neon -p seed=2\na {red|blue} fox"
    )
    for keep, message in (
        ({"stile": ["neon"]}, "no axis 'stile'. Did you mean 'style'?"),
        ({"style": ["ink"]}, "has no value 'ink'"),
        ({"style": []}, "must keep a value"),
    ):
        with pytest.raises(InvalidInput, match=message.replace("?", r"\?")):
            sweep.refine(keep=keep)


def test_a_child_is_refined_as_a_child(pc: Playcut) -> None:
    fox = pc.image("a fox", aspect_ratio="16:9")
    text = pc.sweep("+ {at dusk|at dawn}", parent=fox).refine(keep={"at dusk|at dawn": ["at dusk"]})
    assert text == f"%%playcut image -a 16:9 --from {fox.id}\na fox at dusk"
    minus = pc.image("- a dash")
    text = pc.sweep("+ {at dusk|at dawn}", parent=minus).refine(keep={"at dusk|at dawn": ["at dusk"]})
    assert text == "%%playcut image\n- a dash at dusk"


def test_earlier_results_as_values_are_kept_by_their_names(pc: Playcut) -> None:
    fox, owl = pc.image("a fox"), pc.image("an owl")
    sweep = pc.sweep("in the style of it", reference=[fox, owl])
    with pytest.raises(InvalidInput) as caught:
        sweep.refine(keep={"reference": ["@3"]})
    assert "Its values are @1, @2." in str(caught.value.hint)

    judge(pc, sweep, lambda labels: labels["reference"] == "@2")

    text = f"%%playcut image -p reference={owl.assets[0].id}\nin the style of it"
    assert sweep.refine() == sweep.refine(keep={"reference": "@2"}) == text


def test_text_that_looks_like_an_earlier_result_stays_text(pc: Playcut) -> None:
    sweep = pc.sweep("a fox", author=["@5", "@@fox"], seed=[1, 2])
    assert sweep.refine(keep={"seed": 2}) == "%%playcut image -p author=@@5,@@@fox -p seed=2\na fox"


def test_what_has_nothing_to_drop_says_so(pc: Playcut, shell: InteractiveShell) -> None:
    fox = pc.image("a fox", count=2)
    several = pc.sweep("+ {at dusk|at dawn}", parent=fox)
    for sweep, message in (
        (fox, "no axis with several values"),
        (several, "has several parents"),
        (Sweep(list(fox)), "isn't known here"),
    ):
        with pytest.raises(InvalidInput, match=message):
            sweep.refine()
    for command in ("refine", "effects", "refine nosuch"):
        with pytest.raises(InvalidInput, match=f"`%playcut {command.split()[0]}` needs a sweep"):
            line(shell, command)
    with pytest.raises(InvalidInput, match="'half' is not a fraction"):
        line(shell, "refine --keep half")
