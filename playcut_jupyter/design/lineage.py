"""What is made from what: a child's prompt as a change to its parent's, and the words for what changed.

Pure: snapshots in, text out. A body whose lines all begin with `+` or `-` changes the parent's prompt; one whose
lines never do is a new prompt; an empty one keeps the prompt, for a change of options alone. A lone line that begins
with a minus and a digit is a new prompt, too: it is a number (`-5 degrees, a frozen lake`).
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
"""The variable that stands for the parent's prompt in its child's template."""
_LONGEST = 120
_DASHES_OF_PROSE = "\u2013\u2014\u2015"


def child_template(prompt: str, body: str) -> tuple[str, dict[str, str]]:
    """Return the template of a child of *prompt*, and the variables beside the notebook's that it names.

    The parent's words are put in for a variable, so that they stay literal whatever is written after them.

    Args:
        prompt: the parent's.
        body: `+ words` and `- words`, a line each; or a whole new template; or nothing.

    Raises:
        PromptError: some lines are changes and others are not, a sign is none of ours, or words that are to go are not
            in the prompt.
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
            f"{truncate(others[0], _LONGEST)}",
            hint="Begin every line with + or -; or none, for a whole new prompt.",
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
    """Raise `PromptError` if *line* begins with what looks like + or -, and is hardly prose.

    Prose may begin with a dash, and with a minus before a number; then, only words that stand in *prompt* are to go.
    """
    sign = lookalikes.plain(line)[:1]
    if sign not in ("+", "-"):
        return
    words = line[next((at for at, one in enumerate(line) if lookalikes.plain(one) not in ("", "+", "-")), len(line)) :]
    may_be_prose = sign == "-" and (line[0] in _DASHES_OF_PROSE or words[:1].isdecimal())
    if may_be_prose and not has_changes and not re.search(_pattern(words), prompt, re.IGNORECASE):
        return
    raise PromptError(
        f"{truncate(line, _LONGEST)!r} begins with the character {lookalikes.odd_character(line)}.",
        hint=f"Write `{sign} {truncate(words.strip(), _LONGEST)}`; or `--literal`, for a new prompt.",
    )


def _pattern(words: str) -> str:
    """Return the regular expression that finds *words* in whatever white space; nothing, for none."""
    found = r"\s+".join(re.escape(word) for word in words.split())
    return rf"(?<!\w){found}(?!\w)" if found else r"(?!)"


def _without(prompt: str, words: str) -> str:
    left = re.sub(_pattern(words), " ", prompt, flags=re.IGNORECASE)
    if left == prompt:
        raise PromptError(
            f"There is no {words!r} in the parent's prompt: {truncate(prompt, _LONGEST)}",
            hint="Write `- ` and words just as they stand there, or the whole new prompt.",
        )
    left = re.sub(r"[ \t]{2,}", " ", left)
    left = re.sub(r" +([,.;:!?])", r"\1", left)
    return re.sub(r"([,;])(?:\s*[,;])+", r"\1", left).strip(" ,;")


def kind_of_child(parent: Snapshot) -> str:
    """Return the kind that a child has if nothing else is asked for: its parent's.

    Raises:
        InvalidInput: the parent has no prompt to build on.
    """
    if parent.kind not in KINDS:
        raise InvalidInput(
            f"Generation {parent.id} is no image, video or speech, so nothing can be built on its prompt.",
            hint="Choose another with `--from ID`; `%playcut history` lists them.",
        )
    return parent.kind


def inherited(parent: Snapshot, tool: Tool) -> dict[str, object]:
    """Return the parent's inputs that its child takes over: all for the same tool, else those that both document."""
    inputs = parent.other_inputs
    if parent.tool != tool.name:
        inputs = {name: value for name, value in inputs.items() if name in tool.options.values()}
    return {name: OneValue(value) if isinstance(value, list) else value for name, value in inputs.items()}


def changes(parent: Snapshot, child: Snapshot) -> str:
    """Return in words what *child* changed: "+ at dusk · - neon · aspectRatio 1:1"."""
    parts = _prompt_changes(parent.prompt, child.prompt)
    if child.kind != parent.kind:
        parts.append(f"as {child.kind}")
    else:
        parts += _input_changes(parent.inputs, child.inputs)
    return " · ".join(parts) or "the same, once more"


def _prompt_changes(before: str, after: str) -> list[str]:
    if word_diff.similarity(before, after) < 0.5:
        return [truncate(after, _LONGEST)]
    parts = []
    for old, new in word_diff.changes(before, after):
        for sign, words in (("-", before[old]), ("+", after[new])):
            if words:
                parts.append(f"{sign} {truncate(' '.join(words.split()), _LONGEST)}")
    return parts


def _input_changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    left_out = ("prompt", "text")
    changed = [
        f"{name} {truncate(str(value), _LONGEST)}"
        for name, value in after.items()
        if name not in left_out and before.get(name) != value
    ]
    gone = [f"no {name}" for name in before if name not in after and name not in left_out]
    return changed + gone
