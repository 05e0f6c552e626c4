"""The gallery: what the library holds, newest first, a page at a time.

The tiles are made once and only their contents change, so that a library of any size is as quick as a small one.
"""

from __future__ import annotations

from collections.abc import Callable
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
        self.hide = self._button("Hide", lambda run: run.hide(True))
        self.open = self._button("Open", gallery.view)
        self.box = ipywidgets.VBox(
            [self.picture, ipywidgets.HBox([self.star, self.hide, self.open])], layout={"width": "220px"}
        )
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
        self._gallery.changed(run)

    def show(self, run: Generation | None) -> None:
        """Show *run*, or nothing."""
        self.run = run
        self.box.layout.display = "none" if run is None else None
        if run is not None:
            self.picture.value = str(_thumbnail(run))
            self.star.description = "Unstar" if run.starred else "Star"


def _thumbnail(run: Generation) -> Markup:
    pictures = [item for item in run.assets if item.kind == "image" and item.path and item.path.exists()]
    shown = render.asset(pictures[0], _TILE_PX) if pictures else Markup("<b>{}</b>").format(run.kind)
    words = " · ".join(
        filter(None, (f"#{run.id}", "★ starred" if run.starred else "", run.state if run.error is not None else ""))
    )
    return Markup('{}<div style="font-size:0.85em;">{} {}<br>{}</div>').format(
        shown, render.badge(run), words, run.prompt[:80]
    )


class Gallery(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Pages of the library, with filters."""

    def __init__(self, playcut: Callable[[], Playcut], worker: Worker, view: Callable[[Generation], None]) -> None:
        self._playcut, self._worker, self.view = playcut, worker, view
        self._starts: list[int | None] = [None]
        self._last: int | None = None
        narrow = {"width": "200px"}
        self.search = ipywidgets.Text(description="search", continuous_update=False, layout=narrow)
        self.kind = ipywidgets.Dropdown(options=["all", "image", "video", "speech"], description="kind", layout=narrow)
        self.starred = ipywidgets.Checkbox(description="starred only", indent=False, layout=_BUTTON)
        self.newer = ipywidgets.Button(description="Newer", layout=_BUTTON)
        self.older = ipywidgets.Button(description="Older", layout=_BUTTON)
        self.note = ipywidgets.HTML()
        self.tiles = [_Tile(self) for _ in range(PAGE)]
        wrap = {"flex_flow": "row wrap"}
        filters = [self.search, self.kind, self.starred, self.newer, self.older]
        super().__init__(
            [
                ipywidgets.HBox(filters, layout=wrap),
                self.note,
                ipywidgets.HBox([tile.box for tile in self.tiles], layout=wrap),
            ]
        )
        for field in (self.search, self.kind, self.starred):
            field.observe(lambda _: self.refresh(first=True), "value")
        self.newer.on_click(lambda _: self._turn(back=True))
        self.older.on_click(lambda _: self._turn(back=False))
        self.fill()

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
        self.do(self.fill)

    def _turn(self, *, back: bool) -> None:
        if back and len(self._starts) > 1:
            self._starts.pop()
        elif not back and self._last is not None:
            self._starts.append(self._last)
        self.refresh()

    def fill(self) -> None:
        """Read the page and show it: on the worker, but for the first time."""
        connection = self._playcut().connector.archive
        records = connection.library.history(
            search=self.search.value.strip() or None,
            kind=None if self.kind.value == "all" else self.kind.value,
            starred=self.starred.value,
            hidden=False,
            before=self._starts[-1],
            limit=PAGE + 1,
        )
        runs = [Generation.from_record(connection, record) for record in records[:PAGE]]
        self._last = runs[-1].id if len(records) > PAGE else None
        for tile, run in zip(self.tiles, [*runs, *[None] * (PAGE - len(runs))], strict=True):
            tile.show(run)
        self.newer.disabled, self.older.disabled = len(self._starts) == 1, self._last is None
        self.tell("" if runs else "Nothing to show here yet.")

    def changed(self, run: Generation) -> None:
        """Show what *run* has become: on the worker."""
        if run.hidden or self.starred.value:
            self.fill()
            return
        for tile in self.tiles:
            if tile.run is not None and tile.run.id == run.id:
                tile.show(run)
