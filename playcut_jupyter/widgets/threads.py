"""Workers for what takes time, away from the thread that handles clicks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeAlias

from playcut_jupyter.errors import PlaycutError

log = logging.getLogger("playcut_jupyter")

ShowMessage: TypeAlias = Callable[[str], None]


def run_and_report(
    work: Callable[[], None], show_error: ShowMessage, describe: Callable[[PlaycutError], str] = str
) -> None:
    """Do *work*; what goes wrong is shown, never lost in a thread.

    Args:
        work: is done now.
        show_error: shows what went wrong.
        describe: puts an error into the words of the front end.
    """
    try:
        work()
    except PlaycutError as error:
        show_error(describe(error))
    except Exception as error:
        log.exception("unexpected error after a click")
        show_error(f"Something inside playcut-jupyter went wrong ({type(error).__name__}: {error}).")


class Worker:
    """Does one thing after the other in a thread of its own.

    Args:
        show_error: shows what goes wrong in work that has no place of its own for it.
        describe: puts an error into the words of the front end.
        name: the thread's name.
    """

    def __init__(
        self, show_error: ShowMessage, describe: Callable[[PlaycutError], str] = str, name: str = "playcut-worker"
    ) -> None:
        self._pool = ThreadPoolExecutor(1, name)
        self._show_error, self._describe = show_error, describe

    def submit(self, work: Callable[[], None], show_error: ShowMessage | None = None) -> None:
        """Do *work* soon; never, once the worker is closed."""
        with suppress(RuntimeError):  # it is closed
            self._pool.submit(run_and_report, work, show_error or self._show_error, self._describe)

    def close(self) -> None:
        """End the thread after what it does now; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class CoalescedTask:
    """Work on a worker that is scheduled more often than it need be done: once serves all who asked before it began."""

    def __init__(self, worker: Worker, work: Callable[[], None]) -> None:
        self._worker, self._work = worker, work
        self._is_scheduled = False
        self._lock = threading.Lock()

    def schedule(self) -> None:
        """Do the work soon, from its beginning."""
        with self._lock:
            if self._is_scheduled:
                return
            self._is_scheduled = True
        self._worker.submit(self._run)

    def _run(self) -> None:
        with self._lock:
            self._is_scheduled = False
        self._work()
