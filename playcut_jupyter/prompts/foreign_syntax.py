"""Refuse what is plainly another tool's syntax, or a slip: it would be bought as it stands, in silence.

Other tools of this kind read more in a prompt: Midjourney (`--ar 16:9`, `{red, blue}`, `cat::2`), Dynamic Prompts
(`{2$$a|b}`, `{3::a|b}`, `__animals__`), Stable Diffusion's web interfaces (`(fox:1.3)`, `<lora:x:1>`). Only what
reads like them and like nothing else counts, so that JSON, code, LaTeX, Markdown and prose pass: a check looks at
what is around (`Layout.is_code`), or for a value that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from playcut_jupyter.prompts import dash_parameters, other_tools, unpaired_braces
from playcut_jupyter.prompts.layout import Layout
from playcut_jupyter.prompts.slip import Slip
from playcut_jupyter.prompts.template import Span, alternatives, comma_items, spans

_WEIGHT_BEFORE = re.compile(r"\A\s*(?:\d+(?:\.\d*)?|\.\d+)\s*::\s*")
_WEIGHT_BEHIND = re.compile(r"(?<=[^\W\d_])\s?::\s?\d+(?:\.\d+)?\s*\Z")
_COUNT = re.compile(r"\s*(?=[\d-])(?P<low>\d{0,3})(?P<to>-?)(?P<high>\d{0,3})\$\$(?:(?P<joiner>[^$|]*)\$\$)?")
_MOST_COMBINATIONS = 12


def refuse(template: str) -> None:
    """Refuse a template that another tool would read differently, or whose braces lack a partner.

    Raises:
        PromptError: it says where, and shows our spelling.
    """
    first = min(_slips(Layout(template)), key=lambda slip: slip.at, default=None)
    if first:
        raise first.error(template)


def _slips(layout: Layout) -> Iterator[Slip]:
    found = list(spans(layout))
    groups = [span for span in found if span.kind == "group"]
    for group in groups:
        yield from _weights_or_count(layout, group)
    for commas in (span for span in found if span.kind == "commas"):
        source = layout.text[commas.start : commas.stop]
        ours = "|".join(comma_items(source[1:-1]))
        yield Slip(
            commas.start, source, "has commas where alternatives have bars", f"Write {{{ours}}}.", f"{{{source}}}"
        )
    yield from unpaired_braces.slips(layout, groups)
    yield from dash_parameters.slips(layout)
    yield from other_tools.slips(layout)


def _weights_or_count(layout: Layout, group: Span) -> Iterator[Slip]:
    source = layout.text[group.start : group.stop]
    texts = alternatives(layout, group)
    count = _COUNT.match(texts[0])
    if count:
        options = [texts[0][count.end() :], *texts[1:]]
        remedy = _combined(count, [text.strip() for text in options])
        yield Slip(group.start, source, "takes several of its alternatives at once", remedy, f"{{{source}}}")
    else:
        plain = [_WEIGHT_BEHIND.sub("", _WEIGHT_BEFORE.sub("", text)) if "::" in text else text for text in texts]
        if plain != texts:
            remedy = f"Write {{{'|'.join(plain)}}}: each is made once."
            yield Slip(group.start, source, "has weights, as other tools take them", remedy, f"{{{source}}}")


def _combined(count: re.Match[str], options: list[str]) -> str:
    """Spell out the combinations, if they are few."""
    low = int(count["low"] or 0)
    high = int(count["high"] or len(options)) if count["to"] else low
    joiner = ", " if count["joiner"] is None else count["joiner"]
    few = options[:_MOST_COMBINATIONS]
    ours = [joiner.join(chosen) for size in range(low, min(high, len(few)) + 1) for chosen in combinations(few, size)]
    if 2 <= len(ours) <= _MOST_COMBINATIONS:
        return f"Write {{{'|'.join(ours)}}}."
    return "Put the combinations into a list, and write its name in braces."
