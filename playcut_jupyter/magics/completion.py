"""Tab completion for the two magics, from the parsers' tables, the library, and an open connection.

It never connects. A library that can't be read contributes nothing.
"""

from __future__ import annotations

import os
import re
import shlex
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.export.writer import FORMATS
from playcut_jupyter.library.database import Library
from playcut_jupyter.magics.pages import pages
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.syntax.parsers import (
    COMMAND_NAMES,
    USUAL_VALUES,
    cell_parser,
    export_parser,
    history_parser,
    options_of,
    refine_parser,
    vary_parser,
)
from playcut_jupyter.syntax.values import at_commas
from playcut_jupyter.tools import KINDS, TOOLS

if TYPE_CHECKING:
    from playcut_jupyter.connection.connection import Connection

_MAGIC = re.compile(r"\s*(%%?)playcut\s")
_WORD = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
_RECENT = 20
"""The number of generations, and of tasks, that are offered."""


@dataclass(frozen=True)
class CompletionSources:
    """What completion can look up without a request to the service.

    Attributes:
        home: the library's folder, used without a connection.
        origin: the origin of generations in the library, used without a connection.
        connection: the connection, if there is one already.
        variables: the notebook's variables.
    """

    home: Path
    origin: str
    connection: Connection | None = None
    variables: Mapping[str, object] = field(default_factory=dict)

    def generations(self) -> list[str]:
        """Return `last`, the numbers of recent generations, and the variables that hold generations."""
        numbers = self._query(lambda library: [str(record.id) for record in library.history(limit=_RECENT)])
        return ["last", *numbers, *(name for name in self.variables if self._holds(name, "Generation", "Sweep"))]

    def sweeps(self) -> list[str]:
        """Return the variables that hold sweeps."""
        return [name for name in self.variables if self._holds(name, "Sweep")]

    def _holds(self, name: str, *classes: str) -> bool:
        # Checks the class by its name, because importing its module would delay completion.
        found = type(self.variables[name])
        is_ours = found.__module__ == "playcut_jupyter.results.generations"
        return is_ours and found.__name__ in classes and not name.startswith("_")

    def tasks(self) -> list[str]:
        """Return the ids of unfetched tasks, newest first."""
        origin = self._origin
        task_ids = self._query(lambda library: [record.task_id or "" for record in library.unfetched(origin)])
        return task_ids[: -_RECENT - 1 : -1]

    def titles(self) -> list[str]:
        """Return the titles of sessions, newest first."""
        return self._query(lambda library: library.session_titles(self._origin))

    def voices(self) -> list[str]:
        """Return the names and ids of the voices, if the connection has listed them already."""
        voices = self.connection.known_voices if self.connection is not None else []
        return [*(voice.name for voice in voices), *(voice.id for voice in voices)]

    @property
    def _origin(self) -> str:
        return self.connection.settings.origin if self.connection is not None else self.origin

    def _query(self, query: Callable[[Library], list[str]]) -> list[str]:
        library = self.connection.library if self.connection is not None else Library(self.home)
        if not library.path.exists():
            return []
        try:
            return query(library)
        except PlaycutError:
            return []
        finally:
            if self.connection is None:
                library.close()


def candidates(line: str, sources: CompletionSources) -> tuple[str, list[str]]:
    """Return the typed part of the last word of *line*, and the words that complete it, ignoring case.

    *line* begins with one of the magics.
    """
    magic = _MAGIC.match(line)
    if magic is None:
        return "", []
    words = _WORD.findall(line[magic.end() :])
    typed = words.pop() if words and line.endswith(words[-1]) else ""
    before = [word.strip("\"'") for word in words]
    typed, suggestions = _suggestions(magic[1] == "%%", before, typed, line, sources)
    return typed, [text for text in suggestions if _normalized(text).startswith(_normalized(typed))]


def _normalized(text: str) -> str:
    return text.casefold().lstrip("\"'")


def _suggestions(
    is_cell: bool, before: Sequence[str], typed: str, line: str, sources: CompletionSources
) -> tuple[str, Sequence[str]]:
    if not before and not (is_cell and typed.startswith("-")):
        return typed, [*(() if is_cell else COMMAND_NAMES), *KINDS, *TOOLS]
    if is_cell or before[0] not in COMMAND_NAMES:
        return _generation_options(before, typed, sources)
    if before[:2] == ["session", "use"]:
        return line.split("use", 1)[1].lstrip(), sources.titles()
    command = _COMMANDS.get(before[0])
    return typed, command(before[1:], typed, sources) if command is not None else []


