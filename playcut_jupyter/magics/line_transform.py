"""Keeps from IPython what it would not pass on: `%playcut` lines that end in `?`, and `%%playcut` cells without a body.

`%playcut image a red fox?` becomes a call before IPython sees the question mark, as a statement, in a loop, or in an
assignment. `%playcut?` stays help, and no other line is changed. A line that is not an assignment gets a semicolon, so
that IPython does not display its result a second time.

An empty cell gets a blank line, because IPython refuses it with advice that does not help here.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    TransformerManager,
    assemble_continued_line,
    find_end_of_continued_line,
)

_MAGIC = "%playcut"
_HELP = re.compile(r"\?{1,2}\s*")

T = TypeVar("T")
Tokens: TypeAlias = Sequence[tokenize.TokenInfo]


class PlaycutLine(TokenTransformBase):
    """One `%playcut` line: the start of its logical line, and the position of its percent sign."""

    priority = 1
    """Runs before IPython's help, whose priority is 5."""

    def __init__(self, start: tuple[int, int], percent: tuple[int, int]) -> None:
        super().__init__(start)  # type: ignore[no-untyped-call]  # IPython has no types here
        self._percent_line, self._percent_column = percent[0] - 1, percent[1]

    @classmethod
    def find(cls, tokens_by_line: Sequence[Tokens]) -> PlaycutLine | None:
        """Return the first `%playcut` line; IPython calls this until it returns None."""
        for tokens in tokens_by_line:
            line = [token for token in tokens if token.type not in (tokenize.INDENT, tokenize.DEDENT)]
            index = _percent_index(line)
            if index is not None and not _is_help(line[index]):
                return cls(line[0].start, line[index].start)
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """Return *lines* with the `%playcut` line as a call."""
        first, column = self._percent_line, self._percent_column
        last = find_end_of_continued_line(lines, first)
        before, rest = lines[first][:column], assemble_continued_line(lines, (first, column), last)
        call = f"get_ipython().run_line_magic('playcut', {rest.removeprefix(_MAGIC).strip()!r})"
        end = "" if before.strip() else ";"
        return [*lines[:first], f"{before}{call}{end}\n", *lines[last + 1 :]]


def _percent_index(line: Tokens) -> int | None:
    """Return the index of the magic's percent sign: the first token, or the first after an assignment's `=`."""
    depth = 0
    for index, token in enumerate(line):
        starts_here = index == 0 or (line[index - 1].string == "=" and depth == 0)
        if starts_here and token.string == "%" and index + 1 < len(line) and line[index + 1].string == "playcut":
            # `a = %playcut`, without a space, is the magic; `a % playcut` is Python.
            return index if line[index + 1].start == token.end else None
        depth += (token.string in "([{") - (token.string in ")]}") if token.string else 0
    return None


def _is_help(percent: tokenize.TokenInfo) -> bool:
    rest = percent.line[percent.start[1] + len(_MAGIC) :]
    return _HELP.fullmatch(rest.rstrip("\n")) is not None


def fill_empty_cell(lines: list[str]) -> list[str]:
    """Return *lines*, with a blank line as the body of a `%%playcut` cell that has none."""
    is_empty = bool(lines) and lines[0].split(maxsplit=1)[:1] == [f"%{_MAGIC}"] and not "".join(lines[1:])
    return [lines[0].rstrip("\n") + "\n", "\n"] if is_empty else lines


# IPython leaves out such transforms when it asks if a cell is complete: a terminal would not wait for the body.
fill_empty_cell.has_side_effects = True  # type: ignore[attr-defined]


def install(manager: TransformerManager) -> None:
    """Add the transformers to IPython's, once."""
    uninstall(manager)
    manager.token_transformers.append(PlaycutLine)
    manager.cleanup_transforms.append(fill_empty_cell)


def uninstall(manager: TransformerManager) -> None:
    """Remove the transformers, also those from an earlier load of this module."""
    manager.token_transformers[:] = _without(PlaycutLine.__name__, manager.token_transformers)
    manager.cleanup_transforms[:] = _without(fill_empty_cell.__name__, manager.cleanup_transforms)


def _without(name: str, transformers: Sequence[T]) -> list[T]:
    return [other for other in transformers if getattr(other, "__name__", "") != name]
