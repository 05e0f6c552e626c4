"""Programs of a terminal, driven through a pseudo-terminal as a person drives them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playcut_jupyter.sandbox import Sandbox

_COLOURS = r"(?:\x1b\[[0-9;]*m)*"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]|\x1b\][^\x07]*\x07")


class Terminal:
    """One program in a terminal of 200 columns."""

    def __init__(self, child: Any) -> None:
        self.child = child
        self._number = 0

    def wait_for(self, pattern: str, within_s: float = 60) -> str:
        """Wait until the program writes *pattern*, a regular expression; return what it wrote up to there."""
        self.child.expect(pattern, timeout=within_s)
        return plain(self.child.before + self.child.after)

    def ready(self) -> str:
        """Wait for the prompt of the next number, and return what was written before it."""
        self._number += 1
        return self.wait_for(rf"In \[{_COLOURS}{self._number}{_COLOURS}\]:")

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        self.child.send(line + "\r")

    def run(self, line: str) -> str:
        """Type a line, and return what was written up to the next prompt."""
        self.type(line)
        return self.ready()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.child.sendintr()


def plain(text: str) -> str:
    """Return *text* without what moves the cursor and sets colours."""
    return _CONTROL.sub("", text).replace("\r\n", "\n")


@contextmanager
def terminal(command: list[str], home: Path, server: Sandbox) -> Iterator[Terminal]:
    """Run a Python module with its arguments; *server* is the API for it, and *home* its home."""
    import pexpect  # has no pseudo-terminals on Windows

    home.mkdir(exist_ok=True)
    variables = {
        **os.environ,
        "PLAYCUT_API_KEY": server.key,
        "PLAYCUT_BASE_URL": server.base_url,
        "PLAYCUT_HOME": str(home / "playcut"),
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "TERM": "xterm",
        "PYTHONWARNINGS": "ignore",
    }
    child = pexpect.spawn(
        sys.executable,
        ["-m", *command],
        env=variables,
        cwd=str(home),
        dimensions=(50, 200),
        encoding="utf-8",
        timeout=60,
    )
    try:
        started = Terminal(child)
        started.ready()
        yield started
    finally:
        child.close(force=True)


@contextmanager
def ipython(home: Path, server: Sandbox) -> Iterator[Terminal]:
    """Run terminal IPython with the magics."""
    options = ["--no-banner", "--colors=nocolor", "--no-confirm-exit", "--TerminalInteractiveShell.term_title=False"]
    with terminal(["IPython", *options], home, server) as shell:
        shell.run("%load_ext playcut_jupyter")
        yield shell


@contextmanager
def console(home: Path, server: Sandbox) -> Iterator[Terminal]:
    """Run `jupyter console` with the magics."""
    options = [
        "--ZMQTerminalInteractiveShell.banner=",
        "--ZMQTerminalInteractiveShell.term_title=False",
        "--no-confirm-exit",
    ]
    with terminal(["jupyter_console", *options], home, server) as shell:
        shell.run("%load_ext playcut_jupyter")
        yield shell
