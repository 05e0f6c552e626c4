"""The one background event loop of this process, where all jobs run whatever the main thread does.

A cell that blocks, a kernel's own loop, a plain script: none of them has to give the jobs any time. The loop's
thread is a daemon that nothing ends: what must not be cut at the end of a script is seen to by
`active_jobs.stop_all`.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

import anyio
from anyio.from_thread import BlockingPortal

from playcut_jupyter.background.forks import on_fork

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


def _renew() -> None:
    global _running, _lock
    _running, _lock = None, threading.Lock()


on_fork(in_child=_renew)
