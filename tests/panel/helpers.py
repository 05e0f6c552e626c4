"""What the tests of the panel do with it: write, press, wait for what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from playcut_jupyter.panel.card import Card
from playcut_jupyter.panel.view import Panel


def until(widget: Any, trait: str, wanted: Callable[[Any], bool]) -> None:
    """Wait until a trait is as *wanted*; no longer than a test may take."""
    arrived = threading.Event()

    def look(_: Any = None) -> None:
        if wanted(getattr(widget, trait)):
            arrived.set()

    widget.observe(look, trait)
    look()
    assert arrived.wait(30), getattr(widget, trait)
    widget.unobserve(look, trait)


def wait_until_idle(panel: Panel) -> None:
    """Wait until the workers have done all their work."""
    for _ in range(2):  # what one does may give another more to do
        for worker in panel.workers:
            done = threading.Event()
            worker.submit(done.set)
            assert done.wait(30)


def submitted(panel: Panel, prompt: str) -> Card:
    """Write a prompt, press the button, and return the card once the service has been asked."""
    panel.form.prompt.value = prompt
    panel.form.button.click()
    wait_until_idle(panel)
    (card,) = panel.batch_list.cards
    until(card.status, "value", lambda html: "SUBMITTING" not in html)
    return card


def generate(panel: Panel, prompt: str, cards: int) -> list[Card]:
    """Write a prompt, press the button, and return the cards once all are done."""
    panel.form.prompt.value = prompt
    panel.form.button.click()
    wait_until_idle(panel)
    wait_until_ended(panel)
    assert len(panel.batch_list.cards) >= cards, panel.form.message.value
    return panel.batch_list.cards


def wait_until_ended(panel: Panel) -> None:
    """Wait until all that runs has ended, and is shown to have."""
    for batch in panel.batch_list.batches:
        until(batch.stop.layout, "display", lambda display: display == "none")
    wait_until_idle(panel)


def shown(panel: Panel) -> list[str]:
    return [tile.generation.prompt for tile in panel.gallery.tiles]


class ManualClock:
    """A clock that stands still until it is moved, so that a double click has no need of speed."""

    now = 0.0

    def __call__(self) -> float:
        return self.now
