"""Writes a contact sheet: an HTML page with players, or a PNG or PDF of pictures.

All three are titled by the prompt and laid out as the grid, with its axes as headings and the values that won marked.
They show the same facts of each generation: its picture, what differs, prompt, parameters, seconds, estimated credits,
stars and picks; for a failed one, the reason.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

from playcut_jupyter.display.contact_sheet import page, picture
from playcut_jupyter.display.contact_sheet.tile import NO_VERDICT, Tally, Verdict, sheet_of
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library.copies import copy_out

FORMATS = (".html", ".png", ".pdf")
_COLUMNS, _MAX_COLUMNS = 4, 6


def write(
    sweep: SweepSnapshot, tally: Tally, path: str | Path, *, title: str = "", verdict: Verdict = NO_VERDICT
) -> Path:
    """Write the contact sheet and return its path; nothing is ever overwritten.

    Args:
        sweep: the sweep to show.
        tally: the results of blind picking, from `ratings.tally`.
        path: a file name that ends in one of `FORMATS`.
        title: the prompt, as a template; "" if it is not known.
        verdict: which values matter.

    Raises:
        InvalidInput: another file type, an empty sweep, or a path that can't be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InvalidInput(
            f"A contact sheet can't be {suffix or 'a file without an extension'}.",
            hint=f"Extensions are {', '.join(FORMATS)}: sweep.contact_sheet('sheet.html').",
        )
    if not sweep.generations:
        raise InvalidInput("The sweep is empty, so there is no contact sheet to write.")
    sheet = sheet_of(sweep, tally, title, verdict)
    if suffix == ".html":
        data = page.html(sheet)
    elif suffix == ".png":
        data = picture.png(sheet, _columns(sweep))
    else:
        data = picture.pdf(sheet, _columns(sweep))
    return copy_out(data, path, suffix).path


def _columns(sweep: SweepSnapshot) -> int:
    """Return the tiles per row: the last axis's values if the sweep is complete and they fit, else `_COLUMNS`."""
    count = len(sweep.generations)
    sizes = [len(sweep.axes[name]) for name in sweep.varied_axes]
    fits = sizes and sizes[-1] <= _MAX_COLUMNS and math.prod(sizes) == count
    return sizes[-1] if fits else min(_COLUMNS, count)


def print_picture(sweep: SweepSnapshot, longest_px: int) -> bytes | None:
    """Return the sheet as a small JPEG for documents without HTML; None if there are no pictures.

    Args:
        sweep: the sweep to show.
        longest_px: the size of the previews that are shown beside it, which are in the cache.
    """
    if not any(record.kind in ("image", "video", "audio") for run in sweep.succeeded for record in run.assets):
        return None
    return picture.small_jpeg(sheet_of(sweep, (Counter(), Counter())), _columns(sweep), longest_px)
