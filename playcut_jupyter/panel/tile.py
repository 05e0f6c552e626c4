"""One generation in the gallery. A tile is of one generation for good: a click means what was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.display import render
from playcut_jupyter.panel.card import PanelActions
from playcut_jupyter.panel.threads import Show, Worker
from playcut_jupyter.panel.thumbnails import caption, thumbnail
from playcut_jupyter.panel.widgets import AUTO, Action, row, show_if
from playcut_jupyter.runs.generation import Generation


class Tile(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A picture (or a player in its place), a few words, and what can be done.

    Args:
        run: the generation.
        hands: what the panel does with one.
        marks: the worker that writes stars and the like.
        players: the worker that reads sounds and clips.
        tell: says what goes wrong.
    """

    def __init__(self, run: Generation, hands: PanelActions, marks: Worker, players: Worker, tell: Show) -> None:
        self.run = run
        self.picture, self.caption = ipywidgets.HTML(), ipywidgets.HTML()
        self.star = Action("Star", lambda: self._mark(self.run.star, self.run.starred), marks, tell)
        self.hide = Action("Hide", lambda: self._mark(self.run.hide, self.run.hidden), marks, tell)
        # The picture itself is part of this button: see `style`.
        self.view = self._button("Open", hands.view)
        self.view.add_class("playcut-panel-open")
        self.use = self._button("Use", hands.use)
        self.use.tooltip = "Use this prompt"
        self.play = Action("Play", self._play, players, tell)
        self.is_playing = False
        buttons = [self.star, self.hide, self.view, self.use, self.play]
        for button in buttons:
            button.tooltip = f"{button.tooltip or button.description}: #{run.id} {run.prompt[:60]}"
        super().__init__([self.picture, self.caption, row(*buttons)])
        self.add_class("playcut-panel-tile")
        show_if(any(item.kind in ("audio", "video") for item in run.assets), self.play)

    def _button(self, text: str, action: Callable[[Generation], None]) -> Any:
        button = ipywidgets.Button(description=text, layout=AUTO)
        button.on_click(lambda _: action(self.run))
        return button

    def _mark(self, mark: Callable[[bool], object], is_on: bool) -> None:
        mark(not is_on)
        self.draw()

    def _play(self) -> None:
        """Put the player of a sound or clip in the picture's place, or the picture back."""
        self.is_playing = not self.is_playing
        if self.is_playing:
            self.picture.value = str(Markup("").join(render.asset(item) for item in self.run.assets))
            self.view.remove_class("playcut-panel-open")  # the player takes the clicks there
        else:
            self.picture.value = str(thumbnail(self.run))
            self.view.add_class("playcut-panel-open")
        self.play.description = "Stop" if self.is_playing else "Play"

    def rest(self) -> None:
        """Play no more."""
        if self.is_playing:
            self._play()

    def follow(self, run: Generation) -> None:
        """Take over the marks that *run*, the same generation read anew, has by now; show them."""
        self.run.starred, self.run.hidden = run.starred, run.hidden
        self.draw()

    def draw(self) -> None:
        """Show the words and marks; the picture is left alone once it is there, for it may be playing."""
        self.caption.value = str(caption(self.run))
        self.star.description = "Unstar" if self.run.starred else "Star"
        self.hide.description = "Unhide" if self.run.hidden else "Hide"
        if not self.picture.value:
            self.picture.value = str(thumbnail(self.run))
