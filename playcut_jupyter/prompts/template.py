r"""Read a prompt template: where its variables and alternatives are, and which braces are only text.

Prompts carry JSON, code and LaTeX as well as words, so braces mean something in three shapes alone:

`{name}`
    A variable: a Python identifier and nothing else between the braces. `{ name }`, `{0}`, `{a.b}` and
    `{x!r}` are text.
`{a|b|c}`
    Alternatives: a pair of braces with a bar between them that no inner pair encloses. Alternatives are kept
    exactly as written, spaces included, and may be empty (`{|big}`). They may hold variables, and
    alternatives once more (`{a red {fox|cat}|an owl}`); a third level is an error. Two shapes are taken for
    code and stay text: white space right after the opening brace (`{ return a | b; }`, `{ x|upper }`, a line
    break), and a quoted key with its colon (`{"style": "a|b"}`).
`{{name}}`, `{{a|b}}`
    The texts `{name}` and `{a|b}`, just as they stand: one pair of braces is taken off. Further pairs around
    are text again, so N pairs become N - 1.

Every other brace is text, and so are unbalanced ones. There is one pass: what is put in for a variable is
never read again. Braces that are text do not hide what is between them: `{"animal": "{animal}"}` names a
variable. A quoted string in a JSON list or object is read by itself, so a brace in it never pairs with one
outside of it: JSON passes untouched unless one of its strings, alone, holds one of the three shapes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from playcut_jupyter.errors import PromptError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = re.compile(r"[{|]")
_SPACED = re.compile(r"\{ [\w ,'-]+\|[\w ,'|-]+\}")
_NAME = re.compile(r"\{([^{}|\s]+)\}")
_QUOTED = r"""(?P<quote>["'])(?:\\.|(?!(?P=quote))[^\\\n])*(?P=quote)"""
_KEY = re.compile(rf"{_QUOTED}\s*:")
_ITEM = re.compile(rf"[\[{{(,:]\s*(?P<item>{_QUOTED})(?=\s*[\]}}),:])")


@dataclass(frozen=True)
class Name:
    """A variable: its name as written, and where its brace opens."""

    name: str
    at: int


@dataclass(frozen=True)
class Group:
    """Alternatives: the text between the braces, where they open, and what each alternative is made of."""

    source: str
    at: int
    alternatives: tuple[Parts, ...]


Parts: TypeAlias = "tuple[str | Name | Group, ...]"


@dataclass(frozen=True)
class _Span:
    """A stretch of the template, braces included, that is not plain text."""

    kind: Literal["name", "group", "escape"]
    start: int
    stop: int


def parse(template: str) -> Parts:
    """Return what the template is made of, in order.

    Raises:
        PromptError: it is no text, or has alternatives within alternatives within alternatives.

    """
    if not isinstance(template, str):
        raise PromptError(
            f"A prompt is text, and this is a {type(template).__name__}.", hint="Say in words what to make."
        )
    return _parts(template, _pairs(template), 0, len(template), depth=0)


def names_in(template: str) -> tuple[str, ...]:
    """Return the identifiers that the template names, as Python spells them, in order of first appearance."""
    return tuple(dict.fromkeys(spelled(found.name) for found in names(parse(template))))


def names(parts: Parts) -> Iterator[Name]:
    """Yield every variable in these parts, those in alternatives included, in order of appearance."""
    for part in parts:
        if isinstance(part, Name):
            yield part
        elif isinstance(part, Group):
            for alternative in part.alternatives:
                yield from names(alternative)


def spelled(name: str) -> str:
    """Return the name as Python keeps it: identifiers are normalised, so the micro sign is a Greek mu."""
    return unicodedata.normalize("NFKC", name)


def escape(text: str) -> str:
    """Return the template that stands for exactly this text."""
    done: list[str] = []
    at = 0
    for span in _spans(text, _pairs(text), 0, len(text)):
        done += text[at : span.start], "{", text[span.start : span.stop], "}"
        at = span.stop
    return "".join(done) + text[at:]


def place(template: str, at: int) -> str:
    """Say in words where in the template an index is, counted from 1."""
    line = template.count("\n", 0, at) + 1
    column = at - template.rfind("\n", 0, at)
    return f"line {line}, column {column}" if "\n" in template else f"column {column}"


def doubtful(template: str) -> tuple[str, ...]:
    """Return what reads like alternatives in words, but is text for the space after its brace."""
    return tuple(_SPACED.findall(template))


def _parts(text: str, pairs: dict[int, int], start: int, stop: int, *, depth: int) -> Parts:
    parts: list[str | Name | Group] = []
    at = start
    for span in _spans(text, pairs, start, stop):
        if at < span.start:
            parts.append(text[at : span.start])
        if span.kind == "name":
            parts.append(Name(text[span.start + 1 : span.stop - 1], span.start))
        elif span.kind == "escape":
            parts.append(text[span.start + 1 : span.stop - 1])
        else:
            parts.append(_group(text, pairs, span, depth + 1))
        at = span.stop
    if at < stop:
        parts.append(text[at:stop])
    return tuple(parts)


def _group(text: str, pairs: dict[int, int], span: _Span, depth: int) -> Group:
    if depth > 2:
        raise PromptError(
            f"The alternatives at {place(text, span.start)} are nested too deep.",
            hint="They may hold alternatives once, {a red {fox|cat}|an owl}; put the innermost in a list.",
        )
    last = span.stop - 1
    edges = [span.start, *_bars(text, pairs, span.start + 1, last), last]
    return Group(
        text[span.start + 1 : last],
        span.start,
        tuple(_parts(text, pairs, a + 1, b, depth=depth) for a, b in pairwise(edges)),
    )


def _spans(text: str, pairs: dict[int, int], start: int, stop: int) -> Iterator[_Span]:
    at = text.find("{", start, stop)
    while at != -1:
        span = _span(text, pairs, at)
        if span:
            yield span
        at = text.find("{", span.stop if span else at + 1, stop)


def _span(text: str, pairs: dict[int, int], at: int) -> _Span | None:
    close = pairs.get(at)
    if close is None:
        return None
    if pairs.get(at + 1) == close - 1 and _shape(text, pairs, at + 1):
        return _Span("escape", at, close + 1)
    kind = _shape(text, pairs, at)
    return _Span(kind, at, close + 1) if kind else None


def _shape(text: str, pairs: dict[int, int], at: int) -> Literal["name", "group"] | None:
    """Tell what the pair of braces that opens here is; None: text."""
    name = _NAME.match(text, at)
    if name:
        return "name" if name[1].isidentifier() else None
    if text[at + 1].isspace() or _KEY.match(text, at + 1):
        return None
    return "group" if any(True for _ in _bars(text, pairs, at + 1, pairs[at])) else None


def _bars(text: str, pairs: dict[int, int], start: int, stop: int) -> Iterator[int]:
    """Yield where the bars are that no inner pair of braces encloses."""
    at = start
    while found := _MARK.search(text, at, stop):
        at = found.start()
        if text[at] == "|":
            yield at
        at = pairs.get(at, at) + 1


def _pairs(text: str) -> dict[int, int]:
    """Return where each opening brace that has a partner is closed."""
    strings = [found.span("item") for found in _ITEM.finditer(text)]
    starts = [start for start, _ in strings]
    pairs: dict[int, int] = {}
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for brace in re.finditer(r"[{}]", text):
        at = brace.start()
        nearest = bisect_right(starts, at) - 1
        inside = nearest if nearest >= 0 and at < strings[nearest][1] else -1
        if brace[0] == "{":
            waiting[inside].append(at)
        elif waiting[inside]:
            pairs[waiting[inside].pop()] = at
    return pairs
