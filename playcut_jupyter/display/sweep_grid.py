"""A sweep as a grid that fills tile by tile.

The last two axes are the columns and rows of a table; further axes repeat the table under headings. Columns share the
space there is, down to `_MIN_TILE_PX`. An unfinished tile has the size of its result, so the layout does not move.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from markupsafe import Markup

from playcut_jupyter.display import boxes, grid_layout, media_html, status, sweep_summary
from playcut_jupyter.display.bundles import Bundle, mime_bundle
from playcut_jupyter.display.contact_sheet import writer
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.display.tables import Fluid, table
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.text import axis_heading, truncate

_PICTURE_PX = ((16, 320), (49, 240), (sys.maxsize, 160))
"""Up to this number of pictures in a grid -> the longest side of each, pixels; 36 pictures take well under 2 MB."""
MAX_PLAYERS_BYTES = 12_000_000
"""The size of all sounds and clips of a grid together, bytes; one above its share is shown as a poster and its path."""
_MIN_TILE_PX = 105
"""The least width of a tile: three and their labels fit into a window of 500 pixels; what is narrower still scrolls."""
_LABEL_PX, _CELL_PX = 48, 8
"""The width of the column of labels, and what padding and border of a cell take."""
_SHARES = {1: 100, 2: 48, 3: 31}
"""How many tiles there are, without a table -> the width of each in percent; of more, four share a row."""
_POSTER_PX = 480


def bundle(sweep: SweepSnapshot) -> Bundle:
    """Return a sweep's MIME bundle: the summary line and the grid."""
    sizes = _Sizes(sweep)
    html = sweep_summary.line(sweep) + _grid(sweep, sizes)
    return mime_bundle(html, sweep_summary.text(sweep), _sheet(sweep, sizes))


def live_views(
    current: Callable[[], SweepSnapshot], *, error_follows: bool = False
) -> tuple[Callable[[], Bundle], Callable[[bool], Bundle]]:
    """Return two functions for a live display: one renders the summary line, the other the grid below it.

    The grid has players only in its final rendering.

    Args:
        current: returns the sweep's snapshot now.
        error_follows: as for `sweep_summary.bundle`.
    """

    def line() -> Bundle:
        return sweep_summary.bundle(current(), error_follows=error_follows)

    def grid(is_final: bool) -> Bundle:
        sweep = current()
        sizes = _Sizes(sweep)
        sheet = _sheet(sweep, sizes) if is_final else None
        return mime_bundle(_grid(sweep, sizes, players=is_final), f"<{sweep_summary.description(sweep)}>", sheet)

    return line, grid


def _sheet(sweep: SweepSnapshot, sizes: _Sizes) -> bytes | None:
    """Return the pictures as one; None if it can't be drawn, because the grid shows them all the same."""
    try:
        return writer.print_picture(sweep, sizes.picture_px)
    except Exception:  # noqa: BLE001 - Pillow on odd pictures; it is only for documents without HTML
        return None


class _Sizes:
    """The sizes of pictures and players that keep the whole grid small.

    An unfinished image counts as one picture, so that no picture changes its size when another one arrives.
    """

    def __init__(self, sweep: SweepSnapshot) -> None:
        assets = [record for snapshot in sweep.generations for record in snapshot.assets]
        pictures = sum(record.kind == "image" for record in assets)
        waiting = sum(not snapshot.assets and snapshot.kind == "image" for snapshot in sweep.generations)
        self.picture_px = next(px for most, px in _PICTURE_PX if pictures + waiting <= most)
        share = MAX_PLAYERS_BYTES // max(1, len(assets) - pictures)
        self.max_bytes = min(share, media_html.MAX_EMBED_BYTES)
        # Of what is expected, which is known from the first drawing.
        self._widths = {self.expected_box(snapshot).width_px for snapshot in sweep.generations}

    def longest_px(self, snapshot: Snapshot, record: AssetRecord) -> int:
        """Return the longest side of an asset's picture or poster, pixels."""
        return min(snapshot.preview_px, self.picture_px if record.kind == "image" else _POSTER_PX)

    def expected_box(self, snapshot: Snapshot) -> boxes.Box:
        """Return the room for the result of a generation that has none yet."""
        return boxes.expected(snapshot, self.picture_px, self.picture_px)

    def box(self, snapshot: Snapshot, record: AssetRecord) -> boxes.Box:
        """Return the room for an asset."""
        return boxes.for_asset(snapshot, record, self.picture_px, self.picture_px)

    @property
    def widest_px(self) -> int:
        """The largest width of a tile, pixels."""
        return max(_MIN_TILE_PX, *self._widths)


