"""The line behind `%%playcut`, taken apart: kind, options, and what is left as the prompt of the one-line form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.syntax import values
from playcut_jupyter.syntax.lookalikes import plain
from playcut_jupyter.syntax.near_options import check_among_options, check_prompt
from playcut_jupyter.syntax.parsers import COMMAND_NAMES, INPUT_OPTIONS, cell_parser
from playcut_jupyter.syntax.typed_options import TypedOption, read_options
from playcut_jupyter.syntax.words import first_word, words_of
from playcut_jupyter.tools import KINDS, READ_ONLY, TOOLS

_TOOL_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


@dataclass(frozen=True)
class CellLine:
    """A parsed line.

    Attributes:
        kind: "image", "video", "speech", or a tool's own name; "" for the parent's.
        inputs: our option names and API input names -> a value, or a list that is an axis; in the line's order.
        literal: True if the body is taken as it is, and is no template.
        within_budget: True if as many are generated as the budget allows.
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
    literal: bool = False
    within_budget: bool = False
    help: bool = False

    @property
    def is_raw(self) -> bool:
        """True for a tool by its own name, whose body is its JSON input."""
        return bool(self.kind) and self.kind not in KINDS


def parse_cell_line(line: str, variables: Mapping[str, object]) -> CellLine:
    """Parse the line of a `%%playcut` cell.

    Raises:
        InvalidInput: an unknown kind or option, a bad value, or a slip; the message names the nearest right one.
        PromptError: a variable in a value is not there or unfit.
    """
    kind, rest = first_word(line)
    if kind in COMMAND_NAMES:
        raise InvalidInput(
            f"{kind} is a command, not a kind, so it can't be used in a cell.",
            hint=f"Write `%playcut {line.strip()}` on a line of its own, with one %.",
        )
    if kind.startswith("-"):
        kind, rest = "", line
    check_among_options(kind, rest)
    bare = CellLine(checked_kind(kind) if kind else "")
    options, end = read_options(rest, has_lists=not bare.is_raw)
    left_over, following = first_word(rest[end:])
    if left_over:
        check_among_options(left_over, following)
        raise InvalidInput(
            f"Unexpected text on the line: {left_over!r}.",
            hint="The prompt goes on the lines below; quote values that hold spaces.",
        )
    return _parse(bare, options, variables)


def parse_one_line(kind: str, rest: str, variables: Mapping[str, object]) -> tuple[CellLine, str]:
    """Parse `KIND [options] PROMPT`, the one-line form; the prompt is what follows the last option, as typed.

    Raises:
        InvalidInput: as `parse_cell_line`, or an option stands behind the prompt.
        PromptError: as `parse_cell_line`.
    """
    bare = CellLine(checked_kind(kind))
    options, end = read_options(rest, has_lists=not bare.is_raw)
    line, prompt = _parse(bare, options, variables), rest[end:].strip()
    if not line.literal:
        check_prompt(prompt, kind)
    return line, prompt


def split(line: str) -> list[str]:
    """Split a line into words, as a shell does.

    Raises:
        InvalidInput: a quote is not closed.
    """
    return [word.text for word in words_of(line)]


def unquoted(text: str) -> str:
    """Return *text* without the white space around it, and without the quotes if they hold all of it."""
    quoted = re.fullmatch(r"""\s*(["'])((?:(?!\1).)*)\1\s*""", text)
    return (quoted[2] if quoted else text).strip()


def _parse(bare: CellLine, options: Sequence[TypedOption], variables: Mapping[str, object]) -> CellLine:
    words = [word.text for option in options for word in option.words]
    given = vars(cell_parser(variables).parse_args(words))
    if given["seed"] is not None and given["sample"] is None:
        raise InvalidInput(
            "--seed needs --sample: it selects the random sample.",
            hint=("Add `--sample N`; a seed for the model itself is ", Remedy(Action.GIVE_INPUT, "seed=7"), "."),
        )
    if bare.is_raw:
        _check_raw(bare.kind, given)
    elif not bare.kind and not given["parent"]:
        bare = CellLine("image")
    inputs = dict(
        values.param(text, variables, is_raw=bare.is_raw)
        if name == "param"
        else (name, values.option(name, text, variables))
        for name, text in given.pop("inputs")
    )
    return CellLine(kind=bare.kind, inputs=inputs, **given)


def _check_raw(kind: str, given: Mapping[str, Any]) -> None:
    if given["literal"]:
        raise InvalidInput(
            f"{kind} takes its input as JSON, not a template, so `--literal` does not apply.",
            hint="Leave it out.",
        )
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
    near = get_close_matches(plain(kind).lower(), [*KINDS, *TOOLS, *READ_ONLY], 1, 0.5)
    raise InvalidInput(
        f"{kind!r} is not a kind." + (f" Did you mean {near[0]}?" if near else ""),
        hint="Kinds are image, video and speech, or a tool's own name such as generate-image-from-text.",
    )
