"""The gallery: what the library holds, newest first, a page at a time.

The tiles are made once and only their contents change, so that a library of any size is as quick as a small one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
from markupsafe import Markup

from playcut_jupyter import render
from playcut_jupyter.panel.work import Worker
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.runs import Generation

PAGE = 12
"""How many tiles a page has."""
_TILE_PX = 200
_BUTTON = {"width": "auto"}


class _Tile:
    """A place for one generation."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self.run: Generation | None = None
        self.picture = ipywidgets.HTML()
        self.star = self._button("Star", lambda run: run.star(not run.starred))
        self.hide = self._button("Hide", lambda run: run.hide(not run.hidden))
        # The picture itself is part of this button: see `STYLE`.
        self.view = self._button("Open", gallery.view)
        self.view.add_class("playcut-panel-open")
        self.play = self._button("Play", self._load)
        buttons = ipywidgets.HBox([self.star, self.hide, self.view, self.play], layout={"flex_flow": "row wrap"})
        self.box = ipywidgets.VBox([self.picture, buttons], layout={"width": "220px"})
        self.box.add_class("playcut-panel-tile")

    def _button(self, text: str, action: Callable[[Generation], object]) -> Any:
        button = ipywidgets.Button(description=text, layout=_BUTTON)

        def clicked(_: Any) -> None:
            run = self.run
            if run is None or button.disabled:
                return
            button.disabled = True
            self._gallery.do(lambda: self._done(action, run, button))

        button.on_click(clicked)
        return button

    def _done(self, action: Callable[[Generation], object], run: Generation, button: Any) -> None:
        try:
            action(run)
        finally:
            button.disabled = False
        if action != self._load:
            self._gallery.refresh()

    def _load(self, run: Generation) -> None:
        """Put the player of a sound or clip in its place."""
        players = [render.asset(item) for item in run.assets]
        self.picture.value = str(Markup("").join([*players, caption(run)]))
        self.play.layout.display = "none"
        self.view.remove_class("playcut-panel-open")  # the player takes the clicks there

    def show(self, run: Generation | None) -> None:
        """Show *run*, or nothing."""
        self.run = run
        self.box.layout.display = "none" if run is None else None
        if run is None:
            return
        self.view.add_class("playcut-panel-open")
        self.picture.value = str(thumbnail(run) + caption(run))
        self.star.description = "Unstar" if run.starred else "Star"
        self.hide.description = "Unhide" if run.hidden else "Hide"
        plays = any(item.kind in ("audio", "video") for item in run.assets)
        self.play.layout.display = None if plays else "none"


def thumbnail(run: Generation) -> Markup:
    """Return a small picture of *run*: of a clip its first frame, of a sound the word."""
    for item in run.assets:
        if item.path is None or not item.path.exists():
            continue
        if item.kind == "image":
            shown = render.asset(item, _TILE_PX)
        elif item.kind == "video" and item.still():
            shown = render.still(item)
        else:
            continue
        return Markup('<div class="playcut-panel-picture">{}</div>').format(shown)
    return Markup('<div class="playcut-panel-picture"><b>{}</b></div>').format(run.kind)


def caption(run: Generation) -> Markup:
    """Return what there is to say of *run* in a few words."""
    marks = ("★ starred" if run.starred else "", "hidden" if run.hidden else "")
    words = " · ".join(filter(None, (f"#{run.id}", *marks, run.state if run.error is not None else "")))
    return Markup('<div style="font-size:0.85em;overflow-wrap:anywhere;">{} {}<br>{}</div>').format(
        render.badge(run), words, run.prompt[:80]
    )


class Gallery(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Pages of the library, with filters."""

    def __init__(
        self,
        playcut: Callable[[], Playcut],
        worker: Worker,
        view: Callable[[Generation], None],
        filled: Callable[[Sequence[Generation]], None],
    ) -> None:
        self._playcut, self._worker, self.view, self.filled = playcut, worker, view, filled
        self._starts: list[int | None] = [None]
        self._last: int | None = None
        self._asked = False
        narrow = {"width": "200px"}
        self.search = ipywidgets.Text(description="search", continuous_update=False, layout=narrow)
        self.kind = ipywidgets.Dropdown(options=["all", "image", "video", "speech"], description="kind", layout=narrow)
        self.starred = ipywidgets.Checkbox(description="starred only", indent=False, layout=_BUTTON)
        self.hidden = ipywidgets.Checkbox(description="hidden too", indent=False, layout=_BUTTON)
        self.newer = ipywidgets.Button(description="Newer", layout=_BUTTON)
        self.older = ipywidgets.Button(description="Older", layout=_BUTTON)
        self.note = ipywidgets.HTML()
        self.tiles = [_Tile(self) for _ in range(PAGE)]
        wrap = {"flex_flow": "row wrap"}
        filters = [self.search, self.kind, self.starred, self.hidden, self.newer, self.older]
        super().__init__(
            [
                ipywidgets.HBox(filters, layout=wrap),
                self.note,
                ipywidgets.HBox([tile.box for tile in self.tiles], layout=wrap),
            ]
        )
        for field in (self.search, self.kind, self.starred, self.hidden):
            field.observe(lambda _: self.refresh(first=True), "value")
        self.newer.on_click(lambda _: self._turn(back=True))
        self.older.on_click(lambda _: self._turn(back=False))
        self.refresh()

    def do(self, work: Callable[[], None]) -> None:
        """Do *work* on the worker; what goes wrong is said above the tiles."""
        self._worker.do(work, self.tell)

    def tell(self, text: str) -> None:
        """Say something above the tiles."""
        self.note.value = str(render.message(text)) if text else ""

    def refresh(self, *, first: bool = False) -> None:
        """Read the page again, or the first one."""
        if first:
            self._starts = [None]
        if not self._asked:  # else what is new is read with what was asked for already
            self._asked = True
            self.do(self.fill)

    def _turn(self, *, back: bool) -> None:
        if back and len(self._starts) > 1:
            self._starts.pop()
        elif not back and self._last is not None:
            self._starts.append(self._last)
        self.refresh()

    def fill(self) -> None:
        """Read the page and show it: on the worker."""
        self._asked = False
        connection = self._playcut().connector.archive
        records = connection.library.history(
            search=self.search.value.strip() or None,
            kind=None if self.kind.value == "all" else self.kind.value,
            starred=self.starred.value,
            hidden=self.hidden.value,
            before=self._starts[-1],
            limit=PAGE + 1,
        )
        runs = [Generation.from_record(connection, record) for record in records[:PAGE]]
        self._last = runs[-1].id if len(records) > PAGE else None
        for tile, run in zip(self.tiles, [*runs, *[None] * (PAGE - len(runs))], strict=True):
            tile.show(run)
        self.newer.disabled, self.older.disabled = len(self._starts) == 1, self._last is None
        self.tell("" if runs else "Nothing to show here yet.")
        self.filled(runs)
