"""Parameters with two dashes, as Midjourney and its like take them at the end of a prompt, and our spelling of each.

A prompt may show a terminal, and prose has dashes too. So a parameter counts only with a value that fits it, and one
that shells know as well (`--seed 7`, `--no cache`) only where the line does not read like a command.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from playcut_jupyter.prompts.layout import Layout
from playcut_jupyter.prompts.plan import short
from playcut_jupyter.prompts.slip import Slip
from playcut_jupyter.remedies import Action, Hint, Remedy

_RATIO = r"\d+(?:\.\d+)?[:x/]\d+(?:\.\d+)?"
_WHOLE = r"\d+"
_NUMBER = r"-?(?:\d+(?:\.\d+)?|\.\d+)"
_REFERENCE = r"\S+(?:[ \t]+https?://\S+)*"
_CODE = r"(?=\w*\d)\w+"
_FLAG = ""
# Prose may go on after dashes, too: "in silence --no one moves".
_WORDS = r"(?!(?:one|more|longer|matter|doubt|wonder|need)\b)(?:[^\W\d_]|\{)(?:(?!--)[^.;!?\n\u2013\u2014]){,200}?"

_DASH = r"[-\u2010-\u2015\u2212]"
_DASHES = re.compile(rf"(?<!{_DASH})(?P<dashes>{_DASH}{{1,2}})(?P<name>[A-Za-z]+(?:[-_][A-Za-z]+)*)")
_LAST_OR_BEFORE_ANOTHER = rf"(?=[ \t]*(?:\Z|\n|{_DASH}{{1,2}}[A-Za-z]))"
_LINE = re.compile(r"[^\n]+")
_LONGEST = 300


@dataclass(frozen=True)
class Parameter:
    """What may follow the name of a parameter, and what it is here.

    Attributes:
        value: a pattern; "" for none.
        option: our option; "" if there is none.
        keyword: the same in Python.
        is_sure: True if hardly anything but an image model has it, so that it counts in a line of code as well.
    """

    value: str
    option: str = ""
    keyword: str = ""
    is_sure: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What follows the name."""
        if self.value == _FLAG:
            return re.compile(_LAST_OR_BEFORE_ANOTHER)
        if self.value == _WORDS:
            return re.compile(rf"[ \t]+(?P<value>{_WORDS}){_LAST_OR_BEFORE_ANOTHER}")
        return re.compile(rf"(?:[ \t]*=)?[ \t]*(?P<value>{self.value}|\{{[^{{}}\n]+\}})(?![\w:]|\.\d)")

    def may_follow(self, dashes: str, *, is_free: bool) -> bool:
        """Tell whether it is one behind these dashes; *is_free*: they do not stick to a word."""
        if dashes == "--":
            return is_free or (self.is_sure and self.value != _FLAG)
        # One dash, or what a word processor makes of two.
        return self.value not in (_FLAG, _WORDS) and is_free and (self.is_sure or dashes != "-")


def _table(*rows: tuple[str, Parameter]) -> Mapping[str, Sequence[Parameter]]:
    table: defaultdict[str, list[Parameter]] = defaultdict(list)
    for names, parameter in rows:
        for name in names.split():
            table[name].append(parameter)
    return dict(table)


PARAMETERS = _table(
    ("ar aspect aspect-ratio aspect_ratio", Parameter(_RATIO, "-a ", "aspect_ratio", is_sure=True)),
    ("ratio rt", Parameter(_RATIO, "-a ", "aspect_ratio")),
    ("image-size image_size", Parameter(r"\dK", "-s ", "image_size", is_sure=True)),
    ("resolution rs", Parameter(r"\d{3,4}p", "-r ", "resolution")),
    ("duration dur", Parameter(_WHOLE, "-d ", "duration_seconds")),
    ("repeat r count", Parameter(_WHOLE, "-n ", "count")),
    ("seed", Parameter(_WHOLE, "-p seed=", "seed")),
    ("sameseed", Parameter(_WHOLE, "-p seed=", "seed", is_sure=True)),
    ("stylize chaos weird iw sw cw ow sv niji", Parameter(_NUMBER, is_sure=True)),
    ("sref cref oref", Parameter(_REFERENCE, is_sure=True)),
    ("niji uplight upbeta upanime testp", Parameter(_FLAG, is_sure=True)),
    ("v version s c w h q quality stop exp bs fps framespersecond width height", Parameter(_NUMBER)),
    ("style", Parameter(rf"raw|cute|expressive|scenic|original|{_CODE}")),
    ("profile", Parameter(r"\w+")),
    ("p personalize", Parameter(_CODE)),
    ("motion", Parameter("low|high")),
    ("camerafixed cf watermark wm", Parameter("true|false")),
    ("no", Parameter(_WORDS)),
    ("ar aspect stylize chaos iw sref cref oref", Parameter(_FLAG)),
    ("p personalize tile raw hd draft fast relax turbo stealth public video loop test creative", Parameter(_FLAG)),
)
"""What a parameter may be, by its name."""
_OUR_NAMES = frozenset({"aspect-ratio", "image-size", "resolution", "duration", "count"})
_SEEDANCES_NAMES = frozenset({"rs", "dur", "rt", "ratio", "framespersecond", "camerafixed", "cf", "watermark", "wm"})


