"""The words of the two magics: what can stand on their lines, as tables and parsers that Tab and help read too.

Parsing is argparse's, as IPython's magics have it; what is added is that an error is an `InvalidInput` which names
the nearest right word. Nothing here connects or draws, so that Tab is quick.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from keyword import iskeyword
from typing import Any, NoReturn

from IPython.core.magic_arguments import MagicArgumentParser

from playcut_jupyter.errors import InvalidInput

COMMANDS: Mapping[str, str] = {
    "status": "the connection, the key (masked), credits so far, rate limit, jobs under way",
    "connect": "say what it is connected to, and check the key (costs nothing)",
    "sandbox [off]": "use the sandbox: offline, free, everything it makes is marked",
    "session [new TITLE | use ID]": "show, create or choose the session that generations go into",
    "voices [FILTER]": "the voices for speech",
    "history [-n N] [--starred] [--search TEXT]": "what was made, newest first",
    "compare ID ID ...": "side by side, with the words and parameters that differ",
    "panel": "the same for clicking: prompt, watch, star",
    "pick": "blind rounds of A or B over the last sweep, and which values win",
    "star [ID] [off]": "star a generation (or the last one), for history, contact sheet and export",
    "hide [ID] [off]": "leave a generation out of the gallery",
    "tree [ID]": "what was made from what (`--from`), with thumbnails",
    "show [ID]": "one generation of the history",
    "resume": "fetch everything that was submitted and not fetched, from this or any earlier kernel",
    "wait TASK_ID": "wait for a task by its id",
    "again": "what was made last once more, bought anew",
    "export [ID | last | starred] [--as FORMAT] [--save FILE]": "a curl, python or typescript program, or json",
    "help [WORD]": "this text, or what it says of one word",
}
"""Command and what follows it -> what it does. An ID is a number, a task's id, `last`, or a variable."""
COMMAND_NAMES = tuple(name.split()[0] for name in COMMANDS)
BARE_COMMANDS = frozenset(name for name in COMMANDS if name in COMMAND_NAMES)
"""Commands that nothing may follow."""
HELP_WORDS = ("help", "-h", "--help", "?")

INPUT_OPTIONS = ("aspect_ratio", "image_size", "resolution", "duration_seconds", "voice")
"""Options that become inputs of the tool, by their names in Python."""
USUAL_VALUES: Mapping[str, tuple[str, ...]] = {
    "aspect_ratio": ("16:9", "1:1", "9:16", "4:3", "3:4"),
    "image_size": ("1K", "2K", "4K"),
    "resolution": ("480p", "720p", "1080p"),
}
"""What Tab and the panel's form offer; the service may take others."""


class _Parser(MagicArgumentParser):
    def __init__(self, prog: str, hint: str) -> None:
        super().__init__(prog=prog, add_help=False)  # type: ignore[no-untyped-call]
        self.allow_abbrev = False
        self._hint = hint

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(_with_nearest(self, message), hint=self._hint)


def _with_nearest(parser: argparse.ArgumentParser, message: str) -> str:
    unknown = re.search(r"unrecognized arguments: (\S+)", message)
    if not unknown:
        return f"{message[0].upper()}{message[1:]}."
    word = unknown.group(1)
    if not word.startswith("-"):
        return f"{word!r} is left over on the line."
    near = _nearest(word, options_of(parser))
    return f"There is no option {word}." + (f" Did you mean {near}?" if near else "")


def _nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that *word* is nearly; a letter alone is near to that letter alone."""
    letter = word.strip("-").lower()
    if len(letter) == 1:
        return next((option for option in options if option.strip("-") == letter), None)
    return next(iter(get_close_matches(word, options, 1, 0.5)), None)


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Return the options of *parser*, by each of their spellings."""
    return {text: action for action in parser._actions for text in action.option_strings}


class _Input(argparse.Action):
    """Keeps inputs of the tool as (name, text), in the order in which they stand on the line."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        namespace.inputs = [*namespace.inputs, (self.dest, values)]


def cell_parser() -> argparse.ArgumentParser:
    """Return the parser of the options of a cell."""
    new = _Parser("%playcut", "`%playcut help` lists all options.")
    new.set_defaults(inputs=[])
    for flags, dest, metavar, told in (
        (("-a", "--aspect-ratio"), "aspect_ratio", "W:H", "16:9, 1:1, ... (image, video)"),
        (("-s", "--image-size"), "image_size", "SIZE", "1K, ... (image)"),
        (("-r", "--resolution"), "resolution", "RES", "720p, ... (video)"),
        (("-d", "--duration"), "duration_seconds", "SECONDS", "length in seconds (video)"),
        (("-v", "--voice"), "voice", "VOICE", "id or name (speech); default: the first listed"),
        (("-p", "--param"), "param", "KEY=VALUE", "any other input of the tool"),
    ):
        new.add_argument(*flags, action=_Input, dest=dest, metavar=metavar, help=told, default=argparse.SUPPRESS)
    new.add_argument("-n", "--count", type=_count, default=1, metavar="N", help="how many of each")
    new.add_argument("-o", "--out", type=_variable, metavar="NAME", help="keep the result in this variable too")
    new.add_argument("--save", type=_written, metavar="PATH", help="copy the originals there; nothing is overwritten")
    new.add_argument("--session", type=_written, metavar="ID_OR_TITLE", help="the session to put it into")
    new.add_argument(
        "--from",
        type=_written,
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
    new.add_argument("-h", "--help", action="store_true", help="show this text, and send nothing")
    return new


def history_parser() -> argparse.ArgumentParser:
    """Return the parser of `%playcut history`; the words of `--search` go on to the next option."""
    new = _Parser("%playcut history", "Use `history [-n N] [--starred] [--search TEXT]`.")
    new.add_argument("-n", type=_count, default=20, dest="limit", metavar="N")
    new.add_argument("--starred", action="store_true")
    new.add_argument("--search", nargs="+", metavar="TEXT")
    return new


def export_parser() -> argparse.ArgumentParser:
    """Return the parser of `%playcut export`."""
    new = _Parser("%playcut export", "Use `export [ID | last | starred] [--as FORMAT] [--save FILE]`.")
    new.add_argument("which", nargs="?", default="last", metavar="ID")
    new.add_argument("--as", dest="as_", default="python", metavar="FORMAT")
    new.add_argument("--save", type=_written, metavar="FILE")
    return new


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _written(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("nothing is written between the quotes")
    return text


def _variable(text: str) -> str:
    if not text.isidentifier() or iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text!r} can't be the name of a variable")
    return text


def _seed(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
