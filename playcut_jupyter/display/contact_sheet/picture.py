"""The contact sheet as a picture, as a PDF of pictures, and as a small picture for documents without HTML."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

from playcut_jupyter import media
from playcut_jupyter.display.contact_sheet.tile import Sheet, Tile
from playcut_jupyter.display.previews import POSTER_PX, preview, stand_in
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.text import axis_heading, one_line, truncate

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_TILE_PX, _TEXT_PX, _GAP_PX, _TOP_PX = 400, 150, 20, 80
_LABEL_PX, _HEADING_PX = 150, 40
"""The width of the headings of rows, and the height of a line of headings."""
_MIN_WIDTH_PX, _MIN_HEIGHT_PX = 600, 120
_MAX_TITLE = 44
_MAX_LINES = 6
"""Lines of text below a picture; the HTML page has the whole text."""
_ROWS_PER_PAGE, _MAX_ROWS_ON_ONE = 2, 4
"""Rows on a page of tiles that stand one after the other; a table of no more rows than the second is on one page."""
_PDF_DPI = 150.0
_PRINT_PX, MAX_PRINT_BYTES = 1600, 150_000
_STARRED = "#d99a00"

Load: TypeAlias = Callable[[AssetRecord], bytes | None]
"""Returns an asset's picture."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sheet.

    Attributes:
        tiles: what is in each column; None for nothing.
        label: its heading.
        above: the lines of headings above it: the text in each column, the first of them that of the row headings.
    """

    tiles: Sequence[Tile | None]
    label: str = ""
    above: Sequence[Sequence[str]] = ()


def png(sheet: Sheet, columns: int) -> bytes:
    """Return the sheet as a PNG, its grid or *columns* tiles in a row."""
    body = io.BytesIO()
    _drawn(sheet, _rows(sheet, columns), sheet.title).save(body, "PNG")
    return body.getvalue()


def small_jpeg(sheet: Sheet, columns: int, longest_px: int) -> bytes:
    """Return the sheet as a JPEG of at most `MAX_PRINT_BYTES`, from previews of *longest_px* pixels in the cache."""

    def load(record: AssetRecord) -> bytes | None:
        return preview(record, longest_px)[1] if record.kind == "image" else _stand_in(record, longest_px)

    drawn = _drawn(sheet, _rows(sheet, columns), sheet.title, load)
    drawn.thumbnail((_PRINT_PX, _PRINT_PX))
    return media.encode_jpeg(drawn, MAX_PRINT_BYTES)


def pdf(sheet: Sheet, columns: int) -> bytes:
    """Return the sheet as a PDF, its grid or *columns* tiles in a row."""
    rows = _rows(sheet, columns)
    per_page = max(1, len(rows)) if sheet.sections and len(rows) <= _MAX_ROWS_ON_ONE else _ROWS_PER_PAGE
    parts = [rows[start : start + per_page] for start in range(0, len(rows), per_page)]
    pages = [
        _drawn(sheet, part, f"{sheet.title}, page {number} of {len(parts)}" if len(parts) > 1 else sheet.title)
        for number, part in enumerate(parts, 1)
    ]
    body = io.BytesIO()
    pages[0].save(body, "PDF", save_all=True, append_images=pages[1:], resolution=_PDF_DPI)
    return body.getvalue()


def _original(record: AssetRecord) -> bytes | None:
    return record.read() if record.kind == "image" else _stand_in(record, POSTER_PX)


def _stand_in(record: AssetRecord, longest_px: int) -> bytes | None:
    picture = stand_in(record, longest_px)
    return picture[1] if picture is not None else None


# -- layout -------------------------------------------------------------------------------------------------------


def _rows(sheet: Sheet, columns: int) -> list[_Row]:
    """Return the rows of the grid, or *columns* tiles in each."""
    if not sheet.sections:
        return [_Row(sheet.tiles[start : start + columns]) for start in range(0, len(sheet.tiles), columns)]
    rows = []
    for section in sheet.sections:
        above = [[section.title]] if section.outer else []
        above.append(
            [
                f"{axis_heading(section.down)} / {axis_heading(section.across)}",
                *(_marked(sheet, section.across, column) for column in section.columns),
            ]
        )
        for value, cells in section.rows:
            label = _marked(sheet, section.down, value)
            depth = max(1, *map(len, cells))  # of `count`, one below the other
            for at in range(depth):
                tiles = [sheet.tile(cell[at]) if at < len(cell) else None for cell in cells]
                rows.append(_Row(tiles, label if at == 0 else "", above))
                above = []
    return rows


def _marked(sheet: Sheet, axis: str, value: str) -> str:
    mark = sheet.verdict.mark(axis, value)
    return f"{value} ({mark})" if mark else value


def _drawn(sheet: Sheet, rows: Sequence[_Row], title: str, load: Load = _original) -> Image:
    """Draw rows of tiles under a title."""
    from PIL import Image as Pillow  # Pillow is heavy, and most sweeps need no contact sheet
    from PIL.ImageDraw import Draw

    columns = max(len(row.tiles) for row in rows)
    left = _GAP_PX + (_LABEL_PX if sheet.sections else 0)
    width_px = max(left + columns * (_TILE_PX + _GAP_PX), _MIN_WIDTH_PX + _GAP_PX)
    verdict = sheet.verdict.words
    top = _TOP_PX + (_HEADING_PX if verdict else 0)
    pictures = [[_picture(tile, load) if tile is not None else None for tile in row.tiles] for row in rows]
    # In a table all of a row have the height of its highest; it begins below its headings.
    heights = [
        max(_MIN_HEIGHT_PX, *(each.height for each in row if each)) if sheet.sections and any(row) else _TILE_PX
        for row in pictures
    ]
    around_px = sum(len(row.above) * _HEADING_PX + _TEXT_PX + _GAP_PX for row in rows)
    drawn = Pillow.new("RGB", (width_px, top + sum(heights) + around_px), "white")
    pen = Draw(drawn)
    pen.text((_GAP_PX, 14), _cut(title, width_px - 2 * _GAP_PX, 26), fill="black", font=_font(26))
    pen.text((_GAP_PX, 48), sheet.subtitle, fill="#555555", font=_font(16))
    if verdict:
        pen.text((_GAP_PX, 76), _cut(verdict, width_px - 2 * _GAP_PX, 16), fill="#555555", font=_font(16))
    for row, shown, height in zip(rows, pictures, heights, strict=True):
        for texts in row.above:
            _draw_headings(pen, texts, left, top, width_px)
            top += _HEADING_PX
        label = "\n".join(_wrapped(row.label, 12, _LABEL_PX - 30))
        pen.multiline_text((_GAP_PX, top + 4), label, fill="black", font=_font(18), spacing=4)
        for column, tile in enumerate(row.tiles):
            if tile is not None:
                _draw_tile(drawn, pen, tile, shown[column], (left + column * (_TILE_PX + _GAP_PX), top, height))
        top += height + _TEXT_PX + _GAP_PX
    return drawn


def _draw_headings(pen: ImageDraw, texts: Sequence[str], left: int, top: int, width_px: int) -> None:
    """Draw the headings of the columns, or the only one of a table."""
    if len(texts) == 1:
        pen.text((_GAP_PX, top + 6), _cut(texts[0], width_px - 2 * _GAP_PX, 20), fill="black", font=_font(20))
        return
    pen.text((_GAP_PX, top + 8), _cut(texts[0], _LABEL_PX - 10, 14), fill="#555555", font=_font(14))
    for column, text in enumerate(texts[1:]):
        x = left + column * (_TILE_PX + _GAP_PX)
        pen.text((x, top + 6), _cut(text, _TILE_PX, 18), fill="black", font=_font(18))


def _draw_tile(drawn: Image, pen: ImageDraw, tile: Tile, picture: Image | None, at: tuple[int, int, int]) -> None:
    """Draw a tile *at* its left, its top and the height of its picture."""
    left, top, height = at
    foot = top + height
    if picture is not None:
        mask = picture if picture.mode == "RGBA" else None
        drawn.paste(picture, (left, foot - picture.height), mask)
    else:
        pen.rectangle((left, top, left + _TILE_PX - 1, foot - 1), outline="#999999")
        reason = tile.failure or f"{tile.generation.kind}: not in this sheet"
        lines = _wrapped(reason, max(3, height // 24 - 1))
        pen.multiline_text((left + 12, top + 12), "\n".join(lines), fill="black", font=_font(16))
    if tile.generation.starred:
        across, down = picture.size if picture is not None else (_TILE_PX, height)
        pen.rectangle((left - 4, foot - down - 4, left + across + 3, foot + 3), outline=_STARRED, width=4)
    details = _wrapped(f"{tile.generation.prompt}\n{tile.facts}", _MAX_LINES - 1)
    text = "\n".join([truncate(tile.title, _MAX_TITLE), *details])
    pen.multiline_text((left, foot + 6), text, fill="black", font=_font(15), spacing=5)


def _picture(tile: Tile, load: Load) -> Image | None:
    """Return the first picture, a clip's first frame or a sound's waveform; None for an unreadable file."""
    for record in tile.generation.assets:
        try:
            content = load(record)
            if content:
                return media.reduced(media.decode_image(content), _TILE_PX)
        except (PlaycutError, media.InvalidImage):  # it is gone or damaged; the others are drawn
            continue
    return None


def _cut(text: str, width_px: int, size: int) -> str:
    """Return *text* as far as it fits on one line."""
    font = _font(size)
    text = one_line(text)[:300]
    if font.getlength(text) <= width_px:
        return text
    while text and font.getlength(f"{text}…") > width_px:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _wrapped(text: str, max_lines: int, width_px: int = _TILE_PX - 24) -> list[str]:
    """Return *text* wrapped to a width, by default a tile's, as measured with the font."""
    lines = list(_lines(text, width_px))
    return lines if len(lines) <= max_lines else [*lines[: max_lines - 1], lines[max_lines - 1][:-1] + "…"]


def _lines(text: str, width_px: int) -> Iterator[str]:
    font = _font(15)
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width_px:
                yield line
                longer = word
            line = longer[:60]
        if line:
            yield line


@cache
def _font(size: int) -> FreeTypeFont:
    """Return the font in the package, because Pillow's default font has little more than ASCII."""
    from PIL import ImageFont  # Pillow is heavy

    font = files("playcut_jupyter.fonts") / "NotoSans-Regular.ttf"
    return ImageFont.truetype(io.BytesIO(font.read_bytes()), size)
