"""The gallery: what the library holds, newest first, a page at a time, with sweeps together.

Only a page is read and shown, so that a library of any size is as quick as a small one. What is new appears by itself,
except while something plays: then the page stays as it is, and a button says how many are new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Mapping, Sequence

import ipywidgets

from playcut_jupyter.engine import Engine
from playcut_jupyter.jobs import job_factory
from playcut_jupyter.jobs.active_jobs import active_in_this_process
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import sweeps
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import Record
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.actions import PanelActions
from playcut_jupyter.panel.gallery_filters import GalleryFilters
from playcut_jupyter.panel.gallery_sections import GallerySections
from playcut_jupyter.panel.threads import CoalescedTask, Worker
from playcut_jupyter.panel.tile import Tile
from playcut_jupyter.panel.widgets import AUTO, MessageLine, close_tree, row, show_if
from playcut_jupyter.results.generations import Generation

PAGE = 12
"""How many tiles a page has, and the rest of a sweep that would be cut."""
_MAX_TILES = 3 * PAGE
"""Tiles that are kept, so that turning back shows them at once."""


class Gallery(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Pages of the library, with filters.

    Args:
        engine: whose library.
        ratings_worker: writes stars and the like.
        actions: what the panel does with a generation.
        on_change: called with what a page shows, on the gallery's own worker.
    """

    def __init__(
        self,
        engine: Engine,
        ratings_worker: Worker,
        actions: PanelActions,
        on_change: Callable[[Sequence[Snapshot]], None],
    ) -> None:
        self._engine, self._ratings_worker, self._actions = engine, ratings_worker, actions
        self._on_change = on_change
        self._page_starts: list[int | None] = [None]
        self._last: int | None = None
        self._tiles: dict[int, Tile] = {}
        self._query: Mapping[str, object] = {}
        self.filters = GalleryFilters(lambda: self._filter_task.schedule())
        self.search, self.kind = self.filters.search, self.filters.kind
        self.starred, self.hidden = self.filters.starred, self.filters.hidden
        self.newer = ipywidgets.Button(description="Newer", disabled=True, layout=AUTO)
        self.older = ipywidgets.Button(description="Older", disabled=True, layout=AUTO)
        self.sections = GallerySections(actions)
        self.page = row(align_items="stretch")
        self.page.add_class(css_classes.WITHOUT_SCRIPT)
        self.more = ipywidgets.Button(layout=AUTO)
        self.message = MessageLine()
        self.worker = Worker(self.message.show)
        self._update_task = CoalescedTask(self.worker, self._update)
        self._filter_task = CoalescedTask(self.worker, self._show_first)  # a search is followed while one types
        show_if(False, self.more)
        filters = row(*self.filters.fields, self.newer, self.older)
        super().__init__([filters, row(self.message, self.more, align_items="center"), self.sections, self.page])
        self.add_class(css_classes.GALLERY)
        self.newer.on_click(lambda _: self.worker.submit(self._show_newer))
        self.older.on_click(lambda _: self.worker.submit(self._show_older))
        self.more.on_click(lambda _: self.worker.submit(self._show_page))
        self.refresh()

    @property
    def tiles(self) -> list[Tile]:
        """What the page shows, newest first."""
        return list(self.page.children)

    @property
    def generations(self) -> list[Generation]:
        """The generations of the page, newest first."""
        return [tile.generation for tile in self.tiles]

    def refresh(self) -> None:
        """Bring the page up to date soon."""
        self._update_task.schedule()

    def settle(self, seconds: float) -> None:
        """Wait up to *seconds* until what was asked of its worker so far is done."""
        done = threading.Event()
        self.worker.submit(done.set)
        done.wait(seconds)

    # -- turning pages: on the worker, so that two quick clicks turn two pages ------------------------------------

    def _show_first(self) -> None:
        if self.filters.query != self._query:  # else they were only offered other sessions and sweeps
            self._page_starts = [None]
            self._show_page()

    def _show_newer(self) -> None:
        self._page_starts = self._page_starts[:-1] or [None]
        self._show_page()

    def _show_older(self) -> None:
        if self._last is not None:
            self._page_starts.append(self._last)
        self._show_page()

    def _show_page(self) -> None:
        self._update(may_move=True)

    # -- filling one: on the worker -----------------------------------------------------------------------------

    def _update(self, *, may_move: bool = False) -> None:
        """Read the page and show it; while something plays its tiles change places only if they *may_move*."""
        records, self._last = self._read()
        connection = self._engine.connector.offline_connection
        found = {record.id: Generation(job_factory.from_record(connection, record)) for record in records}
        new = 0
        if may_move or not any(tile.is_playing for tile in self.tiles):
            self._place(list(found.values()))
        else:
            new = len(found.keys() - {tile.generation.id for tile in self.tiles})
        for tile in self.tiles:
            tile.draw(found.get(tile.generation.id or 0, tile.generation))
        self._close_old_tiles()
        self._show_sections(list(found.values()))
        self.newer.disabled, self.older.disabled = len(self._page_starts) == 1, self._last is None
        self.more.description = f"Show {new} new"
        show_if(new > 0, self.more)
        self.message.show("" if self.tiles else self._empty_message())
        self._on_change([generation.snapshot for generation in self.generations])

    def _read(self) -> tuple[list[Record], int | None]:
        """Return the records of the page, and the last one's number if there are more."""
        library = self._engine.connector.offline_connection.library
        self.filters.read_choices(library)
        self._query = self.filters.query
        active = active_in_this_process(library)
        limit = _MAX_TILES + 1 + len(active)
        found = library.history(**self._query, before=self._page_starts[-1], limit=limit)
        records = [record for record in found if not _is_active(record, active)]
        page = records[: _page_size([record.id for record in records], library)]
        has_more = len(records) > len(page) or len(found) == limit
        return page, ((page or found)[-1].id if has_more else None)

    def _show_sections(self, generations: Sequence[Generation]) -> None:
        library = self._engine.connector.offline_connection.library
        sweep_of = sweeps.of(library, [generation.id or 0 for generation in generations])
        kept = {number: sweeps.get(library, number) for number in set(sweep_of.values())}
        titles = {number: sweep.template for number, sweep in kept.items() if sweep is not None}
        self.sections.show(generations, sweep_of, titles)

    def _place(self, generations: Sequence[Generation]) -> None:
        """Show a tile for each of *generations*; what plays and is not among them stops."""
        numbers = {generation.id for generation in generations}
        for tile in self.tiles:
            if tile.generation.id not in numbers:
                tile.stop_playing()
        self.page.children = tuple(map(self._tile_of, generations))

    def _tile_of(self, generation: Generation) -> Tile:
        number = generation.id or 0
        tile = self._tiles.pop(number, None)
        if tile is None or (tile.generation.error is None) != (generation.error is None):  # resumed and finished since
            tile = Tile(generation, self._actions, self._ratings_worker, self.worker, self.message.show)
        self._tiles[number] = tile
        return tile

    def _close_old_tiles(self) -> None:
        """Close the tiles that were not shown for longest."""
        shown = {tile.generation.id for tile in self.tiles}
        not_shown = [number for number in self._tiles if number not in shown]
        for number in not_shown[: max(0, len(self._tiles) - _MAX_TILES)]:
            close_tree(self._tiles.pop(number))

    def _empty_message(self) -> str:
        if self.filters.leave_out:
            return "Nothing matches."
        return "Nothing older." if len(self._page_starts) > 1 else "Nothing to show yet."


def _page_size(numbers: Sequence[int], library: Library) -> int:
    """Return how many of *numbers* are a page: `PAGE`, and what is left of the sweep that would be cut there."""
    if len(numbers) <= PAGE:
        return len(numbers)
    sweep_of = sweeps.of(library, numbers[:_MAX_TILES])
    cut = sweep_of.get(numbers[PAGE - 1])
    if cut is None:
        return PAGE
    return max(place + 1 for place, number in enumerate(numbers[:_MAX_TILES]) if sweep_of.get(number) == cut)


def _is_active(record: Record, active: Container[int]) -> bool:
    """True for what a job here or in another kernel works on: it is shown there, and here once it is done."""
    return record.id in active or record.is_active_elsewhere
