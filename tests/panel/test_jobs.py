"""The cards of the panel: what runs, what became of it, and what can be done about it."""

from __future__ import annotations

from typing import Any

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel import Panel
from playcut_jupyter.panel.card import Card
from playcut_jupyter.sandbox import Sandbox
from tests.panel.hands import Hand, ended, generate, shown, submitted, until, until_submitted, worked_off


def generate_done(panel: Panel, prompt: str) -> None:
    """Make one, and wait until it is done, whatever else runs."""
    panel.compose.prompt.value = prompt
    panel.compose.button.click()
    worked_off(panel)
    until(panel.jobs.batches[0].cards[0].stop, "disabled", bool)


def widgets() -> list[Any]:
    """Return all widgets that are open."""
    from ipywidgets.widgets.widget import _instances

    return list(_instances.values())


def test_three_at_once_become_cards_and_then_the_gallery(panel: Panel) -> None:
    cards = generate(panel, "a panel {fox|owl|cat}", 3)
    assert len(cards) == 3
    assert all("credits (estimate)" in card.status.value for card in cards)
    assert all("data:image" in tile.picture.value for tile in panel.gallery.tiles)
    assert sorted(shown(panel)) == ["a panel cat", "a panel fox", "a panel owl"]
    assert "credits so far (estimate)" in panel.connection.facts.value
    assert "LIVE" in panel.connection.facts.value


def test_a_failure_stays_in_its_card_and_only_what_may_be_retried_is(panel: Panel) -> None:
    (failed,) = generate(panel, "a panel [fail]", 1)
    assert "FAILED" in failed.status.value
    assert failed.retry.disabled
    flaky, _ = generate(panel, "a panel [flaky]", 2)
    assert not flaky.retry.disabled
    flaky.retry.click()
    until(flaky.view, "disabled", lambda disabled: not disabled)
    assert flaky.run.assets


def test_a_double_click_on_retry_buys_once(pc: Playcut, sandbox: Sandbox) -> None:
    panel = Panel(pc, Hand())
    (card,) = generate(panel, "a retried [crash]", 1)
    before = sandbox.submissions
    card.retry.click()
    worked_off(panel)
    ended(panel)
    card.retry.click()
    worked_off(panel)
    ended(panel)
    assert len(pc.history(search="a retried [crash]")) == 2
    assert sandbox.submissions == before
    card.use.click()
    assert panel.compose.prompt.value == "a retried [crash]"


def test_a_retry_of_what_is_waited_for_already_waits_for_it_once(panel: Panel) -> None:
    card = submitted(panel, "a [stuck] one, resumed and retried")
    card.stop.click()
    ended(panel)
    until(panel.connection.resume.layout, "display", lambda display: display is None)
    panel.connection.resume.click()
    panel.connection.resume.click()
    card.retry.click()
    worked_off(panel)
    assert len(panel.jobs.cards) == 2
    assert "waited for already" in card.note.value
    assert card.run.done
    panel.jobs.cards[0].stop.click()
    ended(panel)


def test_a_sweep_is_stopped_and_tried_again_as_one(panel: Panel) -> None:
    panel.compose.most.value = 50
    panel.compose.prompt.value = "[stuck] {1|2|3|4|5|6|7|8|9|10} {a|b|c|d|e}"
    panel.compose.button.click()
    worked_off(panel)
    (batch,) = panel.jobs.batches
    assert "0 of 50 done · 50 under way" in batch.summary.value
    assert len(batch.cards) == 8
    for run in batch.runs:
        until_submitted(run)
    batch.stop.click()
    ended(panel)
    assert "0 of 50 done · 50 stopped" in batch.summary.value
    assert batch.retry.description == "Retry stopped"
    tasks = {run.task_id for run in batch.runs}
    batch.retry.click()
    worked_off(panel)
    until(batch.stop.layout, "display", lambda display: display is None)
    assert {run.task_id for run in batch.runs} == tasks
    panel.jobs.clear.click()
    assert panel.jobs.batches == [batch]
    batch.stop.click()
    ended(panel)
    panel.jobs.clear.click()
    assert panel.jobs.batches == []


def test_what_is_cleared_is_closed_and_what_runs_is_never_dropped(panel: Panel) -> None:
    others = set(widgets())
    panel.compose.prompt.value = "a [stuck] one that stays"
    panel.compose.button.click()
    worked_off(panel)
    (stuck,) = panel.jobs.batches
    generate_done(panel, "a first done")
    for number in range(25):
        generate_done(panel, f"done {number}")
    assert stuck in panel.jobs.batches
    assert len(panel.jobs.batches) == 22
    panel.gallery.search.value = "a first done"
    worked_off(panel)
    panel.jobs.clear.click()
    assert panel.jobs.batches == [stuck]
    assert not stuck.cards[0].run.done
    # Some tiles are kept, to turn back to; of the cards nothing is.
    assert not [one for one in set(widgets()) - others if isinstance(one, Card) and one is not stuck.cards[0]]
    stuck.cards[0].stop.click()
    ended(panel)


def test_a_batch_says_whether_it_tries_what_failed_or_what_was_stopped(panel: Panel) -> None:
    panel.compose.prompt.value = "a {[flaky]|[stuck]} batch"
    panel.compose.button.click()
    worked_off(panel)
    (batch,) = panel.jobs.batches
    flaky, stuck = batch.cards
    until(flaky.retry, "disabled", lambda disabled: not disabled)
    assert batch.retry.description == "Retry failed"
    stuck.stop.click()
    ended(panel)
    assert batch.retry.description == "Retry failed and stopped"


@pytest.mark.usefixtures("no_pauses")
def test_what_can_not_be_fetched_is_called_the_same_in_its_card_and_in_the_gallery(panel: Panel) -> None:
    (card,) = generate(panel, "an [empty] fox", 1)
    (tile,) = panel.gallery.tiles
    assert "FAILED" in card.status.value
    assert "FAILED" in tile.caption.value
    assert card.run.error is not None
    assert tile.run.error is not None
    assert tile.run.error.message == card.run.error.message
    assert "Resume 1 unfinished" in panel.connection.resume.description


def test_a_refused_prompt_is_told_in_the_contracts_words(panel: Panel) -> None:
    (card,) = generate(panel, "a panel [refuse]", 1)
    assert "refused" in card.status.value
    assert not panel.compose.button.disabled


def test_a_stopped_one_can_be_resumed(panel: Panel) -> None:
    card = submitted(panel, "a stopped [stuck] panel")
    assert not card.stop.disabled
    card.stop.click()
    until(panel.connection.resume.layout, "display", lambda display: display is None)
    worked_off(panel)
    assert "Resume 1 unfinished" in panel.connection.resume.description
    panel.connection.resume.click()
    worked_off(panel)
    assert len(panel.jobs.cards) == 2
    resumed = panel.jobs.cards[0]
    assert resumed.run.task_id == card.run.task_id
    assert not resumed.run.done
    resumed.stop.click()
    until(resumed.retry, "disabled", lambda disabled: not disabled)
