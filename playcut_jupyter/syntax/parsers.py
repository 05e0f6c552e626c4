"""The words of the two magics: what can stand on their lines, as tables and parsers that Tab and help read too.

Parsing is argparse's, as in IPython's own magics; what is added is that an error is an `InvalidInput` which names
the nearest right word. Nothing here connects or draws, so that Tab is quick, and nothing loads IPython, because
scripts read cells too.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, NoReturn

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.syntax.lookalikes import plain
from playcut_jupyter.syntax.templates import fill_one, fill_path

COMMANDS: Mapping[str, str] = {
    "status": "connection, key (masked), credits so far, rate limit, running jobs",
    "connect": "show the connection and check the key (costs nothing)",
    "sandbox [off]": "use the sandbox: offline and free; its results are marked",
    "session [new TITLE | use ID]": "show, create or choose the session for new generations",
    "voices [FILTER]": "list the voices for speech: all, those of a language (`en`), or by name",
    "history [-n N] [--starred] [--search TEXT]": "list generations, newest first",
    "compare ID ID ...": "show generations side by side, with the words and parameters that differ",
    "panel": "open a graphical interface to the same features",
    "explore [NAME]": "open a sweep as an interactive grid: star, open, vary, compare, refine and export",
    "pick [NAME]": "pick the best of a sweep in blind rounds, until the winner is clear",
    "effects [NAME]": "show which axis values of a sweep matter, based on picks and stars",
    "refine [NAME] [--keep SHARE]": "write the next cell: the sweep without the values that lost",
    "vary [ID] [-n N]": "generate N variants of a generation (default: 4 of the last one), always new",
    "star [ID] [off]": "star a generation (default: the last one) for history, contact sheets and export",
    "hide [ID] [off]": "hide a generation from the gallery",
    "tree [ID]": "show which generations were built on which (`--from`), with thumbnails",
    "show [ID]": "show one generation of the history",
    "resume": "fetch everything that was submitted but not fetched, in this or an earlier kernel",
    "wait TASK_ID": "wait for a task by its id",
    "again": "run the last cell or line again, ignoring the library",
    "export [ID | last | starred] [--as FORMAT] [--save FILE]": "write curl, python, typescript, json or mcp",
    "pack FILE [ID ... | starred | NAME]": "write generations and their files to one zip file; default: all",
    "unpack FILE": "merge a packed zip file into the library",
    "help [WORD]": "show this help, or the help on one word",
}
"""Command and what follows it -> what it does. An ID is a number, a task's id, `last`, or a variable."""
COMMAND_NAMES = tuple(name.split()[0] for name in COMMANDS)
BARE_COMMANDS = frozenset(name for name in COMMANDS if name in COMMAND_NAMES)
"""Commands that nothing may follow."""
OTHER_NAMES: Mapping[str, str] = {
    "ar": "--aspect-ratio",
    "ratio": "--aspect-ratio",
    "size": "--image-size",
    "length": "--duration",
    "force": "--fresh",
    "raw": "--literal",
}
"""What other tools call options of ours, as Midjourney's `--ar` -> ours."""
HELP_WORDS = ("help", "-h", "--help", "?")

INPUT_OPTIONS = ("aspect_ratio", "image_size", "resolution", "duration_seconds", "voice")
"""Options that become inputs of the tool, by their names in Python."""
USUAL_VALUES: Mapping[str, tuple[str, ...]] = {
    "aspect_ratio": ("16:9", "1:1", "9:16", "4:3", "3:4"),
    "image_size": ("1K", "2K", "4K"),
    "resolution": ("480p", "720p", "1080p"),
}
"""What Tab and the panel's form offer; the service may take others."""


class _Formatter(argparse.HelpFormatter):
    """Lays help out for a notebook, where no terminal says how wide it is: asking for it takes as long as parsing."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=78)


class _Parser(argparse.ArgumentParser):
    def __init__(self, prog: str, hint: str) -> None:
        super().__init__(prog=prog, add_help=False, allow_abbrev=False, formatter_class=_Formatter)
        self._hint = hint

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(_with_nearest(self, message), hint=self._hint)


def _with_nearest(parser: argparse.ArgumentParser, message: str) -> str:
    unknown = re.search(r"unrecognized arguments: (\S+)", message)
    if not unknown:
        return f"{message[0].upper()}{message[1:]}."
    word = plain(unknown.group(1))
    if not word.startswith("-"):
        return f"Unexpected text on the line: {word!r}."
    near = _nearest(word, options_of(parser))
    return f"There is no option {word}." + (f" Did you mean {near}?" if near else "")


def _nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that *word* is nearly; a letter alone is near to that letter alone."""
    name = word.partition("=")[0].strip("-").lower()
    if len(name) == 1:
        return next((option for option in options if option.strip("-") == name), None)
    if name in OTHER_NAMES:
        return OTHER_NAMES[name]
    names = {option.strip("-"): option for option in options}
    return next((names[near] for near in get_close_matches(name, names, 1, 0.6)), None)


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


