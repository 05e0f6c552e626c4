"""`Panel`: connection, form, cards, a viewer and the gallery, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets

from playcut_jupyter import notices, render
from playcut_jupyter.errors import NotConnected
from playcut_jupyter.panel.card import Card
from playcut_jupyter.panel.compose import Compose
from playcut_jupyter.panel.gallery import Gallery
from playcut_jupyter.panel.keys import Keys
from playcut_jupyter.panel.still import LIVE_STYLE, Stills
from playcut_jupyter.panel.viewer import Viewer
from playcut_jupyter.panel.voices import sample
from playcut_jupyter.panel.work import Worker
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.reuse import start_again
from playcut_jupyter.runs import Generation
from playcut_jupyter.underway import waited_for_here

_MOST_CARDS = 40
"""Cards that are kept; what is older is in the gallery."""
# A tile's picture is part of its button "Open": a click on it opens it.
STYLE = """<style>
.playcut-panel .widget-html-content {overflow-wrap: anywhere;}
.playcut-panel-tile.playcut-panel-tile {position: relative; overflow: visible;}
.playcut-panel-tile :has(> .playcut-panel-open), .playcut-panel-open.playcut-panel-open {
  position: static; overflow: visible;
}
.playcut-panel-picture {height: 200px; overflow: hidden; display: flex; align-items: center; justify-content: center;}
.playcut-panel-open::after {content: ""; position: absolute; top: 0; left: 0; right: 0; height: 200px; cursor: zoom-in;}
.playcut-panel-open:focus-visible::after {outline: 2px solid currentColor;}
</style>"""


class Panel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Prompt, watch and pick without writing code.

    Args:
        playcut: the connection to use; displayed twice, both displays stay in step.
    """

    def __init__(self, playcut: Playcut) -> None:
        self.playcut = playcut
        self.worker = Worker(self._tell)
        self.errands = Worker(self._tell)
        self.stills = Stills()
        self.connection = ipywidgets.HTML()
        self.budget = ipywidgets.FloatText(
            playcut.budget or 0, description="budget", tooltip="credits; 0 for no limit", layout={"width": "180px"}
        )
        self.sandbox = ipywidgets.Button(description="Use the sandbox", layout={"width": "auto", "display": "none"})
        self.resume = ipywidgets.Button(description="Resume", layout={"width": "auto", "display": "none"})
        self.compose = Compose(lambda: self.playcut, self._generate, self._list_voices, self._hear)
        self.cards = ipywidgets.VBox([])
        self.viewer = Viewer(self.worker)
        self.cell = ipywidgets.Textarea(
            description="cell", layout={"display": "none", "width": "auto", "height": "90px"}
        )
        self.message = ipywidgets.HTML()
        self.gallery = Gallery(lambda: self.playcut, self.worker, self._view, self.stills.draw)
        wrap = {"flex_flow": "row wrap"}
        super().__init__(
            [
                ipywidgets.HBox([self.connection, self.budget, self.sandbox, self.resume], layout=wrap),
                self.compose,
                self.message,
                self.cell,
                self.cards,
                self.viewer,
                self.gallery,
                ipywidgets.HTML(STYLE + LIVE_STYLE, layout={"height": "0", "margin": "0"}),
                # Out of sight, also where a front end has no anywidget and would say so in its place.
                ipywidgets.VBox([Keys()], layout={"display": "none"}),
            ]
        )
        self.add_class("playcut-panel")
        self.budget.observe(self._set_budget, "value")
        self.sandbox.on_click(lambda _: self.worker.do(self._go_to_sandbox))
        self.resume.on_click(lambda _: self._resume())
        notices.on_change(self._changed)
        self.worker.do(self._look)

    def _changed(self) -> None:
        """Show what is new, whoever made it: cells, too."""
        self.gallery.refresh()
        self.worker.do(self._look)

    # -- the connection -----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Show what it is connected to, and whether something waits to be resumed: on the worker."""
        try:
            connection = self.playcut.connection
        except NotConnected as error:
            self.connection.value = str(render.message(f"NOT CONNECTED. {error} {error.hint or ''}"))
            self.sandbox.layout.display = None
            return
        self.sandbox.layout.display = "none"
        limit, left = connection.rate_limit
        account = connection.account
        words = [
            "SANDBOX: offline, free" if connection.settings.is_sandbox else "LIVE: generations cost credits",
            connection.settings.masked_key,
            f"{account.spent:g} credits so far (estimate)",
            f"{left} of {limit} requests a minute left" if limit else "",
        ]
        self.connection.value = str(render.message(" · ".join(filter(None, words))))
        busy = waited_for_here()
        waiting = [row for row in connection.library.unfetched(connection.settings.origin) if row.id not in busy]
        self.resume.description = f"Resume {len(waiting)} unfinished"
        self.resume.layout.display = None if waiting else "none"
        self.resume.disabled = False

    def _go_to_sandbox(self) -> None:
        self.playcut.switch(sandbox=True)
        self._look()
        self.gallery.refresh(first=True)

    def _set_budget(self, change: Any) -> None:
        def set_it() -> None:
            self.playcut.budget = change["new"] or None
            self._tell("")

        self.worker.do(set_it)

    def _list_voices(self) -> None:
        def ask() -> None:
            if not self.compose.voices:
                self.compose.voices = [voice.id for voice in self.playcut.voices()]

        self.errands.do(ask, self.compose.tell)

    def _hear(self, voice_id: str) -> None:
        def fetch() -> None:
            self.compose.sample.value = str(sample(self.playcut, voice_id))

        def tell(text: str) -> None:
            self.compose.sample.value = str(render.message(text))

        self.errands.do(fetch, tell)

    # -- making -------------------------------------------------------------------------------------------

    def _generate(self) -> None:
        button = self.compose.button
        if button.disabled:
            return
        button.disabled = True

        def start() -> None:
            try:
                line, plan = self.compose.asked()
                sweep = self.playcut.start_plan(
                    plan,
                    line.kind,
                    count=line.count,
                    max_generations=self.compose.most.value,
                    session=line.session,
                )
            finally:
                button.disabled = False
            self._watch(sweep)

        self.worker.do(start, self.compose.tell)

    def _resume(self) -> None:
        self.resume.disabled = True
        self.worker.do(lambda: self._watch(self.playcut.start_resume()))

    def _again(self, card: Card) -> None:
        card.retry.disabled = True

        def start() -> None:
            card.follow(start_again(self.playcut.connection, card.run))
            self.worker.tick(self._draw)

        self.worker.do(start)

    def _watch(self, runs: Sequence[Generation]) -> None:
        new = [Card(run, use=self._use, again=self._again, copy=self._copy, view=self._view) for run in runs]
        self.cards.children = (*reversed(new), *self.cards.children)[:_MOST_CARDS]
        self.worker.do(self._look)
        self.worker.tick(self._draw)

    def _draw(self) -> bool:
        """Draw what runs; once all is done, look again what there is."""
        running = [card for card in self.cards.children if not card.is_settled]
        finished = [card for card in running if not card.draw()]
        if finished:
            self.worker.do(self._look)
        return len(finished) < len(running)

    # -- with one generation ------------------------------------------------------------------------------

    def _use(self, run: Generation) -> None:
        self.compose.use(run.kind, run.prompt)

    def _view(self, run: Generation) -> None:
        self.worker.do(lambda: self.viewer.show(run))

    def _copy(self, run: Generation) -> None:
        """Show the cell that asks for the same, ready to be copied."""
        from playcut_jupyter.prompts import escape

        inputs = {name: value for name, value in run.inputs.items() if name not in ("prompt", "text")}
        parts = [f"-p {_quoted(f'{name}={value}')}" for name, value in inputs.items()]
        self.cell.value = f"%%playcut {' '.join([run.kind, *parts])}\n{escape(run.prompt)}"
        self.cell.layout.display = None

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)
        self.stills.show()

    def _tell(self, text: str) -> None:
        self.message.value = str(render.message(text)) if text else ""


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
