r"""Read a prompt template: where its variables and alternatives are, and which braces are only text.

Prompts carry JSON, code and LaTeX as well as words, so braces have a meaning in three shapes alone:

`{name}`
    A variable: a Python identifier and nothing else between the braces. `{ name }`, `{0}`, `{a.b}` and
    `{x!r}` are text.
`{a|b|c}`
    Alternatives: a pair of braces with a bar between them that no inner pair encloses. Alternatives are kept
    exactly as written, spaces included, and may be empty (`{|big}`). They may hold variables, and
    alternatives once more (`{a red {fox|cat}|an owl}`); a third level is an error. Three shapes are taken for
    code and stay text: white space right after the opening brace (`{ return a | b; }`, `{ x|upper }`, a line
    break), a quoted key with its colon (`{"style": "a|b"}`), and the braces of a set in LaTeX (`\{x|x > 0\}`).
`{name=a|b|c}`
    Alternatives with a name, a Python identifier: `{name}` anywhere in the template is the same value. Spaces around
    the `=` don't count if there is one before it. Without a bar it is text: `{x=1}`.
`{{name}}`, `{{a|b}}`
    The texts `{name}` and `{a|b}`, just as they stand: one pair of braces is taken off. Further pairs around
    are text again, so N pairs become N - 1.

A fourth shape has no meaning here, but one in other tools: `{fox,owl}` or `{animal=fox,owl}`, words with commas between
them where a line reads like prose. `foreign_syntax` refuses it, and `{{fox,owl}}` is its text.

Every other brace is text, and so is one without a partner, unless `foreign_syntax` takes it for a slip.

There is one pass: what is put in for a variable is never read again. Braces that are text do not hide what is
between them: `{"animal": "{animal}"}` names a variable. A quoted string in a JSON list or object is read by itself,
so a brace in it never pairs with one outside of it: JSON passes untouched unless one of its strings, alone, holds
one of the three shapes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.layout import QUOTED_KEY, Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = re.compile(r"[{|]")
_AXIS_NAME = re.compile(r"([^\W\d]\w*)(?:=|[ \t]+=[ \t]*)(?![=>])")
_SPACED = re.compile(r"\{ [\w ,'-]+\|[\w ,'|-]+\}")
_NAME = re.compile(r"\{([^{}|\s]+)\}")
_COMMA = r"\s?[,\uff0c\u3001\u060c]\s?"
_WORD = r"[^\W_]+(?:['\u2019-][^\W_]+)*"
_COMMAS = re.compile(rf"\{{(?:[^\W\d]\w*=)?{_WORD}(?: {_WORD})*(?:{_COMMA}{_WORD}(?: {_WORD})*)+\s?\}}")
_IN_WORDS = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""What every item of words has, and no item of a set of {x, y}, of {1, 2} or of a regular expression's {2,3}."""
_CAMEL_CASE = re.compile(r"[a-z][A-Z]")
_BEFORE_WORDS = re.compile(r"[\s\"'\u201c\u2018,:\u2013\u2014-]|(?<![\w)])\(")
_AFTER_WORDS = re.compile(r"[\w\s\"'\u201d\u2019,:!?)\u2013\u2014-]|\.(?!\w)")


@dataclass(frozen=True)
class Name:
    """A variable: its name as written, and where its brace opens."""

    name: str
    at: int


@dataclass(frozen=True)
class Group:
    """Alternatives: as they are written, where the brace opens, what each is made of, and their name, if any."""

    source: str
    at: int
    alternatives: tuple[Parts, ...]
    name: str = ""


Parts: TypeAlias = "tuple[str | Name | Group, ...]"

Kind: TypeAlias = Literal["name", "group", "commas", "escape"]


@dataclass(frozen=True)
class Span:
    """A stretch of the template, braces included, that is not plain text."""

    kind: Kind
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
    return _parts(Layout(template), 0, len(template), depth=0)


def names_in(template: str) -> tuple[str, ...]:
    """Return the identifiers of the variables, as Python spells them, in order of first appearance."""
    return tuple(dict.fromkeys(spelled(found.name) for found in names(parse(template))))


def names(parts: Parts) -> list[Name]:
    """Return every variable in these parts, in order of appearance, but not those that name alternatives here."""
    defined = {found.name for found in named(parts) if isinstance(found, Group)}
    return [found for found in named(parts) if isinstance(found, Name) and spelled(found.name) not in defined]


def axes_in(template: str) -> tuple[str, ...]:
    """Return the names that the template gives to alternatives."""
    return tuple(dict.fromkeys(found.name for found in named(parse(template)) if isinstance(found, Group)))


def named(parts: Parts) -> Iterator[Name | Group]:
    """Yield every variable and all alternatives with a name, those in alternatives included, in order of appearance."""
    for part in parts:
        if isinstance(part, Name) or (isinstance(part, Group) and part.name):
            yield part
        if isinstance(part, Group):
            for alternative in part.alternatives:
                yield from named(alternative)


def spelled(name: str) -> str:
    """Return the name as Python keeps it: identifiers are normalised, so the micro sign is a Greek mu."""
    return unicodedata.normalize("NFKC", name)


def escape(text: str) -> str:
    """Return the template that stands for exactly this text, if there is one: braces can't tell every slip as text."""
    done: list[str] = []
    at = 0
    for span in _spans(Layout(text), 0, len(text)):
        done += text[at : span.start], "{", text[span.start : span.stop], "}"
        at = span.stop
    return "".join(done) + text[at:]


