"""The text of `%playcut help`: for everything, or for one word."""

from __future__ import annotations

from difflib import get_close_matches

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.syntax.parsers import COMMAND_NAMES, COMMANDS, HELP_WORDS, cell_parser
from playcut_jupyter.tools import KINDS


def help_on(word: str = "") -> str:
    """Return the help on *word*, a command, a kind or a tool; without a word, on everything.

    Raises:
        InvalidInput: there is no such command; the message suggests the nearest.
    """
    if word in KINDS or "-" in word.strip("-"):
        return help_on_cells()
    if word in COMMAND_NAMES:
        return "\n".join(f"%playcut {name}: {summary}" for name, summary in COMMANDS.items() if name.split()[0] == word)
    if word and word.lower() not in HELP_WORDS:
        raise unknown(word)
    width = max(map(len, COMMANDS))
    commands = (f"  %playcut {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    return "\n".join([help_on_cells(), "", *commands])


def help_on_cells() -> str:
    """Return the help on cells and their one-line form."""
    return "\n\n".join(
        [
            "%%playcut [KIND] [options]\nPROMPT, one or more lines",
            "KIND is image (default), video, speech, or a tool's own name with its JSON input as the cell.",
            "In the prompt and in values, {name} is a notebook variable (a list makes one generation for each item),\n"
            "{a|b} are alternatives, {style=a|b} names them, so that {style} is the same value elsewhere,\n"
            "and {{name}} is the text {name}. A comma list is one generation for each value: -a 1:1,16:9, without\n"
            "spaces or in straight quotes. Options come before a one-line prompt.",
            cell_parser().format_help().split("\n\n", 1)[1].rstrip(),
        ]
    )


def unknown(word: str) -> InvalidInput:
    """Return the error for an unknown command *word*; its message suggests the nearest."""
    near = get_close_matches(word, [*COMMAND_NAMES, *KINDS], 1, 0.5)
    return InvalidInput(
        f"There is no %playcut {word}." + (f" Did you mean {near[0]}?" if near else ""),
        hint="`%playcut help` lists the commands. Use a %%playcut cell for a tool whose name has no hyphen.",
    )
