"""How a typed value names an earlier result: `"@5"`, `"@last"`, `"@fox"`, `"@fox.2"`; `"@@"` begins a literal @.

Only a whole text is a reference, never a part of one; a prompt never is. What a reference stands for is found by
`results.references`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.prompts.plan import OneValue, short

_PROMPT_FIELDS = ("prompt", "text")
_REFERENCE = re.compile(r"@(#?[0-9]+|[^\W\d]\w*)(?:\.([0-9]+))?")


@dataclass(frozen=True)
class Reference:
    """An asset of an earlier generation, as it was typed.

    Attributes:
        text: all of it.
        name: what stands behind the @: a number, `last`, or the name of a variable.
        position: which of its assets, from 1; None for the first, where none is written.
    """

    text: str
    name: str
    position: int | None = None


def parse(text: str) -> Reference | None:
    """Return the reference that *text* is; None if it is other text.

    Raises:
        InvalidInput: it is a list of references, which is no text of its own, or counts from 0.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        parts = text.split(",")
        if len(parts) > 1 and all(_REFERENCE.fullmatch(part.strip()) for part in parts):
            several = ", ".join(f'"{part.strip()}"' for part in parts)
            raise InvalidInput(
                f"{short(text, 60)!r} is one text and names several results.",
                hint=f"Write a JSON list: [{several}]; the text itself is `@{short(text, 60)}`.",
            )
        return None
    position = int(found[2][:9]) if found[2] is not None else None
    if position == 0:
        raise InvalidInput(f"`{text}`: assets are counted from 1.", hint=f"The first is `@{found[1]}`.")
    return Reference(text, found[1].removeprefix("#"), position)


def literal(text: str) -> str:
    """Return the text that *text* stands for where it is no reference: `@@` at its start is one @."""
    return text[1:] if text.startswith("@@") else text


def without_prompt(tool_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a raw tool in which references may stand."""
    return {name: value for name, value in tool_input.items() if name not in _PROMPT_FIELDS}


def escaped(value: object) -> Any:
    """Return the typed JSON value that stands for exactly *value*, which holds no references."""
    return map_values(value, lambda item: f"@{item}" if isinstance(item, str) and item.startswith("@") else item)


def unescaped(typed: Mapping[str, object]) -> dict[str, object]:
    """Return inputs as they are meant, of which none is a reference: the opposite of `escaped`."""
    return {
        name: map_values(value, lambda item: literal(item) if isinstance(item, str) else item)
        for name, value in typed.items()
    }


def map_values(value: object, change: Callable[[object], object]) -> Any:
    """Return *value* with everything but its lists and dictionaries changed; one nested too deep is left as it is."""
    try:
        return _mapped(value, change)
    except RecursionError:
        return value  # refused where it is made JSON


def _mapped(value: object, change: Callable[[object], object]) -> object:
    if isinstance(value, dict):
        return {name: _mapped(item, change) for name, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_mapped(item, change) for item in value]
        return OneValue(items) if isinstance(value, OneValue) else items if isinstance(value, list) else tuple(items)
    return change(value)