def _grid(sweep: SweepSnapshot, sizes: _Sizes, *, players: bool = True) -> Markup:
    """Return the tiles side by side, or in tables if there are two or more axes."""

    def tile(snapshot: Snapshot, caption: str) -> Markup:
        return _tile(snapshot, caption, sizes, players=players, shows_error=not sweep.shared_reason)

    tables = grid_layout.sections(sweep)
    if not tables:
        axes = sweep.varied_axes
        heading = _heading(axis_heading(axes[0])) if len(axes) == 1 else Markup("")
        tiles = [tile(snapshot, _caption(snapshot, axes)) for snapshot in sweep.generations]
        return heading + _row(sweep, sizes, tiles)
    return Markup("").join(
        (_heading(section.title) if section.outer else Markup("")) + _table(section, tile, sizes) for section in tables
    )


def _heading(text: str) -> Markup:
    return Markup('<div style="margin:8px 0 4px;font-weight:bold;word-wrap:break-word;">{}</div>').format(text)


def _row(sweep: SweepSnapshot, sizes: _Sizes, tiles: Sequence[Markup]) -> Markup:
    """Return tiles side by side, in as many rows as they need."""
    share = _SHARES.get(len(sweep.generations), 24)
    return Markup("").join(
        Markup(
            '<div style="display:inline-block;vertical-align:top;width:{}%;min-width:{}px;max-width:{}px;'
            'margin:0 6px 8px 0;">{}</div>'
        ).format(share, _MIN_TILE_PX, sizes.widest_px, tile)
        for tile in tiles
    )


def _table(section: grid_layout.Section, tile: Callable[[Snapshot, str], Markup], sizes: _Sizes) -> Markup:
    rows = [
        [row, *(Markup("").join(tile(snapshot, "") for snapshot in cell) for cell in cells)]
        for row, cells in section.rows
    ]
    return table(
        "playcut-grid",
        rows,
        header=[f"{axis_heading(section.down)} / {axis_heading(section.across)}", *section.columns],
        row_headings=True,
        sticky=True,
        padding="3px",
        fluid=Fluid(_LABEL_PX, _MIN_TILE_PX, sizes.widest_px + _CELL_PX),
    )


def _caption(snapshot: Snapshot, axes: Sequence[str]) -> str:
    labels = " · ".join(str(snapshot.labels[name]) for name in axes if name in snapshot.labels)
    return labels or truncate(snapshot.prompt, 80)


def _tile(snapshot: Snapshot, caption: str, sizes: _Sizes, *, players: bool, shows_error: bool) -> Markup:
    if snapshot.succeeded and snapshot.assets:
        content = Markup("").join(_content(snapshot, record, sizes, players=players) for record in snapshot.assets)
    elif snapshot.done:
        content = _box(snapshot, sizes, "failed", status.status_facts(snapshot, error_follows=not shows_error)[1:])
    else:
        said = status.pause_notice(snapshot) if snapshot.pause_reason else status.retry_notice(snapshot)
        facts = (snapshot.kind, said, snapshot.note)
        content = _box(snapshot, sizes, "waiting", facts)
    number = f"#{snapshot.id}" if snapshot.id is not None else ""
    return Markup(
        '{}<div class="playcut-caption" style="font-size:0.85em;line-height:18px;min-height:18px;'
        'word-wrap:break-word;"><b>{}{}</b> {}</div>'
    ).format(content, number, " ★" if snapshot.starred else "", caption)


def _content(snapshot: Snapshot, record: AssetRecord, sizes: _Sizes, *, players: bool) -> Markup:
    """Return the result; without *players*, a poster in a player's place, because a redrawn player stops playing."""
    longest_px, box = sizes.longest_px(snapshot, record), sizes.box(snapshot, record)
    if players or not record.is_playable:
        return media_html.asset(record, snapshot.prompt, longest_px, sizes.max_bytes, box)
    poster = media_html.poster(record, snapshot.prompt, longest_px, box, "plays when all are done")
    return poster or _box(snapshot, sizes, "fetched", [f"{record.kind}, plays when all are done"])


def _box(snapshot: Snapshot, sizes: _Sizes, word: str, facts: Sequence[str]) -> Markup:
    text = Markup("<b>{}</b> {}").format(snapshot.state, " · ".join(filter(None, facts)))
    return sizes.expected_box(snapshot).empty(text, f"playcut-box playcut-tile-{word}")
