"""The actions that solve an error, as data: a cell shows a command, the panel a button or a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple, TypeAlias


class Action(Enum):
    """Something that a user can do. Each front end has a wording for every action."""

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
    SET_OPTIONS = auto()
    TAKE_LITERALLY = auto()
    ALLOW_STORAGE = auto()


class Remedy(NamedTuple):
    """One action and its subject: a number of generations, a task's id, an input; also as keywords of Python."""

    action: Action
    subject: str = ""
    keywords: str = ""


Hint: TypeAlias = "str | Remedy | Sequence[str | Remedy]"
"""What to do about an error: a sequence of text and actions."""

CELL_WORDING: Mapping[Action, str] = {
    Action.USE_SANDBOX: "run `%playcut sandbox` (in a program: PLAYCUT_SANDBOX=1)",
    Action.RAISE_BUDGET: "raise the budget (`%config PlaycutMagics.budget = ...` or `pc.budget = ...`)",
    Action.RAISE_LIMIT: "add `--max {0}` (in Python: max_generations={0})",
    Action.STAY_WITHIN_BUDGET: "add `--within-budget` for as many as fit (in Python: within_budget=True)",
    Action.WAIT_FOR_TASK: "`%playcut wait {0}`",
    Action.RESUME_ALL: "`%playcut resume` (`pc.resume()`)",
    Action.GENERATE_AGAIN: "`--fresh` (fresh=True)",
    Action.LIST_VOICES: "`%playcut voices` lists them",
    Action.NAME_VOICE: "give one with `-v ID`",
    Action.GIVE_INPUT: "`-p {0}`",
    Action.GIVE_DURATION: "`-d {0}`",
    Action.SET_OPTIONS: "write `{0}` on the line ({1} in Python)",
    Action.ALLOW_STORAGE: 'allow it with `%config PlaycutMagics.allow_storage = "{0}"` (in Python: '
    'allow_storage="{0}"; or set PLAYCUT_ALLOW_STORAGE).',
    Action.TAKE_LITERALLY: "add `--literal` (`pc.image(...)` takes any prompt as it is)",
}
"""The wording of each action in cells, Python and the terminal; `{0}` is the subject, `{1}` the keywords."""


def in_words(hint: Sequence[str | Remedy], wording: Mapping[Action, str]) -> str:
    """Return *hint* as text; an action at the start of a sentence is capitalised."""
    text = ""
    for part in hint:
        words = part if isinstance(part, str) else wording[part.action].format(part.subject, part.keywords)
        text += words[:1].upper() + words[1:] if text.rstrip()[-1:] in ("", ".", "?", "!", ":") else words
    return text.strip()
