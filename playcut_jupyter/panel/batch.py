"""What was started at once: one generation, or a whole sweep, with what can be done to all of it.

A sweep is a grid of tiles that fills. A page without the script that draws it shows cards instead, as it does for one
generation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.errors import InvalidInput, StoppedWaiting
from playcut_jupyter.jobs.active_jobs import active_in_this_process
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.jobs.start import start_again
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.actions import PanelActions
from playcut_jupyter.panel.card import Card, may_retry
from playcut_jupyter.panel.threads import DoubleClickGuard, ShowMessage, Worker
from playcut_jupyter.panel.tiles import panel_grid
from playcut_jupyter.panel.widgets import AUTO, MessageLine, WorkerButton, close_tree, row, show_if
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.text import truncate
from playcut_jupyter.widgets.explorer import Explorer
from playcut_jupyter.widgets.tile import Item
from playcut_jupyter.widgets.tile_grid import TileGrid

MAX_CARDS = 8
"""Of a sweep of more, so many have a card at a time: what runs, and what failed. The rest is in the gallery."""
_MAX_TITLE = 120


class Batch(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A sweep while it runs and after it.

    Args:
        sweep: what was started.
        title: the prompt as it was written.
        actions: what the panel does with a generation.
        worker: starts what is retried.
        on_restart: called when something was.
        clock: the seconds that tell a double click.
    """

    def __init__(
        self,
        sweep: Sweep,
        title: str,
        actions: PanelActions,
        worker: Worker,
        on_restart: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title, self._actions, self._worker, self._on_restart = title, actions, worker, on_restart
        self.request, self.generations = sweep.request, list(sweep)
        self._double_clicks = DoubleClickGuard(clock)
        self._cards: dict[int, Card] = {}
        self.axes = sweep.axes
        self.grid: TileGrid | None = None
        self.explorer: Explorer | None = None
        self.summary = ipywidgets.HTML()
        self.is_final = False
        self.news = ""
        """How it stands, in a sentence."""
        self.stop = ipywidgets.Button(description="Stop all", layout=AUTO)
        self.stop.on_click(lambda _: self._stop_all())
        self.retry = ipywidgets.Button(layout=AUTO)
        self.retry.on_click(lambda _: self._retry(self._retryable()))
        self.copy = ipywidgets.Button(description="Copy as cell", tooltip="Copy the whole sweep as a cell", layout=AUTO)
        self.copy.on_click(lambda _: actions.copy_as_cell(self.generations[0]))
        self.message = MessageLine()
        self.explore = WorkerButton("Explore", self._toggle_explorer, worker, self.message.show)
        head = row(self.summary, self.stop, self.retry, self.explore, self.copy, align_items="center")
        show_if(False, self.explore)
        self.list = ipywidgets.VBox([])
        if len(self.generations) > 1:
            self.grid = self._make_grid()
            self.list.add_class(css_classes.WITHOUT_SCRIPT)
            self._parts = [head, self.message, self.grid, self.list]
        else:
            self._parts = [self.message, self.list]
        super().__init__(self._parts)
        self.add_class(css_classes.BATCH)
        self.draw()

    def _make_grid(self) -> TileGrid:
        def retry(items: Sequence[Item], _: object) -> None:
            wanted = [one for one in self._retryable() if one in items]
            if not wanted:
                raise InvalidInput(
                    "None of the selected generations can be retried.", hint="Select what failed or stopped."
                )
            self._retry(wanted)

        return panel_grid(
            self.generations,
            self.axes,
            f"Sweep: {truncate(self._title, _MAX_TITLE)}",
            self._actions,
            more_buttons=(("retry", "Retry"),),
            handlers={"retry": retry},
        )

    @property
    def cards(self) -> list[Card]:
        """The cards that it shows."""
        return list(self.list.children)

    @property
    def is_done(self) -> bool:
        """True once nothing of it runs any more."""
        return all(generation.done for generation in self.generations)

    def draw(self) -> None:
        """Show how all of it stands now; `is_final` tells whether that was the last time."""
        is_done = self.is_done
        snapshots = [generation.snapshot for generation in self.generations]
        running = sum(not snapshot.done for snapshot in snapshots)
        stopped = sum(isinstance(snapshot.error, StoppedWaiting) for snapshot in snapshots)
        failed = sum(snapshot.error is not None for snapshot in snapshots) - stopped
        done = len(snapshots) - running - stopped - failed
        counts = [f"{done} of {len(snapshots)} done"]
        counts += [
            f"{number} {word}"
            for number, word in ((running, "running"), (stopped, "stopped"), (failed, "failed"))
            if number
        ]
        title = truncate(self._title, _MAX_TITLE)
        self.news = f"{', '.join(counts)}: {title}"
        self.summary.value = str(Markup("<div><b>{}</b> {}</div>").format(" · ".join(counts), title))
        retryable = [snapshot for snapshot in snapshots if may_retry(snapshot)]
        self.retry.description = "Retry " + " and ".join(_endings(retryable))
        show_if(bool(retryable), self.retry)
        self._show_cards(_with_card(snapshots))
        for index, card in self._cards.items():
            card.draw(self.generations[index])
        show_if(self.grid is not None and is_done, self.explore)
        show_if(running > 0, self.stop)  # last: where it is gone, all is as it stays
        self.is_final = is_done

    def _show_cards(self, wanted: Sequence[int]) -> None:
        """Show the generations with these numbers in the sweep, and keep the cards that are there."""
        if list(wanted) == list(self._cards):
            return
        old = self._cards
        self._cards = {
            index: old.get(index) or Card(self.generations[index], self._actions, lambda one: self._retry([one]))
            for index in wanted
        }
        self.list.children = tuple(self._cards.values())
        for index in old.keys() - self._cards.keys():
            close_tree(old[index])

    def close_grid(self) -> None:
        """End the threads of its grid."""
        for grid in (self.grid, self.explorer):
            if grid is not None:
                grid.close()

    # -- what can be done ---------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        for generation in self.generations:
            generation.stop_waiting()

    def _toggle_explorer(self) -> None:
        """Show the explorer in the grid's place, or the grid again: on the worker."""
        if self.explorer is None:
            self.explorer = Sweep(self.generations, self.axes, self.request).explore()
            self.children = (*self._parts[:2], self.explorer, *self._parts[3:])
            self.explore.description = "Close explorer"
        else:
            self.children = tuple(self._parts)
            self.explorer.close()
            self.explorer = None
            self.explore.description = "Explore"

    def _retryable(self) -> list[Generation]:
        return [generation for generation in self.generations if may_retry(generation.snapshot)]

    def _retry(self, wanted: Sequence[Generation]) -> None:
        """Retry *wanted*, each once however often it is clicked."""
        if not self._double_clicks.is_repeat([index for index, one in enumerate(self.generations) if one in wanted]):
            self._worker.submit(lambda: self._start_again(wanted), self._message_of(wanted))

    def _start_again(self, wanted: Sequence[Generation]) -> None:
        """Start again what is still what it was when the button was clicked: on the worker."""
        self._message_of(wanted)("")
        for generation in wanted:
            if generation not in self.generations or not may_retry(generation.snapshot):
                continue
            if generation.id is not None and generation.id in active_in_this_process(generation.library):
                self._message_of([generation])("Another card already waits for it.")
                continue
            self.generations[self.generations.index(generation)] = Generation(start_again(generation.job))
            self.is_final = False
            if self.grid is not None:
                self.grid.show(self.generations, self.axes)
            if self.explorer is not None:
                self._toggle_explorer()
            self._on_restart()

    def _message_of(self, wanted: Sequence[Generation]) -> ShowMessage:
        """Return what shows a message where it belongs: in the one card, or above all."""
        cards = [card for card in self.cards if card.generation in wanted]
        message: MessageLine = cards[0].message if len(cards) == 1 else self.message
        return message.show


def _with_card(snapshots: Sequence[Snapshot]) -> list[int]:
    """Return which have a card now, by number: all of a few, of many what is not in the gallery yet."""
    numbers = range(len(snapshots))
    if len(snapshots) <= MAX_CARDS:
        return list(numbers)
    running = [number for number in numbers if not snapshots[number].done]
    failed = [number for number in numbers if snapshots[number].error is not None]
    return sorted([*running, *failed][:MAX_CARDS])


def _endings(snapshots: Sequence[Snapshot]) -> list[str]:
    """Return in words how those ended that have no result."""
    return sorted({"stopped" if isinstance(snapshot.error, StoppedWaiting) else "failed" for snapshot in snapshots})
