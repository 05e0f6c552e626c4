"""A line taken apart into words, as a shell does it: what separates them, what quotes them, where each one ends."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from io import StringIO

from playcut_jupyter.errors import InvalidInput

SPACES = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What separates words: all white space of Unicode, so that tabs and no-break spaces do, too."""
_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'""")


@dataclass(frozen=True)
class Word:
    """One word: without its quotes, as it was typed, where it begins, and where the line goes on behind it."""

    text: str
    typed: str
    start: int
    end: int

    @property
    def unquoted(self) -> str:
        """What was typed outside of quotes; each quoted part is one underscore."""
        return _QUOTED.sub("_", self.typed)


def next_word(line: str, start: int = 0) -> Word | None:
    """Return the first word at or after *start*; None if only white space is left.

    Raises:
        InvalidInput: a quote is not closed.
    """
    rest = line[start:].lstrip(SPACES)
    begin = len(line) - len(rest)
    source = StringIO(rest)
    lexer = shlex.shlex(source, posix=True, punctuation_chars=False)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = SPACES, True, ""
    if os.name == "nt":
        lexer.escape = ""  # there, a backslash is only a part of a path
    try:
        text = lexer.get_token()
    except ValueError as error:
        raise InvalidInput(
            f"The line can't be read: {str(error).lower()}.",
            hint="Quote values that hold spaces: -p 'style=oil paint'.",
        ) from None
    if text is None:
        return None
    read = source.tell()  # with the white space behind the word
    return Word(text, rest[:read].rstrip(SPACES), begin, begin + read)


def words_of(line: str) -> list[Word]:
    """Return all words of *line*.

    Raises:
        InvalidInput: a quote is not closed.
    """
    found: list[Word] = []
    while word := next_word(line, found[-1].end if found else 0):
        found.append(word)
    return found


def first_word(line: str) -> tuple[str, str]:
    """Return the first word of *line* as it was typed, and the rest."""
    word, *rest = line.split(None, 1) or [""]
    return word, rest[0].rstrip() if rest else ""
