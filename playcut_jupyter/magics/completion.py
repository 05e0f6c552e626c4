"""Tab completion for the two magics: the words that can come next, from tables, the library, and what is known already.

It never connects, and a library that can't be read has nothing to offer.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.export.writer import FORMATS
from playcut_jupyter.library.database import Library
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.syntax.parsers import (
    COMMAND_NAMES,
    USUAL_VALUES,
    cell_parser,
    export_parser,
    history_parser,
    options_of,
)
from playcut_jupyter.syntax.values import at_commas
from playcut_jupyter.tools import KINDS, TOOLS

if TYPE_CHECKING:
    from playcut_jupyter.connection.connection import Connection

_MAGIC = re.compile(r"\s*(%%?)playcut\s")
_WORD = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
_RESULTS = ("playcut_jupyter.results.generation", "playcut_jupyter.results.sweep")
_RECENT = 20
"""How many generations and tasks are offered."""


@dataclass(frozen=True)
class CompletionSources:
    """What can be looked up without asking the service.

    Attributes:
        home: the library's folder, where there is no connection yet.
        origin: what generations are filed under, where there is no connection yet.
        connection: the connection, if there is one already.
        variables: the notebook's.
    """

    home: Path
    origin: str
    connection: Connection | None = None
    variables: Mapping[str, object] = field(default_factory=dict)

    def generations(self) -> list[str]:
        """Return `last`, the numbers of recent generations, and the variables that hold some."""
        numbers = self._kept(lambda library: [str(record.id) for record in library.history(limit=_RECENT)])
        return ["last", *numbers, *(name for name in self.variables if self._holds_one(name))]

    def _holds_one(self, name: str) -> bool:
        # By its name, because Tab would wait for the module itself to be loaded.
        return not name.startswith("_") and type(self.variables[name]).__module__ in _RESULTS

    def tasks(self) -> list[str]:
        """Return the ids of tasks that are submitted and not fetched, newest first."""
        origin = self._origin
        found = self._kept(lambda library: [record.task_id or "" for record in library.unfetched(origin)])
        return found[: -_RECENT - 1 : -1]

    def titles(self) -> list[str]:
        """Return the titles of sessions, newest first."""
        return self._kept(lambda library: library.session_titles(self._origin))

    def voices(self) -> list[str]:
        """Return names and ids of the voices, if they were asked for before."""
        voices = self.connection.known_voices if self.connection is not None else []
        return [*(voice.name for voice in voices), *(voice.id for voice in voices)]

    @property
    def _origin(self) -> str:
        return self.connection.settings.origin if self.connection is not None else self.origin

    def _kept(self, question: Callable[[Library], list[str]]) -> list[str]:
        library = self.connection.library if self.connection is not None else Library(self.home)
        if not library.path.exists():
            return []
        try:
            return question(library)
        except PlaycutError:
            return []
        finally:
            if self.connection is None:
                library.close()


def candidates(line: str, known: CompletionSources) -> tuple[str, list[str]]:
    """Return what has been typed of the word at the end of *line*, and the words that it can become.

    *line* begins with one of the magics; all that is offered begins with what has been typed, whatever its case.
    """
    magic = _MAGIC.match(line)
    if magic is None:
        return "", []
    words = _WORD.findall(line[magic.end() :])
    typed = words.pop() if words and line.endswith(words[-1]) else ""
    before = [word.strip("\"'") for word in words]
    typed, offered = _offered(magic[1] == "%%", before, typed, line, known)
    return typed, [text for text in offered if _bare(text).startswith(_bare(typed))]


def _bare(text: str) -> str:
    return text.casefold().lstrip("\"'")


def _offered(
    is_cell: bool, before: Sequence[str], typed: str, line: str, known: CompletionSources
) -> tuple[str, Sequence[str]]:
    if not before and not (is_cell and typed.startswith("-")):
        return typed, [*(() if is_cell else COMMAND_NAMES), *KINDS, *TOOLS]
    if is_cell or before[0] not in COMMAND_NAMES:
        return _for_making(before, typed, known)
    if before[:2] == ["session", "use"]:
        return line.split("use", 1)[1].lstrip(), known.titles()
    command = _COMMANDS.get(before[0])
    return typed, command(before[1:], typed, known) if command is not None else []


def _for_making(before: Sequence[str], typed: str, known: CompletionSources) -> tuple[str, Sequence[str]]:
    options = options_of(cell_parser())
    flag, equals, value = typed.partition("=")
    action = options.get(flag if equals else before[-1] if before else "")
    if action is None or action.nargs == 0:
        return typed, list(options)
    value = value if equals else typed
    if action.dest in USUAL_VALUES:
        return value.rpartition(",")[2], USUAL_VALUES[action.dest]
    if action.dest == "save":
        return value, _paths(value)
    names = {"voice": known.voices, "session": known.titles, "parent": known.generations}.get(action.dest)
    found = map(escape, names()) if names is not None else []
    if action.dest == "voice":
        found = (name if at_commas(name) == [name] else f'"{name}"' for name in found)
    return value, [_quoted(name, value) for name in found]


def _quoted(text: str, typed: str) -> str:
    """Return *text* as one word of the line, in the quotes that were begun."""
    return f'"{text}"' if typed.startswith('"') else shlex.quote(text)


def _paths(typed: str) -> list[str]:
    """Return the files and folders that *typed* can become; hidden ones only where it begins with their dot."""
    folder, name = os.path.split(typed.lstrip("\"'"))
    try:
        entries = sorted(Path(os.path.expandvars(folder) or ".").expanduser().iterdir())
    except (OSError, RuntimeError):
        return []
    found = [
        os.path.join(folder, escape(entry.name)) + ("/" if entry.is_dir() else "")  # noqa: PTH118 - keeps what was typed
        for entry in entries
        if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith("."))
    ]
    return [path if _is_one_word(path) else _quoted(path, typed) for path in found]


def _is_one_word(text: str) -> bool:
    return not set(text) & set(" \t\"'\\")


def _history(before: Sequence[str], typed: str, known: CompletionSources) -> Sequence[str]:
    return list(options_of(history_parser()))


def _export(before: Sequence[str], typed: str, known: CompletionSources) -> Sequence[str]:
    if before[-1:] == ["--as"]:
        return list(FORMATS)
    if before[-1:] == ["--save"]:
        return _paths(typed)
    options = list(options_of(export_parser()))
    return options if typed.startswith("-") else ["starred", *known.generations(), *options]


def _one(before: Sequence[str], typed: str, known: CompletionSources) -> Sequence[str]:
    return [] if before else known.generations()


def _marked(before: Sequence[str], typed: str, known: CompletionSources) -> Sequence[str]:
    return ["off"] if before else [*known.generations(), "off"]


_COMMANDS: Mapping[str, Callable[[Sequence[str], str, CompletionSources], Sequence[str]]] = {
    "sandbox": lambda before, typed, known: [] if before else ["off"],
    "session": lambda before, typed, known: [] if before else ["new", "use"],
    "history": _history,
    "export": _export,
    "show": _one,
    "tree": _one,
    "star": _marked,
    "hide": _marked,
    "compare": lambda before, typed, known: known.generations(),
    "wait": lambda before, typed, known: [] if before else known.tasks(),
    "help": lambda before, typed, known: [] if before else [*COMMAND_NAMES, *KINDS],
}
