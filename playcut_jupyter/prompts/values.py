"""What may stand for a name of a template, or be the value of an option; and what only looks like a value.

NaN, infinity and the missing values of tables are told by how they behave and how they are written, whichever
library they are of: none is imported for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from numbers import Number
from typing import TypeGuard

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.plan import OneValue, short

_ACCEPTED = "a template takes text, a number, or a list or tuple of them"
_IN_A_NUMBER = re.compile(r"(?<![a-z])(?:s?nan|inf)", re.IGNORECASE)
_MISSING = re.compile(r"(?:\w+\()?(?:[+-]?(?:nan|inf)|<NA>|NaT)\b.*|<NA>", re.IGNORECASE)


def text_of(value: object, where: str) -> str:
    """Return the text of *value*, which *where* names.

    Raises:
        PromptError: it is no text and no number, or a number that says nothing.
    """
    if isinstance(value, str):
        return str.__str__(value)
    refuse_no_value(value, where, f"; {_ACCEPTED}")
    kind = type(value).__name__
    if not isinstance(value, Number):
        iterable = isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, Mapping))
        hint = f"Make it a list: list(...) takes a {kind}." if iterable else None
        raise PromptError(f"{where} is a {kind}; {_ACCEPTED}.", hint=hint)
    try:
        return str(value)
    except Exception as error:  # a stranger's number may raise anything
        raise PromptError(f"{where} is a {kind} that can't be written as text ({type(error).__name__}).") from error


def is_axis(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Tell whether the value of an option is several."""
    return isinstance(value, (list, tuple)) and not isinstance(value, OneValue)


def check_option(name: str, value: object) -> None:
    """Refuse an option that has no value, or one that is none.

    Raises:
        PromptError: it is an empty list, NaN or infinite; or an item of it is, or is None or an empty text.
    """
    where = f"The option {name}"
    if not isinstance(value, (list, tuple)):
        refuse_no_value(value, where)
        return
    if is_axis(value) and not value:
        raise PromptError(f"{where} is an empty {type(value).__name__}.", hint="Give it a value.")
    for at, item in enumerate(value, start=1):
        item_of = f"Item {at} of the option {name}"
        refuse_no_value(item, item_of)
        if is_axis(value) and (item is None or (isinstance(item, str) and not item.strip())):
            raise PromptError(
                f"{item_of} is {'None' if item is None else 'empty'}.", hint="Leave it out, or give it a value."
            )


def refuse_no_value(value: object, where: str, accepted: str = "") -> None:
    """Raise a `PromptError` if *value* is NaN or infinite, or stands for one that is missing."""
    if isinstance(value, (str, bytes, int, list, tuple, Mapping)) or value is None:
        return
    text = short(value, 40)
    if _is_not_finite(value) if isinstance(value, Number) else _MISSING.fullmatch(text):
        raise PromptError(f"{where} is {text}{accepted}.", hint="Leave it out, or write the value that is meant.")


def _is_not_finite(number: object) -> bool:
    try:
        # Only NaN differs from itself.
        is_finite = not (number != number or any(number == far for far in (math.inf, -math.inf)))
    except Exception:  # noqa: BLE001 - a signalling NaN can't be compared, and a stranger's number may raise anything
        is_finite = True
    return not is_finite or bool(_IN_A_NUMBER.search(short(number, 40)))
