"""IPython's own shell with the magics, without a kernel: what a line and a cell do."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Playcut


def cell(shell: InteractiveShell, line: str, body: str) -> Any:
    """Run a `%%playcut` cell and return what it left in `_playcut`."""
    shell.run_cell_magic("playcut", line, body)
    return shell.user_ns["_playcut"]


def line(shell: InteractiveShell, text: str) -> Any:
    """Run a `%playcut` line and return what is in `_playcut` then."""
    shell.run_line_magic("playcut", text)
    return shell.user_ns.get("_playcut")


def connected(shell: InteractiveShell) -> Playcut:
    """Return what the magics of *shell* are connected with."""
    pc: Playcut = shell.magics_manager.registry["PlaycutMagics"].pc
    return pc
