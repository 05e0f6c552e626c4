"""A slip names what was probably meant: other tools' names for options, and values spelled nearly right."""

from __future__ import annotations

import contextlib

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, Playcut
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax.cell_line import CellLine, parse_cell_line, parse_one_line
from tests.shells import cell, line


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--ar 16:9", "--aspect-ratio"),
        ("-ar 16:9", "--aspect-ratio"),
        ("--ratio 1:1", "--aspect-ratio"),
        ("--AR 1:1", "--aspect-ratio"),
        ("--size 2K", "--image-size"),
        ("--length 8", "--duration"),
        ("--force", "--fresh"),
        ("--literally", "--literal"),
        ("--ASPECT-RATIO 16:9", "--aspect-ratio"),
        ("--aspect_ratio 16:9", "--aspect-ratio"),
        ("--in-budget", "--within-budget"),
    ],
)
def test_an_unknown_option_names_ours(typed: str, meant: str) -> None:
    for attempt in (
        lambda: parse_cell_line(f"image {typed}", {}),
        lambda: parse_one_line("image", f"{typed} a fox", {}),
    ):
        with pytest.raises(InvalidInput, match=f"[Dd]id you mean {meant}\\?|`{meant}`"):
            attempt()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("image -a 16x9", "16:9"),
        ("image -a 4\u00d73", "4:3"),
        ("image -a 16/9", "16:9"),
        ("image -a 16-9", "16:9"),
        ("image -a '16 : 9'", "16:9"),
        ("image -a \uff11\uff16\uff1a\uff19", "16:9"),
        ("image -a 3\u22364", "3:4"),
        ("image -a 1:1,16x9", "16:9"),
        ("image -a 16by9", "16:9"),
        ("image -s 1k", "1K"),
        ("image -s '2 K'", "2K"),
        ("video -r 720", "720p"),
        ("video -r 1080P", "1080p"),
    ],
)
def test_a_value_that_is_nearly_right_names_the_right_one(
    shell: InteractiveShell, sandbox: Sandbox, typed: str, meant: str
) -> None:
    before = sandbox.requests

    with pytest.raises(InvalidInput, match=f"Did you mean {meant}\\?"):
        cell(shell, typed, "a fox")

    assert sandbox.requests == before


def test_the_same_is_told_in_python(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.requests

    with pytest.raises(InvalidInput, match="Did you mean 16:9"):
        pc.image("a fox", aspect_ratio="16x9")
    with pytest.raises(InvalidInput, match="Did you mean 2K"):
        pc.sweep("a fox", image_size=["1K", "2k"])

    assert sandbox.requests == before


@pytest.mark.parametrize("typed", ["-a 2.35:1", "-a auto", "-s 8K", "-s auto", "-s 1024x1024", "-p aspectRatio=16x9"])
def test_a_value_that_may_be_right_is_left_alone(shell: InteractiveShell, sandbox: Sandbox, typed: str) -> None:
    before = sandbox.requests

    with contextlib.suppress(InvalidInput):  # the sandbox's own word, not ours
        cell(shell, f"image {typed}", "a fox")

    assert sandbox.requests > before


@pytest.mark.parametrize("name", ["Zorg", "nobody at all", "Mary-Ann"])
def test_an_unknown_voice_points_to_the_list(shell: InteractiveShell, sandbox: Sandbox, name: str) -> None:
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match=f"No voice is called '{name}'") as caught:
        cell(shell, f"speech -v '{name}'", "Hello.")

    assert "`%playcut voices`" in str(caught.value)
    assert sandbox.submissions == before


def test_what_may_be_the_id_of_a_voice_is_left_to_the_service(shell: InteractiveShell, sandbox: Sandbox) -> None:
    with pytest.raises(InvalidInput, match="list-voices") as caught:
        cell(shell, "speech -v 21m00Tcm4TlvDq8ikWAM", "Hello.")

    assert caught.value.status_code == 400


# -- new options ------------------------------------------------------------------------------------------------


def test_literal_and_within_budget_are_options() -> None:
    assert (CellLine("image").literal, CellLine("image").within_budget) == (False, False)
    parsed = parse_cell_line("image --literal --within-budget", {})
    assert (parsed.literal, parsed.within_budget) == (True, True)


@pytest.mark.parametrize("prompt", ["\u2014fresh snow", "Write --fresh twice.", "a fox --ar 16:9", "a {red|blue} {x"])
def test_a_literal_prompt_is_taken_as_it_is(prompt: str) -> None:
    parsed, arrived = parse_one_line("image", f"--literal -n 2 {prompt}", {})

    assert (parsed.count, arrived) == (2, prompt)


@pytest.mark.parametrize("kind", ["generate-tts", "list-voices", "upscale"])
def test_a_raw_tool_has_nothing_literal(kind: str) -> None:
    with pytest.raises(InvalidInput, match="`--literal`"):
        parse_cell_line(f"{kind} --literal", {})


def test_help_tells_of_every_option_in_plain_english(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    line(shell, "help")
    told = capsys.readouterr().out

    for text in ("--literal", "--within-budget", "generate again even if the library has it", "{name}", "-a 1:1,16:9"):
        assert text in told
    assert "anew" not in told
