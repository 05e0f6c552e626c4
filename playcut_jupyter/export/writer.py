"""A generation as a standalone program: what was tried out in a notebook, for production.

The programs stand in `programs/`, whole and readable, one for each language; here they get what is to be made. They
need no playcut_jupyter, take the key from `PLAYCUT_API_KEY`, and hold neither a key nor an address of the notebook's.
Prompts are any text at all: each language gets them in a spelling that can't end the literal or run as code.
"""

from __future__ import annotations

import json
import pprint
import re
import shlex
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from typing import Any

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.redaction import without_secrets
from playcut_jupyter.tools import READ_ONLY

FORMATS: Mapping[str, str] = {"curl": "curl.sh", "python": "python.py", "typescript": "typescript.ts", "json": ""}
"""Format -> the program that it is made from; JSON is the inputs alone."""
_LARGEST_EXACT = 2**53 - 1
"""The largest whole number that JavaScript's own numbers hold without rounding."""


def program(
    generations: Sequence[Snapshot], format_: str = "python", axes: Mapping[str, Sequence[object]] | None = None
) -> str:
    """Return a program that makes *generations* again and saves what they bring in the working folder.

    Args:
        generations: at least one.
        format_: "curl" (a bash script), "python" (with httpx alone), "typescript" (for node, without packages), or
            "json": kind, tool, prompt and inputs as a document.
        axes: those of a sweep, which go into its JSON.

    Raises:
        InvalidInput: no such format, nothing to export, or one of *generations* starts no task.
    """
    if format_ not in FORMATS:
        near = get_close_matches(str(format_), FORMATS, 1, 0.4)
        raise InvalidInput(
            f"There is no export as {format_!r}." + (f" Did you mean {near[0]}?" if near else ""),
            hint=f"Formats are {', '.join(FORMATS)}.",
        )
    if not generations:
        raise InvalidInput("There is nothing to export.", hint="Make something first: %%playcut image.")
    for state in generations:
        _check(state)
    if format_ == "json":
        return _json(_document(generations, axes or {})) + "\n"
    template = (files("playcut_jupyter.export") / "programs" / FORMATS[format_]).read_text(encoding="utf-8")
    sandbox_line = "" if not any(state.is_sandbox for state in generations) else r"\1\2"
    template = re.sub(r"(?m)^(.*)__SANDBOX__ (.*\n)", sandbox_line, template, count=1)
    steps = [_step(state, _name(state, number, len(generations))) for number, state in enumerate(generations, 1)]
    if format_ == "curl":
        return template.replace("__GENERATIONS__", _bash(steps), 1)
    literal = pprint.pformat(steps, width=110, sort_dicts=False) if format_ == "python" else _typescript(steps)
    return template.replace('"__GENERATIONS__"', literal, 1)


def _check(state: Snapshot) -> None:
    starts_task = state.tool.startswith("generate-") or state.task_id is not None
    if state.tool in READ_ONLY or not starts_task:
        raise InvalidInput(
            f"{state.tool} makes nothing that a program could make again.",
            hint="Export an image, a video, speech, or another tool that starts a task.",
        )


def _in_session(state: Snapshot) -> bool:
    """True if the program is to name its session: not where the input names one, or it went without."""
    went_without = state.task_id is not None and state.session_id is None
    wanted = state.tool.startswith("generate-") and state.request.in_session
    return wanted and "workerId" not in state.inputs and not went_without


def _name(state: Snapshot, number: int, count: int) -> str:
    kind = re.sub(r"[^a-z0-9]+", "-", state.kind.lower()).strip("-")[:60] or "file"
    return f"playcut-{kind}-{number}" if count > 1 else f"playcut-{kind}"


def _step(state: Snapshot, name: str) -> dict[str, Any]:
    # By way of JSON, as they are sent: a number of numpy's is then a plain one.
    inputs = json.loads(json.dumps(_inputs(state)))
    return {"name": name, "tool": state.tool, "session": _in_session(state), "inputs": inputs}


def _inputs(state: Snapshot) -> dict[str, Any]:
    """Return the inputs as they may be passed on: a signed URL among them would be as good as a key."""
    kept: dict[str, Any] = without_secrets(dict(state.inputs))
    return kept


def _document(generations: Sequence[Snapshot], axes: Mapping[str, Sequence[object]]) -> dict[str, Any]:
    described = [
        {"kind": state.kind, "tool": state.tool, "prompt": without_secrets(state.prompt), "inputs": _inputs(state)}
        | ({"labels": dict(state.labels)} if state.labels else {})
        for state in generations
    ]
    if len(generations) == 1 and not axes:
        return described[0]
    return {"axes": {name: list(values) for name, values in axes.items()}, "generations": described}


def _json(value: object) -> str:
    """Return *value* as JSON that can be copied: what can't be seen or printed is written as an escape."""
    # A value of an axis that JSON has no word for (a Decimal, a number of numpy's) is the text it has in the prompt.
    return re.sub(r"[^\n -~]", _visible, json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _visible(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]


def _typescript(steps: Sequence[Mapping[str, Any]]) -> str:
    """Return *steps* as a literal whose whole numbers are the same there: large ones are BigInts."""
    return re.sub(r'"(?:\\.|[^"\\])*"|-?\d[\d.eE+-]*', _exact, _json(steps))


def _exact(match: re.Match[str]) -> str:
    text = match[0]
    is_large = text.lstrip("-").isdigit() and abs(int(text)) > _LARGEST_EXACT
    return f"{text}n" if is_large else text


def _bash(steps: Sequence[Mapping[str, Any]]) -> str:
    """Return the calls that submit *steps*; all JSON stands between single quotes, and holds none itself."""
    lines = ["start_session"] if any(step["session"] for step in steps) else []
    for step in steps:
        body = _json(step["inputs"]).replace("'", r"\u0027")
        if step["session"]:
            rest = f",{body[1:]}" if step["inputs"] else "\n}"
            body = f"""{{\n  "workerId": "'"$session"'"{rest}"""
        lines.append(f"submit {step['name']} {shlex.quote(step['tool'])} '{body}'")
    return "\n    ".join(lines)
