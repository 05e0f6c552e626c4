"""What stands behind an option or below a raw tool: text, a number, JSON, a variable, or an axis.

An axis is a list. A JSON list is one value.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.prompts.plan import OneValue
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.syntax import references
from playcut_jupyter.syntax.templates import fill, fill_one, is_variable
from playcut_jupyter.tools import OPTION_HELP


def option(name: str, text: str, variables: Mapping[str, object]) -> object:
    """Return the value of one of our options; a duration is a number.

    Raises:
        PromptError: a variable is not there or unfit.
        InvalidInput: a value is missing, also at a comma; or it can't be a duration.
    """
    found = _value_or_axis(text, variables, _without_quotes)
    for value in found if isinstance(found, list) else [found]:
        if isinstance(value, str) and not value.strip():
            raise InvalidInput(f"{OPTION_HELP[name]} has no value.", hint="Give it a value, or leave it out.")
    if name != "duration_seconds":
        return found
    return [_duration(item) for item in found] if isinstance(found, list) else _duration(found)


def param(text: str, variables: Mapping[str, object], *, is_raw: bool) -> tuple[str, object]:
    """Return the input that `-p key=value` names: JSON if it parses, else a variable, an axis, or the text.

    With *is_raw* it is for a tool with its own input, which has no axes: commas are text.

    Raises:
        InvalidInput: it is not key=value, or nothing is written at a comma.
        PromptError: a variable is not there or unfit.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        hint = ("For example ", Remedy(Action.GIVE_INPUT, "seed=7"), ".")
        raise InvalidInput(f"{text!r} is not key=value.", hint=hint)
    key = fill_one(key.strip(), variables)
    parsed = _json_or_text(value)
    if parsed is not value:
        return key, _one_value(_fill_json(parsed, variables))
    if not is_raw:
        return key, _value_or_axis(value, variables, _json_or_text)
    return key, fill(value, variables) if is_variable(value) else _json_or_text(fill_one(value, variables))


def escaped(value: object) -> object:
    """Return the JSON value that stands for exactly *value* behind an option: its texts are escaped as in a prompt."""
    return references.escaped(_map_texts(value, escape))


def at_commas(text: str) -> list[str]:
    """Split *text* at its commas, but not in brackets or double quotes: "Grace (English, US)" is one name."""
    return [part for part in _split(text) if part]


def _split(text: str) -> list[str]:
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
    return [part.strip() for part in parts]


def _value_or_axis(text: str, variables: Mapping[str, object], read: Callable[[str], object]) -> object:
    """Return one value, or a list that is an axis: where commas, a variable or alternatives give several."""
    parts = _split(text) if "," in text else [text]
    if len(parts) == 1:
        return _filled(text, variables, read)
    if not all(parts):
        where = "before its first comma" if not parts[0] else "behind its last comma" if not parts[-1] else None
        raise InvalidInput(
            f"The list {text!r} has nothing {where or 'between two commas'}.",
            hint="Write one comma between two values: 1:1,16:9. A comma that belongs to the text goes into "
            "double quotes: '\"oil, ink\"'.",
        )
    axis: list[object] = []
    for part in parts:
        found = _filled(part, variables, read)
        axis += found if isinstance(found, list) and not isinstance(found, OneValue) else [found]
    return axis


def _filled(part: str, variables: Mapping[str, object], read: Callable[[str], object]) -> object:
    parsed = read(part)
    if parsed is not part:
        return _one_value(_fill_json(parsed, variables))
    found = fill(part, variables)
    if is_variable(part):
        return found
    if isinstance(found, list):
        return [_one_value(read(text)) for text in found]
    return _one_value(read(found)) if isinstance(found, str) else found


def _one_value(value: object) -> object:
    return OneValue(value) if isinstance(value, list) else value


def _fill_json(value: object, variables: Mapping[str, object]) -> object:
    return _map_texts(value, lambda text: fill_one(text, variables))


def _map_texts(value: object, change: Callable[[str], str]) -> object:
    """Return a JSON value with its texts changed, and the names of its objects as they are."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map_texts(item, change) for item in value]
    if isinstance(value, dict):
        return {name: _map_texts(item, change) for name, item in value.items()}
    return value


def _without_quotes(part: str) -> str:
    is_quoted = len(part) > 1 and part[0] == part[-1] == '"' and '"' not in part[1:-1]
    return part[1:-1] if is_quoted else part


def _json_or_text(part: str) -> Any:
    try:
        return _parse_json(part)
    except (ValueError, RecursionError):
        return part


def _parse_json(text: str) -> Any:
    """Return what JSON means by *text*, which has no infinite numbers; `json` alone takes them."""
    return json.loads(text, parse_constant=_refuse_number, parse_float=_finite)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _refuse_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")


def _duration(value: object) -> float | int:
    number = _json_or_text(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, Real) or not 0 < float(number) < 1e6:
        hint = ("For example ", Remedy(Action.GIVE_DURATION, "8"), ".")
        raise InvalidInput(f"{value!r} is not a length in seconds.", hint=hint)
    return int(number) if isinstance(number, Integral) else float(number)


def tool_input(body: str) -> dict[str, Any]:
    """Read a raw tool's JSON input; an empty body is an empty input.

    Raises:
        InvalidInput: it is not a JSON object; the message points at the place.
    """
    if not body.strip():
        return {}
    try:
        parsed = _parse_json(body)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"The cell is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).",
            hint='A tool by its own name takes its input as one JSON object, such as {"prompt": "a red fox"}; '
            "a prompt is for image, video and speech.",
        ) from None
    except ValueError as error:
        raise InvalidInput(f"The cell is not JSON: {error}.") from None
    except RecursionError:
        raise InvalidInput("The cell's JSON is nested too deep.") from None
    if not isinstance(parsed, dict):
        raise InvalidInput("The cell's JSON is not an object.", hint='Write {"name": value, ...}.')
    return parsed
