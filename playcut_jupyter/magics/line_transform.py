"""Lets `%playcut` lines arrive whole: IPython takes a line that ends in `?` for a request for help.

`%playcut image a red fox?` becomes a call before IPython looks at the question mark, on a line of its own, in a loop,
or assigned to a name; `%playcut?` stays help, and no other line is touched. A line that stands alone ends in a
semicolon, which keeps its result from being displayed a second time: it has shown itself.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Sequence
from typing import TypeAlias

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
)

_MAGIC = "%playcut"
_HELP = re.compile(r"\?{1,2}\s*")

Tokens: TypeAlias = Sequence[tokenize.TokenInfo]


class PlaycutLine(TokenTransformBase):
    """One `%playcut` line: where its logical line starts, and where its percent sign is."""

    priority = 1
    """Before IPython's help, whose priority is 5."""

    def __init__(self, start: tuple[int, int], percent: tuple[int, int]) -> None:
        super().__init__(start)  # type: ignore[no-untyped-call]  # IPython has no types here
        self._percent_line, self._percent_column = percent[0] - 1, percent[1]

    @classmethod
    def find(cls, tokens_by_line: Sequence[Tokens]) -> PlaycutLine | None:
        """Find the first of our lines; IPython calls this until there is none left."""
        for tokens in tokens_by_line:
            line = [token for token in tokens if token.type not in (tokenize.INDENT, tokenize.DEDENT)]
            at = _percent_at(line)
            if at is not None and not _asks_for_help(line[at]):
                return cls(line[0].start, line[at].start)
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """Return *lines* with ours as a call."""
        first, column = self._percent_line, self._percent_column
        last = find_end_of_continued_line(lines, first)
        before, rest = lines[first][:column], assemble_continued_line(lines, (first, column), last)
        call = f"get_ipython().run_line_magic('playcut', {rest.removeprefix(_MAGIC).strip()!r})"
        end = "" if before.strip() else ";"
        return [*lines[:first], f"{before}{call}{end}\n", *lines[last + 1 :]]


def _percent_at(line: Tokens) -> int | None:
    """Return which token is the percent sign of our magic: the first, or the one behind an assignment."""
    depth = 0
    for at, token in enumerate(line):
        starts_here = at == 0 or (line[at - 1].string == "=" and depth == 0)
        if starts_here and token.string == "%" and at + 1 < len(line) and line[at + 1].string == "playcut":
            # With no space between them: `a = %playcut` is ours, `a % playcut` is Python's.
            return at if line[at + 1].start == token.end else None
        depth += (token.string in "([{") - (token.string in ")]}") if token.string else 0
    return None


def _asks_for_help(percent: tokenize.TokenInfo) -> bool:
    rest = percent.line[percent.start[1] + len(_MAGIC) :]
    return _HELP.fullmatch(rest.rstrip("\n")) is not None


def install(transformers: list[type[TokenTransformBase]]) -> None:
    """Add the transformer to IPython's; a second time changes nothing."""
    uninstall(transformers)
    transformers.append(PlaycutLine)


def uninstall(transformers: list[type[TokenTransformBase]]) -> None:
    """Take it away again, also one of an earlier load of this module."""
    transformers[:] = [one for one in transformers if one.__name__ != PlaycutLine.__name__]
