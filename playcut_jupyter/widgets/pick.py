"""The game of blind picking: two results side by side, until the winner is clear; then what to do with it.

`static/pick/` draws it. The page is told nothing of a round but the two media, which go as messages: unlike traits they
are not saved with the notebook. Each answer says which round it is of, so that a double click counts once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets
from markupsafe import Markup

from playcut_jupyter.background import change_signal
from playcut_jupyter.design import picking
from playcut_jupyter.design.standings import Standings, standings
from playcut_jupyter.display.text_html import message as message_html
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.export.writer import FORMATS, program
from playcut_jupyter.library import ratings
from playcut_jupyter.redaction import encodable
from playcut_jupyter.text import axis_heading
from playcut_jupyter.widgets import pick_media, static_files, tile
from playcut_jupyter.widgets.still import Still
from playcut_jupyter.widgets.sweep_like import SweepLike
from playcut_jupyter.widgets.threads import CoalescedTask, Worker
from playcut_jupyter.widgets.tile import Item

_SIDES = ("left", "right")


class PickWidget(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]  # it inherits from ipywidgets, without types
    """Rounds of "which is better?" over a sweep.

    Args:
        sweep: whose finished generations are picked from.

    Attributes:
        view: what the page shows, but for the media (a trait).
        notice: one line to the user, announced (a trait).

    Raises:
        InvalidInput: fewer than two different generations are finished.
    """

    _esm = static_files.script("pick")
    _css = static_files.style("tile_grid/grid.css", "tile_grid/tile.css", "tile_grid/dialog.css") + static_files.style(
        "pick.css"
    )

    view = traitlets.Dict().tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)
    ratio = traitlets.Float(1.0).tag(sync=True)

    def __init__(self, sweep: SweepLike) -> None:
        self.worker = Worker(self._say)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._sweep = sweep
        self._candidates = picking.candidates(sweep.snapshot.generations)
        self._items: dict[int, Item] = {item.id: item for item in sweep if item.id is not None}
        self._library = next(iter(self._items.values())).library
        self._skipped: list[picking.Pair] = []
        self._was_skip: list[bool] = []
        self._is_ended = self._goes_on = False
        self._round = 0
        self._still = Still(Markup(""), "")
        super().__init__(ratio=pick_media.ratio(list(self._candidates.values())))
        self._refresh_task = CoalescedTask(self.worker, self._refresh)
        self.on_msg(self._receive)
        self._unsubscribe = change_signal.on_change(self._refresh_task.schedule)
        self._judge()
        self._refresh()

    # -- what is done: on the worker ------------------------------------------------------------------------

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"do": str(name)} if name in _ACTIONS:
                self.worker.submit(lambda: self._do(name, message))

    def _do(self, name: str, message: Mapping[str, Any]) -> None:
        if name != "media":
            self._say("")
        if name not in _MOVES:
            _ACTIONS[name](self, message)
        elif message.get("round") == self._round:  # else it is the second click of a double click
            try:
                _ACTIONS[name](self, message)
            finally:
                self._show()

    def _answer(self, message: Mapping[str, Any]) -> None:
        pair, side = self._standings.pair, message.get("side")
        if self._has_ended or pair is None:
            return
        if side in _SIDES:
            better = _SIDES.index(str(side))
            ratings.keep_pick(self._library, pair[better], pair[1 - better])
            self._was_skip.append(False)
        else:
            self._skipped.append(pair)
            self._was_skip.append(True)

    def _undo(self, _: Mapping[str, Any]) -> None:
        self._is_ended = False
        if self._was_skip and self._was_skip.pop():
            self._skipped.pop()
        else:
            ratings.forget_last_pick(self._library, list(self._candidates))

    def _finish(self, _: Mapping[str, Any]) -> None:
        if not self._rounds:
            raise InvalidInput("Nothing has been judged yet.", hint="Click the better one, or press ← or →.")
        self._is_ended = True

    def _go_on(self, _: Mapping[str, Any]) -> None:
        self._is_ended, self._goes_on = False, True

    def _star(self, message: Mapping[str, Any]) -> None:
        self._items[self._standings.leader].star(message.get("on") is not False)
        self._refresh()

    def _refine(self, _: Mapping[str, Any]) -> None:
        text = self._sweep.refine()
        told = "It keeps the better half of the values, by picks and stars."
        self.send({"type": "text", "title": "The next cell", "text": encodable(text), "told": told})

    def _export(self, message: Mapping[str, Any]) -> None:
        number, format_ = self._standings.leader, str(message.get("as") or "python")
        self.send(
            {
                "type": "text",
                "title": f"Export: #{number}",
                "text": encodable(program([self._items[number].snapshot], format_)),
                "choice": {"label": "as", "value": format_, "options": list(FORMATS)},
                "again": {"do": "export"},
            }
        )

    # -- what is shown --------------------------------------------------------------------------------------

    @property
    def _has_ended(self) -> bool:
        return self._is_ended or self._standings.pair is None or not (self._goes_on or self._standings.is_open)

    def _show(self) -> None:
        """Show how it stands, as a new round; also where that can't be read, so that it can be tried again."""
        self._round += 1
        try:
            self._judge()
        finally:
            self._refresh()
            self._send_media({})

    def _judge(self) -> None:
        self._rounds: list[picking.Pair] = ratings.picks(self._library, list(self._candidates))
        self._standings: Standings = standings(
            picking.values(self._candidates, self._sweep.axes), self._rounds, self._skipped
        )

    def _refresh(self) -> None:
        headline, has_ended = self._headline(), self._has_ended
        winner = self._items[self._standings.leader].snapshot if has_ended else None
        self.view = {
            "round": self._round,
            "ended": has_ended,
            "headline": headline,
            "undo": bool(self._rounds or self._skipped),
            "more": self._standings.pair is not None,
            "winner": None
            if winner is None
            else {
                "name": f"#{winner.id}",
                "prompt": encodable(winner.prompt),
                "labels": [[axis_heading(axis), encodable(str(value))] for axis, value in winner.labels.items()],
                "starred": winner.starred,
            },
        }
        self._draw_still(headline)

    def _headline(self) -> str:
        best, rounds = self._standings, len(self._rounds)
        sure = f"{'over 99' if best.confidence > 0.99 else f'{best.confidence:.0%}'[:-1]} % sure"
        after = f"{sure} after {rounds} round{'' if rounds == 1 else 's'}"
        if not self._has_ended:
            return f"Round {rounds + len(self._skipped) + 1}: which is better?" + (
                f" ({sure} so far)" if rounds else ""
            )
        if best.is_clear:
            return f"#{best.leader} wins, {after}"
        if best.pair is None:
            return f"#{best.leader} leads, {after}; all pairs were shown."
        return f"#{best.leader} leads, {after}" + ("" if best.is_open else "; more rounds would hardly tell.")

    def _send_media(self, _: Mapping[str, Any]) -> None:
        if self._has_ended:
            snapshots = [self._items[self._standings.leader].snapshot]
            parts, contents = tile.media_parts(snapshots[0])
            parts, contents = parts[:1], contents[:1]
        else:
            snapshots = [self._candidates[number] for number in self._standings.pair or ()]
            shown = list(map(pick_media.blind, snapshots))
            parts, contents = [part for part, _ in shown], [content for _, content in shown]
        # What is seen of a sound comes behind all that is heard.
        contents += map(pick_media.picture, snapshots)
        self.send({"type": "media", "round": self._round, "ended": self._has_ended, "parts": parts}, contents)

    def _draw_still(self, headline: str) -> None:
        """Leave in a saved notebook no more than the page shows."""
        if not self._has_ended:
            rounds = len(self._rounds)
            told = f"A blind pick of {len(self._candidates)}: {rounds} round{'' if rounds == 1 else 's'} so far."
            told += " To go on, run this cell in a front end that shows widgets (anywidget)."
            self._still.draw(message_html(told), told)
            return
        result = picking.bundle(self._sweep.snapshot.generations, self._sweep.axes, self._rounds, headline)
        self._still.draw(Markup(result["text/html"]), result["text/plain"])  # noqa: S704 - made of Markup

    # -- its life -------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        self.notice = text

    def settle(self, seconds: float) -> None:
        """Wait up to *seconds* until what was asked of it so far is done."""
        done = threading.Event()
        self.worker.submit(done.set)
        done.wait(seconds)

    def close(self) -> None:
        """Take it from its page, and end its thread."""
        self._unsubscribe()
        self.worker.close()
        super().close()

    def __repr__(self) -> str:
        return "Blind picking needs a front end with widgets; run its cell again to show it here."

    def _ipython_display_(self) -> None:
        self._still.show_below(self)


_MOVES = ("answer", "undo", "finish", "go on")
"""What ends a round."""
_ACTIONS: Mapping[str, Callable[[PickWidget, Mapping[str, Any]], None]] = {
    "media": PickWidget._send_media,
    "answer": PickWidget._answer,
    "undo": PickWidget._undo,
    "finish": PickWidget._finish,
    "go on": PickWidget._go_on,
    "star": PickWidget._star,
    "refine": PickWidget._refine,
    "export": PickWidget._export,
}
