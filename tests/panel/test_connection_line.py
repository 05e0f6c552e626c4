"""The line of the connection: no key, a wrong one, a server that is gone, the budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel.view import Panel
from playcut_jupyter.sandbox import Sandbox
from tests.panel.helpers import generate, shown, until, wait_until_idle


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_without_a_key_it_says_so_and_offers_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY", raising=False)
    with Playcut() as pc:
        panel = pc.panel()
        wait_until_idle(panel)
        assert "NOT CONNECTED" in panel.connection.facts.value
        assert panel.connection.sandbox.layout.display is None
        panel.connection.sandbox.click()
        until(panel.connection.facts, "value", lambda html: "SANDBOX" in html)
        generate(panel, "a fox without a key", 1)
        assert shown(panel) == ["a fox without a key"]
        panel.engine.close()


def test_the_budget_follows_the_connections_both_ways(pc: Playcut, panel: Panel) -> None:
    budget, said = panel.connection.budget, panel.connection.budget_message
    assert (budget.value, budget.placeholder) == ("", "no limit")
    budget.value = "50"
    assert pc.budget == 50
    for wrong in ("-5", "a lot", "nan", "inf"):
        budget.value = wrong
        wait_until_idle(panel)
        assert wrong in said.value
        assert budget.value == wrong
        assert pc.budget == 50
    pc.budget = 70
    wait_until_idle(panel)
    assert budget.value == "70"
    assert said.value == ""
    budget.value = ""
    wait_until_idle(panel)
    assert pc.budget is None
    budget.value = "0"
    wait_until_idle(panel)
    assert pc.budget == 0


@pytest.mark.usefixtures("no_pauses")
def test_a_server_that_is_gone_is_told_at_the_form_and_in_the_card(tmp_path: Path) -> None:
    with Playcut(api_key="pk_live_none", base_url="http://127.0.0.1:9/api/v1", home=tmp_path) as pc:
        panel = pc.panel()
        wait_until_idle(panel)
        panel.form.kind.value = "speech"
        until(panel.form.voice.message, "value", lambda html: "127.0.0.1" in html)
        wait_until_idle(panel)
        assert panel.form.voice.retry.layout.display is None
        assert panel.form.voice.field.options == ()
        panel.form.kind.value = "image"
        (card,) = generate(panel, "a fox for nobody", 1)
        assert "127.0.0.1" in card.status.value
        assert not card.retry.disabled
        assert not panel.form.button.disabled


def test_a_wrong_key_is_told_in_the_card(sandbox: Sandbox, tmp_path: Path) -> None:
    with Playcut(api_key="pk_live_wrong", base_url=sandbox.base_url, home=tmp_path) as pc:
        panel = pc.panel()
        wait_until_idle(panel)
        (card,) = generate(panel, "a fox without rights", 1)
        assert type(card.generation.error).__name__ == "AuthenticationError"
        assert "key" in card.status.value


def test_a_budget_stops_the_panel_before_it_buys(panel: Panel, pc: Playcut, sandbox: Sandbox) -> None:
    generate(panel, "the first fox of a budget", 1)
    panel.connection.budget.value = "100"
    wait_until_idle(panel)
    before = sandbox.submissions
    cards = generate(panel, "the second fox of a budget", 0)
    assert sandbox.submissions == before
    said = panel.form.message.value + "".join(card.status.value for card in cards)
    assert "budget" in said
    assert not panel.form.button.disabled
