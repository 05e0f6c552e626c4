"""Variables in the values of options: each value is a template, with the grammar of the prompt.

A variable that is the whole value stays what it is, so that a list is an axis and a number a number.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.plan import MOST, short
from playcut_jupyter.prompts.template import Name, escape, names_in, parse, spelled

_ENVIRONMENT = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


def fill(text: str, variables: Mapping[str, object]) -> object:
    """Return what *text* stands for: a text, a list of texts, or the value of the variable that it is.

    Raises:
        PromptError: a variable is not there or unfit.
    """
    if "{" not in text:
        return text
    try:
        name = _variable(text)
        if name is None or name not in variables:
            return _texts(text, variables)
    except PromptError as error:
        raise PromptError(f"In {short(text, 60)!r}: {error.message}", hint=error.remedies) from None
    value = variables[name]
    return list(value) if isinstance(value, list | tuple) else value


def is_variable(text: str) -> bool:
    """Tell whether *text* is a variable and nothing else."""
    return _variable(text) is not None


def _variable(text: str) -> str | None:
    parts = parse(text)
    return spelled(parts[0].name) if len(parts) == 1 and isinstance(parts[0], Name) else None


def _texts(text: str, variables: Mapping[str, object]) -> str | list[str]:
    plan = expand(text, variables)
    if len(plan) > MOST:
        raise PromptError(f"it expands to more than {MOST:,} values.", hint="Use fewer of them.")
    texts = [one.prompt for one in plan]
    return texts if plan.axes else texts[0]


def fill_one(text: str, variables: Mapping[str, object]) -> str:
    """Return the one text that *text* expands to.

    Raises:
        PromptError: it expands to several, or a variable is not there or unfit.
    """
    found = fill(text, variables)
    if isinstance(found, list):
        raise PromptError(
            f"{short(text, 60)!r} expands to {len(found)} values, but only one value is allowed here.",
            hint=f"Name one of them; for the text itself write {escape(text)}.",
        )
    return found if isinstance(found, str) else str(_texts(text, variables))


def fill_path(text: str, variables: Mapping[str, object]) -> str:
    """Return the path that *text* stands for; `$NAME` and `${NAME}` are of the environment.

    Raises:
        PromptError: as `fill_one`.
        InvalidInput: the environment has no such name.
    """

    def value_of(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in os.environ:
            raise InvalidInput(
                f"There is no environment variable {name}.",
                hint=f"A variable of the notebook is written {{{name}}}." if name in variables else "Set it first.",
            )
        return escape(os.environ[name])

    template = _ENVIRONMENT.sub(value_of, text)
    named = {name: variables.get(name) for name in names_in(template)}
    paths = {name: os.fspath(path) for name, path in named.items() if isinstance(path, os.PathLike)}
    return fill_one(template, {**variables, **paths} if paths else variables)
