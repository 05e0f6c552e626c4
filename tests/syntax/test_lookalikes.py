"""What is an option but for its dashes, letters or quotes is refused with the right spelling; prose passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, PromptError
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import parse_cell_line, parse_one_line
from playcut_jupyter.syntax.near_options import check_body
from playcut_jupyter.syntax.parsers import cell_parser, options_of
from tests.shells import cell, line

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2796\u02d7\u207b\ufe58\ufe63\uff0d\u30fc"
INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff\u200e\ufe0f\u2800"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("\u2014aspect-ratio 16:9 a fox", "--aspect-ratio"),
        ("\u2013n 3 a fox", "-n"),
        ("\u2013a 16:9 a fox", "-a"),
        ("\u2014a {ratio} a fox", "-a"),
        ("\u2212s2K a fox", "-s2K"),
        ("\u2212\u2212image-size 2K a fox", "--image-size"),
        ("-\u2014no-wait a fox", "--no-wait"),
        ("\u2014fresh a fox", "--fresh"),
        ("\u2014session Foxes a fox", "--session"),
        ("\u2014aspect 16:9 a fox", "--aspect-ratio"),
        ("\u2014aspect-ration 16:9 a fox", "--aspect-ratio"),
        ("\u2014ar 16:9 a fox", "--aspect-ratio"),
        ("\u2014dry-run=yes a fox", "--dry-run"),
        ("--aspect\u2011ratio 16:9 a fox", "--aspect-ratio"),
        ("--image\u2013size=2K a fox", "--image-size=2K"),
        ("\uff0da 16:9 a fox", "-a"),
        ("\uff0d\uff0d\uff46\uff52\uff45\uff53\uff48 a fox", "--fresh"),
        ("\xad--fresh a fox", "--fresh"),
        ("\u200b-n 2 a fox", "-n"),
        ("-\u2060n 2 a fox", "-n"),
        ("--no-wait \ufeff--fresh a fox", "--fresh"),
        ("-n 2 \u2014seed 3 a fox", "--seed"),
        ("-aspect-ratio 16:9 a fox", "--aspect-ratio"),
        ("-fresh a fox", "--fresh"),
        ("---dry-run a fox", "--dry-run"),
        ("\u201c--fresh\u201d a fox", "--fresh"),
        ('"--aspect-ratio 16:9" a fox', "--aspect-ratio"),
        ("'-n' 2 a fox", "-n"),
        ("aspect-ratio 16:9 a fox", "--aspect-ratio"),
        ("aspect_ratio=16:9 a fox", "--aspect-ratio=16:9"),
        ("count=3 a fox", "--count=3"),
        ("a fox \u2014aspect-ratio 16:9", "--aspect-ratio"),
        ("a fox \u2013n 2", "-n"),
        ("a fox \u2014max 20", "--max"),
        ("a fox \u2212\u2212fresh", "--fresh"),
        ("a fox \u2014ar 16:9", "--aspect-ratio"),
        ("a fox -aspect-ratio 16:9", "--aspect-ratio"),
        ("a fox \u2014fresh", "--fresh"),
    ],
)
def test_what_is_nearly_an_option_is_no_prompt(
    shell: InteractiveShell, sandbox: Sandbox, typed: str, meant: str
) -> None:
    before = sandbox.requests

    with pytest.raises(InvalidInput) as caught:
        line(shell, f"image {typed}")

    assert f"`{meant}`" in str(caught.value)
    assert sandbox.requests == before


@pytest.mark.parametrize(
    "prompt",
    [
        "\u2014 a fox at dusk",
        "\u2014a fox at dusk, running",
        "\u2014a 3D fox",
        "\u2014o happy fox",
        "\u2013 at dusk, a fox",
        "\u2014Fresh snow on the pines",
        "\u2014Max se fue, dijo el zorro",
        "\u2014voices in the dark",
        "\u2014dry leaves on a path",
        "\u2014image of a fox",
        "\u2014hola \u2014dijo el zorro",
        "\u22125 degrees, a frozen lake",
        "a fox \u2014from the hills\u2014 runs",
        "a fox\u2014aspect-ratio of the moon",
        "a well\u2011known fox \u2013 twice",
        "\u201cfresh\u201d air, \u2018max\u2019 power",
        "count von fox",
        "fresh snow",
        "\u00ab\u202fUn renard\u202f\u00bb",
        "the sum \u2212n of foxes",
        "soft\xadhyphens and \u200bzero\u200bwidth spaces",
        "from last to first, a fox",
    ],
)
def test_typography_of_prose_is_part_of_the_prompt(prompt: str) -> None:
    assert parse_one_line("image", prompt, {})[1] == prompt
    assert parse_one_line("image", f"-n 2 {prompt}", {})[1] == prompt
    check_body(f"{prompt}\n{prompt}")


@given(
    option=st.sampled_from([text for text in options_of(cell_parser()) if text not in ("-a", "-o")]),
    dash=st.sampled_from(DASHES),
    is_double=st.booleans(),
)
def test_no_dash_makes_an_option_a_prompt(option: str, dash: str, is_double: bool) -> None:
    typed = dash * (1 + is_double) + option.lstrip("-")

    with pytest.raises(InvalidInput, match=f"`{option}`"):
        parse_one_line("image", f"{typed} a fox", {})
    with pytest.raises(InvalidInput, match=f"`{option}`"):
        parse_cell_line(f"image {typed} 16:9", {})


@given(
    option=st.sampled_from(list(options_of(cell_parser()))),
    invisible=st.sampled_from(INVISIBLE),
    at=st.integers(0, 20),
)
def test_no_invisible_character_makes_an_option_a_prompt(option: str, invisible: str, at: int) -> None:
    typed = option[:at] + invisible + option[at:]

    with pytest.raises(InvalidInput):
        parse_one_line("image", f"{typed} 16:9 a fox", {})
    with pytest.raises(InvalidInput):
        parse_cell_line(f"image {typed} 16:9", {})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("image \u2014fresh", "--fresh"),
        ("\u2014aspect-ratio 16:9", "--aspect-ratio"),
        ("\u2013n 2", "-n"),
        ("image -n 2 \u2212s 2K", "-s"),
        ("image \u2014Seed 3", "--seed"),
        ("image --save \u2014fresh", "--fresh"),
        ("image \u201c--fresh\u201d", "--fresh"),
        ("image aspect-ratio 16:9", "--aspect-ratio"),
        ("-no-wait", "--no-wait"),
        ("image \u2014voices Ada", "--voice"),
    ],
)
def test_a_cells_line_names_the_right_spelling(typed: str, meant: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_cell_line(typed, {})

    assert f"`{meant}`" in str(caught.value)


def test_the_error_names_the_character_that_cant_be_told_apart() -> None:
    for typed, name in (
        ("\u2014fresh", "em dash"),
        ("--no\u2011wait", "hyphen"),
        ("\u200b--fresh", "zero width space"),
    ):
        with pytest.raises(InvalidInput, match=name):
            parse_cell_line(f"image {typed}", {})


# -- quotes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--session \u201cDay one\u201d", '--session "Day one"'),
        ("--session \u201eTag eins\u201c", '--session "Tag eins"'),
        ("--session \u00abJour un\u00bb", '--session "Jour un"'),
        ("-v \u2018Grace Hopper\u2019", "-v 'Grace Hopper'"),
        ("-p style=\u201coil paint\u201d", '-p style="oil paint"'),
        ("-p \u201cstyle=oil paint\u201d", '-p "style=oil paint"'),
        ("--session=\u201dDay one\u201d", '--session="Day one"'),
        ("-v Ada,\u201cGrace Hopper\u201d", '-v Ada,"Grace Hopper"'),
        ("--save `foxes/one.png`", "--save 'foxes/one.png'"),
        ("--save \uff02foxes/one.png\uff02", '--save "foxes/one.png"'),
        ("-a \u201c16:9\u201d", '-a "16:9"'),
        ("--session \u300cDay one\u300d", '--session "Day one"'),
    ],
)
def test_typographic_quotes_around_a_value_are_refused(
    shell: InteractiveShell, sandbox: Sandbox, typed: str, meant: str
) -> None:
    before = sandbox.requests

    attempts: list[Callable[[], object]] = [
        lambda: line(shell, f"image {typed} a fox"),
        lambda: cell(shell, f"image {typed}", "a fox"),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput, match="typographic quotes") as caught:
            attempt()
        assert f"`{meant}`" in str(caught.value)

    assert sandbox.requests == before


def test_a_typographic_quote_that_is_never_closed_is_refused_too() -> None:
    with pytest.raises(InvalidInput, match="typographic quotes"):
        parse_one_line("image", "--session \u201cDay one a fox", {})


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("--session 'The \u201cred\u201d fox'", "The \u201cred\u201d fox"),
        ('--session "\u201cDay one\u201d"', "\u201cDay one\u201d"),
        ("--session Ada\u2019s", "Ada\u2019s"),
        ("--session 'a \u2014 b'", "a \u2014 b"),
        ("--session '\u2014fresh'", "\u2014fresh"),
        ("--session 2024\u20132025", "2024\u20132025"),
    ],
)
def test_typography_inside_of_a_value_is_kept(typed: str, value: str) -> None:
    assert parse_cell_line(f"image {typed}", {}).session == value
    assert parse_one_line("image", f"{typed} a \u201cred\u201d fox", {})[1] == "a \u201cred\u201d fox"


@pytest.mark.parametrize("value", ["16\u200b:9", "\ufeff16:9", "16:9\u2060", "16:\xad9"])
def test_a_value_with_an_invisible_character_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="invisible character"):
        parse_one_line("image", f"-a {value} a fox", {})


def test_what_joins_letters_and_emoji_is_not_invisible_but_a_part_of_them() -> None:
    for name in ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f3a8", "\u2764\ufe0f"):
        assert parse_cell_line(f"image --session {name}", {}).session == name


# -- bodies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "\u2014aspect-ratio 16:9\na fox",
        "a fox\n  \u2013n 2",
        "--image-size 2K\na fox",
        "a fox\n-a 16:9",
        "+ at dusk\n\u2014seed 3",
        "\u2014ar 16:9",
    ],
)
def test_an_option_on_a_line_of_the_body_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput, match="is an option"):
        check_body(body)


@pytest.mark.parametrize(
    "body",
    [
        "- neon",
        "-neon\n+ at dusk",
        "-5 degrees, a frozen lake",
        "\u2014From the hills, he said.\n\u2014Max, come here.",
        "a list:\n- one fox\n- two owls\n\u2013 three cats",
        "-- Ada",
        "Write --fresh to generate it again.",
        '{"a": "--fresh"}',
        "- aspect ratio",
        "+ \u2014",
        "",
    ],
)
def test_lines_of_prose_and_changes_are_no_options(body: str) -> None:
    check_body(body)


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("\u2013 neon", "- neon"),
        ("\u2212 neon sign", "- neon sign"),
        ("\u2014neon", "- neon"),
        ("\uff0d rain", "- rain"),
        ("\uff0b at dusk", "+ at dusk"),
        ("\u2795 at dusk", "+ at dusk"),
        ("+ at dusk\n\u2013 neon", "- neon"),
        ("- rain\n\u2014 Neon  Sign", "- Neon  Sign"),
        ("\u200b- neon", "- neon"),
        ("\u2212 owl", "- owl"),
        ("\u2013 rain\n\u2013 owl", "- rain"),
    ],
)
def test_a_change_to_the_parents_prompt_is_written_with_plain_signs(
    shell: InteractiveShell, sandbox: Sandbox, body: str, meant: str
) -> None:
    cell(shell, "speech", "A fox under a neon sign in the rain.")
    before = sandbox.submissions

    with pytest.raises(PromptError) as caught:
        cell(shell, "--from last", body)

    assert f"`{meant}`" in str(caught.value)
    assert sandbox.submissions == before


@pytest.mark.parametrize(
    "body",
    [
        "\u2014 Where do you go? \u2014 Home.",
        "\u2013 Hello, fox.\n\u2013 Hello, owl.",
        "\u22125 degrees, a frozen lake",
        "\u2014!\nHello.",
        "An owl \u2013 no fox",
    ],
)
def test_a_new_prompt_may_begin_with_a_dash_of_prose(shell: InteractiveShell, body: str) -> None:
    cell(shell, "speech", "A fox under a neon sign in the rain.")

    assert cell(shell, "speech --from last", body).prompt == body