def _generation_options(before: Sequence[str], typed: str, sources: CompletionSources) -> tuple[str, Sequence[str]]:
    options = options_of(cell_parser())
    flag, equals, value = typed.partition("=")
    if equals and before and value.startswith("@") and options.get(before[-1]) is options["-p"]:
        return value.rpartition(",")[2], [f"@{name}" for name in sources.generations()]
    action = options.get(flag if equals else before[-1] if before else "")
    if action is None or action.nargs == 0:
        return typed, list(options)
    value = value if equals else typed
    if action.dest in USUAL_VALUES:
        return value.rpartition(",")[2], USUAL_VALUES[action.dest]
    if action.dest == "save":
        return value, _paths(value)
    if action.dest == "parent":
        return value.rpartition(",")[2], ["starred", *sources.generations()]
    names = {"voice": sources.voices, "session": sources.titles}.get(action.dest, list)
    words = [escape(word) for word in names()]
    if action.dest == "voice":
        words = [word if at_commas(word) == [word] else f'"{word}"' for word in words]
    return value, [_quoted(word, value) for word in words]


def _quoted(text: str, typed: str) -> str:
    """Return *text* as one word, in double quotes if the user has begun them."""
    return f'"{text}"' if typed.startswith('"') else shlex.quote(text)


def _paths(typed: str) -> list[str]:
    """Return the files and folders that complete *typed*; hidden ones only if it begins with a dot."""
    folder, name = os.path.split(typed.lstrip("\"'"))
    try:
        entries = sorted(Path(os.path.expandvars(folder) or ".").expanduser().iterdir())
    except (OSError, RuntimeError):
        return []
    paths = [
        os.path.join(folder, escape(entry.name)) + ("/" if entry.is_dir() else "")  # noqa: PTH118 - keeps `./` and `~`
        for entry in entries
        if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith("."))
    ]
    return [path if _is_one_word(path) else _quoted(path, typed) for path in paths]


def _is_one_word(text: str) -> bool:
    return not set(text) & set(" \t\"'\\")


def _history(before: Sequence[str], typed: str, sources: CompletionSources) -> Sequence[str]:
    return list(options_of(history_parser()))


def _export(before: Sequence[str], typed: str, sources: CompletionSources) -> Sequence[str]:
    if before[-1:] == ["--as"]:
        return list(FORMATS)
    if before[-1:] == ["--save"]:
        return _paths(typed)
    options = list(options_of(export_parser()))
    return options if typed.startswith("-") else ["starred", *sources.generations(), *options]


def _pack(before: Sequence[str], typed: str, sources: CompletionSources) -> Sequence[str]:
    return ["starred", *sources.generations()] if before else _paths(typed)


def _with_options(before: Sequence[str], parser: ArgumentParser, words: Sequence[str]) -> Sequence[str]:
    """Return what can follow: one of *words* first, and the options; nothing where a value has to follow."""
    options = options_of(parser)
    if before and before[-1] in options:
        return []
    has_word = any(word not in options and (at == 0 or before[at - 1] not in options) for at, word in enumerate(before))
    return [*(() if has_word else words), *options]


def _generation(before: Sequence[str], typed: str, sources: CompletionSources) -> Sequence[str]:
    return [] if before else sources.generations()


def _rating(before: Sequence[str], typed: str, sources: CompletionSources) -> Sequence[str]:
    return ["off"] if before else [*sources.generations(), "off"]


_COMMANDS: Mapping[str, Callable[[Sequence[str], str, CompletionSources], Sequence[str]]] = {
    "sandbox": lambda before, typed, sources: [] if before else ["off"],
    "session": lambda before, typed, sources: [] if before else ["new", "use"],
    "history": _history,
    "export": _export,
    "pack": _pack,
    "unpack": lambda before, typed, sources: [] if before else _paths(typed),
    "show": _generation,
    "tree": _generation,
    "star": _rating,
    "explore": lambda before, typed, sources: [] if before else sources.sweeps(),
    "pick": lambda before, typed, sources: [] if before else sources.sweeps(),
    "effects": lambda before, typed, sources: [] if before else sources.sweeps(),
    "refine": lambda before, typed, sources: _with_options(before, refine_parser(), sources.sweeps()),
    "vary": lambda before, typed, sources: _with_options(before, vary_parser(), sources.generations()),
    "hide": _rating,
    "compare": lambda before, typed, sources: sources.generations(),
    "wait": lambda before, typed, sources: [] if before else sources.tasks(),
    "help": lambda before, typed, sources: [] if before else list(pages()),
}
