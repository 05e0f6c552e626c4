"""HTML tables in one style, for grids, the history, comparisons and picks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

_CELL = "border:1px solid rgba(128,128,128,0.3);padding:{};vertical-align:top;text-align:left;"
_STICKY = "position:sticky;background:var(--jp-layout-color0,Canvas);"
"""The CSS of headings that stay visible while the table scrolls, in front ends that keep `position`."""


@dataclass(frozen=True)
class Fluid:
    """The widths of columns that share the space there is, pixels: of row headings, and from and to of all others."""

    heading_px: int
    min_px: int
    max_px: int

    def css(self, columns: int) -> str:
        """Return the CSS of a table with so many columns beside the row headings."""
        return f"table-layout:fixed;width:100%;min-width:{self.heading_px + self.min_px * columns}px;margin:0;"


def table(
    css_class: str,
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = (),
    row_headings: bool = False,
    sticky: bool = False,
    padding: str = "4px",
    fluid: Fluid | None = None,
) -> Markup:
    """Return *rows* of cells as a table that scrolls if it is too wide.

    Args:
        css_class: the table's class.
        rows: the cells of each row; text that is not `Markup` is escaped.
        header: the headings of the columns, if any.
        row_headings: True if the first cell of each row is its heading.
        sticky: True for headings that stay visible, and a table no higher than the window.
        padding: the CSS padding of each cell.
        fluid: the widths of columns that share the space there is; None for columns as wide as what is in them.
    """
    style = _CELL.format(padding)
    heading = style if fluid is None else f"{style}font-size:0.85em;word-wrap:break-word;"
    top, left = (f"{heading}{_STICKY}top:0;", f"{heading}{_STICKY}left:0;") if sticky else (heading, heading)
    lines = []
    if header:
        width = f"width:{fluid.heading_px}px;" if fluid is not None else ""
        corner = [_cell("th", heading + width, header[0])] if row_headings else []
        lines.append(_row([*corner, *(_cell("th", top, name) for name in header[len(corner) :])]))
    for cells in rows:
        first = [_cell("th", left, cells[0])] if row_headings else []
        lines.append(_row([*first, *(_cell("td", style, cell) for cell in cells[len(first) :])]))
    height = "max-height:90vh;" if sticky else ""
    own = Markup(' style="{}"').format(fluid.css(len(header) - 1)) if fluid is not None else ""
    body = Markup('<table class="{}"{}>{}</table>').format(css_class, own, Markup("").join(lines))
    if fluid is not None:
        widest = fluid.heading_px + fluid.max_px * (len(header) - 1)
        body = Markup('<div style="max-width:{}px;">{}</div>').format(widest, body)
    return Markup('<div style="overflow:auto;max-width:100%;{}">{}</div>').format(height, body)


def _row(cells: Iterable[Markup]) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(tag: str, style: str, content: str) -> Markup:
    return Markup('<{0} style="{1}">{2}</{0}>').format(tag, style, content)
