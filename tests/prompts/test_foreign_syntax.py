"""Other tools' grammars, and slips: refused with our spelling, and what to write for the text itself."""

from __future__ import annotations

import pytest

from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.template import escape
from tests.prompts.expanding import prompts, refused

GROUPS = [
    ("a {3::blue|red} fox", "{blue|red}"),
    ("{0.5::summer|0.1::autumn|winter} light", "{summer|autumn|winter}"),
    ("a {red::2|blue::1.5} door", "{red|blue}"),
    ("{.7::day|night}", "{day|night}"),
    ("a {big {2::cat|dog}|small owl}", "{cat|dog}"),
    ("{2$$red|green|blue} stripes", "{red, green|red, blue|green, blue}"),
    ("{1-2$$ and $$fox|owl} at dusk", "{fox|owl|fox and owl}"),
    ("{-1$$hat|scarf}", "{|hat|scarf}"),
    ("a {fox,owl} in snow", "{fox|owl}"),
    ("{spring, summer, late autumn} wood", "{spring|summer|late autumn}"),
    ("a {light,dark}-haired girl", "{light|dark}"),
    ("({Paris,New York}) at night", "{Paris|New York}"),
    ("a {2 cats, 3 dogs} parade", "{2 cats|3 dogs}"),
    ("{\u72d0\u3001\u68df} in the snow", "{\u72d0|\u68df}"),
    ("a {small|very {old,young}} tree", "{old|young}"),
    ("{{fox,owl}|hen}", "{fox|owl}"),
]


@pytest.mark.parametrize(("template", "ours"), GROUPS)
def test_other_tools_alternatives_are_refused_with_ours(template: str, ours: str) -> None:
    error = refused(template)
    assert f"Write {ours}" in str(error)
    assert "--literal" in str(error)


def test_more_combinations_than_can_be_shown_become_a_list() -> None:
    for template in (
        "{2-$$a|b}",
        "{2$$a|b}",
        "{3$$a|b|c|d|e|f}",
        "{2$$" + "|".join("abcdefghijklmnop") + "}",
        "{999$$a|b}",
    ):
        assert "Put the combinations into a list" in str(refused(template))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a {{3::blue|red}} fox", "a {3::blue|red} fox"),
        ("a {{2$$x|y}}", "a {2$$x|y}"),
        ("a {{fox,owl}} in snow", "a {fox,owl} in snow"),
        ("a {{{fox,owl}}}", "a {{fox,owl}}"),
        ("{{spring, summer}}", "{spring, summer}"),
    ],
)
def test_doubled_braces_are_the_text_of_other_tools_alternatives(template: str, text: str) -> None:
    assert prompts(template) == [text]
    assert escape(text) == template


@pytest.mark.parametrize(("text", "spelled"), [("a {2::x|y}", "{{2::x|y}}"), ("{fox,owl}", "{{fox,owl}}")])
def test_the_error_shows_how_to_mean_it_literally(text: str, spelled: str) -> None:
    assert f"To mean it literally, write {spelled}, or add `--literal` (" in str(refused(text))


@pytest.mark.parametrize(
    ("template", "source", "ours"),
    [
        ("{red|blue fox", "`{red|blue` at column 1", "Write {red|blue}."),
        ("a {old|young|wise owl at dusk", "`{old|young|wise` at column 3", "Write {old|young|wise}."),
        ("a {a|b c", "`{a|b`", "Write {a|b}."),
        ("one\na {dark blue|red hat\nand more", "at line 2, column 3", "Write {dark blue|red}."),
        ("a {red|blue {fox|owl} in {wood|town", "`{red|blue`", "Write {red|blue}"),
        ("a {style=oil|neon fox", "`{style=oil|neon`", "Write {style=oil|neon}."),
        ("a red|blue} fox", "`red|blue}` at column 3", "Write {red|blue}."),
        ("cat|dog|hen} on a farm", "`cat|dog|hen}` at column 1", "Write {cat|dog|hen}."),
        ("{a|b} and grey|brown} fur", "`grey|brown}`", "Write {grey|brown}."),
        ("{{red|blue} fox", "`{{red|blue}`", "Write {red|blue} for alternatives"),
        ("a {red|blue}} fox", "`{red|blue}}`", "{{red|blue}}"),
        ("{{x|y}|b}} c", "`{{x|y}|b}}`", "Write {{x|y}|b} for alternatives"),
        ("a {animal in snow", "`{animal` at column 3", "Write {animal} for a variable"),
        ("the {place, at dusk", "`{place`", "Write {place}"),
        ("{subject", "`{subject`", "Write {subject}"),
        ("a animal} in snow", "`animal}` at column 3", "Write {animal} for a variable"),
        ("a fox, style}", "`style}`", "Write {style}"),
        ("in {place} by artist}.", "`artist}`", "Write {artist}"),
    ],
)
def test_a_brace_that_lacks_its_partner_is_refused(template: str, source: str, ours: str) -> None:
    error = refused(template, animal="fox", place="a wood")
    assert source in error.message
    assert ours in str(error)
    assert "--literal" in str(error)


