"""Loading again and unloading: what survives, and what is taken away."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotConnected
from tests.shells import cell, line


def run(shell: InteractiveShell, code: str) -> None:
    shell.run_cell(code, store_history=True).raise_error()


def magics(shell: InteractiveShell) -> Any:
    return shell.magics_manager.registry["PlaycutMagics"]


def test_a_reload_keeps_connection_session_spending_and_the_last_cell(shell: InteractiveShell) -> None:
    made = cell(shell, "speech", "Before the reload.")
    pc, spent = magics(shell).pc, magics(shell).pc.connection.account.spent
    pc.budget = spent + 100

    run(shell, "%reload_ext playcut_jupyter")

    assert magics(shell).pc is pc
    assert (pc.connection.account.spent, pc.connection.session_id) == (spent, made.session_id)
    assert pc.budget == spent + 100
    assert line(shell, "again").prompt == "Before the reload."


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_a_reload_stays_in_the_sandbox(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    line(shell, "sandbox")
    monkeypatch.delenv("PLAYCUT_API_KEY")
    run(shell, "%reload_ext playcut_jupyter")
    assert cell(shell, "speech", "Still in the sandbox.").is_sandbox


def test_settings_survive_a_reload(shell: InteractiveShell) -> None:
    run(shell, "%config PlaycutMagics.max_generations = 2\n%reload_ext playcut_jupyter")
    with pytest.raises(InvalidInput, match="more than 2"):
        cell(shell, "image", "a {1|2|3} fox")


def test_a_line_ends_in_one_question_mark_after_several_reloads(shell: InteractiveShell) -> None:
    for _ in range(3):
        run(shell, "%reload_ext playcut_jupyter")
    run(shell, "%playcut speech Are you still there?")
    assert shell.user_ns["_playcut"].prompt == "Are you still there?"


def test_unloading_takes_magics_lines_and_tab_away(shell: InteractiveShell) -> None:
    run(shell, "%unload_ext playcut_jupyter")

    with pytest.raises(UsageError, match="playcut"):
        shell.run_line_magic("playcut", "status")
    assert "PlaycutMagics" not in shell.magics_manager.registry
    assert not [one for one in shell.Completer.custom_matchers if getattr(one, "matcher_identifier", "") == "playcut"]
    assert "pinfo" in shell.transform_cell("%playcut image a fox?")


def test_unloading_forgets_the_sandbox_for_the_next_load(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    line(shell, "sandbox")
    monkeypatch.delenv("PLAYCUT_API_KEY")
    run(shell, "%unload_ext playcut_jupyter")
    run(shell, "%load_ext playcut_jupyter")
    with pytest.raises(NotConnected):
        cell(shell, "speech", "Not bought.")


def test_unloading_twice_or_without_a_first_use_is_fine(shell: InteractiveShell) -> None:
    run(shell, "%unload_ext playcut_jupyter")
    run(shell, "%load_ext playcut_jupyter")
    run(shell, "%unload_ext playcut_jupyter")
    run(shell, "%load_ext playcut_jupyter")
    assert cell(shell, "speech", "After two loads.").done
