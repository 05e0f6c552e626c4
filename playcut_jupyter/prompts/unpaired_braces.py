"""Braces without a partner, where they read like a variable or alternatives that lack one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from playcut_jupyter.prompts.layout import Layout
from playcut_jupyter.prompts.slip import Slip
from playcut_jupyter.prompts.template import Span, bars

_OPENED = re.compile(r"\{[^\s{}|\"'(\[<]")
_LAST_WORD = re.compile(r"\|(?:\w[\w'-]*)?")
_BAR_IN_WORDS = re.compile(r"(?<![\w'-])[\w'-]+\|(?=[\w'-])")
_OPENED_NAME = re.compile(r"\{([^\W\d]\w*)(?=[\s,.!?]|\Z)")
_CLOSED_NAME = re.compile(r"(?<!\S)[^\W\d]\w*\Z")
_BEFORE = re.compile(r"[\s\"'(,\u201c\u2018\u2013\u2014-]")
_AFTER = re.compile(r"[\s\"').,:!?\u201d\u2019\u2013\u2014-]")


def slips(layout: Layout, groups: list[Span]) -> Iterator[Slip]:
    """Yield the slips among the braces without a partner; *groups* are the alternatives of the text."""
    text = layout.text
    opens = {group.start: group.stop for group in groups}
    closes = {group.stop: group.start for group in groups}
    edges = [-1, *layout.unpaired, len(text)]
    for before, at, after in zip(edges, edges[1:], edges[2:], strict=False):
        if text[at] == "{":
            stop = opens.get(at + 1)
            found = _never_closed(layout, at, after) if stop is None else _half_escaped(text, at, at + 1, stop)
        else:
            start = closes.get(at)
            found = _never_opened(text, before, at) if start is None else _half_escaped(text, start, start, at)
        if found and not layout.is_code(at):
            yield found


def _half_escaped(text: str, at: int, start: int, stop: int) -> Slip:
    group = text[start:stop]
    source = f"{{{group}" if at < start else f"{group}}}"
    return Slip(at, source, "has a brace too many or too few", f"Write {group} for alternatives.", f"{{{group}}}")


def _never_closed(layout: Layout, at: int, after: int) -> Slip | None:
    text = layout.text
    newline = text.find("\n", at, after)
    stop = after if newline == -1 else newline
    marks = list(bars(layout, at + 1, stop)) if _OPENED.match(text, at) else []
    if marks:
        last = _LAST_WORD.match(text, marks[-1], stop)
        source = text[at : last.end() if last else stop]
        return Slip(at, source, "opens alternatives that are never closed", f"Write {source}}}.")
    name = _OPENED_NAME.match(text, at)
    if name and (at == 0 or _BEFORE.match(text, at - 1)):
        return Slip(at, name[0], "is never closed", f"Write {name[0]}}} for a variable.")
    return None


def _never_opened(text: str, before: int, at: int) -> Slip | None:
    start = max(before, *(text.rfind(mark, before + 1, at) for mark in "\n{}")) + 1
    if at + 1 < len(text) and not _AFTER.match(text, at + 1):
        return None
    bar = _BAR_IN_WORDS.search(text, start, at)
    if bar:
        source = text[bar.start() : at + 1]
        return Slip(bar.start(), source, "closes alternatives that were never opened", f"Write {{{source}.")
    name = _CLOSED_NAME.search(text, start, at)
    if name:
        return Slip(
            name.start(), text[name.start() : at + 1], "was never opened", f"Write {{{name[0]}}} for a variable."
        )
    return None
