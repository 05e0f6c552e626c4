"""Writes a contact sheet: an HTML page that plays, or a PNG or PDF of pictures.

All three show the same facts of each generation: its picture, what differs, prompt, parameters, seconds, estimated
credits, stars and picks; of a failed one, why.
"""

from __future__ import annotations

import math
from pathlib import Path

from playcut_jupyter.display.contact_sheet import page, picture
from playcut_jupyter.display.contact_sheet.tile import Tally, tiles_of
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library.store import copy_out

FORMATS = (".html", ".png", ".pdf")
_COLUMNS, _MAX_COLUMNS = 4, 6


def write(sweep: SweepSnapshot, tally: Tally, path: str | Path) -> Path:
    """Write the contact sheet and return where it went; nothing is ever overwritten.

    Args:
        sweep: what is shown.
        tally: by number, the blind rounds that each won and those it took part in: `ratings.tally`.
        path: a file that ends in one of `FORMATS`.

    Raises:
        InvalidInput: another ending, an empty sweep, or a place that can't be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InvalidInput(
            f"A contact sheet can't be {suffix or 'a file without an ending'}.",
            hint=f"Endings are {', '.join(FORMATS)}: sweep.contact_sheet('sheet.html').",
        )
    if not sweep.generations:
        raise InvalidInput("The sweep is empty, so there is nothing for a contact sheet.")
    tiles = tiles_of(sweep, tally)
    if suffix == ".html":
        data = page.html(tiles)
    elif suffix == ".png":
        data = picture.png(tiles, _columns(sweep))
    else:
        data = picture.pdf(tiles, _columns(sweep))
    return copy_out(data, path, suffix)


def _columns(sweep: SweepSnapshot) -> int:
    """Return how many tiles stand in a row: the values of the last axis, where the sweep has all and they fit."""
    count = len(sweep.generations)
    sizes = [len(sweep.axes[name]) for name in sweep.varied_axes]
    fits = sizes and sizes[-1] <= _MAX_COLUMNS and math.prod(sizes) == count
    return sizes[-1] if fits else min(_COLUMNS, count)
