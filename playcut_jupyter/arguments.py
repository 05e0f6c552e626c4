"""The line behind `%%playcut`, taken apart: kind, options, and what is left as the prompt of the one-line form.

Parsing is argparse's, as IPython's magics have it; what is added is that an error is an `InvalidInput` which names
the nearest right word, and that a comma list is an axis.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn

from IPython.core.magic_arguments import MagicArgumentParser

from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.tools import KINDS, READ_ONLY, TOOLS

_VARIABLE = re.compile(r"\{(\w+)\}")
_RAW_TOOL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_DOCUMENTED_TOOLS = (
    *TOOLS,
    "create-session",
    "list-voices",
    "get-task-status",
    "wait-for-task",
    "download-asset",
)


@dataclass(frozen=True)
class Line:
    """A parsed line.

    Attributes:
        kind: "image", "video", "speech", or a tool's own name; "" for the parent's.
        options: our option names -> a value, or a list that is an axis.
        params: API input names -> the same.
    """

    kind: str
    options: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    count: int = 1
    out: str | None = None
    save: str | None = None
    session: str | None = None
    fresh: bool = False
    wait: bool = True
    dry_run: bool = False
    max_generations: int | None = None
    parent: str | None = None
    sample: int | None = None
    seed: int | None = None

    @property
    def is_raw(self) -> bool:
        """True for a tool by its own name, whose body is its JSON input."""
        return bool(self.kind) and self.kind not in KINDS


class _Parser(MagicArgumentParser):
    def __init__(self) -> None:
        super().__init__(prog="%playcut", add_help=False)  # type: ignore[no-untyped-call]
        self.allow_abbrev = False

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(_with_nearest(self, message), hint="`%playcut help` lists all options.")


def _with_nearest(parser: argparse.ArgumentParser, message: str) -> str:
    unknown = re.search(r"unrecognized arguments: (\S+)", message)
    if not unknown:
        return f"{message[0].upper()}{message[1:]}."
    word = unknown.group(1)
    known = [text for action in parser._actions for text in action.option_strings]
    near = get_close_matches(word, known, 1, 0.5)
    return f"There is no option {word}." + (f" Did you mean {near[0]}?" if near else "")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the magic's options."""
    new = _Parser()
    new.add_argument("-a", "--aspect-ratio", metavar="W:H", help="16:9, 1:1, ... (image, video)")
    new.add_argument("-s", "--image-size", metavar="SIZE", help="1K, ... (image)")
    new.add_argument("-r", "--resolution", metavar="RES", help="720p, ... (video)")
    new.add_argument("-d", "--duration", metavar="SECONDS", dest="duration_seconds", help="length in seconds (video)")
    new.add_argument("-v", "--voice", metavar="VOICE", help="id or name (speech); default: the first listed")
    new.add_argument("-n", "--count", type=_count, default=1, metavar="N", help="how many of each")
    new.add_argument(
        "-p", "--param", action="append", default=[], metavar="KEY=VALUE", help="any other input of the tool"
    )
    new.add_argument("-o", "--out", metavar="NAME", help="keep the result in this variable too")
    new.add_argument("--save", metavar="PATH", help="copy the originals there; nothing is overwritten")
    new.add_argument("--session", metavar="ID_OR_TITLE", help="the session to put it into")
    new.add_argument(
        "--from",
        dest="parent",
        metavar="ID",
        help="build on that one (or `last`): `+ words`, `- words`, or a new prompt",
    )
    new.add_argument("--fresh", action="store_true", help="buy it anew, though the library has it")
    new.add_argument("--no-wait", dest="wait", action="store_false", help="do not wait: it shows itself when done")
    new.add_argument("--dry-run", action="store_true", help="show what would be sent, and send nothing")
    new.add_argument("--sample", type=_count, metavar="N", help="only so many of a sweep, taken at random")
    new.add_argument("--seed", type=_seed, metavar="S", help="which sample: the same number takes the same one")
    new.add_argument("--max", type=_count, dest="max_generations", metavar="N", help="allow this many generations")
    return new


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _seed(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def parse_cell_line(line: str, variables: Mapping[str, object]) -> Line:
    """Parse the line of a `%%playcut` cell.

    Raises:
        InvalidInput: an unknown kind or option, or a bad value; the message names the nearest right one.
    """
    words = _split(line)
    kind = words.pop(0) if words and not words[0].startswith("-") else None
    return _line(kind, words, variables)


def parse_one_line(kind: str, rest: str, variables: Mapping[str, object]) -> tuple[Line, str]:
    """Parse `KIND [options] PROMPT`, the one-line form; the prompt is what follows the last option, as typed.

    Raises:
        InvalidInput: as `parse_cell_line`, or an option stands behind the prompt.
    """
    takes_value = {text: action.nargs != 0 for action in parser()._actions for text in action.option_strings}
    words: list[str] = []
    while match := re.match(r"\s*(-\S+)", rest):
        word, rest = match.group(1), rest[match.end() :]
        words.append(word)
        if takes_value.get(word, False):
            value, rest = _take_word(rest)
            words += value
    late = [word for word in rest.split() if word in takes_value]
    if late:
        raise InvalidInput(
            f"{late[0]} comes after the prompt, where it would be part of it.",
            hint=f"Put the options first: `%playcut {kind} {late[0]} ... PROMPT`; or write a %%playcut cell.",
        )
    return _line(kind, words, variables), rest.strip()


def _take_word(text: str) -> tuple[list[str], str]:
    match = re.match(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""", text)
    return (_split(match.group(1)), text[match.end() :]) if match else ([], text)


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise InvalidInput(
            f"The line can't be read: {str(error).lower()}.",
            hint="Quote values that hold spaces: -p 'style=oil paint'.",
        ) from None


def _line(kind: str | None, words: list[str], variables: Mapping[str, object]) -> Line:
    found, extra = parser().parse_known_args(words)
    if extra:
        _refuse(extra[0])
    given = vars(found)
    names = ("aspect_ratio", "image_size", "resolution", "duration_seconds", "voice")
    options = {name: _value(given.pop(name), variables) for name in names if given[name] is not None}
    for name in names:
        given.pop(name, None)
    if "duration_seconds" in options:
        options["duration_seconds"] = _durations(options["duration_seconds"])
    params = dict(_param(text, variables) for text in given.pop("param"))
    if given["out"] is not None and not given["out"].isidentifier():
        raise InvalidInput(f"-o {given['out']!r} can't be the name of a variable.", hint="Use letters, digits and _.")
    if given["seed"] is not None and given["sample"] is None:
        raise InvalidInput(
            "--seed says which sample is taken, and there is no --sample.",
            hint="Add --sample N; a seed for the model itself is `-p seed=7`.",
        )
    kind = kind or ("" if given["parent"] else "image")
    return Line(kind=checked_kind(kind) if kind else "", options=options, params=params, **given)


def _refuse(word: str) -> NoReturn:
    if word.startswith("-"):
        parser().error(f"unrecognized arguments: {word}")
    raise InvalidInput(
        f"{word!r} is left over on the line.",
        hint="The prompt goes on the lines below; quote values that hold spaces.",
    )


def checked_kind(kind: str) -> str:
    """Return *kind* if it is one, or can be a tool's own name.

    Raises:
        InvalidInput: it is neither; the message names the nearest.
    """
    if kind in KINDS or kind in TOOLS or _RAW_TOOL.fullmatch(kind):
        return "speech" if kind == "tts" else kind
    near = get_close_matches(kind.lower(), [*KINDS, *TOOLS, *READ_ONLY], 1, 0.5)
    raise InvalidInput(
        f"{kind!r} is not a kind." + (f" Did you mean {near[0]}?" if near else ""),
        hint="Kinds are image, video and speech, or a tool's own name such as generate-image-from-text.",
    )


def _value(text: str, variables: Mapping[str, object]) -> object:
    """Return an option's value: a notebook variable, an axis where it has commas, or the text."""
    variable = _VARIABLE.fullmatch(text)
    if variable:
        return _variable(variable.group(1), variables)
    if "," in text:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _variable(name: str, variables: Mapping[str, object]) -> object:
    if name not in variables:
        raise PromptError(
            f"There is no variable {name!r}.", hint="Define it in a cell above, or write the value itself."
        )
    value = variables[name]
    return list(value) if isinstance(value, list | tuple) else value


def _param(text: str, variables: Mapping[str, object]) -> tuple[str, object]:
    """Return the input that `-p key=value` names: JSON if it parses, an axis where it has commas, else text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InvalidInput(f"-p {text!r} is not key=value.", hint="For example -p seed=7 or -p 'style=oil paint'.")
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        found = _value(value, variables)
        return key.strip(), [_json_or_text(part) for part in found] if isinstance(found, list) else found
    # A JSON list is one value; inside another list it is no axis.
    return key.strip(), [parsed] if isinstance(parsed, list) else parsed


def _json_or_text(part: Any) -> object:
    if not isinstance(part, str):
        return part
    try:
        return json.loads(part)
    except (ValueError, RecursionError):
        return part


def _durations(value: object) -> object:
    if isinstance(value, list):
        return [_duration(item) for item in value]
    return _duration(value)


def _duration(value: object) -> float | int:
    number = _json_or_text(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < 1e6:
        raise InvalidInput(f"-d {value!r} is not a length in seconds.", hint="For example -d 8.")
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
            hint='A tool by its own name takes its input as one JSON object, such as {"prompt": "a red fox"}.',
        ) from None
    except (ValueError, RecursionError):
        raise InvalidInput("The cell's JSON is too deep or too large.") from None
    if not isinstance(parsed, dict):
        raise InvalidInput("The cell's JSON is not an object.", hint='Write {"name": value, ...}.')
    return parsed
