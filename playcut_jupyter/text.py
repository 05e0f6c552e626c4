"""Formats text for a terminal or a cell: truncated, on one line, or in columns."""

from __future__ import annotations

from collections.abc import Sequence


def truncate(text: str, longest: int) -> str:
    """Return *text*, or as many of its first words as fit with an ellipsis into *longest* characters."""
    if len(text) <= longest:
        return text
    start = text[: longest - 1]
    if not text[longest - 1].isspace() and len(start.split()) > 1:
        start = start.rsplit(maxsplit=1)[0]
    return f"{start.rstrip()}…"


def one_line(text: str) -> str:
    """Return *text* with each run of white space and unprintable characters replaced by one space."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def axis_heading(name: str) -> str:
    """Return the name of an axis as a heading; alternatives without a name are headed by their first words."""
    return truncate(one_line(name), 32) if "|" in name else name


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Return *rows* as lines of aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