@dataclass(frozen=True)
class _Found:
    at: int
    source: str
    name: str
    value: str
    parameter: Parameter


def slips(layout: Layout) -> Iterator[Slip]:
    """Yield the parameters in a text, those of one line as one."""
    for line in _LINE.finditer(layout.text):
        names = list(_DASHES.finditer(layout.text, line.start(), line.end()))
        found = [one for one in map(_found, names) if one and not _is_shown(layout, one.at)]
        if not found:
            continue
        if any(one.parameter.is_sure for one in found) or _reads_like_prose(layout, names, found[0].at):
            source = " ".join(one.source for one in found)
            what = f"is {_whose(found)}, and would be sent as part of the prompt"
            yield Slip(found[0].at, source, what, _remedy(found))


def _whose(found: Sequence[_Found]) -> str:
    names = {one.name for one in found}
    if names <= _OUR_NAMES:
        return "an option"
    return "Seedance's spelling" if names & _SEEDANCES_NAMES else "Midjourney's spelling"


def _found(name: re.Match[str]) -> _Found | None:
    text, at = name.string, name.start()
    is_free = at == 0 or text[at - 1].isspace() or text[at - 1] in ",."
    for parameter in PARAMETERS.get(name["name"].lower(), ()):
        value = parameter.pattern.match(text, name.end())
        if value and parameter.may_follow(name["dashes"], is_free=is_free):
            words = value.groupdict().get("value") or ""
            return _Found(at, text[at : value.end()].rstrip(), name["name"].lower(), words.strip(), parameter)
    return None


def _reads_like_prose(layout: Layout, names: Sequence[re.Match[str]], at: int) -> bool:
    strange = any(name["dashes"] == "--" and name["name"].lower() not in PARAMETERS for name in names)
    return not strange and not layout.is_code(at)


def _is_shown(layout: Layout, at: int) -> bool:
    """Tell whether this is there to be read in the picture, or to be spoken."""
    return layout.is_verbatim(at) or layout.is_quoted(at)


def _remedy(found: Sequence[_Found]) -> Hint:
    ours = [one for one in found if one.parameter.option]
    unwanted = [one for one in found if one.parameter.value == _WORDS]
    others = [one for one in found if not one.parameter.option and one.parameter.value != _WORDS]
    parts: list[str | Remedy] = []
    if ours:
        options = " ".join(one.parameter.option + _on_line(one.value) for one in ours)
        keywords = ", ".join(f"{one.parameter.keyword}={_in_python(one.value)}" for one in ours)
        parts.append(Remedy(Action.SET_OPTIONS, short(options, _LONGEST), short(keywords, _LONGEST)))
    parts += [f"say it in words, such as `without {one.value}`" for one in unwanted]
    if others:
        parts.append(f"leave out `{' '.join(one.source for one in others)}`")
    first, *more = parts
    if isinstance(first, str):
        first = f"{first[0].upper()}{first[1:]}"
    return (first, *(text for part in more for text in (", and ", part)), ".")


def _on_line(value: str) -> str:
    return value if _is_variable(value) else ",".join(_items(value))


def _in_python(value: str) -> str:
    if _is_variable(value):
        return value[1:-1]
    items = [item if item.isdecimal() else json.dumps(item) for item in _items(value)]
    return items[0] if len(items) == 1 else f"[{', '.join(items)}]"


def _is_variable(value: str) -> bool:
    return value.startswith("{") and value[1:-1].isidentifier()


def _items(value: str) -> list[str]:
    """Return the values: Midjourney takes several in braces, with commas."""
    items = re.split(r"[,|]", value[1:-1]) if value.startswith("{") else [value]
    return [re.sub(r"(?<=\d)[x/](?=\d)", ":", item.strip()) for item in items]
