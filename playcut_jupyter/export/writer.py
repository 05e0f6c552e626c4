"""Exports generations as a standalone program, to move from a notebook to production.

The folder `programs/` has one complete program per language, and this module inserts the generations. The programs do
not need playcut_jupyter, take the key from `PLAYCUT_API_KEY`, and contain neither a key nor the notebook's base URL.
Prompts are escaped for each language, so that no text can end its literal or run as code.
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
from playcut_jupyter.export import mcp
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.redaction import without_secrets
from playcut_jupyter.tools import READ_ONLY

FORMATS: Mapping[str, str] = {
    "curl": "curl.sh",
    "python": "python.py",
    "typescript": "typescript.ts",
    "json": "",
    "mcp": "",
}
"""Format -> its program in `programs/`; "json" has only the inputs, and "mcp" the messages for an MCP server."""
_LARGEST_EXACT = 2**53 - 1
"""The largest whole number that a JavaScript number holds exactly."""


def program(
    generations: Sequence[Snapshot], format_: str = "python", axes: Mapping[str, Sequence[object]] | None = None
) -> str:
    """Return a program that generates *generations* again and saves their files in the working folder.

    Args:
        generations: at least one.
        format_: "curl" (a bash script), "python" (with httpx alone), "typescript" (for node, without packages), or
            "json": kind, tool, prompt and inputs as a document, or "mcp": a JSON list of `tools/call` messages.
        axes: the axes of a sweep, which its JSON includes.

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
        raise InvalidInput("There is nothing to export.", hint="Generate something first: %%playcut image.")
    for snapshot in generations:
        _check(snapshot)
    if format_ == "json":
        return _json(_document(generations, axes or {})) + "\n"
    steps = [
        _step(snapshot, _name(snapshot, number, len(generations))) for number, snapshot in enumerate(generations, 1)
    ]
    if format_ == "mcp":
        counts = [len(snapshot.assets) or 1 for snapshot in generations]
        return _json(mcp.messages([{**step, "assets": n} for step, n in zip(steps, counts, strict=True)])) + "\n"
    template = (files("playcut_jupyter.export") / "programs" / FORMATS[format_]).read_text(encoding="utf-8")
    sandbox_line = "" if not any(snapshot.is_sandbox for snapshot in generations) else r"\1\2"
    template = re.sub(r"(?m)^(.*)__SANDBOX__ (.*\n)", sandbox_line, template, count=1)
    if format_ == "curl":
        return template.replace("__GENERATIONS__", _bash(steps), 1)
    literal = pprint.pformat(steps, width=110, sort_dicts=False) if format_ == "python" else _typescript(steps)
    return template.replace('"__GENERATIONS__"', literal, 1)


def _check(snapshot: Snapshot) -> None:
    starts_task = snapshot.tool.startswith("generate-") or snapshot.task_id is not None
    if snapshot.tool in READ_ONLY or not starts_task:
        raise InvalidInput(
            f"{snapshot.tool} starts no task, so there is nothing to export.",
            hint="Export an image, a video, speech, or another tool that starts a task.",
        )


def _in_session(snapshot: Snapshot) -> bool:
    """Return True if the program puts it into a session: it had one, and its input does not name one."""
    had_none = snapshot.task_id is not None and snapshot.session_id is None
    takes_session = snapshot.tool.startswith("generate-") and snapshot.request.in_session
    return takes_session and "workerId" not in snapshot.inputs and not had_none


def _name(snapshot: Snapshot, number: int, count: int) -> str:
    kind = re.sub(r"[^a-z0-9]+", "-", snapshot.kind.lower()).strip("-")[:60] or "file"
    return f"playcut-{kind}-{number}" if count > 1 else f"playcut-{kind}"


def _step(snapshot: Snapshot, name: str) -> dict[str, Any]:
    # Through JSON, as in a request, so that numbers of other types become plain ones.
    inputs = json.loads(json.dumps(_inputs(snapshot)))
    return {"name": name, "tool": snapshot.tool, "session": _in_session(snapshot), "inputs": inputs}


def _inputs(snapshot: Snapshot) -> dict[str, Any]:
    """Return the inputs without secrets, because a signed URL among them is equivalent to a key."""
    inputs: dict[str, Any] = without_secrets(dict(snapshot.inputs))
    return inputs


def _document(generations: Sequence[Snapshot], axes: Mapping[str, Sequence[object]]) -> dict[str, Any]:
    documents = [
        {
            "kind": snapshot.kind,
            "tool": snapshot.tool,
            "prompt": without_secrets(snapshot.prompt),
            "inputs": _inputs(snapshot),
        }
        | ({"labels": dict(snapshot.labels)} if snapshot.labels else {})
        for snapshot in generations
    ]
    if len(generations) == 1 and not axes:
        return documents[0]
    return {"axes": {name: list(values) for name, values in axes.items()}, "generations": documents}


def _json(value: object) -> str:
    """Return *value* as JSON, with escapes for characters that can't be printed."""
    # An axis value of a type that JSON lacks (a Decimal, a numpy number) becomes the text that it has in the prompt.
    return re.sub(r"[^\n -~]", _escape_unprintable, json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _escape_unprintable(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]


def _typescript(steps: Sequence[Mapping[str, Any]]) -> str:
    """Return *steps* as a TypeScript literal, with large whole numbers as BigInts, which are exact."""
    return re.sub(r'"(?:\\.|[^"\\])*"|-?\d[\d.eE+-]*', _exact_number, _json(steps))


def _exact_number(match: re.Match[str]) -> str:
    text = match[0]
    is_large = text.lstrip("-").isdigit() and abs(int(text)) > _LARGEST_EXACT
    return f"{text}n" if is_large else text


def _bash(steps: Sequence[Mapping[str, Any]]) -> str:
    """Return the bash calls that submit *steps*; JSON is in single quotes, and its own are escaped."""
    lines = ["start_session"] if any(step["session"] for step in steps) else []
    for step in steps:
        body = _json(step["inputs"]).replace("'", r"\u0027")
        if step["session"]:
            rest = f",{body[1:]}" if step["inputs"] else "\n}"
            body = f"""{{\n  "workerId": "'"$session"'"{rest}"""
        lines.append(f"submit {step['name']} {shlex.quote(step['tool'])} '{body}'")
    return "\n    ".join(lines)
