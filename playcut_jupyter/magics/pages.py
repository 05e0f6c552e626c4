"""A page of help for every word: command, kind, tool, option, setting, error; made from the tables that define them."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from playcut_jupyter import errors, tools
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.magics import examples
from playcut_jupyter.magics.configuration import ENVIRONMENT, Configuration
from playcut_jupyter.syntax.parsers import (
    COMMANDS,
    OTHER_NAMES,
    OWN_PARSERS,
    USUAL_VALUES,
    cell_parser,
    options_of,
)

BARE_ERROR = "PlaycutError"
_ATTRIBUTE = re.compile(r"^ *(\w+):", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """The help on one word.

    Attributes:
        usage: how it is written.
        meaning: what it does.
        facts: further lines, such as usual values and defaults.
        examples: lines and cells that show it.
        see: other words with a page.
    """

    usage: str
    meaning: str
    facts: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    def __str__(self) -> str:
        blocks = ["\n".join([f"{self.usage}: {self.meaning}", *(f"  {fact}" for fact in self.facts)])]
        if self.examples:
            blocks.append("\n\n".join(_indented(example) for example in self.examples))
        if self.see:
            blocks.append("See also: " + ", ".join(f"`%playcut help {word}`" for word in self.see))
        return "\n\n".join(blocks)


def find(word: str) -> Page | None:
    """Return the page of *word*, in any case, with or without its dashes; None if it has none."""
    name = word.lstrip("%").partition("=")[0]
    for spelling in (name, name.replace("_", "-"), f"--{name.replace('_', '-')}", f"-{name}"):
        page = pages().get(spelling) or _in_lower_case().get(spelling.lower())
        if page is not None:
            return page
    other = OTHER_NAMES.get(name.strip("-").lower())
    return pages()[other] if other else None


def nearest(word: str, words: Iterable[str] | None = None) -> str | None:
    """Return the word nearest to *word* that has a page, as it is written; None if nothing is near."""
    typed = word.strip("-%").lower()
    names = {known.strip("-").lower(): known for known in reversed(list(words or pages()))}
    return next((names[near] for near in get_close_matches(typed, names, 1, 0.6)), None)


@cache
def pages() -> Mapping[str, Page]:
    """Return all pages by their words, in the order of the manual: a command goes before an option of its name."""
    return {**commands(), **kinds(), **options(), **settings(), **error_pages()}


@cache
def _in_lower_case() -> Mapping[str, Page]:
    return {word.lower(): page for word, page in reversed(list(pages().items()))}


# -- by sort ------------------------------------------------------------------------------------------------------


def commands() -> dict[str, Page]:
    """Return the pages of the commands, and of the options that a command has for itself."""
    by_name = {}
    for usage, meaning in COMMANDS.items():
        name = usage.split()[0]
        see = (f"--{name}",) if f"--{name}" in _cell_options() else ()
        by_name[name] = Page(f"%playcut {usage}", meaning, examples=examples.COMMANDS.get(name, ()), see=see)
    for name, parser in OWN_PARSERS.items():
        words = (word for word in options_of(parser()) if word not in _cell_options())
        by_name.update(dict.fromkeys(words, by_name[name]))
    return by_name


def kinds() -> dict[str, Page]:
    """Return the pages of the kinds, and of the tools that are documented."""
    shared = ("--count", "--param", "--from", "--save")
    found = {}
    for kind, tool in tools.KINDS.items():
        facts = [f"`{_flags(action)}`: {action.help}" for action in _actions() if action.dest in tool.options]
        facts.append(f"The tool is {tool.name}." + _typical(tool))
        usage = f"%%playcut {kind} [options]"
        found[kind] = Page(usage, _KIND_MEANINGS[tool.kind], tuple(facts), examples.KINDS[tool.kind], shared)
    for name in (*tools.TOOLS, *tools.READ_ONLY):
        found[name] = tool_page(name)
    return found


def tool_page(name: str) -> Page:
    """Return the page of a tool by its own name, which may be one that is not documented."""
    kind = tools.named(name).kind
    facts = ("If the tool starts a task, the cell waits and shows the result; any other response is shown as data.",)
    see = (kind,) if kind in tools.KINDS else ()
    return Page(f"%%playcut {name}", "run this tool; the cell is its input as JSON", facts, examples.KINDS[""], see)


def options() -> dict[str, Page]:
    """Return the pages of the options of a cell, by each spelling; the long one first."""
    found = {}
    for action in _actions():
        facts = [f"Usual values: {', '.join(USUAL_VALUES[action.dest])}."] if action.dest in USUAL_VALUES else []
        long = action.option_strings[-1]
        page = Page(
            _flags(action), str(action.help), tuple(facts), examples.OPTIONS.get(long, ()), _OPTION_SEE.get(long, ())
        )
        found.update(dict.fromkeys(reversed(action.option_strings), page))
    return found


def settings() -> dict[str, Page]:
    """Return the pages of the settings, and of the environment variables."""
    found = {}
    for name, trait in Configuration.class_traits(config=True).items():
        variable = trait.metadata.get("environment")
        example = trait.metadata.get("example", trait.default_value)
        facts = [f"Default: {trait.default_value!r}."] if trait.default_value not in ("", None) else []
        if variable:
            facts.append(f"The environment variable {variable} sets it too.")
        lines = [f"%config PlaycutMagics.{name} = {example!r}"]
        if name != "max_generations":
            lines.append(f"pc = Playcut({name}={example!r})")
        found[name] = Page(f"%config PlaycutMagics.{name} = ...", trait.help, tuple(facts), tuple(lines))
    by_variable = {trait.metadata.get("environment"): name for name, trait in Configuration.class_traits().items()}
    for variable, (meaning, value) in ENVIRONMENT.items():
        see = (by_variable[variable],) if variable in by_variable else ()
        found[variable] = Page(variable, meaning, examples=(f'export {variable}="{value}"',), see=see)
    return found


def error_pages() -> dict[str, Page]:
    """Return the pages of the errors: what each means, what to do, and what raises it."""
    found = {}
    for name, cls in vars(errors).items():
        if isinstance(cls, type) and issubclass(cls, PlaycutError):
            doc = inspect.getdoc(cls) or ""
            first, _, rest = doc.partition("\n")
            remedy = cls(name).hint
            facts = [f"What to do: {remedy}"] if remedy else []
            facts += _ATTRIBUTE.sub(r"`.\1`:", "\n".join(rest.split("Attributes:")[1:])).split("\n")
            facts = [" ".join(fact.split()) for fact in facts if fact.strip()]
            see = () if name == BARE_ERROR else (BARE_ERROR,)
            found[name] = Page(name, first, tuple(facts), examples.ERRORS.get(name, ()), see)
    return found


# -- parts --------------------------------------------------------------------------------------------------------

_KIND_MEANINGS = {
    "image": "generate images from the prompt below (the default kind)",
    "video": "generate clips from the prompt below",
    "speech": "speak the text below",
}
_OPTION_SEE: Mapping[str, tuple[str, ...]] = {
    "--voice": ("voices",),
    "--session": ("session",),
    "--from": ("tree",),
    "--fresh": ("again", "reuse"),
    "--no-wait": ("resume",),
    "--sample": ("--seed",),
    "--seed": ("--sample",),
    "--max": ("max_generations",),
    "--within-budget": ("budget",),
}


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _actions() -> list[argparse.Action]:
    return list(dict.fromkeys(options_of(cell_parser()).values()))


def _cell_options() -> dict[str, argparse.Action]:
    return options_of(cell_parser())


def _flags(action: argparse.Action) -> str:
    return ", ".join(action.option_strings) + (f" {action.metavar}" if action.metavar else "")


def _typical(tool: tools.Tool) -> str:
    return f" It typically takes {tool.typical_s[0]:g} to {tool.typical_s[1]:g} s." if tool.typical_s else ""
