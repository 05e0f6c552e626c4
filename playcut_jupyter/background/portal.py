"""The one background event loop of this process, where all jobs run whatever the main thread does.

A cell that blocks, a kernel's own loop, a plain script: none of them has to give the jobs any time. The loop's
thread is a daemon that nothing ends: what must not be cut at the end of a script is seen to by `underway.stop_all`.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future

import anyio
from anyio.from_thread import BlockingPortal

_lock = threading.Lock()
_running: BlockingPortal | None = None


def portal() -> BlockingPortal:
    """Return the portal to the background loop, starting the loop when first asked."""
    global _running
    with _lock:
        if _running is None:
            ready: Future[BlockingPortal] = Future()
            # anyio's `start_blocking_portal` would wait for the thread when the interpreter drops its generator at
            # exit, which is after daemon threads have stopped: for ever.
            threading.Thread(target=anyio.run, args=(_serve, ready), name="playcut", daemon=True).start()
            _running = ready.result()
        return _running


async def _serve(ready: Future[BlockingPortal]) -> None:
    async with BlockingPortal() as opened:
        ready.set_result(opened)
        await opened.sleep_until_stopped()


def _forget_in_child() -> None:
    """A forked child has no such thread; it starts its own."""
    global _running, _lock
    _running, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
