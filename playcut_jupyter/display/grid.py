"""Many generations at once: a sweep as a grid that fills tile by tile, and the history as a table of thumbnails.

The last two axes of a sweep are a table's rows and columns; more axes repeat the table under headings. Tiles that
wait have the size of those that are done, so nothing jumps.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.display import render
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.runs.generation import Generation

if TYPE_CHECKING:
    from playcut_jupyter.runs.sweep import Sweep

_TILES_PX = ((16, 320), (49, 240), (sys.maxsize, 160))
"""Up to so many pictures in a grid -> the longest side of each, pixels: 36 of them take well under 2 MB."""
MAX_PLAYERS_BYTES = 12_000_000
"""What all sounds and clips of a grid may take together, bytes; each gets its share, else a still and its place."""
_TILE_PX = 240
"""How wide a tile is."""
_HIGHEST_PX = {"image": 600, "video": 480}
"""`render` lets nothing be higher."""
_PLAYER_PX = 54
"""How high a browser's audio player is."""
_BOX_PX = 18
"""What padding and border add to a box's height."""
_RATIO = re.compile(r"(\d{1,4}):(\d{1,4})")
_THUMBNAIL_PX = 96
_STUCK = "position:sticky;background:var(--jp-layout-color0,Canvas);"
"""For headings, where the front end keeps `position`: they stay in sight while the table scrolls."""
_CELL = "border:1px solid rgba(128,128,128,0.3);padding:4px;vertical-align:top;text-align:left;"


def sweep_bundle(sweep: Sweep, *, summary_only: bool = False) -> dict[str, Any]:
    """Return a sweep's MIME bundle as it is now; with *summary_only* the summary line without the grid."""
    line = _summary_line(sweep)
    html = line if summary_only else Markup("{}{}").format(line, _tables(sweep, _Sizes(sweep)))
    return {"text/html": str(html), "text/plain": summary(sweep)}


def views(sweep: Sweep) -> tuple[Callable[[], dict[str, Any]], Callable[[bool], dict[str, Any]]]:
    """Return what draws a sweep live: the summary line, and the grid below it, with players only the last time."""

    def line() -> dict[str, Any]:
        return sweep_bundle(sweep, summary_only=True)

    def tiles(last: bool) -> dict[str, Any]:
        return {"text/html": str(_tables(sweep, _Sizes(sweep, players=last))), "text/plain": repr(sweep)}

    return line, tiles


def summary(sweep: Sweep) -> str:
    """Return how far a sweep is, as one line of text."""
    runs = list(sweep)
    finished = [run for run in runs if run.done and run.error is None]
    failed, reused = sweep.failed, sum(run.reused for run in finished)
    pause_s = max((run.pause_left_s for run in runs), default=0)
    parts = [
        f"{len(finished)} of {len(runs)} done",
        f"{len(failed)} failed" if failed else "",
        _progress(runs),
        f"{reused} from your library, 0 credits (--fresh buys others)" if reused else "",
        f"{max((run.elapsed_s for run in runs if not run.reused), default=0):.1f} s",
        f"rate limited, going on in {pause_s:.0f} s" if pause_s > 0 else "",
        _credits(runs),
        _place(runs) if sweep.done else "",
    ]
    badge = "[sandbox] " if runs and runs[0].is_sandbox else ""
    return badge + " · ".join(filter(None, parts))


def _progress(runs: Sequence[Generation]) -> str:
    """Return how far those are that wait, together; "" where the service does not tell."""
    known = [run.progress for run in runs if not run.done and run.progress is not None]
    waiting = sum(not run.done for run in runs)
    return f"{sum(known) / waiting:.0f} % of what waits" if known else ""


def _place(runs: Sequence[Generation]) -> str:
    """Return where the originals are: the file, or the folder that holds them all."""
    paths = [item.path for run in runs for item in run.assets if item.path]
    return os.path.commonpath(paths) if paths else ""


def _credits(runs: Sequence[Generation]) -> str:
    """Return what all that was bought for them cost in words; while some are not acknowledged, also what it will be."""
    bought = [run for run in runs if not run.reused]
    before = sum(run.credits_before for run in runs)
    known = [run.estimated_credits for run in bought if run.estimated_credits is not None]
    waiting = sum(run.estimated_credits is None and not run.done for run in bought)
    so_far = before + sum(known)
    if waiting and known:
        expected = float(f"{before + sum(known) * (1 + waiting / len(known)):.4g}")
        return f"{amount(so_far)} of about {in_credits(expected)} (estimate)"
    return f"{in_credits(so_far)} (estimate)" if so_far else ""


