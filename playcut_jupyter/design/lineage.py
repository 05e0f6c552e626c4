"""Derives a child's prompt and inputs from its parent's, and describes what a child changed.

Pure functions of snapshots and text. If all lines of a body begin with `+` or `-`, they change the parent's prompt; if
none does, the body is a new prompt; an empty body keeps the prompt, to change options alone. A single line that begins
with a minus and a digit is a new prompt too, because that is a number (`-5 degrees, a frozen lake`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from playcut_jupyter.design import word_diff
from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.prompts.plan import OneValue
from playcut_jupyter.syntax import lookalikes
from playcut_jupyter.text import truncate
from playcut_jupyter.tools import KINDS, Tool

_PARENT = "_parents_prompt"
"""The template variable that holds the parent's prompt."""
_MAX_CHARACTERS = 120
_DASHES_OF_PROSE = "\u2013\u2014\u2015"


def child_template(prompt: str, body: str) -> tuple[str, dict[str, str]]:
    """Return a child's template, and the variables that it needs in addition to the notebook's.

    The parent's prompt becomes a variable's value, so that it stays literal whatever is added after it.

    Args:
        prompt: the parent's prompt.
        body: lines of `+ words` and `- words`; or a whole new template; or nothing.

    Raises:
        PromptError: only some lines are changes, a sign is a look-alike, or the prompt lacks the words to remove.
    """
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    others = [line for line in lines if line[0] not in "+-"]
    for line in others:
        _check_sign(line, prompt, has_changes=others != lines)
    if lines and (others == lines or (len(lines) == 1 and re.match(r"-\d", lines[0]))):
        return body, {}
    if others:
        raise PromptError(
            "Some lines change the parent's prompt with + or -, and this one does not: "
            f"{truncate(others[0], _MAX_CHARACTERS)}",
            hint="Begin every line with + or -, or no line for a whole new prompt.",
        )
    kept, added = prompt, ""
    for line in lines:
        words = line[1:].strip()
        if line[0] == "-":
            kept = _without(kept, words)
        elif words:
            added += words if words[0] in ",.;:" else f" {words}"
    return f"{{{_PARENT}}}{added}", {_PARENT: kept}


def _check_sign(line: str, prompt: str, *, has_changes: bool) -> None:
    """Raise `PromptError` if *line* begins with a character that looks like + or -, unless the line may be prose.

    Prose may begin with a dash, or with a minus before a number. Such a line is a change only if *prompt* contains its
    words, or if other lines are changes.
    """
    sign = lookalikes.plain(line)[:1]
    if sign not in ("+", "-"):
        return
    is_sign = [lookalikes.plain(character) in ("", "+", "-") for character in line]
    words = line[is_sign.index(False) if False in is_sign else len(line) :]
    may_be_prose = sign == "-" and (line[0] in _DASHES_OF_PROSE or words[:1].isdecimal())
    if may_be_prose and not has_changes and not re.search(_pattern(words), prompt, re.IGNORECASE):
        return
    raise PromptError(
        f"{truncate(line, _MAX_CHARACTERS)!r} begins with the character {lookalikes.odd_character(line)}.",
        hint=f"Write `{sign} {truncate(words.strip(), _MAX_CHARACTERS)}`; or `--literal`, for a new prompt.",
    )


def _pattern(words: str) -> str:
    """Return a regular expression for *words* with any white space between them; without words, it never matches."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return rf"(?<!\w){pattern}(?!\w)" if pattern else r"(?!)"


def _without(prompt: str, words: str) -> str:
    rest = re.sub(_pattern(words), " ", prompt, flags=re.IGNORECASE)
    if rest == prompt:
        raise PromptError(
            f"The parent's prompt does not contain {words!r}: {truncate(prompt, _MAX_CHARACTERS)}",
            hint="After `- `, write words exactly as they are in the prompt, or write the whole new prompt.",
        )
    rest = re.sub(r"[ \t]{2,}", " ", rest)
    rest = re.sub(r" +([,.;:!?])", r"\1", rest)
    return re.sub(r"([,;])(?:\s*[,;])+", r"\1", rest).strip(" ,;")


def kind_of_child(parent: Snapshot) -> str:
    """Return the default kind of a child, which is its parent's.

    Raises:
        InvalidInput: the parent is not an image, a video or speech.
    """
    if parent.kind not in KINDS:
        raise InvalidInput(
            f"Generation {parent.id} is not an image, a video or speech, so it has no prompt to build on.",
            hint="Choose another with `--from ID`; `%playcut history` lists them.",
        )
    return parent.kind


def inherited(parent: Snapshot, tool: Tool) -> dict[str, object]:
    """Return the inputs that a child inherits: all for the same tool, else those that *tool* documents too."""
    inputs = parent.other_inputs
    if parent.tool != tool.name:
        inputs = {name: value for name, value in inputs.items() if name in tool.options.values()}
    return {name: OneValue(value) if isinstance(value, list) else value for name, value in inputs.items()}


def changes(parent: Snapshot, child: Snapshot) -> str:
    """Return what *child* changed as text: "+ at dusk · - neon · aspectRatio 1:1"."""
    parts = _prompt_changes(parent.prompt, child.prompt)
    if child.kind != parent.kind:
        parts.append(f"as {child.kind}")
    else:
        parts += _input_changes(parent.inputs, child.inputs)
    return " · ".join(parts) or "no changes"


def _prompt_changes(before: str, after: str) -> list[str]:
    if word_diff.similarity(before, after) < 0.5:
        return [truncate(after, _MAX_CHARACTERS)]
    parts = []
    for old, new in word_diff.changes(before, after):
        for sign, words in (("-", before[old]), ("+", after[new])):
            if words:
                parts.append(f"{sign} {truncate(' '.join(words.split()), _MAX_CHARACTERS)}")
    return parts


def _input_changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    excluded = ("prompt", "text")
    changed = [
        f"{name} {truncate(str(value), _MAX_CHARACTERS)}"
        for name, value in after.items()
        if name not in excluded and before.get(name) != value
    ]
    removed = [f"no {name}" for name in before if name not in after and name not in excluded]
    return changed + removed
