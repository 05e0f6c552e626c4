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
    (re.compile(r"`%playcut wait[^`]*`"), "“Retry”"),
    (re.compile(r"`%playcut resume`"), "“Resume”"),
    (re.compile(r"`%playcut voices` lists them"), "Choose one in the field “voice”"),
    (re.compile(r"`-p ([^`]*)`"), r"`\1` in “inputs”"),
    (re.compile(r"(?<![\w-])-[pd] (?=\w+=|['\"\d])"), ""),
    (re.compile(r"`--fresh` \(fresh=True\)"), "“fresh”"),
)
"""What is said to those who write cells -> what it is called here."""


def told(error: PlaycutError) -> str:
    """Return *error* as one line: which kind, what happened, what to do."""
    return f"{type(error).__name__}: {_here(error.message)} {_here(error.hint or '')}".strip()


def _here(text: str) -> str:
    for words, ours in _IN_THE_PANEL:
        text = words.sub(ours, text)
    return text


def cut(text: str, most: int) -> str:
    """Return *text*, or its first words and a mark: no more than *most* characters."""
    if len(text) <= most:
        return text
    begun = text[: most - 1]
    if not text[most - 1].isspace() and len(begun.split()) > 1:
        begun = begun.rsplit(maxsplit=1)[0]
    return f"{begun.rstrip()}…"


def note(text: str) -> str:
    """Return *text* as the HTML of a line; nothing for nothing."""
    return str(render.message(text)) if text else ""