@pytest.mark.parametrize(
    ("template", "ours"),
    [
        ("a fox --ar 16:9", "Write `-a 16:9` on the line"),
        ("a fox --aspect 3:2", "`-a 3:2`"),
        ("a fox --ar 4x5", "`-a 4:5`"),
        ("a fox --AR 16:9 in snow", "`-a 16:9`"),
        ("a fox --aspect-ratio 1:1", "`-a 1:1`"),
        ("a fox --seed 7", "`-p seed=7`"),
        ("a fox --ar 2:3 --seed 12 --repeat 4", "`-a 2:3 -p seed=12 -n 4`"),
        ("a fox --ar {16:9, 1:1}", "`-a 16:9,1:1`"),
        ("a fox --ar {16:9|1:1}", 'aspect_ratio=["16:9", "1:1"]'),
        ("a fox --ar {ratio}", "`-a {ratio}`"),
        ("a fox \u2014ar 16:9", "`-a 16:9`"),
        ("a fox \u2013stylize 250", "leave out"),
        ("a fox \u2212\u2212v 6", "leave out"),
        ("a fox -ar 16:9", "`-a 16:9`"),
        ("a fox--ar 16:9", "`-a 16:9`"),
        ("a fox, --q 2", "leave out `--q 2`"),
        ("a fox.\n--v 6.1", "leave out `--v 6.1`"),
        ("a fox --v6", "leave out `--v6`"),
        ("a fox --version 5.2", "leave out"),
        ("a fox --stylize 250", "leave out"),
        ("a fox --s 50", "leave out"),
        ("a fox --chaos 30", "leave out"),
        ("a fox --weird 1000", "leave out"),
        ("a fox --chaos", "leave out `--chaos`"),
        ("a fox --stylize --iw", "leave out `--stylize --iw`"),
        ("a fox --niji 5", "leave out `--niji 5`"),
        ("a fox --niji", "leave out `--niji`"),
        ("a fox --tile", "leave out `--tile`"),
        ("a fox --iw 2", "leave out"),
        ("a fox --iw .5 --tile", "leave out `--iw .5 --tile`"),
        ("a fox --style raw", "leave out"),
        ("a fox --raw --profile rtbkpdz --v 7", "leave out `--raw --profile rtbkpdz --v 7`"),
        ("a fox --sref https://example.com/a.png --sw 80", "leave out"),
        ("a fox --cref 12345", "leave out"),
        ("a fox --no text", "without text"),
        ("a fox --no hats, people --ar 16:9", "without hats, people"),
        ("a fox --no {thing}", "without {thing}"),
        ('"a fox --ar 16:9"', "`-a 16:9`"),
        ("a train --rs 720p --dur 5 --cf false", "`-r 720p -d 5`"),
        ("{red|blue} fox --ar 16:9 --v 6", "leave out `--v 6`"),
    ],
)
def test_parameters_with_dashes_are_refused_with_our_options(template: str, ours: str) -> None:
    error = refused(template, ratio="1:1", thing="hat")
    assert ours.casefold() in str(error).casefold()
    assert "--literal" in str(error)


@pytest.mark.parametrize(
    ("template", "ours"),
    [
        ("a (fox:1.3) in snow", "`fox`"),
        ("((red fox:1.15)), dusk", "`red fox`"),
        ("(a very old oak:0.8)", "`a very old oak`"),
        ("((fox)) in snow", "`fox`"),
        ("a (((small, old fox)))", "`small, old fox`"),
        ("a [cow|horse] in a field", "{cow|horse}"),
        ("[red hat|blue scarf|none], portrait", "{red hat|blue scarf|none}"),
        ("a [dog:wolf:0.5]", "Say in words"),
        ("[:snow:.3] a fox", "Say in words"),
        ("a fox <lora:pixel:0.8>", "Leave it out"),
        ("<hypernet:old:1> fox", "Leave it out"),
        ("<random:red, blue> fox", "Leave it out"),
        ("a __animals__ in snow", "{animals}"),
        ("__places/winter__ with a fox", "{winter}"),
        ("a __hair-colours*__ cat", "{hair_colours}"),
        ("cat::2 dog::-1", "`cat`"),
        ("a sleeping fox::1.5", "`fox`"),
        ("/imagine prompt: a fox", "Begin with"),
        ("/imagine a fox", "Begin with"),
        ("a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1", "Leave it out"),
        ("a {red\uff5cblue} fox", "{red|blue}"),
        ("a \uff5bred|blue\uff5d fox", "{red|blue}"),
        ("a {red\u00a6blue} fox", "{red|blue}"),
    ],
)
def test_what_only_another_tool_reads_is_refused(template: str, ours: str) -> None:
    error = refused(template)
    assert ours in str(error)
    assert "--literal" in str(error)


def test_the_first_slip_is_told_with_its_place() -> None:
    message = refused("a ((fox)) at dusk\nwith {red|blue hat --ar 16:9").message
    assert message.startswith("`((fox))` at line 1, column 3 ")
    assert refused("a fox\n  --ar 16:9 --v 6").message.startswith("`--ar 16:9 --v 6` at line 2, column 3 ")


def test_what_stands_for_a_name_is_not_looked_at() -> None:
    words = ["a fox --ar 16:9", "{fox,owl}", "{red|blue fox", "((fox)) __animals__"]
    assert prompts("{words}", words=words) == words


def test_alternatives_may_hold_a_named_axis() -> None:
    for template in ("{style=oil|neon} fox", "a {style=oil|neon} {style=oil|neon}", "{{style=oil|neon}}"):
        assert expand(template, {})
