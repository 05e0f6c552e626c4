"""What can be done about an error, as data: a cell names a command, the panel a button or a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple, TypeAlias


class Action(Enum):
    """Something that a user can do. Each front end has words for all of them."""

    USE_SANDBOX = auto()
    RAISE_BUDGET = auto()
    RAISE_LIMIT = auto()
    STAY_WITHIN_BUDGET = auto()
    WAIT_FOR_TASK = auto()
    RESUME_ALL = auto()
    GENERATE_AGAIN = auto()
    LIST_VOICES = auto()
    NAME_VOICE = auto()
    GIVE_INPUT = auto()
    GIVE_DURATION = auto()


class Remedy(NamedTuple):
    """One action, and what it is about: a number of generations, a task's id, an input."""

    action: Action
    subject: str = ""


Hint: TypeAlias = "str | Remedy | Sequence[str | Remedy]"
"""What to do about an error: text and actions that follow each other as they are read."""

CELL_WORDING: Mapping[Action, str] = {
    Action.USE_SANDBOX: "run `%playcut sandbox`",
    Action.RAISE_BUDGET: "raise the budget (`%config PlaycutMagics.budget = ...` or `pc.budget = ...`)",
    Action.RAISE_LIMIT: "add `--max {0}` (in Python: max_generations={0})",
    Action.STAY_WITHIN_BUDGET: "add `--within-budget` for as many as fit (in Python: within_budget=True)",
    Action.WAIT_FOR_TASK: "`%playcut wait {0}`",
    Action.RESUME_ALL: "`%playcut resume`",
    Action.GENERATE_AGAIN: "`--fresh` (fresh=True)",
    Action.LIST_VOICES: "`%playcut voices` lists them",
    Action.NAME_VOICE: "give one with `-v ID`",
    Action.GIVE_INPUT: "`-p {0}`",
    Action.GIVE_DURATION: "`-d {0}`",
}
"""How cells, Python and the terminal name the actions; `{0}` is the subject."""


def in_words(hint: Sequence[str | Remedy], wording: Mapping[Action, str]) -> str:
    """Return *hint* as text; an action that begins a sentence begins with a capital letter."""
    text = ""
    for part in hint:
        words = part if isinstance(part, str) else wording[part.action].format(part.subject)
        text += words[:1].upper() + words[1:] if text.rstrip()[-1:] in ("", ".", "?", "!", ":") else words
    return text.strip()
