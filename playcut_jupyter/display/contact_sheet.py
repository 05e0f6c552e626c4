"""A sweep as one file to pass on: an HTML page that plays, or a PNG or PDF of pictures; no key, no kernel, no network.

All three show the same facts of each generation: its picture, what differs, prompt, parameters, seconds, estimated
credits, stars and picks; of a failed one, why.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.display import render
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.library.media import NotAPicture
from playcut_jupyter.library.store import copy_out
from playcut_jupyter.runs.generation import Generation

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

    from playcut_jupyter.runs.sweep import Sweep

FORMATS = (".html", ".png", ".pdf")
_COLUMNS, _MOST_COLUMNS, _TILE_PX, _TEXT_PX, _GAP = 4, 6, 400, 150, 20
_ROWS_A_PAGE = 2
_LINES = 6
"""Lines of text under a picture in a PNG or PDF; the HTML page has all of it."""


def write(sweep: Sweep, path: str | Path) -> Path:
    """Write the contact sheet and return where it went; nothing is ever overwritten.

    Raises:
        InvalidInput: the ending is none of `FORMATS`, nothing is in the sweep, or the place can't be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InvalidInput(
            f"A contact sheet can't be {suffix or 'a file without an ending'}.",
            hint=f"Endings are {', '.join(FORMATS)}: sweep.contact_sheet('sheet.html').",
        )
    if not len(sweep):
        raise InvalidInput("The sweep is empty, so there is nothing for a contact sheet.")
    won, played = sweep.tally()
    wins = [f"picked {won[run.id]} of {played[run.id]}" if run.id and played[run.id] else "" for run in sweep]
    tiles = [_Tile(sweep, run, words) for run, words in zip(sweep, wins, strict=True)]
    if suffix == ".html":
        data = _html(tiles)
    elif suffix == ".png":
        data = _png(tiles, _columns(sweep))
    else:
        data = _pdf(tiles, _columns(sweep))
    return copy_out(None, data, path, suffix)


def _columns(sweep: Sweep) -> int:
    """Return how many tiles stand in a row: the values of the last axis, where the sweep has all and they fit."""
    sizes = [len(values) for values in sweep.axes.values() if len(values) > 1]
    fits = sizes and sizes[-1] <= _MOST_COLUMNS and math.prod(sizes) == len(sweep)
    return sizes[-1] if fits else min(_COLUMNS, len(sweep))


class _Tile:
    """What the sheet says of one generation."""

    def __init__(self, sweep: Sweep, run: Generation, wins: str) -> None:
        self.run = run
        varied = [name for name, values in sweep.axes.items() if len(values) > 1]
        self.title = " · ".join(str(run.labels[name]) for name in varied if name in run.labels) or run.kind
        inputs = {name: value for name, value in run.inputs.items() if name not in ("prompt", "text")}
        self.facts = [
            "SANDBOX" if run.is_sandbox else "",
            "starred" if run.starred else "",
            wins,
            ", ".join(f"{name} {value}" for name, value in inputs.items()),
            f"{run.elapsed_s:.1f} s",
            render.credits_text(run),
            f"#{run.id}" if run.id is not None else "",
        ]
        self.failure = f"{run.state}: {run.error}" if run.error is not None else "" if run.done else run.state

    @property
    def line(self) -> str:
        """All facts in one line."""
        return " · ".join(filter(None, self.facts))

    def picture(self) -> Image | None:
        """Return the first picture, or a clip's first frame; None for a sound or what can't be drawn."""
        from PIL import Image as Pillow

        for item in self.run.assets:
            try:
                if item.kind == "image":
                    return item.image.convert("RGB")
                still = item.still()
                if still:
                    return Pillow.open(io.BytesIO(still)).convert("RGB")
            except (PlaycutError, NotAPicture, OSError):  # it is gone or damaged; the others are drawn
                continue
        return None


# -- a page -------------------------------------------------------------------------------------------------------

