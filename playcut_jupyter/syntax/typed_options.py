"""The options of a line as they were typed, and the slips in their values, each refused with the right spelling."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.syntax import lookalikes
from playcut_jupyter.syntax.near_options import check_among_options, takes_value
from playcut_jupyter.syntax.parsers import INPUT_OPTIONS, cell_parser, options_of
from playcut_jupyter.syntax.words import SPACES, Word, next_word

_NAMES = {
    text: action.dest for text, action in options_of(cell_parser()).items() if action.dest in (*INPUT_OPTIONS, "param")
}
"""Options that become inputs of the tool, in each of their spellings -> their names. A list is an axis there."""


@dataclass(frozen=True)
class TypedOption:
    """An option as it was typed, with its value where one follows as a word of its own."""

    word: Word
    value: Word | None = None

    @property
    def flag(self) -> str:
        """The option without the value that is attached to it."""
        name = self.word.text.partition("=")[0]
        return name if name in takes_value() else self.word.text[:2]

    @property
    def text(self) -> str:
        """Its value; "" for none."""
        return self.value.text if self.value is not None else self.word.text[len(self.flag) :].removeprefix("=")

    @property
    def words(self) -> list[Word]:
        """The words that it is made of."""
        return [self.word] if self.value is None else [self.word, self.value]

    @property
    def end(self) -> int:
        """Where the line goes on behind it."""
        return self.words[-1].end


def read_options(line: str, *, has_lists: bool) -> tuple[list[TypedOption], int]:
    """Return the options that *line* begins with, and where it goes on behind them.

    Args:
        line: what is typed behind the kind.
        has_lists: False where commas are text.

    Raises:
        InvalidInput: there is no such option, it is typed nearly right, or an input is given twice.
    """
    options: list[TypedOption] = []
    end = 0
    while _begins_option(line[end:]) and (word := next_word(line, end)):
        check_among_options(word.typed, line[word.end :])
        option = TypedOption(word)
        if option.flag not in takes_value():
            cell_parser().error(f"unrecognized arguments: {word.text}")
        if takes_value()[option.flag] and word.text == option.flag:
            value = next_word(line, word.end)
            is_option = value is not None and _begins_option(value.typed) and TypedOption(value).flag in takes_value()
            option = TypedOption(word, None if is_option else value)
        _check_characters(line, option)
        _check_spaces(line, option, has_lists=has_lists)
        options.append(option)
        end = option.end
    _check_twice(options)
    return options, end


def _begins_option(text: str) -> bool:
    """Tell whether *text* begins with dashes and a name; `-- a fox` and `-5 degrees` are prose."""
    return re.match(r"\s*-{1,2}[^\s\d-]", text) is not None


def _check_characters(line: str, option: TypedOption) -> None:
    """Raise `InvalidInput` if a value has typographic quotes or invisible characters, or is an option but for some."""
    value = option.value
    if value is not None and lookalikes.plain(value.unquoted).startswith("-"):
        check_among_options(value.unquoted, line[value.end :])
    for word in option.words:
        if quote := lookalikes.typographic_quote(word.unquoted):
            raise InvalidInput(
                f"{option.word.text} has typographic quotes ({quote}).",
                hint=f"Write straight ones: `{_straightened(line, option)}`.",
            )
        if invisible := lookalikes.invisible_character(word.unquoted):
            raise InvalidInput(
                f"{word.text!r} has an invisible character: {invisible}.",
                hint="Write it without, or in straight quotes if it belongs to the text.",
            )


def _straightened(line: str, option: TypedOption) -> str:
    straight = lookalikes.straighten(line)
    end = option.word.start
    try:
        for _ in option.words:
            word = next_word(straight, end)
            end = word.end if word is not None else end
    except InvalidInput:  # the quote is never closed
        return f'{option.flag} "..."'
    return straight[option.word.start : end].rstrip(SPACES)


def _check_spaces(line: str, option: TypedOption, *, has_lists: bool) -> None:
    """Raise `InvalidInput` if a value goes on behind white space, which cuts it: at a comma of a list, or at its =."""
    if not takes_value()[option.flag]:
        return
    name, value = _NAMES.get(option.flag), option.value
    is_param = name == "param"
    is_cut = value is not None and value.typed.startswith("=") and not is_param  # `-a =16:9`
    is_list = has_lists and (name is not None or option.flag == "--from")
    marks = tuple("," * is_list + "=" * (is_param or is_cut or value is None))
    text = ("" if is_cut else " ").join(word.typed for word in option.words)
    following = line[option.end :].split()
    while following and not _begins_option(following[0]):
        if not (text.endswith(marks) or following[0].startswith(marks)):
            break
        text += following.pop(0)
        is_cut = True
    if is_cut:
        raise InvalidInput(
            f"The value of {option.flag} is cut by a space.", hint=f"Write it without: `{text}`; or in quotes."
        )


def _check_twice(options: Sequence[TypedOption]) -> None:
    """Raise `InvalidInput` if an input of the tool is given twice, of which only one would count."""
    given: dict[tuple[str, str], str] = {}
    for option in options:
        name = _NAMES.get(option.flag)
        if name is None:
            continue
        key, equals, value = option.text.partition("=") if name == "param" else ("", "", option.text)
        if (name, key) in given:
            both = shlex.quote(f"{key}{equals}{given[name, key]},{value}")
            spelling = Remedy(Action.GIVE_INPUT, both) if name == "param" else f"`{option.flag} {both}`"
            raise InvalidInput(
                f"{f'{option.flag} {key}'.rstrip()} is given twice.",
                hint=("A list makes one generation for each value: ", spelling, "."),
            )
        given[name, key] = value
