"""What goes wrong, in words: those of the cells, but where these name an option, the panel's own field."""

from __future__ import annotations

import re

from playcut_jupyter.display import render
from playcut_jupyter.errors import PlaycutError

_IN_THE_PANEL = (
    (
        re.compile(r"If that is what you want, add `--max (\d+)`.*", re.DOTALL),
        r"If that is what you want, raise “at most” to \1.",
    ),
    (re.compile(r"Raise the budget\b.*", re.DOTALL), "Raise the budget at the top of the panel."),
    (re.compile(r"Write the prompt below the line .*", re.DOTALL), "Write in the field “prompt” what to make."),
    (re.compile(r"or run `%playcut sandbox`"), "or press “Use the sandbox”"),
    (re.compile(r"`%playcut (?:wait|resume)[^`]*`"), "“Retry” or “Resume”"),
    (re.compile(r"`-p ([^`]*)`"), r"`\1` in “inputs”"),
    (re.compile(r"(-p) (?=\w+=|'\w+=)"), ""),
)
"""Of a hint: what it says to those who write cells -> what it says here."""


def told(error: PlaycutError) -> str:
    """Return *error* as one line: which kind, what happened, what to do."""
    hint = error.hint or ""
    for words, ours in _IN_THE_PANEL:
        hint = words.sub(ours, hint)
    return f"{type(error).__name__}: {error.message} {hint}".strip()


def note(text: str) -> str:
    """Return *text* as the HTML of a line; nothing for nothing."""
    return str(render.message(text)) if text else ""
