"""`%playcut status`, `connect`, `sandbox`, `session` and `voices`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotConnected, PlaycutError
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line

CaptureFixture = pytest.CaptureFixture[str]


def test_status_tells_where_and_how_much(shell: InteractiveShell, sandbox: Sandbox, capsys: Any) -> None:
    cell(shell, "image", "a fox for the status")
    capsys.readouterr()

    line(shell, "")

    told = capsys.readouterr().out
    assert sandbox.base_url in told
    assert "80 (estimate)" in told
    assert sandbox.key not in told


def test_connect_checks_the_key(shell: InteractiveShell, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    line(shell, "connect")
    assert "the key works" in capsys.readouterr().out

    monkeypatch.setenv("PLAYCUT_API_KEY", "pk_live_" + "0" * 40)
    with pytest.raises(PlaycutError, match="key was not accepted"):
        line(shell, "connect")


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_the_sandbox_is_entered_and_left_by_command_only(
    shell: InteractiveShell, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line(shell, "sandbox")
    assert "SANDBOX" in capsys.readouterr().out
    assert cell(shell, "speech", "In the sandbox.").is_sandbox

    line(shell, "sandbox off")
    monkeypatch.delenv("PLAYCUT_API_KEY")
    shell.run_line_magic("config", "PlaycutMagics.home = './another'")
    with pytest.raises(NotConnected, match="no API key"):
        cell(shell, "speech", "Not in the sandbox.")


def test_sessions_by_command(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "session")
    line(shell, "session new Foxes at night")
    line(shell, "session use Foxes at night")
    made = cell(shell, "speech", "In a session.")

    told = capsys.readouterr().out
    assert "No session yet" in told
    assert told.count(made.session_id) >= 2


def test_voices_are_filtered(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "voices french")
    told = capsys.readouterr().out
    line(shell, "voices klingon")

    assert "French" in told
    assert "English" not in told
    assert "No voice matches 'klingon'" in capsys.readouterr().out


def test_a_sessions_title_is_what_the_quotes_hold(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    line(shell, 'session new "Quoted foxes"')
    line(shell, "session use 'Quoted foxes'")
    made = cell(shell, "speech --session 'Quoted foxes'", "Hello.")

    told = capsys.readouterr().out
    assert ": Quoted foxes" in told
    assert told.count(made.session_id) >= 2


def test_a_mistyped_title_makes_no_session(shell: InteractiveShell, sandbox: Sandbox, capsys: CaptureFixture) -> None:
    line(shell, "session new Foxes of the night")
    before = sandbox.requests["create-session"]

    with pytest.raises(InvalidInput, match="Did you mean 'Foxes of the night'"):
        line(shell, "session use Foxes of the nihgt")
    line(shell, "session use 65f3a1b2c3d4e5f600000001")

    assert sandbox.requests["create-session"] == before
    assert "65f3a1b2c3d4e5f600000001" in capsys.readouterr().out


def test_without_a_key_the_status_tells_the_remedy_and_the_session_none(
    shell: InteractiveShell, capsys: CaptureFixture, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY")
    shell.run_line_magic("config", "PlaycutMagics.budget = 500")

    line(shell, "")
    line(shell, "session")

    told = capsys.readouterr().out
    assert "not connected" in told
    assert "%playcut sandbox" in told
    assert "500" in told
    assert str(away_from_home) in told
    assert "No session yet" in told
    for command in ("connect", "voices", "session new x"):
        with pytest.raises(NotConnected):
            line(shell, command)


def test_the_status_tells_whether_there_is_a_key(
    shell: InteractiveShell, sandbox: Sandbox, capsys: CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYCUT_BASE_URL", "http://example.com/api")
    line(shell, "")
    refused = capsys.readouterr().out
    monkeypatch.delenv("PLAYCUT_API_KEY")
    line(shell, "status")
    without = capsys.readouterr().out

    assert f"...{sandbox.key[-4:]}\n" in refused
    assert sandbox.key not in refused
    assert re.search(r"^key +not set$", without, re.MULTILINE)


def test_a_million_credits_are_written_out(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    shell.run_line_magic("config", "PlaycutMagics.budget = 1234567")

    line(shell, "status")

    assert "of a budget of 1234567\n" in capsys.readouterr().out
