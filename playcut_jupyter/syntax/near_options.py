"""Words that are options but for their dashes, letters or quotes: refused with the right spelling, and not bought.

How much it takes depends on where a word stands. Among options there is no prose, so that a near name is enough; a
prompt may begin with "\u2014voices in the dark", and may hold "\u2014from the hills\u2014", but no "\u2014max 20".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from functools import cache
from typing import NoReturn

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.prompts import foreign_syntax
from playcut_jupyter.prompts.dash_parameters import PARAMETERS
from playcut_jupyter.syntax import lookalikes
from playcut_jupyter.syntax.parsers import OTHER_NAMES, cell_parser, options_of

_SHAPE = re.compile(r"(-*)([A-Za-z](?:[A-Za-z_-]*[A-Za-z])?)-*(.*)", re.DOTALL)
_VALUE = re.compile(r"\{|\S*[\d=/\\]|\S*\.\w|(?:last|starred)\b")
_RATIO = re.compile(r"=?(?:\{|\d+\s*[:x\xd7/]\s*\d)")
_IN_PLAIN_DASHES = re.compile(r"--[A-Za-z][\w-]*(=.*)?|-[a-z][=\d].*", re.DOTALL)


class Likelihood(IntEnum):
    """How likely a word is meant as an option."""

    NEAR = 1
    """It is spelled nearly like one: enough among options."""
    SAME = 2
    """It is spelled like one: enough where a prompt begins."""
    CERTAIN = 3
    """No prose has such a word: two dashes, a hyphen in its name, or a value behind it."""


@dataclass(frozen=True)
class NearOption:
    """What a word was meant as: an option in the right spelling, with the value that is attached to it."""

    spelling: str
    takes_value: bool
    likelihood: Likelihood


@cache
def takes_value() -> dict[str, bool]:
    """Return our options, in each of their spellings -> whether a value follows."""
    return {text: action.nargs != 0 for text, action in options_of(cell_parser()).items()}


def flag_of(name: str) -> str:
    """Return the shortest spelling of the option that has this name in Python."""
    return next(text for text, action in options_of(cell_parser()).items() if action.dest == name)


def near_option(word: str, following: str) -> NearOption | None:
    """Return the option that *word* is but for its dashes, letters or quotes, or that it is; None if it is none.

    Args:
        word: as typed, up to the next white space.
        following: what stands behind it.
    """
    unquoted = lookalikes.plain(word.strip(lookalikes.QUOTES)).strip(lookalikes.QUOTES)
    shape = _SHAPE.fullmatch(unquoted)
    if shape is None:
        return None
    dashes, typed, rest = shape.groups()
    if len(typed) == 1 and dashes:
        return _letter(typed, rest, following)
    name = typed.replace("_", "-").lower()
    is_same = f"--{name}" in takes_value()
    option = f"--{name}" if is_same else OTHER_NAMES.get(name) or _nearest(name)
    if option is None or (rest and not rest.startswith("=")):
        return None
    has_value = takes_value()[option] and bool(rest or _VALUE.match(following))
    if not dashes:
        # `count=3` as in Python, or `aspect-ratio 16:9`; `fresh` and `from 3 to 4` are words.
        if not (is_same and has_value and (rest or "-" in name)):
            return None
        likelihood = Likelihood.CERTAIN
    elif has_value or "-" in name or (is_same and len(dashes) > 1):
        likelihood = Likelihood.CERTAIN
    else:
        likelihood = Likelihood.SAME if is_same and typed.islower() else Likelihood.NEAR
    return NearOption(option + (rest if takes_value()[option] else ""), takes_value()[option], likelihood)


def _letter(letter: str, rest: str, following: str) -> NearOption | None:
    option = f"-{letter.lower()}"
    if option not in takes_value() or not re.match(r"[={\d]|$", rest):
        return None
    value = _RATIO if option == "-a" else _VALUE
    if takes_value()[option] and value.match(rest or following):
        likelihood = Likelihood.CERTAIN
    elif letter in "ao" or letter.isupper():  # words, as in "a fox" and "o fox"
        return None
    else:
        likelihood = Likelihood.SAME
    return NearOption(option + rest, takes_value()[option], likelihood)


def _nearest(name: str) -> str | None:
    """Return the option that *name* is nearly, or the first word of."""
    long = [option for option in takes_value() if option.startswith("--")]
    begun = [option for option in long if len(name) > 2 and option.startswith(f"--{name}-")]
    return next(iter(begun or get_close_matches(f"--{name}", long, 1, 0.88)), None)


def check_among_options(word: str, following: str) -> None:
    """Raise `InvalidInput` if *word*, which stands where options do, is one but for its characters."""
    if re.match(r"--[A-Za-z][\w-]*(=|$)", word, re.ASCII):
        return  # the parser knows it, or names the nearest
    found = near_option(word, following)
    # In ASCII it may be a letter with its value (`-vAda`), and is a slip only if it is spelled like a name.
    enough = Likelihood.SAME if word.isascii() else Likelihood.NEAR
    if found is not None and found.spelling != word and found.likelihood >= enough:
        _refuse(word, found, ".")


def check_prompt(prompt: str, kind: str) -> None:
    """Refuse a one-line prompt that begins with an option, or has one behind it, in whatever dashes.

    Raises:
        InvalidInput: it is one of ours, or nearly so.
        PromptError: it is another tool's.
    """
    words = prompt.split()
    if any(word[:2] == "--" and word not in takes_value() and word[2:] in PARAMETERS for word in words):
        foreign_syntax.refuse(prompt)
    for number, word in enumerate(words):
        if word in takes_value() or _IN_PLAIN_DASHES.fullmatch(word):
            raise InvalidInput(
                f"{word} comes after the prompt, where it would be part of it.",
                hint=f"Put the options first: `%playcut {kind} {word} ... PROMPT`; or `--literal` first, if it is "
                "part of the prompt; or write a %%playcut cell.",
            )
        if number and word[0] not in lookalikes.DASHES:
            continue
        following = " ".join(words[number + 1 : number + 4])
        found = near_option(word, following)
        if found is None:
            continue
        is_last = not (following or found.takes_value)
        if found.likelihood >= (Likelihood.SAME if number == 0 or is_last else Likelihood.CERTAIN):
            _refuse(word, found, "; or `--literal` first, if it is part of the prompt.")


def check_body(body: str) -> None:
    """Raise `InvalidInput` if a line of a cell's body begins with an option, in whatever dashes."""
    for line in body.splitlines():
        word, following = (*line.split(None, 1), "", "")[:2]
        found = near_option(word, following) if word[:1] in lookalikes.DASHES else None
        if found is not None and found.likelihood is Likelihood.CERTAIN:
            raise InvalidInput(
                f"{word!r} is an option, but it is inside the prompt.",
                hint=f"Write `{found.spelling}` on the first line of the cell; or `--literal` there, if it is part of "
                "the prompt.",
            )


def _refuse(word: str, found: NearOption, otherwise: str) -> NoReturn:
    odd = lookalikes.odd_character(word)
    why = f"has the character {odd}" if odd else "is not written like one"
    raise InvalidInput(f"{word!r} looks like an option, but {why}.", hint=f"Write `{found.spelling}`{otherwise}")
