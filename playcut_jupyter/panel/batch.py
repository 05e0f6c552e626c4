"""What was asked for at once: one generation, or a whole sweep, with what can be done to all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.panel.card import Card, PanelActions, may_retry
from playcut_jupyter.panel.messages import cut
from playcut_jupyter.panel.threads import DoubleClickGuard, Worker
from playcut_jupyter.panel.widgets import AUTO, discard, row, show_if
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.reuse import start_again
from playcut_jupyter.runs.sweep import Sweep
from playcut_jupyter.runs.underway import active_in_this_process

SHOWN = 8
"""Of a sweep of more, so many have a card at a time: what runs, and what failed. The rest is in the gallery."""


class Batch(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A sweep under way, and after it.

    Args:
        sweep: what was started.
        title: what it is, as it was written.
        hands: what the panel does with a generation.
        worker: starts what is to be tried again.
        started: called when something was.
        clock: tells a double click from two.
    """

    def __init__(
        self,
        sweep: Sweep,
        title: str,
        hands: PanelActions,
        worker: Worker,
        started: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title, self._hands, self._worker, self._started = title, hands, worker, started
        self.runs: list[Generation] = list(sweep)
        self._repeats = DoubleClickGuard(clock)
        self._cards: dict[int, Card] = {}
        self.summary = ipywidgets.HTML()
        self.is_drawn = False
        self.stop = ipywidgets.Button(description="Stop all", layout=AUTO)
        self.stop.on_click(lambda _: self._stop_all())
        self.retry = ipywidgets.Button(layout=AUTO)
        self.retry.on_click(lambda _: self._again(self.failed))
        self.note = ipywidgets.HTML()
        head = row(self.summary, self.stop, self.retry, align_items="center")
        show_if(len(self.runs) > 1, head)
        self.list = ipywidgets.VBox([])
        super().__init__([head, self.note, self.list])
        self.add_class("playcut-panel-batch")
        self.draw()

    @property
    def cards(self) -> list[Card]:
        """The cards that it shows."""
        return list(self.list.children)

    @property
    def is_done(self) -> bool:
        """True once nothing of it runs any more."""
        return all(run.done for run in self.runs)

    @property
    def failed(self) -> list[Generation]:
        """What may be tried again."""
        return [run for run in self.runs if may_retry(run)]

    def tell(self, text: str) -> None:
        """Say something about all of it."""
        self.note.value = str(Markup("<div>{}</div>").format(text)) if text else ""

    def draw(self) -> None:
        """Show the state of all of it as it is now; `is_drawn` says whether that was its last."""
        is_last = self.is_done
        running = sum(not run.done for run in self.runs)
        stopped = sum(isinstance(run.error, StoppedWaiting) for run in self.runs)
        failed = sum(run.error is not None for run in self.runs) - stopped
        done = len(self.runs) - running - stopped - failed
        counts = [f"{done} of {len(self.runs)} done"]
        counts += [
            f"{number} {word}"
            for number, word in ((running, "under way"), (stopped, "stopped"), (failed, "failed"))
            if number
        ]
        self.summary.value = str(
            Markup('<div class="playcut-batch"><b>{}</b> {}</div>').format(" · ".join(counts), cut(self._title, 120))
        )
        show_if(running > 0, self.stop)
        self.retry.description = "Retry " + " and ".join(_kinds(self.failed))
        show_if(bool(self.failed), self.retry)
        self._show(self._visible())
        for index, card in self._cards.items():
            card.run = self.runs[index]
            card.draw()
        self.is_drawn = is_last

    def _visible(self) -> Sequence[int]:
        """Return which of the runs have a card now: all of a few, of many what is not in the gallery yet."""
        everything = range(len(self.runs))
        if len(self.runs) <= SHOWN:
            return everything
        failed = [index for index in everything if self.runs[index].error is not None]
        running = [index for index in everything if not self.runs[index].done]
        return sorted([*running, *failed][:SHOWN])

    def _show(self, wanted: Sequence[int]) -> None:
        if list(wanted) == list(self._cards):
            return
        old = self._cards
        self._cards = {
            index: old.get(index) or Card(self.runs[index], self._hands, lambda run: self._again([run]))
            for index in wanted
        }
        self.list.children = tuple(self._cards.values())
        for index in old.keys() - self._cards.keys():
            discard(old[index])

    # -- what can be done ---------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        for run in self.runs:
            run.stop_waiting()

    def _again(self, wanted: Sequence[Generation]) -> None:
        """Try *wanted* once more, each once however often it is clicked: where the click is handled."""
        if self._repeats.is_repeat([index for index, run in enumerate(self.runs) if run in wanted]):
            return
        self._worker.do(lambda: self._start(wanted), self._tell_of(wanted))

    def _start(self, wanted: Sequence[Generation]) -> None:
        """Start again what is still what it was when the button was pressed: on the worker."""
        self._tell_of(wanted)("")
        for run in wanted:
            index = next((index for index, mine in enumerate(self.runs) if mine is run), None)
            if index is None or not may_retry(run):
                continue
            if run.id is not None and run.id in active_in_this_process(run.library):
                self._tell_of([run])("It is waited for already, in another card.")
                continue
            self.runs[index] = start_again(run.connection, run)
            self.is_drawn = False
            self._started()

    def _tell_of(self, wanted: Sequence[Generation]) -> Callable[[str], None]:
        """Return what says something where it belongs: in the one card, or above all."""
        cards = [card for card in self.cards if card.run in wanted]
        return cards[0].tell if len(cards) == 1 else self.tell


def _kinds(ended: Sequence[Generation]) -> list[str]:
    """Return in words what is among those that ended without a result."""
    kinds = {"stopped" if isinstance(run.error, StoppedWaiting) else "failed" for run in ended}
    return sorted(kinds)
