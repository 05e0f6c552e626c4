"""Help, and what a wrong command is told."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import AuthenticationError, InvalidInput, NotConnected, Playcut, PlaycutError
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line

CaptureFixture = pytest.CaptureFixture[str]


def test_help_lists_every_command_and_option(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "help")

    told = capsys.readouterr().out
    for word in ("status", "connect", "sandbox", "resume", "again", "--aspect-ratio", "--dry-run", "--max"):
        assert word in told


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sttus", "Did you mean status?"),
        ("session rename", "session new TITLE"),
        ("sandbox maybe", "sandbox off"),
        ("history -x", "history [-n N]"),
        ("show fox", "nor a number"),
        ("again", "no cell to run again"),
        ("image a red fox -a 16:9", "comes after the prompt"),
    ],
)
def test_a_wrong_command_names_the_right_one(shell: InteractiveShell, command: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        line(shell, command)

    assert told in str(caught.value)


@pytest.mark.parametrize("words", ["help", "-h", "--help", "?", "HELP", "help --help"])
def test_help_is_found_by_whatever_asks_for_it(shell: InteractiveShell, capsys: CaptureFixture, words: str) -> None:
    line(shell, words)

    told = capsys.readouterr().out
    assert "--aspect-ratio" in told
    assert "%playcut resume" in told


def test_help_tells_of_one_word(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    line(shell, "help resume")
    assert capsys.readouterr().out.startswith("%playcut resume: fetch everything")

    line(shell, "help image")
    told = capsys.readouterr().out
    assert "--aspect-ratio" in told
    assert "%playcut resume" not in told

    with pytest.raises(InvalidInput, match="Did you mean resume"):
        line(shell, "help resum")


@pytest.mark.parametrize("command", ["status", "connect", "panel", "resume"])
def test_a_command_that_takes_nothing_says_so(shell: InteractiveShell, command: str) -> None:
    with pytest.raises(InvalidInput, match="'foo' follows it") as caught:
        line(shell, f"{command} foo")

    assert f"`%playcut help {command}`" in str(caught.value)


@pytest.mark.parametrize("words", ["again --dry-run", "again -n 3", "again foo"])
def test_again_buys_nothing_if_more_is_asked_of_it(shell: InteractiveShell, sandbox: Sandbox, words: str) -> None:
    cell(shell, "speech", "Only once.")
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match="`%playcut again` takes no arguments"):
        line(shell, words)

    assert sandbox.submissions == before


@pytest.mark.parametrize(
    "text", ["%%playcut", "%%playcut image\n", "%%playcut speech -v Ada\n\n  \n", "%playcut video"]
)
def test_an_empty_cell_is_told_the_next_step(shell: InteractiveShell, capsys: CaptureFixture, text: str) -> None:
    error = shell.run_cell(text).error_in_exec
    assert isinstance(error, PlaycutError)
    assert error.hint == "Say in words what to make."


def test_an_empty_cell_that_asks_for_help_gets_it(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    assert shell.run_cell("%%playcut --help").success
    assert "--aspect-ratio" in capsys.readouterr().out


def test_a_tool_without_input_needs_no_body(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    assert shell.run_cell("%%playcut list-voices").success
    assert "voiceId" in capsys.readouterr().out


def test_a_first_use_without_a_key_and_a_wrong_key_name_the_next_step(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", "pk_live_wrong")
    wrong = shell.run_cell("%playcut connect").error_in_exec
    assert isinstance(wrong, AuthenticationError)
    assert "PLAYCUT_API_KEY" in (wrong.hint or "")
    monkeypatch.delenv("PLAYCUT_API_KEY")
    missing = Playcut(sandbox=False)
    with pytest.raises(NotConnected) as caught:
        missing.voices()
    assert "`%playcut sandbox`" in (caught.value.hint or "")
    assert "PLAYCUT_API_KEY" in (caught.value.hint or "")
    assert "\n" not in (caught.value.hint or "")
