"""Errors in the panel's words: where a cell names an option or a command, these name a field or a button."""

from __future__ import annotations

from collections.abc import Mapping

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.remedies import Action

PANEL_WORDING: Mapping[Action, str] = {
    Action.USE_SANDBOX: "press “Use the sandbox”",
    Action.RAISE_BUDGET: "raise the budget under “More”",
    Action.RAISE_LIMIT: "raise “at most” to {0}",
    Action.STAY_WITHIN_BUDGET: "ask for fewer",
    Action.WAIT_FOR_TASK: "“Retry”",
    Action.RESUME_ALL: "“Resume”",
    Action.GENERATE_AGAIN: "“fresh”",
    Action.LIST_VOICES: "choose one in the field “voice”",
    Action.NAME_VOICE: "choose one in the field “voice”",
    Action.GIVE_INPUT: "`{0}` in “inputs”",
    Action.GIVE_DURATION: "`{0}` in “seconds”",
    Action.SET_OPTIONS: "set {1} in the fields",
    Action.ALLOW_STORAGE: "set PLAYCUT_ALLOW_STORAGE to {0}.",
    Action.TAKE_LITERALLY: "tick “literal”",
}
"""How the panel names the actions; `{0}` is the subject, `{1}` the subject as keywords of Python."""


def error_text(error: PlaycutError) -> str:
    """Return *error* as one line: its class, what happened, what to do."""
    return f"{type(error).__name__}: {error.message} {error.hint_in(PANEL_WORDING)}".strip()
