"""The contact sheet as an HTML page: with players, for phones too, without external resources or local paths.

On paper it is laid out for one page, A4 or Letter, upright or on its side, if the pictures stay large enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from playcut_jupyter.display import boxes, media_html
from playcut_jupyter.display.contact_sheet.tile import Sheet, Tile
from playcut_jupyter.display.grid_layout import Section
from playcut_jupyter.display.previews import preview
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.text import axis_heading

_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 16px; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.4em; line-height: 1.25; margin: 0 0 4px; }}
h2 {{ font-size: 1.1em; margin: 16px 0 4px; }} h3 {{ font-size: 1em; margin: 6px 0 2px; }}
p {{ margin: 2px 0; white-space: pre-wrap; }}
small {{ opacity: .8; }}
main.flow {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); gap: 16px; }}
main.flow > h2 {{ grid-column: 1 / -1; margin: 8px 0 -8px; }}
main.flow article {{ border: 1px solid rgba(128,128,128,.4); border-radius: 6px; padding: 8px; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; table-layout: fixed; width: 100%; }}
th, td {{ border: 1px solid rgba(128,128,128,.4); padding: 6px; text-align: left; vertical-align: top; }}
.mark {{ font-weight: normal; white-space: nowrap; }} .won {{ box-shadow: inset 0 0 0 2px #2e8b57; }}
.starred {{ box-shadow: inset 0 0 0 2px #d99a00; border-radius: 4px; padding: 4px; }}
img, video {{ display: block; max-width: 100%; height: auto; border-radius: 4px; }}
td article > p {{ font-size: .85em; }}
.failed {{ border-style: dashed; }}
@page {{ size: {orientation}; margin: 10mm; }}
@media print {{
  body {{ font-size: 8pt; line-height: 1.25; margin: 0; }} h1 {{ font-size: 13pt; }} h2 {{ margin: 2mm 0 1mm; }}
  .scroll {{ overflow: visible; }} table {{ min-width: 0 !important; }} th, td {{ padding: 1mm; }}
  main.flow {{ grid-template-columns: repeat({columns}, 1fr); gap: 3mm; }}
  article, tr {{ break-inside: avoid; }} thead {{ display: table-header-group; }}
  .playcut-image, .playcut-poster, .playcut-video {{ max-height: {height_mm}mm !important; width: auto !important; }}
  audio {{ display: none !important; }}
  article p {{ font-size: 6.5pt !important; }} article h3 {{ font-size: 8pt; margin: 1mm 0 0; }}
  article .prompt {{ display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }}
}}
</style></head><body><h1>{title}</h1><p><small>{subtitle}</small></p>{verdict}{body}</body></html>
""")
_PREVIEW_PX = 640
MAX_MEDIA_BYTES = 40_000_000
"""The size of all sounds and clips of a page together, bytes, so that a phone can open it."""
_LABEL_PX, _MIN_COLUMN_PX = 88, 150
_PAPER_MM = {"landscape": (259.0, 186.0), "portrait": (190.0, 255.0)}
"""What is left for a sheet between the margins of both A4 and Letter: width and height, millimetres."""
_HEAD_MM, _HEADING_MM, _TEXT_MM, _FRAME_MM, _LABEL_MM = 22.0, 7.0, 15.0, 8.0, 24.0
"""What the title, a line of headings, the words of a tile and its frame take on paper; the width of row headings."""
_MIN_PICTURE_MM = 18.0
"""Smaller pictures are not worth one page: then there are several."""


