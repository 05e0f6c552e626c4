"""Text for people who read it in a terminal or a cell: cut to a length, or set in columns."""

from __future__ import annotations

from collections.abc import Sequence


def truncate(text: str, longest: int) -> str:
    """Return *text*, or as many of its first words as fit and a mark: no more than *longest* characters."""
    if len(text) <= longest:
        return text
    begun = text[: longest - 1]
    if not text[longest - 1].isspace() and len(begun.split()) > 1:
        begun = begun.rsplit(maxsplit=1)[0]
    return f"{begun.rstrip()}…"


def one_line(text: str) -> str:
    """Return *text* with its white space and what can't be printed folded into single spaces."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Return *rows* as lines of aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
