"""The contact sheet as a picture, as a PDF of pictures, and as a small picture for documents without HTML."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from playcut_jupyter import media
from playcut_jupyter.display.contact_sheet.tile import Tile, heading, subheading
from playcut_jupyter.display.previews import POSTER_PX, preview, stand_in
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.text import truncate

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_TILE_PX, _TEXT_PX, _GAP_PX, _TOP_PX = 400, 150, 20, 80
_MIN_WIDTH_PX = 600
_MAX_TITLE = 44
_MAX_LINES = 6
"""Lines of text below a picture; the HTML page has the whole text."""
_ROWS_PER_PAGE = 2
_PDF_DPI = 150.0
_PRINT_PX, MAX_PRINT_BYTES = 1600, 150_000


def png(tiles: Sequence[Tile], columns: int) -> bytes:
    """Return the sheet as a PNG with *columns* tiles in a row."""
    body = io.BytesIO()
    _sheet(tiles, heading(tiles), subheading(tiles), columns).save(body, "PNG")
    return body.getvalue()


def small_jpeg(tiles: Sequence[Tile], columns: int, longest_px: int) -> bytes:
    """Return the sheet as a JPEG of at most `MAX_PRINT_BYTES`, from previews of *longest_px* pixels in the cache."""

    def load(record: AssetRecord) -> bytes | None:
        return preview(record, longest_px)[1] if record.kind == "image" else _stand_in(record, longest_px)

    sheet = _sheet(tiles, heading(tiles), subheading(tiles), columns, load)
    sheet.thumbnail((_PRINT_PX, _PRINT_PX))
    return media.encode_jpeg(sheet, MAX_PRINT_BYTES)


def pdf(tiles: Sequence[Tile], columns: int) -> bytes:
    """Return the sheet as a PDF with *columns* tiles in a row."""
    per_page = columns * _ROWS_PER_PAGE
    parts = [tiles[start : start + per_page] for start in range(0, len(tiles), per_page)]
    pages = [
        _sheet(part, f"{heading(tiles)}, page {number} of {len(parts)}", subheading(tiles), columns)
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


def _sheet(
    tiles: Sequence[Tile],
    title: str,
    subtitle: str,
    columns: int,
    load: Callable[[AssetRecord], bytes | None] = _original,
) -> Image:
    """Draw tiles in rows under a title; *load* returns an asset's picture."""
    from PIL import Image as Pillow  # Pillow is heavy, and most sweeps need no contact sheet
    from PIL import ImageDraw

    rows = -(-len(tiles) // columns)
    width, height = _TILE_PX + _GAP_PX, _TILE_PX + _TEXT_PX + _GAP_PX
    size = (max(columns * width, _MIN_WIDTH_PX) + _GAP_PX, rows * height + _TOP_PX)
    sheet = Pillow.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((_GAP_PX, 14), title, fill="black", font=_font(26))
    pen.text((_GAP_PX, 48), subtitle, fill="#555555", font=_font(16))
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        left, top = _GAP_PX + column * width, _TOP_PX + row * height
        picture = _picture(tile, load)
        if picture is not None:
            mask = picture if picture.mode == "RGBA" else None
            sheet.paste(picture, (left, top + _TILE_PX - picture.height), mask)
        else:
            pen.rectangle((left, top, left + _TILE_PX - 1, top + _TILE_PX - 1), outline="#999999")
            reason = tile.failure or f"{tile.generation.kind}: not in this sheet"
            pen.multiline_text((left + 12, top + 12), "\n".join(_wrapped(reason, 12)), fill="black", font=_font(16))
        details = _wrapped(f"{tile.generation.prompt}\n{tile.facts}", _MAX_LINES - 1)
        text = "\n".join([truncate(tile.title, _MAX_TITLE), *details])
        pen.multiline_text((left, top + _TILE_PX + 6), text, fill="black", font=_font(15), spacing=5)
    return sheet


def _picture(tile: Tile, load: Callable[[AssetRecord], bytes | None]) -> Image | None:
    """Return the first picture, a clip's first frame or a sound's waveform; None for an unreadable file."""
    for record in tile.generation.assets:
        try:
            content = load(record)
            if content:
                return media.reduced(media.decode_image(content), _TILE_PX)
        except (PlaycutError, media.InvalidImage):  # it is gone or damaged; the others are drawn
            continue
    return None


def _wrapped(text: str, max_lines: int) -> list[str]:
    """Return *text* wrapped to a tile's width, as measured with the font."""
    lines = list(_lines(text))
    return lines if len(lines) <= max_lines else [*lines[: max_lines - 1], lines[max_lines - 1][:-1] + "…"]


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
    """Return the font in the package, because Pillow's default font has little more than ASCII."""
    from PIL import ImageFont  # Pillow is heavy

    font = files("playcut_jupyter.fonts") / "NotoSans-Regular.ttf"
    return ImageFont.truetype(io.BytesIO(font.read_bytes()), size)
