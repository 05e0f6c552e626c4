"""Shapes that other tools read in a prompt, and what to write here instead: a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType

from playcut_jupyter.prompts.layout import Layout
from playcut_jupyter.prompts.slip import Slip

_WORD = r"[^\W\d_]+"
_WORDS = rf"[^\W\d_]{{2,}}(?:[ '\u2019-]{_WORD})*"
_WEIGHT = r"(?:[01]?\.\d+|2\.0+)"
_MARKDOWN = re.compile(r"\*\*\w|^#{1,6} |^[ \t]*[-*+] |\]\(", re.MULTILINE)
_KINDS = (int, str, list, dict, type, property, Exception, ModuleType, FunctionType)
_PYTHONS_OWN = frozenset(name for kind in _KINDS for name in dir(kind)) | {
    *("__aexit__", "__aenter__", "__aiter__", "__all__", "__anext__", "__args__", "__author__", "__await__"),
    *("__builtin__", "__builtins__", "__del__", "__enter__", "__exit__", "__file__", "__func__", "__future__"),
    *("__import__", "__loader__", "__main__", "__package__", "__path__", "__post_init__", "__pycache__"),
    *("__set_name__", "__signature__", "__slots__", "__spec__", "__version__"),
}
"""Names that Python itself writes like wildcards."""


@dataclass(frozen=True)
class _Shape:
    """A shape that only another tool has a use for.

    Attributes:
        pattern: how it looks.
        what: what it is, as the end of a sentence.
        remedy: what to write for one that was found.
        is_sure: True if nothing else looks like it, so that it counts in a line of code as well.
        unless: where this is found in the text, it has another meaning.
        but_not: what looks like it, and is something else.
    """

    pattern: re.Pattern[str]
    what: str
    remedy: Callable[[re.Match[str]], str]
    is_sure: bool = False
    unless: re.Pattern[str] | None = None
    but_not: frozenset[str] = frozenset()


def _write_first(found: re.Match[str]) -> str:
    return f"Write `{found[1]}`."


def _leave_out(found: re.Match[str]) -> str:
    return "Leave it out."


_SHAPES = (
    _Shape(
        re.compile(rf"(?<![\w()\]$])\(+([^\W\d_][^():\n]*[^\W_]):{_WEIGHT}\)+"),
        "a weight of Stable Diffusion",
        _write_first,
    ),
    _Shape(
        re.compile(rf"(?<![\w()$])\(\(+({_WORDS}(?:, ?{_WORDS})*)\)\)+(?![\w(])"),
        "emphasis of Stable Diffusion",
        _write_first,
    ),
    _Shape(
        re.compile(rf"(?<![^\s,\"'\u201c(])\[({_WORDS}(?:\s?\|\s?{_WORDS})+)\](?![\w(\[:+*?])"),
        "Stable Diffusion's spelling of alternatives",
        lambda found: "Write {" + "|".join(re.split(r"\s?\|\s?", found[1])) + "}.",
    ),
    _Shape(
        re.compile(rf"(?<![\w\])])\[(?:{_WORDS})?:(?:{_WORDS})?:{_WEIGHT}\]"),
        "Stable Diffusion's spelling",
        lambda _: "Say in words what is meant.",
    ),
    _Shape(
        re.compile(r"<(?:lora|lyco|hypernet|random|wildcard|alternate|segment)\s?:[^<>\n]+>"),
        "Stable Diffusion's spelling",
        _leave_out,
        is_sure=True,
    ),
    _Shape(
        re.compile(r"(?<![\w.'])__(?:[\w-]{1,40}/)*([a-z](?:[-_]?[a-z0-9])*)\*?__(?![\w('])"),
        "a wildcard of Dynamic Prompts",
        lambda found: f"Write {{{found[1].replace('-', '_')}}}, and make a list of that name.",
        unless=_MARKDOWN,
        but_not=_PYTHONS_OWN,
    ),
    _Shape(
        re.compile(r"\$\{([^\W\d]\w*)=!?\{?([^{}\n]*\|[^{}\n]*)\}+"),
        "a variable of Dynamic Prompts",
        lambda found: f"Write {{{found[1]}={found[2]}}}.",
        is_sure=True,
    ),
    _Shape(
        re.compile(r"(?<![\w:])(?![0-9a-fA-F]{1,4}::)([^\W\d_]{2,})::-?\d+(?:\.\d+)?(?![\w.:])"),
        "a weight of Midjourney",
        _write_first,
    ),
    _Shape(
        re.compile(r"\A\s*/imagine\b(?:\s+prompt)?:?"),
        "a command of Midjourney",
        lambda _: "Begin with what comes after it.",
        is_sure=True,
    ),
    _Shape(
        re.compile(r"^Steps: \d+, Sampler: .*", re.MULTILINE),
        "Stable Diffusion's record of a picture",
        _leave_out,
        is_sure=True,
    ),
)

_IN_BRACES = re.compile(r"[{\uff5b][^{}\uff5b\uff5d\n]*[}\uff5d]")
_OURS = str.maketrans("\uff5c\u00a6\u2223\uff5b\uff5d", "|||{}")
"""Bars and braces that only look like ours -> ours."""


def slips(layout: Layout) -> Iterator[Slip]:
    """Yield what only another tool would read, and alternatives in characters that look like ours."""
    text = layout.text
    for shape in _SHAPES:
        if shape.unless and shape.unless.search(text):
            continue
        for found in shape.pattern.finditer(text):
            if found[0] in shape.but_not:
                continue
            at = found.start()
            is_shown = layout.is_quoted(at) or (layout.is_verbatim(at) if shape.is_sure else layout.is_code(at))
            if not is_shown:
                what = f"is {shape.what}, and would be sent as part of the prompt"
                yield Slip(at, found[0].strip(), what, shape.remedy(found))
    for found in _IN_BRACES.finditer(text):
        ours = found[0].translate(_OURS)
        if ours != found[0] and "|" in ours and not layout.is_code(found.start()):
            what = "has bars or braces that only look like those of alternatives"
            yield Slip(found.start(), found[0], what, f"Write {ours}.")
