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
from typing import TYPE_CHECKING, Any

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.redaction import without_secrets
from playcut_jupyter.tools import READ_ONLY

if TYPE_CHECKING:
    from playcut_jupyter.runs.generation import Generation

FORMATS: Mapping[str, str] = {"curl": "curl.sh", "python": "python.py", "typescript": "typescript.ts", "json": ""}
"""Format -> the program that it is made from; JSON is the inputs alone."""
_LARGEST_EXACT = 2**53 - 1
"""The largest whole number that JavaScript's own numbers hold without rounding."""


def program(runs: Sequence[Generation], format_: str = "python") -> str:
    """Return a program that makes *runs* anew and saves what they bring in the working folder.

    Args:
        runs: at least one generation; a sweep's axes go into its JSON.
        format_: "curl" (a bash script), "python" (with httpx alone), "typescript" (for node, without packages), or
            "json": kind, tool, prompt and inputs as a document.

    Raises:
        InvalidInput: no such format, nothing to export, or one of *runs* starts no task.
    """
    if format_ not in FORMATS:
        near = get_close_matches(str(format_), FORMATS, 1, 0.4)
        raise InvalidInput(
            f"There is no export as {format_!r}." + (f" Did you mean {near[0]}?" if near else ""),
            hint=f"Formats are {', '.join(FORMATS)}.",
        )
    if not runs:
        raise InvalidInput("There is nothing to export.", hint="Make something first: %%playcut image.")
    for run in runs:
        _check(run)
    if format_ == "json":
        return _json(_document(runs)) + "\n"
    template = (files("playcut_jupyter.export") / "programs" / FORMATS[format_]).read_text(encoding="utf-8")
    sandbox_line = "" if not any(run.is_sandbox for run in runs) else r"\1\2"
    template = re.sub(r"(?m)^(.*)__SANDBOX__ (.*\n)", sandbox_line, template, count=1)
    steps = [_step(run, _name(run, number, len(runs))) for number, run in enumerate(runs, 1)]
    if format_ == "curl":
        return template.replace("__GENERATIONS__", _bash(steps), 1)
    literal = pprint.pformat(steps, width=110, sort_dicts=False) if format_ == "python" else _typescript(steps)
    return template.replace('"__GENERATIONS__"', literal, 1)


def _check(run: Generation) -> None:
    starts_task = run.tool.startswith("generate-") or run.task_id is not None
    if run.tool in READ_ONLY or not starts_task:
        raise InvalidInput(
            f"{run.tool} makes nothing that a program could make again.",
            hint="Export an image, a video, speech, or another tool that starts a task.",
        )


def _in_session(run: Generation) -> bool:
    """True if the program is to name its session: not where the input names one, or it went without."""
    went_without = run.task_id is not None and run.session_id is None
    wanted = run.tool.startswith("generate-") and run.request.in_session
    return wanted and "workerId" not in run.inputs and not went_without


def _name(run: Generation, number: int, count: int) -> str:
    kind = re.sub(r"[^a-z0-9]+", "-", run.kind.lower()).strip("-")[:60] or "file"
    return f"playcut-{kind}-{number}" if count > 1 else f"playcut-{kind}"


def _step(run: Generation, name: str) -> dict[str, Any]:
    # By way of JSON, as they are sent: a number of numpy's is then a plain one.
    inputs = json.loads(json.dumps(_inputs(run)))
    return {"name": name, "tool": run.tool, "session": _in_session(run), "inputs": inputs}


def _inputs(run: Generation) -> dict[str, Any]:
    """Return the inputs as they may be passed on: a signed URL among them would be as good as a key."""
    kept: dict[str, Any] = without_secrets(dict(run.inputs))
    return kept


def _document(runs: Sequence[Generation]) -> dict[str, Any]:
    axes: Mapping[str, Sequence[object]] = getattr(runs, "axes", {})
    described = [
        {"kind": run.kind, "tool": run.tool, "prompt": without_secrets(run.prompt), "inputs": _inputs(run)}
        | ({"labels": dict(run.labels)} if run.labels else {})
        for run in runs
    ]
    if len(runs) == 1 and not axes:
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
