"""The widget for blind picking: two results side by side, labelled only A and B.

A worker thread saves each choice to the library. A click disables the buttons until the next pair is shown, so that a
double click counts once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.design import picking
from playcut_jupyter.design.picking import Pair
from playcut_jupyter.display import media_html
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.display.text_html import message
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.library.database import Library
from playcut_jupyter.widgets.still import Still

log = logging.getLogger("playcut_jupyter")

_VIEW_PX = 480


class PickWidget(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Rounds of "which is better?" over a sweep.

    Raises:
        InvalidInput: fewer than two different generations are finished.
    """

    def __init__(self, sweep: SweepSnapshot, library: Library) -> None:
        self._sweep, self._library = sweep, library
        self._candidates = picking.candidates(sweep.generations)
        self._skipped: list[Pair] = []
        self._was_skip: list[bool] = []
        self._pair: Pair | None = None
        self._shown_count = 0
        self._worker = ThreadPoolExecutor(1, "playcut-pick")
        self._still = Still(Markup(""), "")
        self.question = ipywidgets.HTML()
        self.sides = [ipywidgets.HTML(layout={"width": "48%", "min_width": "220px"}) for _ in "AB"]
        self.a_is_better = self._button("A is better", lambda: self._choose(0))
        self.b_is_better = self._button("B is better", lambda: self._choose(1))
        self.skip = self._button("Can't say", self._skip)
        self.undo = self._button("Undo", self._undo)
        self.finish = self._button("Show the result", self._finish)
        self._buttons = [self.a_is_better, self.b_is_better, self.skip, self.undo, self.finish]
        self.result = ipywidgets.HTML()
        wrap = {"flex_flow": "row wrap"}
        super().__init__(
            [
                self.question,
                ipywidgets.HBox(self.sides, layout=wrap),
                ipywidgets.HBox(self._buttons, layout=wrap),
                self.result,
            ]
        )
        self.add_class("playcut-pick")
        self._show(ratings.picks(self._library, list(self._candidates)))
        self._enable_buttons()

    def __repr__(self) -> str:
        return "Blind picking needs a front end with widgets; run its cell again to have it here."

    def _ipython_display_(self) -> None:
        self._still.show_below(self)

    def _button(self, text: str, action: Callable[[], None]) -> Any:
        button = ipywidgets.Button(description=text, layout={"width": "auto"})

        def clicked(_: Any) -> None:
            if button.disabled:
                return
            for each in self._buttons:
                each.disabled = True
            self._worker.submit(self._run, action)

        button.on_click(clicked)
        return button

    def _run(self, action: Callable[[], None]) -> None:
        """Run *action* and show the next pair; show an error in place of the result."""
        try:
            action()
            self._show(ratings.picks(self._library, list(self._candidates)))
        except PlaycutError as error:
            self.result.value = str(message(f"{error}"))
        except Exception as error:
            log.exception("unexpected error after a click")
            kind = type(error).__name__
            self.result.value = str(message(f"Something inside playcut-jupyter went wrong ({kind}: {error})."))
        finally:
            self._enable_buttons()

    def _choose(self, side: int) -> None:
        if self._pair is not None:
            ratings.keep_pick(self._library, self._pair[side], self._pair[1 - side])
            self._was_skip.append(False)
            self.result.value = ""

    def _skip(self) -> None:
        if self._pair is not None:
            self._skipped.append(self._pair)
            self._was_skip.append(True)

    def _undo(self) -> None:
        if self._was_skip and self._was_skip.pop():
            self._skipped.pop()
        else:
            ratings.forget_last_pick(self._library, list(self._candidates))

    def _finish(self) -> None:
        rounds = ratings.picks(
            self._library, [snapshot.id for snapshot in self._sweep.generations if snapshot.id is not None]
        )
        result = picking.bundle(self._sweep.generations, self._sweep.axes, rounds)
        self.result.value = result["text/html"]
        self._still.draw(Markup(result["text/html"]), result["text/plain"])  # noqa: S704 - made of Markup

    def _show(self, rounds: list[Pair]) -> None:
        shown = [*rounds, *self._skipped]
        self._pair, self._shown_count = picking.next_pair(self._candidates, shown), len(shown)
        pairs = len(self._candidates) * (len(self._candidates) - 1) // 2
        for letter, side, number in zip("AB", self.sides, self._pair or (None, None), strict=True):
            side.value = str(_anonymous(letter, self._candidates[number])) if number is not None else ""
        if self._pair is None:
            self.question.value = f"<b>All {pairs} pairs are judged.</b>"
            self._finish()
        else:
            self.question.value = f"<b>Which is better?</b> Round {len(shown) + 1} of at most {pairs}"
            judged = f"Blind picks: {len(rounds)} of at most {pairs} rounds are judged. Run this cell to go on."
            self._still.draw(message(judged), judged)

    def _enable_buttons(self) -> None:
        """Enable the buttons whose action is possible now."""
        for button in (self.a_is_better, self.b_is_better, self.skip):
            button.disabled = self._pair is None
        self.undo.disabled = not self._shown_count
        self.finish.disabled = False


def _anonymous(letter: str, snapshot: Snapshot) -> Markup:
    """Return a result labelled with a letter, which also replaces the prompt as alternative text."""
    return Markup("<b>{}</b><br>{}").format(letter, media_html.assets(snapshot, _VIEW_PX, caption=letter))
