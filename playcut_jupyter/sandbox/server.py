"""The `Sandbox`: a thread with its own event loop, on which the API and the storage run.

It is used inside kernels, whose own event loop is busy with cells, and by the console command. Importing this
module is cheap: `Sandbox.start` imports tornado and everything that needs it.
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
from typing import Final, Self, get_args

from playcut_jupyter.sandbox.constants import BASE_PATH, INSTALL_COMMAND, MediaSize
from playcut_jupyter.sandbox.counters import Counters

BACKLOG: Final = 1024
"""Connections that may arrive at the same time."""

START_STOP_TIMEOUT_S: Final = 30.0
"""Starting and stopping take milliseconds."""


class Sandbox:
    """A server on this machine that implements Playcut's documented API and makes its own media.

    - ``host``: the address to listen on. Any address but loopback opens the sandbox to the network.
    - ``port``: the port of the API; 0 for a free one. The storage always uses a free one.
    - ``key``: the only key that is accepted; by default a new one, ``pk_sandbox_`` and 40 hex characters.
    - ``latency_s``: the seconds that every task takes; by default about 2.5 for an image, 5 for a video and
      1.2 for speech.
    - ``rate``: the number of requests allowed in a sliding window, and the seconds of the window; the default
      is the smallest plan's. None, or 0 requests: no limit, and no rate limit headers.
    - ``url_ttl_s``: the seconds for which a signed URL is valid.
    - ``state_dir``: the folder in which sessions and tasks are kept for sandboxes that are started later; by
      default they are lost when the sandbox stops.
    - ``media``: ``"full"``, or ``"tiny"`` for tests that need a valid file and do not look at it: pictures of
      the right aspect ratio, 64 pixels wide instead of 1024; clips of two frames a second, 24 pixels high
      instead of 480; a tone of 0.2 seconds instead of speech. They have the same formats and metadata, and are
      the same bytes for the same prompt and seed.

    Raises ValueError for an invalid latency, rate, time to live or size of media. The counters stay readable
    after `stop`. A sandbox can be started again; it then knows only what is in ``state_dir``.
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
        media: MediaSize = "full",
    ) -> None:
        if latency_s is not None and not latency_s >= 0:
            raise ValueError("latency_s must not be negative")
        if not url_ttl_s > 0:
            raise ValueError("url_ttl_s must be more than 0")
        if rate is not None and not (rate[0] >= 0 and rate[1] > 0):
            raise ValueError("rate must be a number of requests and a window of more than 0 seconds")
        if media not in get_args(MediaSize):
            raise ValueError(f"media must be one of {', '.join(get_args(MediaSize))}")
        self.key = key or f"pk_sandbox_{secrets.token_hex(20)}"
        self._host = host
        self._port = port
        self._latency_s = latency_s
        self._rate = rate if rate is not None and rate[0] else None
        self._url_ttl_s = url_ttl_s
        self._state_dir = state_dir
        self._media_size = media
        self._counters = Counters()
        self._lock = threading.RLock()  # not a Lock: a signal handler may call `stop` during `start`
        self._api_origin = self._storage_origin = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def __repr__(self) -> str:
        state = f"at {self.base_url}" if self._thread is not None else "not running"
        return f"<Sandbox {state}>"

    @property
    def base_url(self) -> str:
        """The base URL of the API, ``http://HOST:PORT/api/v1``; empty before the first start."""
        return self._api_origin and self._api_origin + BASE_PATH

    @property
    def storage_url(self) -> str:
        """The origin of the storage, on a separate port; empty before the first start."""
        return self._storage_origin

    @property
    def requests(self) -> Counter[str]:
        """A copy of the number of requests by tool, refused ones included."""
        return self._counters.requests

    @property
    def submissions(self) -> int:
        """The number of tasks that were created."""
        return self._counters.submissions

    @property
    def leaked_authorization(self) -> int:
        """The number of requests that sent a key to the storage, where none belongs."""
        return self._counters.leaked_authorization

    @property
    def held_waits(self) -> int:
        """The number of ``wait-for-task`` requests that are held now."""
        return self._counters.held_waits

    def start(self) -> Self:
        """Start, and return once it accepts connections; do nothing if it is running.

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
            # A daemon thread does not keep the program running if the sandbox is never stopped.
            thread = threading.Thread(target=self._run, args=(api, storage, ready), name="playcut-sandbox", daemon=True)
            thread.start()
            ready.result(START_STOP_TIMEOUT_S)
            self._thread = thread
            atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop, drop all connections, and wait for the thread; do nothing if it is not running."""
        with self._lock:
            thread, loop, stopping = self._thread, self._loop, self._stopping
            if thread is None or loop is None or stopping is None:
                return
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(stopping.set)
            thread.join(START_STOP_TIMEOUT_S)
            self._thread = self._loop = self._stopping = None
            atexit.unregister(self.stop)

    def wait_until_stopped(self) -> None:
        """Block until another thread or a signal handler stops the sandbox."""
        while (thread := self._thread) is not None and thread.is_alive():
            # With a timeout, because on Windows no signal interrupts a wait without one.
            thread.join(0.5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, api: socket.socket, storage: socket.socket, ready: Future[None]) -> None:
        # tornado needs a selector event loop, which is not the default on Windows.
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
        # The service needs tornado, which is optional, and heavy for those who only import the package.
        from playcut_jupyter.sandbox.service import Service

        service = Service(
            key=self.key,
            counters=self._counters,
            storage_origin=self._storage_origin,
            latency_s=self._latency_s,
            rate=self._rate,
            url_ttl_s=self._url_ttl_s,
            state_dir=self._state_dir,
            media_size=self._media_size,
        )
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        service.listen(api, storage)
        ready.set_result(None)
        await self._stopping.wait()
        await service.close()


def _require_tornado() -> None:
    try:
        # tornado is optional. Imported here, a missing one is an error of `start`, before the thread exists.
        import tornado  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"The sandbox needs tornado: {INSTALL_COMMAND}", name="tornado") from error


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError with a message that names the address."""
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
    """Return the origin (scheme, host and port) by which this machine reaches the socket."""
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound to
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
