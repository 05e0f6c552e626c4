"""The `Sandbox`: a thread with an event loop of its own, in which the API and the storage listen.

It runs inside kernels, whose own loop is busy with cells, and behind the console command. Importing this
module is cheap: tornado, and everything that needs it, is imported by `Sandbox.start`.
"""

import asyncio
import atexit
import contextlib
import secrets
import socket
import threading
from collections import Counter
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from playcut_jupyter.sandbox.observed import Observed

BASE_PATH: Final = "/api/v1"

BACKLOG: Final = 1024
"""Connections that may arrive at once."""

PATIENCE_S: Final = 30.0
"""Seconds after which starting or stopping is given up; both take milliseconds."""


class Sandbox:
    """A server on this machine that speaks Playcut's documented API and makes its own media.

    - ``host``: address to listen on. Anything but loopback opens the sandbox to the network.
    - ``port``: port of the API; 0 takes a free one. The storage always takes a free one.
    - ``key``: the only key that is accepted; by default a new one, ``pk_sandbox_`` and 40 hex characters.
    - ``latency_s``: seconds that every task takes; by default about 2.5 for an image, 5 for a video and
      1.2 for speech.
    - ``rate``: requests, and the seconds of the sliding window in which they may come; the default is the
      smallest plan's. None, or 0 requests: no limit, and no rate limit headers.
    - ``url_ttl_s``: seconds for which a signed URL is good.
    - ``state_dir``: folder in which sessions and tasks are kept for sandboxes that are started later; by
      default they are forgotten with the sandbox.

    Raises ValueError for a latency, rate or time to live that makes no sense. The counts stay readable
    after `stop`. A sandbox may be started again; it then knows what is in ``state_dir``.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str | None = None,
        latency_s: float | None = None,
        rate: tuple[int, float] | None = (60, 60.0),
        url_ttl_s: float = 300.0,
        state_dir: Path | None = None,
    ) -> None:
        if latency_s is not None and not latency_s >= 0:
            raise ValueError("latency_s must not be negative")
        if not url_ttl_s > 0:
            raise ValueError("url_ttl_s must be more than 0")
        if rate is not None and not (rate[0] >= 0 and rate[1] > 0):
            raise ValueError("rate must be a number of requests and a window of more than 0 seconds")
        self.key = key or f"pk_sandbox_{secrets.token_hex(20)}"
        self._host = host
        self._port = port
        self._latency_s = latency_s
        self._rate = rate if rate is not None and rate[0] else None
        self._url_ttl_s = url_ttl_s
        self._state_dir = state_dir
        self._observed = Observed()
        self._lock = threading.RLock()  # not a Lock: a signal handler may stop what is being started
        self._api_origin = self._storage_origin = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def __repr__(self) -> str:
        state = f"at {self.base_url}" if self._thread is not None else "not running"
        return f"<Sandbox {state}>"

    @property
    def base_url(self) -> str:
        """The API's address, ``http://HOST:PORT/api/v1``; empty before the first start."""
        return self._api_origin and self._api_origin + BASE_PATH

    @property
    def storage_url(self) -> str:
        """The storage's origin, on a port of its own; empty before the first start."""
        return self._storage_origin

    @property
    def requests(self) -> Counter[str]:
        """How often each tool was asked for, refused requests included: a snapshot."""
        return self._observed.requests

    @property
    def submissions(self) -> int:
        """How many tasks were created."""
        return self._observed.submissions

    @property
    def leaked_authorization(self) -> int:
        """How often a key was sent to the storage, where none belongs."""
        return self._observed.leaks

    @property
    def held_waits(self) -> int:
        """How many connections ``wait-for-task`` holds at the moment."""
        return self._observed.held_waits

    def start(self) -> Self:
        """Start, and return when it listens; does nothing if it runs already.

        Raises OSError if the address or the port cannot be listened on, and ModuleNotFoundError if tornado
        is not installed.
        """
        with self._lock:
            if self._thread is not None:
                return self
            _require_tornado()
            api = _listen(self._host, self._port)
            try:
                storage = _listen(self._host, 0)
            except OSError:
                api.close()
                raise
            self._api_origin, self._storage_origin = _origin(self._host, api), _origin(self._host, storage)
            ready: Future[None] = Future()
            # A daemon, so that a forgotten sandbox cannot keep a program from ending.
            thread = threading.Thread(target=self._run, args=(api, storage, ready), name="playcut-sandbox", daemon=True)
            thread.start()
            ready.result(PATIENCE_S)
            self._thread = thread
            atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop, drop the connections that are held, wait for the thread; does nothing if it does not run."""
        with self._lock:
            thread, loop, stopping = self._thread, self._loop, self._stopping
            if thread is None or loop is None or stopping is None:
                return
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(stopping.set)
            thread.join(PATIENCE_S)
            self._thread = self._loop = self._stopping = None
            atexit.unregister(self.stop)

    def wait_until_stopped(self) -> None:
        """Block until another thread or a signal handler stops the sandbox; signals get through."""
        while (thread := self._thread) is not None and thread.is_alive():
            # Not without a timeout: on Windows nothing interrupts a wait that has none.
            thread.join(0.5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, api: socket.socket, storage: socket.socket, ready: Future[None]) -> None:
        # tornado needs a selector loop; Windows would give it another one by default.
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve(api, storage, ready))
        except BaseException as error:
            api.close()
            storage.close()
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, api: socket.socket, storage: socket.socket, ready: Future[None]) -> None:
        from playcut_jupyter.sandbox.service import Service

        service = Service(
            key=self.key,
            observed=self._observed,
            storage_origin=self._storage_origin,
            latency_s=self._latency_s,
            rate=self._rate,
            url_ttl_s=self._url_ttl_s,
            state_dir=self._state_dir,
        )
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        service.listen(api, storage)
        ready.set_result(None)
        await self._stopping.wait()
        await service.close()


def _require_tornado() -> None:
    try:
        import tornado  # noqa: F401
    except ModuleNotFoundError as error:
        remedy = "The sandbox needs tornado: pip install 'playcut-jupyter[sandbox]'"
        raise ModuleNotFoundError(remedy, name="tornado") from error


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError with a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # Python's own message repeats the address after the reason.
        reason = str(error.strerror or error).partition(" (")[0]
        raise OSError(error.errno, f"The sandbox cannot listen on {host} port {port}: {reason}") from error
    listening.setblocking(False)
    return listening


def _origin(host: str, listening: socket.socket) -> str:
    """Return the URL's beginning under which this machine reaches the socket."""
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound to
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
