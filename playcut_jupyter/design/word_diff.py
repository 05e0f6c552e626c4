"""Where two texts differ, word by word: for what a child changed of its parent, and for marking it side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_WORD = re.compile(r"\w+|[^\w\s]")


class Change(NamedTuple):
    """Words of one text that stand in place of words of another: where in each; either may be empty."""

    before: slice
    after: slice


def changes(before: str, after: str) -> list[Change]:
    """Return where *after* differs from *before*, in order; white space alone is no difference."""
    old, new = list(_WORD.finditer(before)), list(_WORD.finditer(after))
    return [
        Change(_span(old, i1, i2), _span(new, j1, j2))
        for what, i1, i2, j1, j2 in _matcher(before, after).get_opcodes()
        if what != "equal"
    ]


def similarity(before: str, after: str) -> float:
    """Return how much of two texts is the same, from 0 to 1."""
    return _matcher(before, after).ratio()


def _matcher(before: str, after: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, _WORD.findall(before), _WORD.findall(after), autojunk=False)


def _span(words: Sequence[re.Match[str]], start: int, stop: int) -> slice:
    return slice(words[start].start(), words[stop - 1].end()) if start < stop else slice(0, 0)