def _summary_line(sweep: Sweep) -> Markup:
    word = "failed" if sweep.done and sweep.failed else "completed" if sweep.done else "processing"
    warnings = list(dict.fromkeys(run.warning for run in sweep if run.warning))
    facts = " · ".join([summary(sweep).removeprefix("[sandbox] "), *(f"not kept: {text}" for text in warnings)])
    badge = render.badge(sweep[0]) if len(sweep) else ""
    return Markup(
        '<div class="playcut-status playcut-status-{}" style="margin:4px 0;word-wrap:break-word;"><b>{}</b> {} {}</div>'
    ).format(word, word.upper(), badge, facts)


def _tables(sweep: Sweep, sizes: _Sizes) -> Markup:
    axes = [name for name, values in sweep.axes.items() if len(values) > 1]
    inner, outer = axes[-2:], axes[:-2]
    if len(inner) < 2:
        return Markup("").join(_tile(run, _caption(run, inner), sizes) for run in sweep)
    parts = []
    for labels, runs in groupby(sweep, key=lambda run: tuple(_label(run, name) for name in outer)):
        if outer:
            heading = " · ".join(f"{name}: {value}" for name, value in zip(outer, labels, strict=True))
            parts.append(Markup('<div style="margin:8px 0 4px;font-weight:bold;">{}</div>').format(heading))
        rows, columns = (_Axis(name, sweep.axes[name]) for name in inner)
        parts.append(_table(list(runs), rows, columns, sizes))
    return Markup("").join(parts)


class _Sizes:
    """How large what is shown may be, so that the whole grid stays light.

    What still waits counts as one picture, so that no picture changes its size when another one comes.
    """

    def __init__(self, sweep: Sweep, *, players: bool = True) -> None:
        assets = [item for run in sweep for item in run.assets]
        pictures = sum(item.kind == "image" for item in assets)
        waiting = sum(not run.assets and run.kind == "image" for run in sweep)
        self.longest_px = next(px for most, px in _TILES_PX if pictures + waiting <= most)
        self.most_bytes = MAX_PLAYERS_BYTES // max(1, len(assets) - pictures)
        self.players = players

    def height_px(self, run: Generation) -> int:
        """Return how high in its tile that will be which *run* brings."""
        if run.kind == "speech":
            return _PLAYER_PX
        given = _RATIO.fullmatch(str(run.inputs.get("aspectRatio", "")))
        across, down = map(int, given.groups()) if given else (16, 9) if run.kind == "video" else (1, 1)
        ratio = (across or 1) / (down or 1)
        width = min(_TILE_PX, self.longest_px * min(1, ratio)) if run.kind == "image" else _TILE_PX
        return min(round(width / ratio), _HIGHEST_PX.get(run.kind, _TILE_PX))


class _Axis:
    """An axis of a table: its name and the labels of its values."""

    def __init__(self, name: str, values: Sequence[object]) -> None:
        self.name = name
        self.values = list(dict.fromkeys(map(str, values)))


def _label(run: Generation, axis: str) -> str:
    return str(run.labels.get(axis, ""))


def _table(runs: Sequence[Generation], rows: _Axis, columns: _Axis, sizes: _Sizes) -> Markup:
    """Return a table; of a sample, a row or column that has nothing is left out, and a cell may be empty."""
    cells: dict[tuple[str, str], list[Generation]] = {}
    for run in runs:
        cells.setdefault((_label(run, rows.name), _label(run, columns.name)), []).append(run)
    across = [name for name in columns.values if any(column == name for _, column in cells)]
    down = [name for name in rows.values if any(row == name for row, _ in cells)]
    head = Markup("").join(Markup('<th style="{}">{}</th>').format(_CELL + _STUCK + "top:0;", name) for name in across)
    lines = []
    for name in down:
        tiles = (Markup("").join(_tile(run, "", sizes) for run in cells.get((name, column), ())) for column in across)
        row = Markup("").join(Markup('<td style="{}">{}</td>').format(_CELL, tile) for tile in tiles)
        lines.append(Markup('<tr><th style="{}">{}</th>{}</tr>').format(_CELL + _STUCK + "left:0;", name, row))
    return Markup(
        '<div style="overflow:auto;max-width:100%;max-height:90vh;"><table class="playcut-grid">'
        '<tr><th style="{}">{}</th>{}</tr>{}</table></div>'
    ).format(_CELL, f"{rows.name} / {columns.name}", head, Markup("").join(lines))