def cell_parser(variables: Mapping[str, object] = MappingProxyType({})) -> argparse.ArgumentParser:
    """Return the parser of the options of a cell; *variables* are put into their values, where `{name}` stands.

    The inputs of the tool are kept as they are typed: `values` reads them.
    """

    def filled(read: Callable[[str], Any]) -> Callable[[str], Any]:
        return lambda text: read(fill_one(text, variables))

    new = _Parser("%playcut", "`%playcut help` lists all options.")
    new.set_defaults(inputs=[])
    for flags, dest, metavar, told in (
        (("-a", "--aspect-ratio"), "aspect_ratio", "W:H", "16:9, 1:1, ... (image, video)"),
        (("-s", "--image-size"), "image_size", "SIZE", "1K, 2K, ... (image)"),
        (("-r", "--resolution"), "resolution", "RES", "720p, ... (video)"),
        (("-d", "--duration"), "duration_seconds", "SECONDS", "length in seconds (video)"),
        (("-v", "--voice"), "voice", "VOICE", "id or name (speech); default: the first voice listed"),
        (("-p", "--param"), "param", "KEY=VALUE", "any other input: JSON, text, or `@5` for the asset of generation 5"),
    ):
        new.add_argument(*flags, action=_Input, dest=dest, metavar=metavar, help=told, default=argparse.SUPPRESS)
    new.add_argument("-n", "--count", type=filled(_count), default=1, metavar="N", help="how many of each")
    new.add_argument("-o", "--out", type=_variable, metavar="NAME", help="store the result in this variable too")
    new.add_argument(
        "--save",
        type=lambda text: _written(fill_path(text, variables)),
        metavar="PATH",
        help="save copies there; nothing is overwritten",
    )
    new.add_argument("--session", type=filled(_written), metavar="ID_OR_TITLE", help="add to this session")
    new.add_argument(
        "--from",
        type=filled(_written),
        dest="parent",
        metavar="ID",
        help="build on a generation: `+ words`, `- words`, or a new prompt; on several: 3,5,9, starred, a sweep's name",
    )
    new.add_argument("--literal", action="store_true", help="use the prompt literally: braces have no special meaning")
    new.add_argument("--fresh", action="store_true", help="generate again even if the library has it")
    new.add_argument(
        "--no-wait", dest="wait", action="store_false", help="return at once; display and save when finished"
    )
    new.add_argument("--dry-run", action="store_true", help="show what would be sent, and send nothing")
    new.add_argument("--sample", type=filled(_count), metavar="N", help="generate only N of a sweep, chosen at random")
    new.add_argument(
        "--seed", type=filled(_seed), metavar="S", help="random seed of --sample: the same seed selects the same subset"
    )
    new.add_argument(
        "--max", type=filled(_count), dest="max_generations", metavar="N", help="allow up to N generations"
    )
    new.add_argument("--within-budget", action="store_true", help="generate as many as the budget allows")
    new.add_argument("-h", "--help", action="store_true", help="show this help, and send nothing")
    return new


def history_parser() -> argparse.ArgumentParser:
    """Return the parser of `%playcut history`; the words of `--search` go on to the next option."""
    new = _Parser("%playcut history", "Use `history [-n N] [--starred] [--search TEXT]`.")
    new.add_argument("-n", type=_count, default=20, dest="limit", metavar="N")
    new.add_argument("--starred", action="store_true")
    new.add_argument("--search", nargs="+", metavar="TEXT")
    return new


def refine_parser() -> argparse.ArgumentParser:
    """Return the parser of `%playcut refine`."""
    new = _Parser("%playcut refine", "Use `refine [NAME] [--keep SHARE]`, as in `refine foxes --keep 0.5`.")
    new.add_argument("name", nargs="?", default="", metavar="NAME")
    new.add_argument("--keep", type=_share, default=0.5, metavar="SHARE")
    return new


def vary_parser() -> argparse.ArgumentParser:
    """Return the parser of `%playcut vary`."""
    new = _Parser("%playcut vary", "Use `vary [ID] [-n N]`.")
    new.add_argument("which", nargs="?", default="last", metavar="ID")
    new.add_argument("-n", "--count", type=_count, default=4, metavar="N")
    return new


def export_parser(variables: Mapping[str, object] = MappingProxyType({})) -> argparse.ArgumentParser:
    """Return the parser of `%playcut export`; *variables* are put into the path, where `{name}` stands."""
    new = _Parser("%playcut export", "Use `export [ID | last | starred] [--as FORMAT] [--save FILE]`.")
    new.add_argument("which", nargs="?", default="last", metavar="ID")
    new.add_argument("--as", dest="as_", default="python", metavar="FORMAT")
    new.add_argument("--save", type=lambda text: _written(fill_path(text, variables)), metavar="FILE")
    return new


def pack_parser(variables: Mapping[str, object] = MappingProxyType({})) -> argparse.ArgumentParser:
    """Return the parser of `%playcut pack`; *variables* are put into the path, where `{name}` stands."""
    new = _Parser("%playcut pack", "Use `pack FILE [ID ... | starred | NAME]`.")
    new.add_argument("file", type=lambda text: _written(fill_path(text, variables)), metavar="FILE")
    new.add_argument("which", nargs="*", metavar="ID")
    return new


def unpack_parser(variables: Mapping[str, object] = MappingProxyType({})) -> argparse.ArgumentParser:
    """Return the parser of `%playcut unpack`; *variables* are put into the path, where `{name}` stands."""
    new = _Parser("%playcut unpack", "Use `unpack FILE`.")
    new.add_argument("file", type=lambda text: _written(fill_path(text, variables)), metavar="FILE")
    return new


OWN_PARSERS: Mapping[str, Callable[[], argparse.ArgumentParser]] = {
    "history": history_parser,
    "export": export_parser,
    "refine": refine_parser,
    "vary": vary_parser,
    "pack": pack_parser,
    "unpack": unpack_parser,
}
"""The commands that have options of their own -> their parsers."""


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _share(text: str) -> float:
    try:
        return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a fraction such as 0.5") from None


def _written(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the value is empty")
    return text


def _variable(text: str) -> str:
    if not text.isidentifier() or iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text!r} can't be the name of a variable")
    return text


def _seed(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
