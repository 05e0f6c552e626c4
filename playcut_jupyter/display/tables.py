"""HTML tables in one style, for grids, the history, comparisons and picks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

_CELL = "border:1px solid rgba(128,128,128,0.3);padding:{};vertical-align:top;text-align:left;"
_STICKY = "position:sticky;background:var(--jp-layout-color0,Canvas);"
"""The CSS of headings that stay visible while the table scrolls, in front ends that keep `position`."""


def table(
    css_class: str,
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = (),
    row_headings: bool = False,
    sticky: bool = False,
    padding: str = "4px",
) -> Markup:
    """Return *rows* of cells as a table that scrolls if it is too wide.

    Args:
        css_class: the table's class.
        rows: the cells of each row; text that is not `Markup` is escaped.
        header: the headings of the columns, if any.
        row_headings: True if the first cell of each row is its heading.
        sticky: True for headings that stay visible, and a table no higher than the window.
        padding: the CSS padding of each cell.
    """
    style = _CELL.format(padding)
    top, left = (f"{style}{_STICKY}top:0;", f"{style}{_STICKY}left:0;") if sticky else (style, style)
    lines = []
    if header:
        corner = [_cell("th", style, header[0])] if row_headings else []
        lines.append(_row([*corner, *(_cell("th", top, name) for name in header[len(corner) :])]))
    for cells in rows:
        heading = [_cell("th", left, cells[0])] if row_headings else []
        lines.append(_row([*heading, *(_cell("td", style, cell) for cell in cells[len(heading) :])]))
    height = "max-height:90vh;" if sticky else ""
    return Markup('<div style="overflow:auto;max-width:100%;{}"><table class="{}">{}</table></div>').format(
        height, css_class, Markup("").join(lines)
    )


def _row(cells: Iterable[Markup]) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(tag: str, style: str, content: str) -> Markup:
    return Markup('<{0} style="{1}">{2}</{0}>').format(tag, style, content)