_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 16px; }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); gap: 16px; }}
article {{ border: 1px solid rgba(128,128,128,.4); border-radius: 6px; padding: 8px; overflow-wrap: anywhere; }}
img, video, audio {{ width: 100%; height: auto; border-radius: 4px; }}
audio {{ height: 40px; }}
h2 {{ font-size: 1em; margin: 6px 0 2px; }} p {{ margin: 2px 0; white-space: pre-wrap; }}
small {{ opacity: .8; }} .failed {{ border-style: dashed; }}
</style></head><body><h1>{title}</h1><p><small>{made}</small></p><main>{tiles}</main></body></html>
""")
_VIEW_PX = 640
_MOST_MEDIA_BYTES = 40_000_000
"""What all sounds and clips of a page may take together, bytes; a phone is to open it."""


def _html(tiles: Sequence[_Tile]) -> bytes:
    media = sum(item.kind != "image" for tile in tiles for item in tile.run.assets)
    share = _MOST_MEDIA_BYTES // max(1, media)
    body = Markup("").join(_article(tile, share) for tile in tiles)
    page = _PAGE.format(title=_title(tiles), made=_made(tiles), tiles=body)
    return str(page).encode()


def _article(tile: _Tile, share: int) -> Markup:
    shown = Markup("").join(_shown(item, share) for item in tile.run.assets)
    return Markup('<article class="{}">{}<h2>{}</h2><p>{}</p><p><small>{}</small></p></article>').format(
        "failed" if tile.failure else "done",
        shown or Markup("<p><b>{}</b></p>").format(tile.failure),
        tile.title,
        tile.run.prompt,
        tile.line,
    )


def _shown(item: Asset, share: int) -> Markup:
    """Return an asset as the page has it: whole, or what there is to say of it, but never where its file lies."""
    try:
        size = f"{len(item.data) / 1e6:.1f} MB"
        if item.kind == "image":
            item.preview(_VIEW_PX)
        elif item.mime_type not in render.PLAYABLE or len(item.data) > min(share, render.MAX_EMBED_BYTES):
            return render.still(item) + Markup("<p><b>{}, {}: not in this page</b></p>").format(item.mime_type, size)
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files, or the file is gone; the others are shown
        return Markup("<p><b>{}: can't be shown ({})</b></p>").format(item.mime_type, type(error).__name__)
    return render.asset(item, _VIEW_PX, share)


def _title(tiles: Sequence[_Tile]) -> str:
    return f"{len(tiles)} generations"


def _made(tiles: Sequence[_Tile]) -> str:
    total = sum(tile.run.estimated_credits or 0 for tile in tiles)
    failed = sum(bool(tile.failure) for tile in tiles)
    day = time.strftime("%Y-%m-%d", time.localtime(max(tile.run.created_at for tile in tiles)))
    return " · ".join(filter(None, (day, f"{in_credits(total)} (estimate)", f"{failed} failed" if failed else "")))


# -- a picture, and pages of pictures -----------------------------------------------------------------------------


def _png(tiles: Sequence[_Tile], columns: int) -> bytes:
    return _saved([_sheet(tiles, _title(tiles), _made(tiles), columns)], "PNG")


def _pdf(tiles: Sequence[_Tile], columns: int) -> bytes:
    on_a_page = columns * _ROWS_A_PAGE
    pages = [tiles[at : at + on_a_page] for at in range(0, len(tiles), on_a_page)]
    titles = [f"{_title(tiles)}, page {number} of {len(pages)}" for number in range(1, len(pages) + 1)]
    return _saved(
        [_sheet(page, title, _made(tiles), columns) for page, title in zip(pages, titles, strict=True)], "PDF"
    )


def _saved(pages: Sequence[Image], format_: str) -> bytes:
    body = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:], "resolution": 150.0} if format_ == "PDF" else {}
    pages[0].save(body, format_, **more)
    return body.getvalue()


def _sheet(tiles: Sequence[_Tile], title: str, made: str, columns: int) -> Image:
    """Draw tiles in rows under a heading."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    rows = -(-len(tiles) // columns)
    width, height = _TILE_PX + _GAP, _TILE_PX + _TEXT_PX + _GAP
    sheet = Pillow.new("RGB", (max(columns * width, 600) + _GAP, rows * height + 80), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((_GAP, 14), title, fill="black", font=_font(26))
    pen.text((_GAP, 48), made, fill="#555555", font=_font(16))
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        left, top = _GAP + column * width, 80 + row * height
        picture = tile.picture()
        if picture is not None:
            picture.thumbnail((_TILE_PX, _TILE_PX))
            sheet.paste(picture, (left, top + _TILE_PX - picture.height))
        else:
            pen.rectangle((left, top, left + _TILE_PX - 1, top + _TILE_PX - 1), outline="#999999")
            words = tile.failure or f"{tile.run.kind}: not in this sheet"
            pen.multiline_text((left + 12, top + 12), "\n".join(_wrapped(words, 12)), fill="black", font=_font(16))
        text = [tile.title[:44], *_wrapped(f"{tile.run.prompt}\n{tile.line}", _LINES - 1)]
        pen.multiline_text((left, top + _TILE_PX + 6), "\n".join(text), fill="black", font=_font(15), spacing=5)
    return sheet


def _wrapped(text: str, most: int) -> list[str]:
    """Return *text* in at most so many lines of a tile's width, by the font's own measure."""
    lines = list(_lines(text))
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][:-1] + "…"]


def _lines(text: str) -> Iterator[str]:
    font = _font(15)
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > _TILE_PX - 24:
                yield line
                longer = word
            line = longer[:60]
        if line:
            yield line


@cache
def _font(size: int) -> FreeTypeFont:
    """Return the font that comes with the package: Pillow's own has hardly more than ASCII."""
    from PIL import ImageFont

    font = files("playcut_jupyter.fonts") / "NotoSans-Regular.ttf"
    return ImageFont.truetype(io.BytesIO(font.read_bytes()), size)
