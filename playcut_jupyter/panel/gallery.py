"""The gallery: what the library holds, newest first, a page at a time.

Only a page is read and shown, so that a library of any size is as quick as a small one. What arrives takes its place
by itself, except while something plays: such a page holds still, and says how many there are to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

import ipywidgets

from playcut_jupyter.library.records import Record, is_orphan, this_process
from playcut_jupyter.panel.card import PanelActions
from playcut_jupyter.panel.messages import note
from playcut_jupyter.panel.threads import CoalescedTask, Worker
from playcut_jupyter.panel.tile import Tile
from playcut_jupyter.panel.widgets import AUTO, discard, row, show_if
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.underway import active_in_this_process

PAGE = 12
"""How many tiles a page has."""
_KEPT = 3 * PAGE
"""Tiles that are kept, so that turning back shows them at once."""
_UNDER_WAY = ("intended", "sending", "acknowledged")


class Gallery(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Pages of the library, with filters.

    Args:
        playcut: whose library.
        marks: the worker that writes stars and the like.
        hands: what the panel does with a generation.
        filled: called with what a page shows, on the gallery's own worker.
    """

    def __init__(
        self, playcut: Playcut, marks: Worker, hands: PanelActions, filled: Callable[[Sequence[Generation]], None]
    ) -> None:
        self._playcut, self._marks, self._hands, self._filled = playcut, marks, hands, filled
        self._starts: list[int | None] = [None]
        self._last: int | None = None
        self._tiles: dict[int, Tile] = {}
        self._make_filters()
        self.page = row(align_items="stretch")
        self.more = ipywidgets.Button(layout=AUTO)
        self.note = ipywidgets.HTML()
        self.worker = Worker(self.tell)
        self._fill = CoalescedTask(self.worker, self.fill)
        self._filter = CoalescedTask(self.worker, self._fill_first)  # a search is followed while one types
        show_if(False, self.more)
        super().__init__([self._filters, row(self.note, self.more, align_items="center"), self.page])
        self.add_class("playcut-panel-gallery")
        self.newer.on_click(lambda _: self._turn(self._back))
        self.older.on_click(lambda _: self._turn(self._on))
        self.more.on_click(lambda _: self._turn(lambda: None))
        for field in (self.search, self.kind, self.starred, self.hidden):
            field.observe(lambda _: self._filter.ask(), "value")
        self.refresh()

    def _make_filters(self) -> None:
        narrow = {"width": "140px"}
        self.search = ipywidgets.Text(
            description="search", placeholder="words of the prompt", layout={"width": "220px"}
        )
        self.kind = ipywidgets.Dropdown(options=["all", "image", "video", "speech"], description="kind", layout=narrow)
        self.starred = ipywidgets.Checkbox(description="starred only", indent=False, layout=AUTO)
        self.hidden = ipywidgets.Checkbox(description="hidden too", indent=False, layout=AUTO)
        self.newer = ipywidgets.Button(description="Newer", disabled=True, layout=AUTO)
        self.older = ipywidgets.Button(description="Older", disabled=True, layout=AUTO)
        self._filters = row(self.search, self.kind, self.starred, self.hidden, self.newer, self.older)

    @property
    def tiles(self) -> list[Tile]:
        """What the page shows, newest first."""
        return list(self.page.children)

    @property
    def runs(self) -> list[Generation]:
        """The generations of the page, newest first."""
        return [tile.run for tile in self.tiles]

    def tell(self, text: str) -> None:
        """Say something above the tiles."""
        self.note.value = note(text)

    # -- turning pages ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """See to it that the page shows what is new."""
        self._fill.ask()

    def begin(self) -> None:
        """Show the first page."""
        self._turn(self._begin)

    def _fill_first(self) -> None:
        self._begin()
        self.fill(turned=True)

    def _turn(self, move: Callable[[], None]) -> None:
        """Go to another page: on the worker, so that two quick clicks turn two pages."""

        def turn() -> None:
            move()
            self.fill(turned=True)

        self.worker.do(turn)

    def _begin(self) -> None:
        self._starts = [None]

    def _back(self) -> None:
        self._starts = self._starts[:-1] or [None]

    def _on(self) -> None:
        if self._last is not None:
            self._starts.append(self._last)

    # -- filling one ------------------------------------------------------------------------------------------

    def fill(self, *, turned: bool = False) -> None:
        """Read the page and show it: on the worker."""
        records, self._last = self._read()
        connection = self._playcut.connector.archive
        runs = {record.id: Generation.from_record(connection, record) for record in records}
        held = not turned and any(tile.is_playing for tile in self.tiles)
        new = len(runs.keys() - {tile.run.id for tile in self.tiles}) if held else 0
        if not held:
            for tile in self.tiles:
                if tile.run.id not in runs:
                    tile.rest()
            self.page.children = tuple(self._tile(run) for run in runs.values())
        for tile in self.tiles:
            found = runs.get(tile.run.id or 0)
            if found is not None:
                tile.follow(found)
            else:
                tile.draw()
        self._forget()
        self.newer.disabled, self.older.disabled = len(self._starts) == 1, self._last is None
        self.more.description = f"Show {new} new"
        show_if(new > 0, self.more)
        self.tell("" if self.tiles else self._nothing())
        self._filled(self.runs)

    def _read(self) -> tuple[list[Record], int | None]:
        """Return the records of the page, and the last one's number if there are more."""
        library = self._playcut.connector.archive.library
        busy = active_in_this_process(library)
        found = library.history(
            search=self.search.value.strip() or None,
            kind=None if self.kind.value == "all" else self.kind.value,
            starred=self.starred.value,
            hidden=self.hidden.value,
            before=self._starts[-1],
            limit=PAGE + 1 + len(busy),
        )
        records = [record for record in found if not _is_under_way(record, busy)]
        is_more = len(records) > PAGE or len(found) == PAGE + 1 + len(busy)
        records = records[:PAGE]
        return records, ((records or found)[-1].id if is_more else None)

    def _tile(self, run: Generation) -> Tile:
        number = run.id or 0
        known = self._tiles.pop(number, None)
        if known is None or (known.run.error is None) != (run.error is None):  # taken up and finished since
            known = Tile(run, self._hands, self._marks, self.worker, self.tell)
        self._tiles[number] = known
        return known

    def _forget(self) -> None:
        """Close the tiles that were not shown for longest."""
        shown = {tile.run.id for tile in self.tiles}
        for number in [number for number in self._tiles if number not in shown][: max(0, len(self._tiles) - _KEPT)]:
            discard(self._tiles.pop(number))

    def _nothing(self) -> str:
        is_filtered = bool(self.search.value.strip()) or self.kind.value != "all" or self.starred.value
        if is_filtered:
            return "Nothing matches."
        return "Nothing older." if len(self._starts) > 1 else "Nothing to show here yet."


def _is_under_way(record: Record, busy: Container[int]) -> bool:
    """True for what a job here or in another kernel still works on: it is shown there, and here when it is done."""
    if record.id in busy:
        return True
    return record.state in _UNDER_WAY and record.owner not in ("", this_process()) and not is_orphan(record.owner)
