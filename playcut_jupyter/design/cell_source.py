"""The source of a cell that asks for a generation once more: it is read back, and used only if it asks for the same."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from playcut_jupyter import tools
from playcut_jupyter.design import planning
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.syntax import cell_line, references, values


def cell(snapshot: Snapshot) -> str:
    """Return the `%%playcut` cell that asks for what *snapshot* was asked for."""
    if snapshot.tool == "wait-for-task":
        return f"%playcut wait {snapshot.task_id or snapshot.inputs.get('taskId')}"
    params = [param(name, value) for name, value in other_inputs(snapshot).items()]
    if snapshot.kind in tools.KINDS and None not in params:
        line = shlex.join([snapshot.kind, *(word for text in params if text for word in ("-p", text))])
        for options, body in (("", escape(snapshot.prompt)), (" --literal", snapshot.prompt)):
            if _inputs_of(snapshot, line + options, body) == dict(snapshot.inputs):
                return f"%%playcut {line}{options}\n{body}"
    # By the tool's own name anything can be asked for, though less readably.
    inputs = dict(snapshot.inputs)
    is_printable = json.dumps(inputs, ensure_ascii=False).isprintable()
    typed = {**inputs, **references.escaped(references.without_prompt(inputs))}
    return f"%%playcut {snapshot.tool}\n{json.dumps(typed, indent=2, ensure_ascii=not is_printable)}"


def other_inputs(snapshot: Snapshot) -> dict[str, object]:
    """Return the inputs beside the one that holds the prompt."""
    prompt_field = snapshot.request.tool.prompt_field
    return {name: value for name, value in snapshot.inputs.items() if name != prompt_field}


def option_text(value: object) -> str | None:
    """Return *value* as an option is typed; None if it would be read as something else (an axis, a variable)."""
    text = value if isinstance(value, str) else json.dumps(value)
    is_text = isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool))
    return text if is_text and text.isprintable() and text == text.strip() and not set(",{}") & set(text) else None


def param(name: str, value: object, *others: object) -> str | None:
    """Return `name=value` as `-p` and the panel's inputs take it, as short as can be; None if they can't.

    Several values are an axis, `name=value,value`.
    """
    escaped = [values.escaped(one) for one in (value, *others)]
    spellings = [escaped] if all(isinstance(one, str) for one in escaped) else []
    spellings += [[json.dumps(one, ensure_ascii=False) for one in escaped], [json.dumps(one) for one in escaped]]
    for texts in spellings:
        word = f"{escape(name)}={','.join(map(str, texts))}"
        wanted = [value, *others] if others else value
        if word.isprintable() and word == word.strip() and _read_param(word) == {name: wanted}:
            return word
    return None


def _read_param(word: str) -> Mapping[str, object]:
    try:
        return references.unescaped(cell_line.parse_cell_line(shlex.join(["image", "-p", word]), {}).inputs)
    except PlaycutError:
        return {}


def _inputs_of(snapshot: Snapshot, line: str, body: str) -> dict[str, object] | None:
    """Return the inputs that a cell of *line* and *body* would send; None if it would send none or several."""
    try:
        parsed = cell_line.parse_cell_line(line, {})
        inputs = references.unescaped(parsed.inputs)
        request = planning.plan_sweep(parsed.kind, body.strip("\n"), {}, inputs, literal=parsed.literal)
    except PlaycutError:
        return None
    if request.total != 1:
        return None
    (expansion,) = request.plan
    return {snapshot.request.tool.prompt_field: expansion.prompt, **expansion.inputs}
