"""The cards of the panel: what runs, what became of it, and what can be done about it."""

from __future__ import annotations

from typing import Any

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel.card import Card
from playcut_jupyter.panel.view import Panel
from playcut_jupyter.sandbox import Sandbox
from tests.panel.helpers import (
    ManualClock,
    generate,
    shown,
    submitted,
    until,
    wait_until_ended,
    wait_until_idle,
)
from tests.waiting import until_submitted


def generate_done(panel: Panel, prompt: str) -> None:
    """Make one, and wait until it is done, whatever else runs."""
    panel.form.prompt.value = prompt
    panel.form.button.click()
    wait_until_idle(panel)
    until(panel.batch_list.batches[0].cards[0].stop, "disabled", bool)


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
    assert flaky.generation.assets


def test_a_double_click_on_retry_buys_once(pc: Playcut, sandbox: Sandbox) -> None:
    panel = Panel(pc, ManualClock())
    (card,) = generate(panel, "a retried [crash]", 1)
    before = sandbox.submissions
    card.retry.click()
    wait_until_idle(panel)
    wait_until_ended(panel)
    card.retry.click()
    wait_until_idle(panel)
    wait_until_ended(panel)
    assert len(pc.history(search="a retried [crash]")) == 2
    assert sandbox.submissions == before
    card.use.click()
    assert panel.form.prompt.value == "a retried [crash]"


def test_a_retry_of_what_is_waited_for_already_waits_for_it_once(panel: Panel) -> None:
    card = submitted(panel, "a [stuck] one, resumed and retried")
    card.stop.click()
    wait_until_ended(panel)
    until(panel.connection.resume.layout, "display", lambda display: display is None)
    panel.connection.resume.click()
    panel.connection.resume.click()
    card.retry.click()
    wait_until_idle(panel)
    assert len(panel.batch_list.cards) == 2
    assert "already waits for it" in card.message.value
    assert card.generation.done
    panel.batch_list.cards[0].stop.click()
    wait_until_ended(panel)


def test_a_sweep_is_stopped_and_tried_again_as_one(panel: Panel) -> None:
    panel.form.max_generations.value = 50
    panel.form.prompt.value = "[stuck] {1|2|3|4|5|6|7|8|9|10} {a|b}"
    panel.form.button.click()
    wait_until_idle(panel)
    (batch,) = panel.batch_list.batches
    assert "0 of 20 done · 20 running" in batch.summary.value
    assert len(batch.cards) == 8
    for generation in batch.generations:
        until_submitted(generation)
    batch.stop.click()
    wait_until_ended(panel)
    assert "0 of 20 done · 20 stopped" in batch.summary.value
    assert batch.retry.description == "Retry stopped"
    tasks = {generation.task_id for generation in batch.generations}
    batch.retry.click()
    wait_until_idle(panel)
    until(batch.stop.layout, "display", lambda display: display is None)
    assert {generation.task_id for generation in batch.generations} == tasks
    panel.batch_list.clear.click()
    assert panel.batch_list.batches == [batch]
    batch.stop.click()
    wait_until_ended(panel)
    panel.batch_list.clear.click()
    assert panel.batch_list.batches == []


def test_a_sweep_is_one_grid_that_fills_and_a_finished_one_is_explored(panel: Panel) -> None:
    generate(panel, "a {style=oil|[flaky]} {fox|owl}", 4)
    (batch,) = panel.batch_list.batches
    grid = batch.grid
    assert grid is not None
    assert grid in batch.children
    grid.settle(30)
    assert [tile["failed"] for tile in grid.tiles] == [False, False, True, True]
    grid._handle_custom_msg({"do": "retry", "ids": [grid.tiles[2]["id"], grid.tiles[0]["id"]]}, [])
    grid.settle(30)
    wait_until_idle(panel)
    wait_until_ended(panel)
    grid.settle(30)
    assert [tile["failed"] for tile in grid.tiles] == [False, False, False, True]
    grid._handle_custom_msg({"do": "retry", "ids": [grid.tiles[0]["id"]]}, [])
    grid.settle(30)
    assert "can be retried" in grid.notice
    batch.explore.click()
    wait_until_idle(panel)
    assert batch.explorer is not None
    assert batch.explorer in batch.children
    assert grid not in batch.children
    batch.retry.click()
    wait_until_idle(panel)
    wait_until_ended(panel)
    assert grid in batch.children
    assert not any(generation.error for generation in batch.generations)


def test_what_is_cleared_is_closed_and_what_runs_is_never_dropped(panel: Panel) -> None:
    others = set(widgets())
    panel.form.prompt.value = "a [stuck] one that stays"
    panel.form.button.click()
    wait_until_idle(panel)
    (stuck,) = panel.batch_list.batches
    generate_done(panel, "a first done")
    for number in range(24):
        panel.form.prompt.value = f"done {number}"
        panel.form.button.click()
        wait_until_idle(panel)
    for card in panel.batch_list.cards:
        if card is not stuck.cards[0]:
            until(card.stop, "disabled", bool)
    generate_done(panel, "the last one done")
    assert stuck in panel.batch_list.batches
    assert len(panel.batch_list.batches) == 22
    panel.gallery.search.value = "a first done"
    wait_until_idle(panel)
    panel.batch_list.clear.click()
    assert panel.batch_list.batches == [stuck]
    assert not stuck.cards[0].generation.done
    # Some tiles are kept, to turn back to; of the cards nothing is.
    assert not [one for one in set(widgets()) - others if isinstance(one, Card) and one is not stuck.cards[0]]
    stuck.cards[0].stop.click()
    wait_until_ended(panel)


def test_a_batch_says_whether_it_tries_what_failed_or_what_was_stopped(panel: Panel) -> None:
    panel.form.prompt.value = "a {[flaky]|[stuck]} batch"
    panel.form.button.click()
    wait_until_idle(panel)
    (batch,) = panel.batch_list.batches
    flaky, stuck = batch.cards
    until(flaky.retry, "disabled", lambda disabled: not disabled)
    assert batch.retry.description == "Retry failed"
    stuck.stop.click()
    wait_until_ended(panel)
    assert batch.retry.description == "Retry failed and stopped"


@pytest.mark.usefixtures("no_pauses")
def test_what_can_not_be_fetched_is_called_the_same_in_its_card_and_in_the_gallery(panel: Panel) -> None:
    (card,) = generate(panel, "an [empty] fox", 1)
    (tile,) = panel.gallery.tiles
    assert "FAILED" in card.status.value
    assert "FAILED" in tile.caption.value
    assert card.generation.error is not None
    assert tile.generation.error is not None
    assert tile.generation.error.message == card.generation.error.message
    assert "Resume 1 unfinished" in panel.connection.resume.description


def test_a_refused_prompt_is_told_in_the_contracts_words(panel: Panel) -> None:
    (card,) = generate(panel, "a panel [refuse]", 1)
    assert "refused" in card.status.value
    assert not panel.form.button.disabled


def test_a_stopped_one_can_be_resumed(panel: Panel) -> None:
    card = submitted(panel, "a stopped [stuck] panel")
    assert not card.stop.disabled
    card.stop.click()
    until(panel.connection.resume.layout, "display", lambda display: display is None)
    wait_until_idle(panel)
    assert "Resume 1 unfinished" in panel.connection.resume.description
    panel.connection.resume.click()
    wait_until_idle(panel)
    assert len(panel.batch_list.cards) == 2
    resumed = panel.batch_list.cards[0]
    assert resumed.generation.task_id == card.generation.task_id
    assert not resumed.generation.done
    resumed.stop.click()
    until(resumed.retry, "disabled", lambda disabled: not disabled)
