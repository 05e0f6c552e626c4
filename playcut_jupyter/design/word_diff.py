"""A word-by-word diff of two texts, for what a child changed in its parent's prompt and for comparisons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_WORD = re.compile(r"\w+|[^\w\s]")


class Change(NamedTuple):
    """A span of one text that replaces a span of another; either may be empty."""

    before: slice
    after: slice


def changes(before: str, after: str) -> list[Change]:
    """Return where *after* differs from *before*, in order, ignoring white space."""
    old, new = list(_WORD.finditer(before)), list(_WORD.finditer(after))
    return [
        Change(_span(old, i1, i2), _span(new, j1, j2))
        for what, i1, i2, j1, j2 in _matcher(before, after).get_opcodes()
        if what != "equal"
    ]


def similarity(before: str, after: str) -> float:
    """Return how similar two texts are, word by word, from 0 to 1."""
    return _matcher(before, after).ratio()


def _matcher(before: str, after: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, _WORD.findall(before), _WORD.findall(after), autojunk=False)


def _span(words: Sequence[re.Match[str]], start: int, stop: int) -> slice:
    return slice(words[start].start(), words[stop - 1].end()) if start < stop else slice(0, 0)
