"""Puts tables and sections that are made from the code where a page says `<!-- generated: NAME -->`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from playcut_jupyter.__main__ import _parser
from playcut_jupyter.magics import pages
from playcut_jupyter.magics.configuration import ENVIRONMENT, Configuration
from playcut_jupyter.magics.pages import Page
from playcut_jupyter.sandbox import MARKERS

_PLACE = re.compile(r"^<!-- generated: ([\w-]+) -->$", re.MULTILINE)


def with_tables(text: str) -> str:
    """Return a page with all that is generated in its place; a name that is not known is a KeyError."""
    return _PLACE.sub(lambda place: GENERATED[place[1]](), text)


def setup(app: Any) -> dict[str, bool]:
    """Fill in each page as Sphinx reads it."""

    def fill_in(app: Any, name: str, source: list[str]) -> None:
        source[0] = with_tables(source[0])

    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}


# -- sections, one for each page of `%playcut help` -----------------------------------------------------------------


def _sections(found: Mapping[str, Page], level: str = "###") -> str:
    """Return a section for each page, under the first of the words that lead to it."""
    titles = {id(page): word for word, page in reversed(found.items())}
    shown = [(word, page) for word, page in found.items() if titles[id(page)] == word]
    return "\n".join(_section(f"{level} `{word}`", page) for word, page in shown)


def _section(heading: str, page: Page) -> str:
    usage = "" if heading.endswith(f" `{page.usage}`") else f"`{page.usage}`\n: "
    parts = [heading, usage + _sentence(page.meaning), *(_sentence(fact) for fact in page.facts)]
    parts += [f"```text\n{example.rstrip()}\n```" for example in page.examples]
    return "\n\n".join(parts) + "\n"


def _sentence(text: str) -> str:
    """Return *text* as a sentence of Markdown, in which only code in backticks means anything."""
    pieces = re.split(r"(`[^`]*`)", text[:1].upper() + text[1:])
    safe = "".join(
        piece if piece.startswith("`") else re.sub(r"([*_<>|\[\]{}$\\])", r"\\\1", piece) for piece in pieces
    )
    return safe if safe.endswith((".", ":", "`")) else f"{safe}."


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# -- tables -----------------------------------------------------------------------------------------------------


def _settings() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for name, trait in Configuration.class_traits(config=True).items():
            variable = trait.metadata.get("environment")
            default = "" if trait.default_value in ("", None) else f"`{trait.default_value!r}`"
            yield f"`{name}`", f"`{variable}`" if variable else "", default, _sentence(trait.help)

    return _table(("setting", "environment", "default", "meaning"), rows())


def _environment() -> str:
    rows = ((f"`{name}`", _sentence(meaning)) for name, (meaning, _) in ENVIRONMENT.items())
    return _table(("variable", "meaning"), rows)


def _markers() -> str:
    return _table(("marker", "effect"), ((f"`[{name}]`", _sentence(effect)) for name, effect in MARKERS.items()))


def _options_table() -> str:
    found = pages.options()
    rows = ((f"`{page.usage}`", _sentence(page.meaning)) for page in dict.fromkeys(found.values()))
    return _table(("option", "meaning"), rows)


def _commands_table() -> str:
    found = pages.commands()
    rows = ((f"`{page.usage}`", _sentence(page.meaning)) for page in dict.fromkeys(found.values()))
    return _table(("line", "what it does"), rows)


def _command_line() -> str:
    return "\n".join(_program(_parser(), "playcut-jupyter"))


def _program(parser: argparse.ArgumentParser, name: str, meaning: str = "") -> Iterator[str]:
    """Yield a section for each command of the console, from its parser."""
    subcommands = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not subcommands:
        yield f"## `{name}`\n\n{_sentence(meaning)}\n"
        rows = [
            (f"`{', '.join(action.option_strings) or action.dest} {action.metavar or ''}`".replace(" `", "`"),
             _sentence(str(action.help or "") % {"default": action.default}))
            for action in parser._actions
            if action.dest != "help"
        ]  # fmt: skip
        yield _table(("option", "meaning"), iter(rows)) + "\n" if rows else ""
    for action in subcommands:
        told = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for word, sub in action.choices.items():
            yield from _program(sub, f"{name} {word}", told.get(word, ""))


GENERATED: Mapping[str, Callable[[], str]] = {
    "options": lambda: _sections(pages.options()),
    "options-table": _options_table,
    "commands": lambda: _sections(pages.commands()),
    "commands-table": _commands_table,
    "kinds": lambda: _sections({name: page for name, page in pages.kinds().items() if "-" not in name}),
    "settings": _settings,
    "environment": _environment,
    "errors": lambda: _sections(pages.error_pages(), "##"),
    "markers": _markers,
    "command-line": _command_line,
}
