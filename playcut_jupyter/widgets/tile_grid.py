"""`TileGrid`: a grid of tiles that stays alive, in cells and in the panel.

The page draws it (`static/tile_grid/`): Python tells what there is, tile by tile, and answers to what is done. Words go
as traits, so that a page that is opened again has them; small pictures go once each, as they come; full-size media
only when they are opened. What takes time, writes or buys runs on workers, never where messages arrive.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import anywidget
import traitlets

from playcut_jupyter.background import change_signal
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.redaction import encodable
from playcut_jupyter.text import axis_heading
from playcut_jupyter.widgets import static_files, tile, tile_actions
from playcut_jupyter.widgets.threads import CoalescedTask, Worker
from playcut_jupyter.widgets.tile import Item
from playcut_jupyter.widgets.tile_actions import Handler

Message: TypeAlias = Mapping[str, Any]
Buttons: TypeAlias = Sequence[tuple[str, str]]
"""The name of an action, and its button's label."""

TILE_BUTTONS: Buttons = (("star", "Star"), ("open", "Open"), ("compare", "Compare"))
BAR_BUTTONS: Buttons = (("compare", "Compare"), ("sheet", "Contact sheet"), ("export", "Export"), ("hide", "Hide"))

REDRAW_S = 0.25
"""The shortest time between two updates of a grid, seconds."""
_MANY = 100
"""A grid of more tiles is updated less often: all of them are sent at once."""
_PICTURE_PX = ((16, 480), (49, 320), (1_000_000, 200))
"""Up to this number of tiles -> the longest side of their small pictures, pixels."""
_FIRST = 16
"""How many pictures are in the first message: a page may draw the grid long before the kernel answers again."""
_AT_ONCE = 6
"""How many pictures are decoded between two messages."""
_QUIET = ("open", "need", "buy", "refresh")
"""What leaves the notice as it is, but for what it says itself."""


