"""How tests wait: for what must come to hold, and never for time to pass."""

from __future__ import annotations

import threading
from collections.abc import Callable

from playcut_jupyter import Generation


def until(run: Generation, holds: Callable[[], bool]) -> None:
    """Wait until something holds of *run*; no longer than a test may take."""
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
    until(run, lambda: run.task_id is not None)
