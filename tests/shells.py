"""IPython's own shell with the magics, without a kernel: what a line and a cell do."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from playcut_jupyter import Playcut


@contextmanager
def plain_shell() -> Iterator[InteractiveShell]:
    """Start a shell without our extension, as IPython's only one; its history is in memory, without a thread."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config(HistoryManager={"hist_file": ":memory:"}))
    yield shell
    # All that is needed of `atexit_operations`, which collects garbage as well: a second for each shell in the end.
    atexit.unregister(shell.atexit_operations)
    if shell.history_manager is not None:
        shell.history_manager.end_session()
    InteractiveShell.clear_instance()


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
