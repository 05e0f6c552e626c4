"""Threads for what blocks, also where Python starts no more of them.

Once the main thread has ended, Python's own executors refuse all work, though other threads go on; Python 3.12 then
starts no thread at all. What was bought has still to be written down and fetched: what gets no thread of its own is
done at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from anyio import to_thread

_T = TypeVar("_T")


async def in_worker(work: Callable[[], _T]) -> _T:
    """Return what *work* returns, done on a worker thread."""
    begun = False

    def begin() -> _T:
        nonlocal begun
        begun = True
        return work()

    try:
        return await to_thread.run_sync(begin)
    except RuntimeError:
        if begun:
            raise
        return work()


class WorkerThreads(ThreadPoolExecutor):
    """The loop's executor, which looks up the names of hosts: a thread for each."""

    def __init__(self) -> None:
        super().__init__(1)

    def submit(self, function: Callable[..., _T], /, *args: Any, **keywords: Any) -> Future[_T]:
        """Begin to call *function*, and return the future of its result."""
        future: Future[_T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = function(*args, **keywords)
            except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
                future.set_exception(error)
            else:
                future.set_result(result)

        try:
            threading.Thread(target=work, name="playcut-lookup", daemon=True).start()
        except RuntimeError:
            work()
        return future
