"""Shows a program with its syntax highlighted: by the front end in a notebook, with escape codes in a terminal."""

from __future__ import annotations

import os
import re
import sys

from playcut_jupyter.display.front_ends import in_kernel
from playcut_jupyter.display.targets import say, show_once
from playcut_jupyter.redaction import encodable

LANGUAGES = {"curl": "bash", "python": "python", "typescript": "typescript", "json": "json", "mcp": "json"}
"""Export format -> its language."""


def show_program(program: str, format_: str) -> None:
    """Show *program*, an export in *format_*.

    In a notebook it is a Markdown code block, which front ends highlight themselves, also where it is not trusted.
    """
    if in_kernel():
        ticks = max(map(len, re.findall(r"`+", program)), default=0)
        fence = "`" * max(3, ticks + 1)
        block = f"{fence}{LANGUAGES[format_]}\n{program.rstrip()}\n{fence}"
        show_once({"text/markdown": encodable(block), "text/plain": encodable(program)})
    elif sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        say(_coloured(program, LANGUAGES[format_]))
    else:
        say(program)


def _coloured(program: str, language: str) -> str:
    # Pygments takes a while to load, and is needed in a terminal alone.
    from pygments import highlight
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import get_lexer_by_name

    return str(highlight(program, get_lexer_by_name(language), TerminalFormatter())).rstrip("\n")