def _caption(run: Generation, axes: Sequence[str]) -> str:
    return " · ".join(f"{run.labels[name]}" for name in axes if name in run.labels) or run.prompt[:80]


def _tile(run: Generation, caption: str, sizes: _Sizes) -> Markup:
    if run.done and run.error is None and run.assets:
        content = Markup("").join(_content(run, item, sizes) for item in run.assets)
    elif run.done:
        content = _box(run, sizes, "failed", " · ".join(render.status_facts(run)[1:]))
    else:
        retry_reason = f"{run.trouble} Going on." if run.trouble else ""
        content = _box(run, sizes, "waiting", " · ".join(filter(None, (run.kind, retry_reason, run.note))))
    return Markup(
        '<div style="display:inline-block;vertical-align:top;width:{}px;max-width:100%;margin:0 8px 8px 0;">{}'
        '<div style="font-size:0.85em;opacity:0.8;">{}</div></div>'
    ).format(_TILE_PX, content, caption)


def _content(run: Generation, item: Asset, sizes: _Sizes) -> Markup:
    """Return what came; while others wait, something still in a player's place: redrawn, it would fall silent."""
    if sizes.players or item.kind == "image":
        return render.asset(item, sizes.longest_px, sizes.most_bytes)
    still = render.still(item, 2 * _TILE_PX) if item.kind == "video" else Markup("")
    return still or _box(run, sizes, "fetched", f"{item.kind}, plays when all are done")


def _box(run: Generation, sizes: _Sizes, word: str, facts: str) -> Markup:
    return Markup(
        '<div class="playcut-tile playcut-tile-{}" style="border:1px dashed rgba(128,128,128,0.6);border-radius:4px;'
        'padding:8px;min-height:{}px;word-wrap:break-word;"><b>{}</b> {}</div>'
    ).format(word, max(0, sizes.height_px(run) - _BOX_PX), run.state, facts)


# -- the history ------------------------------------------------------------------------------------------------


def history(runs: Sequence[Generation], search: str | None = None) -> Markup:
    """Return the history, or what of it matches *search*, as a table with thumbnails."""
    if not runs:
        return render.message(_nothing(search))
    head = Markup("").join(Markup('<th style="{}">{}</th>').format(_CELL, name) for name in _COLUMNS)
    rows = Markup("").join(Markup("<tr>{}</tr>").format(_row(run)) for run in runs)
    return Markup(
        '<div style="overflow:auto;max-width:100%;"><table class="playcut-history"><tr>{}</tr>{}</table></div>'
    ).format(head, rows)


_COLUMNS = ("#", "", "prompt", "state", "credits", "when", "task")


def _row(run: Generation) -> Markup:
    thumbnail = render.thumbnail(run, _THUMBNAIL_PX) or run.kind
    cells: list[Markup | str] = [str(run.id), thumbnail, run.prompt or run.tool, *_facts(run)]
    return Markup("").join(Markup('<td style="{}">{}</td>').format(_CELL, cell) for cell in cells)


def _facts(run: Generation) -> list[str]:
    credits_ = amount(run.estimated_credits) if run.estimated_credits is not None else ""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created_at))
    state = run.state + (" (sandbox)" if run.is_sandbox else "")
    return [state, credits_, when, run.task_id or ""]


def history_text(runs: Sequence[Generation], search: str | None = None) -> str:
    """Return the history, or what of it matches *search*, as columns of text."""
    if not runs:
        return _nothing(search)
    rows: list[tuple[str, ...]] = [("#", "kind", "prompt", *_COLUMNS[3:])]
    for run in runs:
        prompt = run.prompt if len(run.prompt) <= 44 else run.prompt[:43] + "…"
        rows.append((str(run.id), run.kind[:8], prompt.replace("\n", " "), *_facts(run)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _nothing(search: str | None) -> str:
    return f"Nothing matches {search[:80]!r}." if search else "Nothing has been made yet."
