"""What the tests of the panel do with it: write, press, wait for what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from playcut_jupyter.panel import Panel
from playcut_jupyter.panel.card import Card


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


def worked_off(panel: Panel) -> None:
    """Wait until the workers have done what they were given."""
    for _ in range(2):  # what one does may give another more to do
        for worker in panel.workers:
            done = threading.Event()
            worker.do(done.set)
            assert done.wait(30)


def submitted(panel: Panel, prompt: str) -> Card:
    """Write a prompt, press the button, and return the card once the service has been asked."""
    panel.compose.prompt.value = prompt
    panel.compose.button.click()
    worked_off(panel)
    (card,) = panel.jobs.cards
    until(card.status, "value", lambda html: "SUBMITTING" not in html)
    return card


def until_submitted(run: Any) -> None:
    """Wait until the service has taken *run*."""
    taken = threading.Event()
    forget = run.on_change(lambda: taken.set() if run.task_id else None)
    assert run.task_id or taken.wait(30)
    forget()


def generate(panel: Panel, prompt: str, cards: int) -> list[Card]:
    """Write a prompt, press the button, and return the cards once all are done."""
    panel.compose.prompt.value = prompt
    panel.compose.button.click()
    worked_off(panel)
    ended(panel)
    assert len(panel.jobs.cards) >= cards, panel.compose.note.value
    return panel.jobs.cards


def ended(panel: Panel) -> None:
    """Wait until all that runs has ended, and is shown to have."""
    for batch in panel.jobs.batches:
        until(batch.stop.layout, "display", lambda display: display == "none")
    worked_off(panel)


def shown(panel: Panel) -> list[str]:
    return [tile.run.prompt for tile in panel.gallery.tiles]


class Hand:
    """A clock that stands still until it is moved, so that a double click has no need of speed."""

    now = 0.0

    def __call__(self) -> float:
        return self.now
