"""A generation spelled as the cell that asks for the same: what is written is read back, and only the same will do."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from playcut_jupyter import tools
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.syntax import cell_line


def cell(run: Generation) -> str:
    """Return the `%%playcut` cell that asks for what *run* was asked for."""
    if run.tool == "wait-for-task":
        return f"%playcut wait {run.task_id or run.inputs.get('taskId')}"
    words = [param(name, value) for name, value in other_inputs(run).items()]
    if run.kind in tools.KINDS and None not in words:
        line = shlex.join([run.kind, *(text for word in words if word for text in ("-p", word))])
        body = escape(run.prompt)
        if _read(run, line, body) == dict(run.inputs):
            return f"%%playcut {line}\n{body}"
    # By the tool's own name anything can be asked for, though less readably.
    return f"%%playcut {run.tool}\n{json.dumps(dict(run.inputs), indent=2, ensure_ascii=not _is_plain(run.inputs))}"


def other_inputs(run: Generation) -> dict[str, object]:
    """Return the inputs of *run* beside its words."""
    field = tools.named(run.tool).prompt_field
    return {name: value for name, value in run.inputs.items() if name != field}


def plain(value: object) -> str | None:
    """Return *value* as an option is typed; None if it would be read as something else (an axis, a variable)."""
    text = value if isinstance(value, str) else json.dumps(value)
    is_text = isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool))
    return text if is_text and text.isprintable() and text == text.strip() and not set(",{}") & set(text) else None


def param(name: str, value: object) -> str | None:
    """Return `name=value` as `-p` and the panel's inputs take it, in its shortest spelling; None if there is none."""
    spellings = [value] if isinstance(value, str) else []
    spellings += [json.dumps(value, ensure_ascii=False), json.dumps(value)]
    for text in spellings:
        word = f"{name}={text}"
        if word.isprintable() and word == word.strip() and _params(word) == {name: value}:
            return word
    return None


def _params(word: str) -> Mapping[str, object]:
    try:
        return cell_line.parse_cell_line(shlex.join(["image", "-p", word]), {}).inputs
    except PlaycutError:
        return {}


def _read(run: Generation, line: str, body: str) -> dict[str, object] | None:
    """Return the inputs that a cell of *line* and *body* would send."""
    try:
        inputs = cell_line.parse_cell_line(line, {}).inputs
        plan = expand(body.strip("\n"), {}, inputs)
    except PlaycutError:
        return None
    (one,) = plan if len(plan) == 1 else (None,)
    return {tools.named(run.tool).prompt_field: one.prompt, **one.inputs} if one is not None else None


def _is_plain(inputs: Mapping[str, object]) -> bool:
    return json.dumps(dict(inputs), ensure_ascii=False).isprintable()
