"""All that the panel has under way, newest first, and what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets

from playcut_jupyter.panel.batch import Batch
from playcut_jupyter.panel.card import Card
from playcut_jupyter.panel.threads import Redrawer, Show
from playcut_jupyter.panel.widgets import AUTO, discard, show_if

KEPT = 20
"""So many that are done stay; what is older is in the gallery. What runs always stays."""


class Jobs(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The batches, drawn for as long as one of them changes.

    Args:
        ended: called when one of them came to its end.
        show_error: says what goes wrong while drawing.
    """

    def __init__(self, ended: Callable[[], None], show_error: Show) -> None:
        self._ended = ended
        self._lock = threading.RLock()
        self.clock = Redrawer(self._draw, show_error)
        self.clear = ipywidgets.Button(description="Clear finished", layout=AUTO)
        self.clear.on_click(lambda _: self._drop(keep=0))
        self.list = ipywidgets.VBox([])
        super().__init__([self.list, self.clear])
        self.add_class("playcut-panel-jobs")
        show_if(False, self.clear)

    @property
    def batches(self) -> list[Batch]:
        """What was asked for, newest first."""
        return list(self.list.children)

    @property
    def cards(self) -> list[Card]:
        """All cards that are shown, those of the newest batch first."""
        return [card for batch in self.batches for card in batch.cards]

    def watch(self, batch: Batch) -> None:
        """Show *batch*, and its state while it changes."""
        with self._lock:
            self.list.children = (batch, *self.list.children)
            self._drop(keep=KEPT)
        self.clock.start()

    def _drop(self, keep: int) -> None:
        """Drop what is done, but for the newest *keep*."""
        with self._lock:
            done = [batch for batch in self.batches if batch.is_done][keep:]
            self.list.children = tuple(batch for batch in self.batches if batch not in done)
        for batch in done:
            discard(batch)
        self._offer()

    def _offer(self) -> None:
        show_if(any(batch.is_drawn for batch in self.batches), self.clear)

    def _draw(self) -> bool:
        """Draw what changes; return whether it will go on to."""
        changing: list[Any] = [batch for batch in self.batches if not batch.is_drawn]
        for batch in changing:
            batch.draw()
        if any(batch.is_drawn for batch in changing):
            self._offer()
            self._ended()
        return not all(batch.is_drawn for batch in self.batches)
