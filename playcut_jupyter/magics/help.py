"""The text of `%playcut help`: for everything, or for one word."""

from __future__ import annotations

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.magics import pages
from playcut_jupyter.syntax.parsers import COMMAND_NAMES, COMMANDS, HELP_WORDS, cell_parser
from playcut_jupyter.tools import KINDS


def help_on(words: str = "") -> str:
    """Return the help on a command, kind, tool, option, setting or error; without a word, on everything.

    Raises:
        InvalidInput: there is no such word; the message suggests the nearest.
    """
    typed = words.strip("` ").removeprefix("%%playcut ").removeprefix("%playcut ").strip()
    if not typed or typed.lower() in HELP_WORDS:
        return help_on_everything()
    word = typed.split()[0]
    page = pages.find(word)
    if page is None and "-" in word.strip("-") and not word.startswith("-") and pages.nearest(word) is None:
        page = pages.tool_page(word)  # of a tool that is not documented
    if page is None:
        near = pages.nearest(word)
        raise InvalidInput(
            f"There is no help on {word!r}." + (f" Did you mean {near}?" if near else ""),
            hint="`%playcut help` lists all commands and options; settings and errors have a page each too.",
        )
    return str(page)


def help_on_everything() -> str:
    """Return the help on cells, all options and all commands."""
    width = max(map(len, COMMANDS))
    commands = (f"  %playcut {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    return "\n".join(
        [
            help_on_cells(),
            "",
            *commands,
            "",
            "`%playcut help WORD` explains one word with an example: a command, a kind, an option (`help --from`),",
            "a setting (`help budget`), or an error (`help TaskFailed`).",
        ]
    )


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
            # The usage is that of a line; a cell's has one more sign.
            f"%{cell_parser().format_help().removeprefix('usage: ').rstrip()}",
        ]
    )


def unknown(word: str) -> InvalidInput:
    """Return the error for an unknown command *word*; its message suggests the nearest."""
    near = pages.nearest(word, [*COMMAND_NAMES, *KINDS])
    return InvalidInput(
        f"There is no %playcut {word}." + (f" Did you mean {near}?" if near else ""),
        hint="`%playcut help` lists the commands. Use a %%playcut cell for a tool whose name has no hyphen.",
    )
