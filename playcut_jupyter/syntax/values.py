"""What stands behind an option or below a raw tool: text, a number, JSON, a notebook variable, or an axis.

An axis is a list. A JSON list is one value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.prompts.plan import OneValue
from playcut_jupyter.remedies import Action, Remedy

_VARIABLE = re.compile(r"\{(\w+)\}")


def option(name: str, text: str, variables: Mapping[str, object]) -> object:
    """Return the value of one of our options; a duration is a number.

    Raises:
        PromptError: a variable that is not there.
        InvalidInput: it can't be a duration.
    """
    found = _value(text, variables)
    if name != "duration_seconds":
        return found
    return [_duration(item) for item in found] if isinstance(found, list) else _duration(found)


def param(text: str, variables: Mapping[str, object], *, is_raw: bool) -> tuple[str, object]:
    """Return the input that `-p key=value` names: JSON if it parses, else a variable, an axis, or the text.

    With *is_raw* it is for a tool with its own input, which has no axes: commas are text.

    Raises:
        InvalidInput: it is not key=value.
        PromptError: a variable that is not there.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        hint = ("For example ", Remedy(Action.GIVE_INPUT, "seed=7"), ".")
        raise InvalidInput(f"{text!r} is not key=value.", hint=hint)
    parsed = _json_or_text(value)
    if parsed is not value:
        return key.strip(), OneValue(parsed) if isinstance(parsed, list) else parsed
    if is_raw and not _VARIABLE.fullmatch(value):
        return key.strip(), value
    found = _value(value, variables)
    return key.strip(), [_json_or_text(item) for item in found] if isinstance(found, list) else found


def _value(text: str, variables: Mapping[str, object]) -> object:
    variable = _VARIABLE.fullmatch(text)
    if variable:
        return _variable(variable.group(1), variables)
    if "," not in text:
        return text
    parts = at_commas(text)
    return parts[0] if len(parts) == 1 else parts


def at_commas(text: str) -> list[str]:
    """Split *text* at its commas, but not in brackets or double quotes: "Grace (English, US)" is one name."""
    parts, depth, is_quoted = [""], 0, False
    for character in text:
        if character == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (character in "([{") - (character in ")]}")
        if character == "," and not is_quoted and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def _variable(name: str, variables: Mapping[str, object]) -> object:
    if name not in variables:
        raise PromptError(
            f"There is no variable {name!r}.", hint="Define it in a cell above, or write the value itself."
        )
    value = variables[name]
    return list(value) if isinstance(value, list | tuple) else value


def _json_or_text(part: Any) -> Any:
    if not isinstance(part, str):
        return part
    try:
        return json.loads(part)
    except (ValueError, RecursionError):
        return part


def _duration(value: object) -> float | int:
    number = _json_or_text(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < 1e6:
        hint = ("For example ", Remedy(Action.GIVE_DURATION, "8"), ".")
        raise InvalidInput(f"{value!r} is not a length in seconds.", hint=hint)
    return number


def tool_input(body: str) -> dict[str, Any]:
    """Read a raw tool's JSON input; an empty body is an empty input.

    Raises:
        InvalidInput: it is not a JSON object; the message points at the place.
    """
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"The cell is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).",
            hint='A tool by its own name takes its input as one JSON object, such as {"prompt": "a red fox"}; '
            "a prompt is for image, video and speech.",
        ) from None
    except (ValueError, RecursionError):
        raise InvalidInput("The cell's JSON is too deep or too large.") from None
    if not isinstance(parsed, dict):
        raise InvalidInput("The cell's JSON is not an object.", hint='Write {"name": value, ...}.')
    return parsed