def position(template: str, at: int) -> str:
    """Say in words where in the template an index is, counted from 1."""
    line = template.count("\n", 0, at) + 1
    column = at - template.rfind("\n", 0, at)
    return f"line {line}, column {column}" if "\n" in template else f"column {column}"


def doubtful(template: str) -> tuple[str, ...]:
    """Return what reads like alternatives in words, but is text for the space after its brace."""
    return tuple(_SPACED.findall(template))


def spans(layout: Layout) -> Iterator[Span]:
    """Yield all that is not plain text, and what is in alternatives after these."""
    yield from _nested(layout, 0, len(layout.text))


def alternatives(layout: Layout, group: Span) -> list[str]:
    """Return the alternatives of a group as they are written."""
    return [layout.text[a + 1 : b] for a, b in pairwise(_edges(layout, group))]


def _nested(layout: Layout, start: int, stop: int) -> Iterator[Span]:
    for span in _spans(layout, start, stop):
        yield span
        if span.kind == "group":
            for a, b in pairwise(_edges(layout, span)):
                yield from _nested(layout, a + 1, b)


def _parts(layout: Layout, start: int, stop: int, *, depth: int) -> Parts:
    text = layout.text
    parts: list[str | Name | Group] = []
    at = start
    for span in _spans(layout, start, stop):
        if span.kind == "commas":
            continue
        if at < span.start:
            parts.append(text[at : span.start])
        if span.kind == "name":
            parts.append(Name(text[span.start + 1 : span.stop - 1], span.start))
        elif span.kind == "escape":
            parts.append(text[span.start + 1 : span.stop - 1])
        else:
            parts.append(_group(layout, span, depth + 1))
        at = span.stop
    if at < stop:
        parts.append(text[at:stop])
    return tuple(parts)


def _group(layout: Layout, span: Span, depth: int) -> Group:
    if depth > 2:
        raise PromptError(
            f"The alternatives at {position(layout.text, span.start)} are nested too deep.",
            hint="They may hold alternatives once, {a red {fox|cat}|an owl}; put the innermost in a list.",
        )
    edges = _edges(layout, span)
    name = _AXIS_NAME.match(layout.text, span.start + 1, edges[0] + 1) if edges[0] > span.start else None
    return Group(
        layout.text[edges[0] + 1 : span.stop - 1],
        span.start,
        tuple(_parts(layout, a + 1, b, depth=depth) for a, b in pairwise(edges)),
        spelled(name[1]) if name else "",
    )


def _edges(layout: Layout, group: Span) -> list[int]:
    """Return where the first alternative begins (less 1), the bars of a group, and its closing brace."""
    last = group.stop - 1
    marks = list(bars(layout, group.start + 1, last))
    name = _AXIS_NAME.match(layout.text, group.start + 1, marks[0])
    first = name.end() - 1 if name and name[1].isidentifier() else group.start
    return [first, *marks, last]


def _spans(layout: Layout, start: int, stop: int) -> Iterator[Span]:
    text = layout.text
    at = text.find("{", start, stop)
    while at != -1:
        kind = _kind(layout, at, start, stop)
        if kind:
            yield Span(kind, at, layout.pairs[at] + 1)
        at = text.find("{", layout.pairs[at] + 1 if kind else at + 1, stop)


def _kind(layout: Layout, at: int, start: int, stop: int) -> Kind | None:
    """Tell what begins with this brace, in the part of the text between *start* and *stop*; None: text."""
    close = layout.pairs.get(at)
    if close is None:
        return None
    if layout.pairs.get(at + 1) == close - 1 and _shape(layout, at + 1, start, stop):
        return "escape"
    return _shape(layout, at, start, stop)


def _shape(layout: Layout, at: int, start: int, stop: int) -> Kind | None:
    text, close = layout.text, layout.pairs[at]
    name = _NAME.match(text, at)
    if name and name[1].isidentifier():
        return "name"
    if text[at + 1].isspace() or QUOTED_KEY.match(text, at + 1) or (text[at - 1 : at] == text[close - 1] == "\\"):
        return None
    if any(True for _ in bars(layout, at + 1, close)):
        return "group"
    is_listed = _COMMAS.fullmatch(text, at, close + 1) and all(map(_is_words, comma_items(text[at + 1 : close])))
    return "commas" if is_listed and _in_prose(layout, at, start, stop) else None


def comma_items(text: str) -> list[str]:
    """Return what commas separate here."""
    return re.split(_COMMA, text.strip())


def _is_words(item: str) -> bool:
    return bool(_IN_WORDS.search(item)) and not _CAMEL_CASE.search(item) and item.count(" ") < 5


def _in_prose(layout: Layout, at: int, start: int, stop: int) -> bool:
    """Tell whether the pair of braces that opens here, or the pairs right around it, stand among words."""
    text, end = layout.text, layout.pairs[at] + 1
    while at > start and layout.pairs.get(at - 1) == end:
        at, end = at - 1, end + 1
    before = at == start or _BEFORE_WORDS.match(text, at - 1)
    after = end == stop or _AFTER_WORDS.match(text, end)
    return bool(before and after) and not layout.is_code(at)


def bars(layout: Layout, start: int, stop: int) -> Iterator[int]:
    """Yield where the bars are that no inner pair of braces encloses."""
    text, at = layout.text, start
    while found := _MARK.search(text, at, stop):
        at = found.start()
        if text[at] == "|":
            yield at
        at = layout.pairs.get(at, at) + 1
