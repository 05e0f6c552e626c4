"""Tells a cancelled `await` of a stop button from any other cancellation, and where an interrupt may be raised.

ipykernel turns an interrupt of an awaiting cell into the cancellation of its task, which looks just like the
`asyncio.timeout` of the user's own code. While an await is watched, the signal's handler is wrapped so that it
leaves a note before it does what it did.

Terminal IPython leaves Python's own handler in place. That raises wherever the event loop is, and no awaiting task
hears of it; so there the first interrupt cancels the awaiting tasks, and a second one does what it always did.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_watchers = 0
_seen = False
_previous: Any = None
_awaiting: list[asyncio.Task[Any]] = []
"""The tasks of the watchers; a task that watches twice is there twice."""


def _handler(number: int, frame: FrameType | None) -> None:
    global _seen
    is_first, _seen = not _seen, True
    if is_first and _awaiting and _previous is signal.default_int_handler:
        for task in _awaiting:
            task.get_loop().call_soon_threadsafe(task.cancel)
    elif callable(_previous):
        _previous(number, frame)


@contextmanager
def watching_for_interrupts() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether an interrupt came since the first of the current watchers began."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    _enter()
    task = asyncio.current_task()
    _awaiting.extend(filter(None, [task]))
    try:
        yield lambda: _seen
    finally:
        if task is not None:
            _awaiting.remove(task)
        _leave()


def ends_the_cell_alone() -> bool:
    """True if a `KeyboardInterrupt` that is raised in this task ends a cell or a script, and not the kernel with it.

    IPython catches it in the task that runs the cell. Out of any other (`asyncio.gather` makes some) it goes through
    the event loop, which is the kernel's own.
    """
    task = asyncio.current_task()
    return "ipykernel" not in sys.modules or getattr(task and task.get_coro(), "__name__", "") == "run_cell_async"


def _enter() -> None:
    global _watchers, _seen, _previous
    current = signal.getsignal(signal.SIGINT)
    if current is not _handler and callable(current):
        _seen, _previous = False, current
        signal.signal(signal.SIGINT, _handler)
    _watchers += 1


def _leave() -> None:
    global _watchers
    _watchers -= 1
    if _watchers == 0 and signal.getsignal(signal.SIGINT) is _handler:
        signal.signal(signal.SIGINT, _previous)