class TileGrid(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]  # it inherits from ipywidgets, without types
    """Generations as tiles: a sweep's grid by its axes, or a flow of unrelated ones; also while they run.

    It follows their jobs and the stars that are made elsewhere by itself. Built in are the actions `star`, `open` (a
    lightbox with all there is to say, Star, Save and Export), `compare`, `sheet`, `export`, `save` and `hide`; others
    are given by *handlers*, under a name of their own, and shown where *tile_buttons* and *bar_buttons* name them.

    For the gallery: `TileGrid(title="Gallery", ratio=1.0, hides=False)`, and `grid.show(generations)` for each page;
    for a running sweep: `TileGrid(sweep, sweep.axes)`, and `grid.show(sweep, sweep.axes)` after a retry. Tiles that
    stay keep their element in the page, and so the focus. All methods may be called from any thread.

    Args:
        items: the generations (`Generation`), in the order in which they are shown.
        axes: name of each axis -> its values, the last one as columns; None for a flow of tiles.
        title: what the grid is called, for those who do not see it.
        tile_buttons: the buttons of each tile.
        bar_buttons: the buttons above, for all that is selected.
        handlers: name of an action -> what it does; it takes the place of a built-in one of that name.
        ratio: width / height of the boxes of all tiles; None for that of the request, square where they differ.
        hides: True to leave out what is hidden, with a box that shows it again.

    Attributes:
        tiles: what the page shows, one dictionary a tile (a trait).
        notice: one line to the user, announced (a trait).
        selected: the keys of the selected tiles (a trait).
    """

    _esm = static_files.script("tile_grid")
    _css = static_files.style("tile_grid/grid.css", "tile_grid/tile.css", "tile_grid/dialog.css")

    title = traitlets.Unicode().tag(sync=True)
    axes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    tiles: traitlets.List[Any] = traitlets.List().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    ratio = traitlets.Float(1.0).tag(sync=True)
    tile_buttons: traitlets.List[Any] = traitlets.List().tag(sync=True)
    bar_buttons: traitlets.List[Any] = traitlets.List().tag(sync=True)
    hides = traitlets.Bool(True).tag(sync=True)
    selected: traitlets.List[Any] = traitlets.List().tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        items: Sequence[Item] = (),
        axes: Mapping[str, Sequence[object]] | None = None,
        *,
        title: str = "Generations",
        tile_buttons: Buttons = TILE_BUTTONS,
        bar_buttons: Buttons = BAR_BUTTONS,
        handlers: Mapping[str, Handler] | None = None,
        ratio: float | None = None,
        hides: bool = True,
    ) -> None:
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._given_ratio = ratio
        self._items, self._given_axes = list(items), dict(axes or {})
        self._followed: dict[int, Callable[[], None]] = {}
        self._was_done = all(item.snapshot.done for item in items)
        known = {key: item.snapshot for key, item in self._by_key().items()}
        first: dict[str, bytes] = {}
        for snapshot in known.values():
            first.update(self._new_pictures([snapshot], first, _FIRST - len(first)))
        super().__init__(
            title=title,
            axes=_axes(self._given_axes),
            pictures=first,
            tiles=_tiles(known, first, self._picture_px),
            ratio=self._box_ratio(list(known.values())),
            tile_buttons=[list(button) for button in tile_buttons],
            bar_buttons=[list(button) for button in bar_buttons],
            hides=hides,
        )
        self.worker, self.media_worker = Worker(self.say), Worker(self.say)
        self._update_worker = Worker(self.say)
        self._update_task = CoalescedTask(self._update_worker, self._update)
        self._ratings_task = CoalescedTask(self.worker, self._reload_ratings)
        own: dict[str, Handler] = {"need": self._need, "refresh": lambda *_: self._reload_ratings()}
        self._handlers = {**tile_actions.built_in(self), **(handlers or {}), **own}
        self.on_msg(self._receive)
        self._follow()
        self._unsubscribe = change_signal.on_change(self._ratings_task.schedule)
        self.refresh()

    # -- what it shows --------------------------------------------------------------------------------------

    @property
    def items(self) -> list[Item]:
        """The generations that it shows."""
        with self._lock:
            return list(self._items)

    @property
    def sweep(self) -> SweepSnapshot:
        """All of it now, as displays take it."""
        return self.snapshot_of(self.items)

    def snapshot_of(self, items: Sequence[Item]) -> SweepSnapshot:
        """Return some of its generations as displays take them."""
        return SweepSnapshot(self._given_axes, [item.snapshot for item in items])

    def show(self, items: Sequence[Item], axes: Mapping[str, Sequence[object]] | None = None) -> None:
        """Show these generations from now on; a tile of one that was there stays."""
        with self._lock:
            self._items, self._given_axes = list(items), dict(axes or {})
            self._was_done = all(item.snapshot.done for item in items)
        self._follow()
        self.refresh()

    def refresh(self) -> None:
        """Bring the page up to date soon."""
        self._update_task.schedule()

    def say(self, text: str) -> None:
        """Show one line, which is announced too; "" for none."""
        self.notice = encodable(text)

    def reply(self, message: Message, contents: Sequence[bytes] = ()) -> None:
        """Send a message to the page: what a dialog shows."""
        self.send(dict(message), list(contents))

    def settle(self, seconds: float) -> None:
        """Wait up to *seconds* until what was asked of its workers so far is done."""
        for _ in range(2):  # what one does may give another more to do
            for worker in (self.worker, self.media_worker, self._update_worker):
                done = threading.Event()
                worker.submit(done.set)
                done.wait(seconds)

    def close(self) -> None:
        """Take it from its page, and end its threads. What it shows goes on."""
        self._closing.set()
        self._unsubscribe()
        with self._lock:
            for stop in self._followed.values():
                stop()
            self._followed.clear()
        for worker in (self.worker, self.media_worker, self._update_worker):
            worker.close()
        super().close()

    # -- what changes ---------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Listen to the jobs that are not done, each once."""
        with self._lock:
            jobs = {id(item.job): item for item in self._items if not item.snapshot.done}
            for key in self._followed.keys() - jobs.keys():
                self._followed.pop(key)()
            for key in jobs.keys() - self._followed.keys():
                self._followed[key] = jobs[key].on_change(self.refresh)

    def _reload_ratings(self) -> None:
        """Read stars again: another object, cell or kernel may have changed them."""
        numbered = {item.id: item for item in self.items if item.id is not None}
        if numbered:
            library = next(iter(numbered.values())).library
            starred, hidden = (look(library, list(numbered)) for look in (ratings.starred, ratings.hidden))
            for number, item in numbered.items():
                marks = (number in starred, number in hidden)
                if marks != (item.snapshot.starred, item.snapshot.hidden):
                    item.job.update(starred=marks[0], hidden=marks[1])
        self.refresh()

    def _update(self) -> None:
        """Tell the page what is new: on a worker, some times a second at most."""
        known = {key: item.snapshot for key, item in self._by_key().items()}
        with self._lock:
            pictures = {
                name: data for name, data in self.pictures.items() if name in _pictures(known, self._picture_px)
            }
        axes, ratio = _axes(self._given_axes), self._box_ratio(list(known.values()))
        while True:
            new = self._new_pictures(list(known.values()), pictures, _AT_ONCE)
            pictures.update(new)
            shown = {name: data for name, data in new.items() if data}
            if shown:
                self.reply({"type": "pictures", "names": list(shown)}, list(shown.values()))
            with self._lock:
                # Changed in place, so that it is not sent once more: a page that is opened later reads it whole.
                self.pictures.clear()
                self.pictures.update(pictures)
            with self.hold_sync():
                self.axes, self.ratio = axes, ratio
                self.tiles = _tiles(known, pictures, self._picture_px)
            if not new:
                break
        self._announce_end(list(known.values()))
        self._closing.wait(REDRAW_S * max(1.0, len(known) / _MANY))

    def _announce_end(self, snapshots: Sequence[Snapshot]) -> None:
        is_done = all(snapshot.done for snapshot in snapshots)
        with self._lock:
            has_ended, self._was_done = is_done and not self._was_done, is_done
        if has_ended:
            failed = sum(snapshot.error is not None for snapshot in snapshots)
            done = len(snapshots) - failed
            self.say(f"{done} of {len(snapshots)} done" + (f", {failed} failed." if failed else "."))

    # -- pictures -------------------------------------------------------------------------------------------

    @property
    def _picture_px(self) -> int:
        return next(px for most, px in _PICTURE_PX if len(self._items) <= most)

    def _new_pictures(self, snapshots: Sequence[Snapshot], have: Mapping[str, bytes], most: int) -> dict[str, bytes]:
        """Decode up to *most* of the small pictures that are not there yet."""
        new: dict[str, bytes] = {}
        for snapshot in snapshots:
            record = tile.pictured(snapshot)
            name = tile.picture_name(record, self._picture_px) if record is not None else ""
            if record is not None and name not in have and name not in new and len(new) < most:
                new[name] = tile.small_picture(record, self._picture_px)
        return new

    def _need(self, _: Sequence[Item], message: Message) -> None:
        """Send small pictures that a page lacks, because it was opened only now."""
        with self._lock:
            names = [name for name in message.get("names", ()) if isinstance(name, str) and self.pictures.get(name)]
            contents = [self.pictures[name] for name in names]
        if names:
            self.reply({"type": "pictures", "names": names}, contents)

    def _box_ratio(self, snapshots: Sequence[Snapshot]) -> float:
        ratios = {tile.expected_ratio(snapshot) for snapshot in snapshots}
        return self._given_ratio or (ratios.pop() if len(ratios) == 1 else 1.0)

    # -- what is done ---------------------------------------------------------------------------------------

    def _by_key(self) -> dict[str, Item]:
        """Return its generations by what the page calls them; the same one may be there twice."""
        found: dict[str, Item] = {}
        for place, item in enumerate(self.items):
            key = str(item.id) if item.id is not None else f"at-{place}"
            found[key if key not in found else f"{key}-at-{place}"] = item
        return found

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"do": str(name), "ids": list(keys)} if name in self._handlers:
                by_key = self._by_key()
                items = [by_key[key] for key in keys if isinstance(key, str) and key in by_key]
                worker = self.media_worker if name in ("open", "need", "compare") else self.worker
                worker.submit(lambda: self._do(name, items, message))

    def _do(self, name: str, items: Sequence[Item], message: Message) -> None:
        if name not in _QUIET:
            self.say("")
        try:
            self._handlers[name](items, message)
        except Exception:
            self.reply({"type": "redraw"})  # the page draws a star at once, and has to take it back
            raise
        finally:
            self.refresh()


def _axes(axes: Mapping[str, Sequence[object]]) -> list[dict[str, object]]:
    return [
        {
            "name": encodable(name),
            "heading": encodable(axis_heading(name)),
            "values": list(dict.fromkeys(map(tile.label, values))),
        }
        for name, values in axes.items()
        if len(values) > 1
    ]


def _pictures(known: Mapping[str, Snapshot], longest_px: int) -> set[str]:
    records = (tile.pictured(snapshot) for snapshot in known.values())
    return {tile.picture_name(record, longest_px) for record in records if record is not None}


def _tiles(known: Mapping[str, Snapshot], pictures: Mapping[str, bytes], longest_px: int) -> list[dict[str, object]]:
    """Return all tiles, each with the name of its picture where that is there."""
    tiles = []
    for key, snapshot in known.items():
        shown = tile.tile(snapshot, key)
        record = tile.pictured(snapshot)
        if record is not None and pictures.get(name := tile.picture_name(record, longest_px)):
            shown["picture"] = name
        tiles.append(shown)
    return tiles
