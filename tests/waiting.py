"""How tests wait: for what must come to hold, and never for time to pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from playcut_jupyter import Generation


def until(holds: Callable[[], bool], within_s: float = 20) -> None:
    """Look again and again, until something holds."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def until_changed(run: Generation, holds: Callable[[], bool]) -> None:
    """Look at each change of *run*, until something holds of it."""
    seen = threading.Event()

    def look() -> None:
        if holds():
            seen.set()

    forget = run.on_change(look)
    look()
    assert seen.wait(30), run
    forget()


def until_submitted(run: Generation) -> None:
    """Wait until the service has taken *run*."""
    until_changed(run, lambda: run.task_id is not None)
