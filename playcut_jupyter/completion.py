"""Tab completion for the two magics."""

from __future__ import annotations

from playcut_jupyter.arguments import parser
from playcut_jupyter.commands import COMMANDS
from playcut_jupyter.export import FORMATS
from playcut_jupyter.tools import KINDS, TOOLS


def candidates(line: str, word: str) -> list[str]:
    """Return the words that can stand at the end of *line*, where *word* has been typed so far."""
    before = line[: len(line) - len(word)].split() if word else line.split()
    is_cell = line.lstrip().startswith("%%")
    kinds = [*KINDS, *TOOLS]
    if word.startswith("-") and before[1:2] == ["export"]:
        choices = ["--as"]
    elif word.startswith("-"):
        choices = [text for action in parser()._actions for text in action.option_strings]
    elif len(before) == 1:
        choices = kinds if is_cell else [*(name.split()[0] for name in COMMANDS), *kinds]
    elif before[1:] == ["session"]:
        choices = ["new", "use"]
    elif before[1:] == ["sandbox"]:
        choices = ["off"]
    elif before[1:] == ["history"]:
        choices = ["-n", "--starred", "--search"]
    elif before[1:2] == ["export"]:
        choices = list(FORMATS) if before[-1] == "--as" else ["last", "starred", "--as"]
    else:
        choices = []
    return [text for text in choices if text.startswith(word)]
