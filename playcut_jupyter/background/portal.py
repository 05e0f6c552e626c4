"""The one background event loop of this process, where all jobs run whatever the main thread does.

A cell that blocks, a kernel's own loop, a plain script: none of them has to give the jobs any time. The loop's
thread is a daemon that nothing ends: what must not be cut at the end of a script is seen to by
`active_jobs.stop_all`. Should it end all the same, whoever waits is told, and the next call starts another.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Protocol
from weakref import WeakSet

import anyio
from anyio.from_thread import BlockingPortal

from playcut_jupyter.background.forks import on_fork
from playcut_jupyter.background.workers import WorkerThreads
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.redaction import plain
from playcut_jupyter.remedies import Action, Remedy

log = logging.getLogger("playcut_jupyter")


class _Portal(BlockingPortal):
    """A portal that leaves nobody waiting for a loop that has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.thread = threading.current_thread()
        self.is_stopped = False
        self._started: WeakSet[Future[Any]] = WeakSet()

    def start_task_soon(  # type: ignore[override]  # callers see the types of `BlockingPortal`
        self, func: Callable[..., Any], *args: Any, name: object = None
    ) -> Future[Any]:
        future: Future[Any] = super().start_task_soon(func, *args, name=name)
        self._started.add(future)
        return future

    async def stop(self, cancel_remaining: bool = False) -> None:
        self.is_stopped = True
        await super().stop(cancel_remaining)

    @property
    def is_running(self) -> bool:
        return self.thread.is_alive() and not self.is_stopped

    def fail_all(self) -> None:
        """Tell those who still wait that the loop has ended."""
        for future in list(self._started):
            if not future.done():
                future.set_exception(loop_ended())


class LoopBound(Protocol):
    """An object that is of no use with another loop: it holds sockets, or locks that tasks wait for."""

    def renew(self) -> None:
        """Replace what belongs to a loop that is gone; called before another begins."""


_lock = threading.Lock()
_running: _Portal | None = None
_bound: WeakSet[LoopBound] = WeakSet()
_closing: set[asyncio.Task[None]] = set()


def portal() -> BlockingPortal:
    """Return the portal to the background loop, starting the loop where none runs.

    Raises:
        PlaycutError: it can't be started now; the next call tries again.
    """
    global _running
    with _lock:
        if _running is None or not _running.is_running:
            for owner in list(_bound):
                owner.renew()
            ready: Future[_Portal] = Future()
            try:
                # anyio's `start_blocking_portal` would wait for the thread when the interpreter drops its generator
                # at exit, which is after daemon threads have stopped: for ever.
                threading.Thread(target=_run, args=(ready,), name="playcut", daemon=True).start()
                _running = ready.result()
            except (OSError, RuntimeError) as error:
                reason = plain(getattr(error, "strerror", None) or error, 200).rstrip(".")
                raise PlaycutError(
                    f"The background loop can't be started: {reason}.",
                    hint="Close files, connections or programs that are not needed, and run it again. "
                    "Nothing was sent.",
                ) from None
        return _running


def renew_with_loop(owner: LoopBound) -> None:
    """Have *owner* renewed before any other loop begins, also in a forked child, while it lives."""
    _bound.add(owner)


def close_soon(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Close on the loop, in its own time, what was dropped on whatever thread."""

    def start(loop: asyncio.AbstractEventLoop) -> None:
        task = loop.create_task(close())
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    running = _running
    if running is not None and not sys.is_finalizing():
        with suppress(RuntimeError):  # the loop is closed, and all that lived on it
            running.loop.call_soon_threadsafe(start, running.loop)


def loop_ended() -> PlaycutError:
    """Return the error of what the loop's end has cut."""
    return PlaycutError(
        "The background loop ended before this was done.",
        hint=("The next call starts another; what was submitted is fetched with ", Remedy(Action.RESUME_ALL), "."),
    )


def _run(ready: Future[_Portal]) -> None:
    try:
        # As many files as the loop opens: where they can't be had, asyncio leaves half a loop that complains later.
        with socket.socket():
            for end in socket.socketpair():
                end.close()
        anyio.run(_serve, ready)
    except BaseException as error:  # noqa: BLE001 - whatever ends it, those who wait are told
        if not ready.done():
            ready.set_exception(error if isinstance(error, Exception) else RuntimeError(repr(error)))
            return
        log.error("the background loop ended in a way it should not (%r); the next call starts another", error)
    finally:
        if ready.exception() is None:
            ready.result().fail_all()


async def _serve(ready: Future[_Portal]) -> None:
    asyncio.get_running_loop().set_default_executor(WorkerThreads())
    async with _Portal() as opened:
        ready.set_result(opened)
        await opened.sleep_until_stopped()


def _renew() -> None:
    global _running, _lock
    _running, _lock = None, threading.Lock()


on_fork(in_child=_renew)
