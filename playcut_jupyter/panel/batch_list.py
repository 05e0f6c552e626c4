"""All batches of the panel, newest first: what runs, and what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import ipywidgets

from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.batch import Batch
from playcut_jupyter.panel.card import Card
from playcut_jupyter.panel.threads import Redrawer, ShowMessage
from playcut_jupyter.panel.widgets import AUTO, close_tree, show_if
from playcut_jupyter.results.generations import Generation

MAX_FINISHED = 20
"""So many finished batches stay; what is older is in the gallery. What runs always stays."""


class BatchList(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The batches, redrawn for as long as one of them changes.

    Args:
        on_end: called with each that has ended.
        show_error: shows what goes wrong while drawing.
    """

    def __init__(self, on_end: Callable[[Batch], None], show_error: ShowMessage) -> None:
        self._on_end = on_end
        self._lock = threading.RLock()
        self._redrawer = Redrawer(self._draw, show_error)
        self.clear = ipywidgets.Button(description="Clear finished", layout=AUTO)
        self.clear.on_click(lambda _: self._remove_finished(keep=0))
        self.list = ipywidgets.VBox([])
        super().__init__([self.list, self.clear])
        self.add_class(css_classes.BATCH_LIST)
        show_if(False, self.clear)

    @property
    def batches(self) -> list[Batch]:
        """The batches that are shown, newest first."""
        return list(self.list.children)

    @property
    def cards(self) -> list[Card]:
        """All cards that are shown, those of the newest batch first."""
        return [card for batch in self.batches for card in batch.cards]

    def batch_of(self, generation: Generation) -> Batch | None:
        """Return the batch that shows *generation*."""
        return next((batch for batch in self.batches if generation in batch.generations), None)

    def add(self, batch: Batch) -> None:
        """Show *batch*, and redraw it while it changes."""
        with self._lock:
            self.list.children = (batch, *self.list.children)
            self._remove_finished(keep=MAX_FINISHED)
        self.redraw()

    def close_grids(self) -> None:
        """End the threads of all that is shown."""
        for batch in self.batches:
            batch.close_grid()

    def redraw(self) -> None:
        """Redraw what changes, until nothing does."""
        self._redrawer.start()

    def _remove_finished(self, keep: int) -> None:
        """Remove the finished batches, but for the newest *keep*."""
        with self._lock:
            finished = [batch for batch in self.batches if batch.is_done][keep:]
            self.list.children = tuple(batch for batch in self.batches if batch not in finished)
        for batch in finished:
            batch.close_grid()
            close_tree(batch)
        self._update_clear()

    def _update_clear(self) -> None:
        show_if(bool(self.batches), self.clear)
        # Its line is there from the start: nothing below moves when the first one ends.
        self.clear.layout.visibility = "visible" if any(batch.is_final for batch in self.batches) else "hidden"

    def _draw(self) -> bool:
        """Draw what changes; return whether anything still can."""
        changing = [batch for batch in self.batches if not batch.is_final]
        for batch in changing:
            batch.draw()
        ended = [batch for batch in changing if batch.is_final]
        if ended:
            self._update_clear()
        for batch in ended:
            self._on_end(batch)
        return not all(batch.is_final for batch in self.batches)
