"""One generation in the gallery. A tile never shows another one: a click means what was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.display import media_html
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.actions import PanelActions
from playcut_jupyter.panel.threads import ShowMessage, Worker
from playcut_jupyter.panel.thumbnails import caption, thumbnail
from playcut_jupyter.panel.widgets import AUTO, WorkerButton, row, show_if
from playcut_jupyter.results.generations import Generation


class Tile(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A picture (or a player in its place), a few words, and what can be done.

    Args:
        generation: what is shown.
        actions: what the panel does with it.
        ratings_worker: writes stars and the like.
        player_worker: reads sounds and clips.
        show_error: shows what goes wrong.
    """

    def __init__(
        self,
        generation: Generation,
        actions: PanelActions,
        ratings_worker: Worker,
        player_worker: Worker,
        show_error: ShowMessage,
    ) -> None:
        self.generation = generation
        self.picture, self.caption = ipywidgets.HTML(), ipywidgets.HTML()
        self.star = WorkerButton("Star", self._toggle_star, ratings_worker, show_error)
        self.hide = WorkerButton("Hide", self._toggle_hidden, ratings_worker, show_error)
        self.view = self._button("Open", actions.view)
        self.view.add_class(css_classes.OPEN_BUTTON)
        self.use = self._button("Use", actions.use_prompt)
        self.use.tooltip = "Use this prompt"
        self.play = WorkerButton("Play", self._toggle_player, player_worker, show_error)
        self.play.add_class(css_classes.PLAY_BUTTON)
        self.is_playing = False
        buttons = [self.star, self.hide, self.view, self.use, self.play]
        for button in buttons:
            button.tooltip = f"{button.tooltip or button.description}: #{generation.id} {generation.prompt[:60]}"
        super().__init__([self.picture, self.caption, row(*buttons)])
        self.add_class(css_classes.TILE)
        show_if(any(asset.kind in ("audio", "video") for asset in generation.assets), self.play)

    def _button(self, label: str, action: Callable[[Generation], None]) -> Any:
        button = ipywidgets.Button(description=label, layout=AUTO)
        button.on_click(lambda _: action(self.generation))
        return button

    def _toggle_star(self) -> None:
        self.generation.star(not self.generation.starred)
        self.draw(self.generation)

    def _toggle_hidden(self) -> None:
        self.generation.hide(not self.generation.hidden)
        self.draw(self.generation)

    def _toggle_player(self) -> None:
        """Put the player of a sound or clip in the picture's place, or the picture back."""
        snapshot = self.generation.snapshot
        self.is_playing = not self.is_playing
        if self.is_playing:
            players = (media_html.asset(record, snapshot.prompt, snapshot.preview_px) for record in snapshot.assets)
            self.picture.value = str(Markup("").join(players))
            self.view.remove_class(css_classes.OPEN_BUTTON)  # the player takes the clicks there
        else:
            self.picture.value = str(thumbnail(snapshot))
            self.view.add_class(css_classes.OPEN_BUTTON)
        self.play.description = "Stop" if self.is_playing else "Play"

    def stop_playing(self) -> None:
        """Put the picture back, if a player is in its place."""
        if self.is_playing:
            self._toggle_player()

    def draw(self, generation: Generation) -> None:
        """Show the words and ratings of *generation*: the same one, perhaps read anew.

        The picture stays once it is there: a player may be in its place.
        """
        self.generation = generation
        snapshot = generation.snapshot
        self.caption.value = str(caption(snapshot))
        self.star.description = "Unstar" if snapshot.starred else "Star"
        self.hide.description = "Unhide" if snapshot.hidden else "Hide"
        if not self.picture.value:
            self.picture.value = str(thumbnail(snapshot))
