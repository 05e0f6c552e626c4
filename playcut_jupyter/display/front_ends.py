"""Tells where a display will be seen: in a notebook, in a Voila page, in a console, or captured by the user's code.

A kernel is not told which front end shows its displays, so each question is answered from what the kernel can see.
"""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from typing import Any

_CONSOLES = re.compile(r"(?<!\w)(jupyter[-_]console|(jupyter-)?qtconsole|spyder)(?![\w/\\])")
"""Programs that show a display when it comes, and no later update of it."""


def in_kernel() -> bool:
    """Return True in a notebook's kernel; in a forked child there is only a copy of one, which can display nothing."""
    kernel = getattr(_shell(), "kernel", None)
    owner = getattr(getattr(kernel, "iopub_thread", None), "_master_pid", os.getpid())  # ipykernel asks the same
    return kernel is not None and owner == os.getpid()


def in_voila() -> bool:
    """Return True if the notebook is shown as a Voila page."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def in_console() -> bool:
    """Return True if the running cell was sent by `jupyter console` or its like on this machine."""
    client = _client()
    return client is not None and _is_console(client)


def in_headless_run() -> bool:
    """Return True if the running cell was sent by a program: `jupyter execute`, nbconvert, papermill."""
    client = _client()
    return client is not None and not _is_console(client)


def is_captured() -> bool:
    """Return True under `%%capture` and its like, which keep displays for later and apply no updates to them."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.displaypub import CapturingDisplayPublisher  # a script must not load IPython for it

    return isinstance(getattr(_shell(), "display_pub", None), CapturingDisplayPublisher)


def in_output_widget() -> bool:
    """Return True in a `with ipywidgets.Output():`, also that of `interact`; front ends apply no updates in there."""
    widgets = sys.modules.get("ipywidgets.widgets")
    message_id = _message_id()
    if widgets is None or not message_id:
        return False
    every = getattr(widgets.widget, "_instances", {})  # no public name for it is left
    return any(isinstance(one, widgets.Output) and one.msg_id == message_id for one in list(every.values()))


def log_in_headless_run(text: str) -> None:
    """Write *text* to the terminal of the program that executes the notebook, which may not read displays any more."""
    kernel = getattr(_shell(), "kernel", None)
    if kernel is not None and in_headless_run():
        kernel.log.warning(text)  # the log's stream is the terminal, which `sys.stderr` is not


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython  # a script must not load IPython for it

    return get_ipython()


def _message_id() -> str:
    """Return the id of the message that is being handled, a cell's or a widget's; "" if there is none."""
    shell = _shell()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return str((parent or {}).get("header", {}).get("msg_id", ""))


def _client() -> int | None:
    """Return the process id of the client that sent the running cell, if that is a program in Python.

    Such a client has it in its messages' ids (`SESSION_PID_COUNT`); a browser has none.
    """
    _, *numbers = _message_id().split("_")
    return int(numbers[0]) if len(numbers) == 2 and numbers[0].isdecimal() else None


@lru_cache(64)
def _is_console(process_id: int) -> bool:
    try:
        import psutil  # ipykernel brings it

        command = " ".join(psutil.Process(process_id).cmdline()[:4])
    except Exception:  # noqa: BLE001 - no such process here, or none that can be looked at
        return False
    return _CONSOLES.search(command) is not None