def html(sheet: Sheet) -> bytes:
    """Return the page; a sound or clip above its share of `MAX_MEDIA_BYTES` is left out."""
    players = sum(record.kind != "image" for tile in sheet.tiles for record in tile.generation.assets)
    share = min(MAX_MEDIA_BYTES // max(1, players), media_html.MAX_EMBED_BYTES)
    if sheet.sections:
        body = Markup("").join(_table(sheet, section, share) for section in sheet.sections)
    else:
        body = _flow(sheet, share)
    orientation, columns, height_mm = on_paper(sheet)
    words = sheet.verdict.words
    return str(
        _PAGE.format(
            title=sheet.title,
            subtitle=sheet.subtitle,
            verdict=Markup("<p>{}</p>").format(words) if words else "",
            body=body,
            orientation=orientation,
            columns=columns,
            height_mm=f"{height_mm:.0f}",
        )
    ).encode()


def on_paper(sheet: Sheet) -> tuple[str, int, float]:
    """Return how the paper lies, how many columns there are, and the largest height of a picture in millimetres."""
    ratios = [boxes.expected(tile.generation, 100).ratio for tile in sheet.tiles]
    ratio = sum(ratios) / len(ratios)
    found = [
        (_picture_mm(sheet, columns, size, ratio), name, columns)
        for name, size in _PAPER_MM.items()
        for columns in _possible_columns(sheet)
    ]
    height_mm, name, columns = max(found)
    if height_mm >= _MIN_PICTURE_MM:
        return name, columns, height_mm
    columns = max(len(section.columns) for section in sheet.sections) if sheet.sections else 4
    return ("landscape" if columns > 4 else "portrait"), columns, 45.0


def _possible_columns(sheet: Sheet) -> Sequence[int]:
    if sheet.sections:
        return [max(len(section.columns) for section in sheet.sections)]
    return range(1, min(8, len(sheet.tiles)) + 1)


def _picture_mm(sheet: Sheet, columns: int, paper: tuple[float, float], ratio: float) -> float:
    """Return the height of a picture if all are on one page."""
    width, height = paper
    height -= _HEAD_MM
    if sheet.sections:
        width -= _LABEL_MM
        height -= _HEADING_MM * sum(2 if section.outer else 1 for section in sheet.sections)
        rows = sum(len(section.rows) for section in sheet.sections)
    else:
        height -= _HEADING_MM
        rows = -(-len(sheet.tiles) // columns)
    around = _TEXT_MM if sheet.sections else _TEXT_MM + _FRAME_MM
    return min(height / rows - around, (width / columns - _FRAME_MM) / ratio)


def _flow(sheet: Sheet, max_bytes: int) -> Markup:
    """Return the tiles one after the other, under the name of their only axis."""
    axes = list(dict.fromkeys(name for tile in sheet.tiles for name in tile.axes))
    heading = Markup("<h2>{}</h2>").format(axis_heading(axes[0])) if len(axes) == 1 else Markup("")
    articles = Markup("").join(_article(sheet, tile, max_bytes) for tile in sheet.tiles)
    return Markup('<main class="flow">{}{}</main>').format(heading, articles)


def _table(sheet: Sheet, section: Section, max_bytes: int) -> Markup:
    title = " · ".join(
        f"{axis_heading(name)}: {value}{_spaced(sheet.verdict.mark(name, value))}" for name, value in section.outer
    )
    head = Markup("").join(_heading(sheet, section.across, column) for column in section.columns)
    rows = Markup("").join(
        Markup("<tr>{}{}</tr>").format(
            _heading(sheet, section.down, row), Markup("").join(_cell(sheet, cell, max_bytes) for cell in cells)
        )
        for row, cells in section.rows
    )
    return Markup(
        '{}<div class="scroll"><table style="min-width:{}px">'
        '<thead><tr><th style="width:{}px">{} / {}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(
        Markup("<h2>{}</h2>").format(title) if title else "",
        _LABEL_PX + _MIN_COLUMN_PX * len(section.columns),
        _LABEL_PX,
        axis_heading(section.down),
        axis_heading(section.across),
        head,
        rows,
    )


def _heading(sheet: Sheet, axis: str, value: str) -> Markup:
    mark = sheet.verdict.mark(axis, value)
    won = Markup(' class="won"') if (axis, value) in sheet.verdict.preferred else ""
    return Markup("<th{}>{}{}</th>").format(
        won, value, Markup(' <small class="mark">{}</small>').format(mark) if mark else ""
    )


def _spaced(text: str) -> str:
    return f" ({text})" if text else ""


def _cell(sheet: Sheet, cell: Sequence[Snapshot], max_bytes: int) -> Markup:
    articles = (_article(sheet, sheet.tile(snapshot), max_bytes) for snapshot in cell)
    return Markup("<td>{}</td>").format(Markup("").join(articles))


def _article(sheet: Sheet, tile: Tile, max_bytes: int) -> Markup:
    prompt = tile.generation.prompt
    shown = Markup("").join(_asset(record, prompt, max_bytes) for record in tile.generation.assets)
    marks = (
        dict.fromkeys(sheet.verdict.mark(name, value) for name, value in tile.axes.items())
        if not sheet.sections
        else {}
    )
    star = " ★" if tile.generation.starred else ""
    state = "failed" if tile.failure else "done starred" if star else "done"
    return Markup(
        '<article class="{}">{}<h3>{}{}{}</h3><p class="prompt">{}</p><p><small>{}</small></p></article>'
    ).format(
        state,
        shown or Markup("<p><b>{}</b></p>").format(tile.failure),
        tile.title,
        star,
        Markup("").join(Markup(' <small class="mark">{}</small>').format(mark) for mark in marks if mark),
        prompt,
        tile.facts,
    )


def _asset(record: AssetRecord, caption: str, max_bytes: int) -> Markup:
    """Return the asset itself, or its type and size; never its path."""
    try:
        if record.kind == "image":
            preview(record, _PREVIEW_PX)
        elif not record.is_playable or record.size_bytes > max_bytes:
            note = f"{record.mime_type}, {record.size_bytes / 1e6:.1f} MB: not in this page"
            return media_html.poster(record, caption, _PREVIEW_PX) + Markup("<p><b>{}</b></p>").format(note)
        else:
            record.read()
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files, or the file is gone; the others are shown
        return Markup("<p><b>{}: can't be shown ({})</b></p>").format(record.mime_type, type(error).__name__)
    return media_html.asset(record, caption, _PREVIEW_PX, max_bytes)
