"""The line behind `%%playcut`, taken apart: kind, options, and what is left as the prompt of the one-line form."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.syntax import values
from playcut_jupyter.syntax.parsers import COMMAND_NAMES, INPUT_OPTIONS, cell_parser, options_of
from playcut_jupyter.tools import KINDS, READ_ONLY, TOOLS

_TOOL_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_OPTION = re.compile(r"""\s*(-{1,2}[^\s-](?:"[^"]*"|'[^']*'|[^\s"'])*)""")
_LOOKS_LIKE_OPTION = re.compile(r"--[A-Za-z][\w-]*(=.*)?|-[a-z][=\d].*")


@dataclass(frozen=True)
class CellLine:
    """A parsed line.

    Attributes:
        kind: "image", "video", "speech", or a tool's own name; "" for the parent's.
        inputs: our option names and API input names -> a value, or a list that is an axis; in the line's order.
    """

    kind: str
    inputs: Mapping[str, object] = field(default_factory=dict)
    count: int = 1
    out: str | None = None
    save: str | None = None
    session: str | None = None
    fresh: bool = False
    wait: bool = True
    dry_run: bool = False
    max_generations: int | None = None
    parent: str | None = None
    sample: int | None = None
    seed: int | None = None
    help: bool = False

    @property
    def is_raw(self) -> bool:
        """True for a tool by its own name, whose body is its JSON input."""
        return bool(self.kind) and self.kind not in KINDS


def parse_cell_line(line: str, variables: Mapping[str, object]) -> CellLine:
    """Parse the line of a `%%playcut` cell.

    Raises:
        InvalidInput: an unknown kind or option, or a bad value; the message names the nearest right one.
    """
    words = split(line)
    if words and words[0] in COMMAND_NAMES:
        raise InvalidInput(
            f"{words[0]} is no kind, but a command that has no cell.",
            hint=f"Write `%playcut {line.strip()}` on a line of its own, with one %.",
        )
    kind = words.pop(0) if words and not words[0].startswith("-") else None
    return _line(kind, words, variables)


def parse_one_line(kind: str, rest: str, variables: Mapping[str, object]) -> tuple[CellLine, str]:
    """Parse `KIND [options] PROMPT`, the one-line form; the prompt is what follows the last option, as typed.

    Raises:
        InvalidInput: as `parse_cell_line`, or an option stands behind the prompt.
    """
    takes_value = {text: action.nargs != 0 for text, action in options_of(cell_parser()).items()}
    words: list[str] = []
    while match := _OPTION.match(rest):
        word, rest = match.group(1), rest[match.end() :]
        words += split(word)
        if takes_value.get(word, False):
            value, rest = _take_word(rest)
            words += value
    late = [word for word in rest.split() if word in takes_value or _LOOKS_LIKE_OPTION.fullmatch(word)]
    if late:
        raise InvalidInput(
            f"{late[0]} comes after the prompt, where it would be part of it.",
            hint=f"Put the options first: `%playcut {kind} {late[0]} ... PROMPT`; or write a %%playcut cell.",
        )
    return _line(kind, words, variables), rest.strip()


def _take_word(text: str) -> tuple[list[str], str]:
    match = re.match(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""", text)
    return (split(match.group(1)), text[match.end() :]) if match else ([], text)


def split(line: str) -> list[str]:
    """Split a line as a shell does; on Windows a backslash is only a part of a path.

    Raises:
        InvalidInput: a quote is not closed.
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.name == "nt":
        lexer.escape = ""
    try:
        return list(lexer)
    except ValueError as error:
        raise InvalidInput(
            f"The line can't be read: {str(error).lower()}.",
            hint="Quote values that hold spaces: -p 'style=oil paint'.",
        ) from None


def unquoted(text: str) -> str:
    """Return *text* without the white space around it, and without the quotes if they hold all of it."""
    quoted = re.fullmatch(r"""\s*(["'])((?:(?!\1).)*)\1\s*""", text)
    return (quoted[2] if quoted else text).strip()


def _line(kind: str | None, words: list[str], variables: Mapping[str, object]) -> CellLine:
    found, extra = cell_parser().parse_known_args(words)
    if extra:
        _refuse(extra[0])
    given = vars(found)
    if given["seed"] is not None and given["sample"] is None:
        raise InvalidInput(
            "--seed says which sample is taken, and there is no --sample.",
            hint=("Add `--sample N`; a seed for the model itself is ", Remedy(Action.GIVE_INPUT, "seed=7"), "."),
        )
    kind = kind or ("" if given["parent"] else "image")
    bare = CellLine(kind=checked_kind(kind) if kind else "")
    if bare.is_raw:
        _check_raw(kind, given)
    inputs = dict(
        values.param(text, variables, is_raw=bare.is_raw)
        if name == "param"
        else (name, values.option(name, text, variables))
        for name, text in given.pop("inputs")
    )
    return CellLine(kind=bare.kind, inputs=inputs, **given)


def _refuse(word: str) -> NoReturn:
    if word.startswith("-"):
        cell_parser().error(f"unrecognized arguments: {word}")
    raise InvalidInput(
        f"{word!r} is left over on the line.",
        hint="The prompt goes on the lines below; quote values that hold spaces.",
    )


def _check_raw(kind: str, given: Mapping[str, Any]) -> None:
    if given["parent"]:
        raise InvalidInput(f"{kind} takes its input as JSON, so `--from` has nothing to build on.")
    if given["count"] != 1 or any(name in INPUT_OPTIONS for name, _ in given["inputs"]):
        raise InvalidInput(
            f"{kind} takes its input as JSON; -a, -s, -r, -d, -v and -n are for image, video and speech.",
            hint=("Write the inputs into the cell, or use ", Remedy(Action.GIVE_INPUT, "key=value"), "."),
        )


def checked_kind(kind: str) -> str:
    """Return *kind* if it is one, or can be a tool's own name.

    A word that is nearly a kind is taken for a misspelt one. Any other may be a tool: its body has to be JSON, which
    a prompt is not, and the service refuses a tool that it does not know, so that a mistake buys nothing.

    Raises:
        InvalidInput: it is neither; the message names the nearest.
    """
    if kind in KINDS or kind in TOOLS:
        return "speech" if kind == "tts" else kind
    if _TOOL_NAME.fullmatch(kind) and ("-" in kind or not get_close_matches(kind, KINDS, 1, 0.7)):
        return kind
    near = get_close_matches(kind.lower(), [*KINDS, *TOOLS, *READ_ONLY], 1, 0.5)
    raise InvalidInput(
        f"{kind!r} is not a kind." + (f" Did you mean {near[0]}?" if near else ""),
        hint="Kinds are image, video and speech, or a tool's own name such as generate-image-from-text.",
    )
