"""Formats text for a terminal or a cell: truncated, on one line, or in columns; and for the names of files."""

from __future__ import annotations

import re
import unicodedata
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


# -- names of files ---------------------------------------------------------------------------------------------

MAX_NAME = 40
"""The longest that the words of a file's name are, characters."""
_NOT_DECOMPOSED = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)\d")
"""What Windows takes for a device, whatever its ending."""
_MIN_DIGITS = 2


def words_for_name(text: str, otherwise: str = "") -> str:
    """Return a few words of *text* as part of a file's name, plain enough for every file system: `fishing-boat`.

    Where it has no letters that ASCII can spell, the words of *otherwise*.
    """
    for source in (text, otherwise):
        folded = unicodedata.normalize("NFKD", source[:1_000].casefold().translate(_NOT_DECOMPOSED))
        plain = re.sub(r"['\u2019\u02bc]", "", folded).encode("ascii", "ignore").decode()
        words = [word for word in re.split(r"[^a-z0-9]+", plain) if word]
        while len(words) > 1 and words[0] in ("a", "an", "the"):
            del words[0]
        if words:
            return _fitting(words)
    return "playcut"


def numbered_name(words: str, number: int, total: int, part: int = 1) -> str:
    """Return the name of number *number* of *total*: `03-fishing-boat`; its second part is `03-fishing-boat-2`."""
    return f"{number:0{max(_MIN_DIGITS, len(str(total)))}}-{words}" + (f"-{part}" if part > 1 else "")


def _fitting(words: Sequence[str]) -> str:
    """Return as many of *words* as fit; of the first at least a part."""
    name = words[0][:MAX_NAME]
    for word in words[1:]:
        if len(name) + 1 + len(word) > MAX_NAME:
            break
        name += f"-{word}"
    return f"{name}-1" if _RESERVED.fullmatch(name) else name
