"""The commands of `%playcut`: their words in any order, and what they say where there is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotConnected
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line

CaptureFixture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    "words",
    ["--search to find -n 1", "-n 1 --search to find", "--search='to find' -n 1", "--search 'to find' -n 1"],
)
def test_the_history_takes_its_options_in_any_order(
    shell: InteractiveShell, capsys: CaptureFixture, words: str
) -> None:
    for body in ("First to find.", "Second to find.", "Another."):
        cell(shell, "speech", body)
    capsys.readouterr()

    line(shell, f"history {words}")

    told = capsys.readouterr().out
    assert "Second to find." in told
    assert "First to find." not in told
    assert "Another." not in told


def test_a_search_in_vain_says_so(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    cell(shell, "speech", "Hello.")
    capsys.readouterr()

    line(shell, "history --search the fox's den")

    assert capsys.readouterr().out.strip() == 'Nothing matches "the fox\'s den".'


def test_show_takes_whatever_names_a_generation(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    made = cell(shell, "speech -o hello", "Hello to show.")
    cell(shell, "speech", "The last to show.")
    capsys.readouterr()

    for which in (f"{made.id}", f"#{made.id}", "hello"):
        assert line(shell, f"show {which}").id == made.id
        assert "Hello to show." in capsys.readouterr().out
    cell(shell, "speech", "The last to show.")
    for which in ("last", ""):
        assert line(shell, f"show {which}").prompt == "The last to show."


def test_an_export_is_written_to_a_file_and_overwrites_none(
    shell: InteractiveShell, capsys: CaptureFixture, tmp_path: Path
) -> None:
    made = cell(shell, "image", "an exported fox")
    cell(shell, "image", "another fox")
    capsys.readouterr()

    line(shell, f"export --save fox --as curl {made.id}")
    line(shell, f"export #{made.id} --as=curl --save fox")

    told = capsys.readouterr().out
    first, second = (tmp_path / name for name in ("fox.sh", "fox-2.sh"))
    assert (str(first.name) in told, str(second.name) in told) == (True, True)
    assert "an exported fox" in first.read_text()
    assert first.read_text() == second.read_text()
    assert "curl" not in told


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


@pytest.mark.parametrize("words", ["again --dry-run", "again -n 3", "again foo"])
def test_again_buys_nothing_if_more_is_asked_of_it(shell: InteractiveShell, sandbox: Sandbox, words: str) -> None:
    cell(shell, "speech", "Only once.")
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match="`%playcut again` is the whole command"):
        line(shell, words)

    assert sandbox.submissions == before


@pytest.mark.parametrize("command", ["status", "connect", "panel", "pick", "resume"])
def test_a_command_that_takes_nothing_says_so(shell: InteractiveShell, command: str) -> None:
    with pytest.raises(InvalidInput, match="'foo' follows it") as caught:
        line(shell, f"{command} foo")

    assert f"`%playcut help {command}`" in str(caught.value)


@pytest.mark.parametrize("words", ["help", "-h", "--help", "?", "HELP", "help --help"])
def test_help_is_found_by_whatever_asks_for_it(shell: InteractiveShell, capsys: CaptureFixture, words: str) -> None:
    line(shell, words)

    told = capsys.readouterr().out
    assert "--aspect-ratio" in told
    assert "%playcut resume" in told


def test_help_tells_of_one_word(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    line(shell, "help resume")
    assert capsys.readouterr().out.split()[:2] == ["%playcut", "resume"]

    line(shell, "help image")
    told = capsys.readouterr().out
    assert "--aspect-ratio" in told
    assert "%playcut resume" not in told

    with pytest.raises(InvalidInput, match="Did you mean resume"):
        line(shell, "help resum")
