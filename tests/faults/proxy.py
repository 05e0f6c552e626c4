"""A reverse proxy with accidents, in front of a real sandbox.

It has two doors on loopback: one for the API, which forwards everything to the sandbox and changes nothing but
the `url` of `download-asset`, so that downloads come to its other door, the storage. Each request is one step of
a generation; a fault that is programmed for a step is played in place of the answer. ::

    with Proxy(sandbox) as proxy:
        proxy.program("submit", Reset(forward=True))     # once; the sandbox gets the request, the answer is lost
        proxy.program("sign", Canned(raw=error(500)), None)  # always
        ...
        proxy.heal()

Every answer ends its connection, so that the next request needs a new one: that is what can be refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Self

from playcut_jupyter.sandbox import Sandbox

from .accidents import Exchange, Fault, Refused, ResetUnread, Step, reset

_STEPS: Mapping[str, Step] = {
    "create-session": "session",
    "list-voices": "voices",
    "wait-for-task": "wait",
    "get-task-status": "status",
    "download-asset": "sign",
}
_BEFORE: Mapping[Step, Step] = {"submit": "session", "wait": "submit", "status": "wait", "sign": "wait"}
"""Which request comes right before the one of a step; nothing comes before the first of a door."""
_TIMEOUT_S = 20.0


class _Door:
    """A port that may be closed and opened again: meanwhile connections are refused."""

    def __init__(self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self.resets: float = 0
        """How many of the next connections are reset unread."""
        # Bound but not listening: nobody else gets the port while the door is closed.
        self.reserve = socket.socket()
        self.reserve.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.reserve.bind(("127.0.0.1", 0))
        self.port: int = self.reserve.getsockname()[1]

    async def open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve,  # type: ignore[arg-type]
                "127.0.0.1",
                self.port,
                reuse_address=True,
                backlog=512,
            )

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def take_reset(self) -> bool:
        self.resets -= 1
        return self.resets >= 0


class Proxy:
    """Lives in a thread with a loop of its own, from `__enter__` to `__exit__`.

    Attributes:
        seen: the steps that were asked for, in order; connections that were refused or reset unread are not.
        storage_authorizations: the Authorization headers that arrived at the storage, where none belongs.
        failures: what went wrong in here; `heal` raises the first.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.seen: list[Step] = []
        self.storage_authorizations: list[str] = []
        self.failures: list[Exception] = []
        self._news = threading.Condition()
        self._faults: dict[Step, tuple[Fault, float]] = {}
        self._pending: tuple[Step, Fault, float] | None = None
        self._api = _Door(self._serve_api)
        self._storage = _Door(self._serve_storage)
        self._open: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="fault-proxy", daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._api.port}/api/v1"

    @property
    def storage_url(self) -> str:
        return f"http://127.0.0.1:{self._storage.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(_TIMEOUT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_TIMEOUT_S)
        assert not self._thread.is_alive()

    # -- what tests do ------------------------------------------------------------------------------------

    def program(self, step: Step, fault: Fault, times: int | None = 1) -> None:
        """Play *fault* for the next *times* requests of *step*; None for all."""
        count = float("inf") if times is None else times
        if not isinstance(fault, Refused | ResetUnread):
            self._faults[step] = fault, count
        elif step in _BEFORE:
            self._pending = step, fault, count
        else:
            self._call(lambda: self._strike(step, fault, count))

    def reopen(self) -> None:
        """Let connections in again, unless they are to be refused for good; from any thread."""
        self._call(self._reopen)

    def drop(self) -> None:
        """Drop the connections that are held."""
        self._call(self._drop_all)

    def heal(self) -> None:
        """End all faults, drop the connections that are held, and forget what was seen."""
        self._faults.clear()
        self._pending = None
        self._api.resets = self._storage.resets = 0
        self._refuse_for_good = False
        self.drop()
        self.reopen()
        for wrong in self.failures:
            raise wrong
        self.seen.clear()
        self.storage_authorizations.clear()

    def wait_until_seen(self, step: Step, count: int = 1) -> None:
        """Block until *step* was asked for so often, and its answer is being withheld, if it is."""
        with self._news:
            assert self._news.wait_for(lambda: self.seen.count(step) >= count, _TIMEOUT_S), self.seen

    # -- the loop -----------------------------------------------------------------------------------------

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._refuse_for_good = False
        doors = (self._api, self._storage)
        for door in doors:
            await door.open()
        self._ready.set()
        await self._end.wait()
        for door in doors:
            door.close()
            door.reserve.close()

    def _drop_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    def _call(self, work: Callable[[], object]) -> None:
        async def call() -> None:
            result = work()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(call(), self._loop).result(_TIMEOUT_S)

    def _strike(self, step: Step, fault: Fault, count: float) -> None:
        door = self._storage if step == "download" else self._api
        if isinstance(fault, Refused):
            self._refuse_for_good = count > 1
            door.close()
        else:
            door.resets = count

    async def _reopen(self) -> None:
        if not self._refuse_for_good:
            await self._api.open()
            await self._storage.open()

    def _take_fault(self, step: Step) -> Fault | None:
        fault, count = self._faults.get(step, (None, 0.0))
        if fault is not None and count > 1:
            self._faults[step] = fault, count - 1
        else:
            self._faults.pop(step, None)
        return fault

    async def _serve_api(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(self._api, self.sandbox.base_url, client, writer)

    async def _serve_storage(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(self._storage, self.sandbox.storage_url, client, writer)

    async def _serve(
        self, door: _Door, upstream: str, client: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        try:
            if door.take_reset():
                # Not at once: a reset that comes before the client has begun to send may look to it as if the
                # connection had never been made.
                await client.read(1)
                reset(writer)
                return
            request = await _request(client)
            exchange = Exchange(self._step(door, request), request, client, writer)
            try:
                await self._answer(exchange, int(upstream.split(":")[2].split("/")[0]))
            finally:
                exchange.forget_the_client()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as wrong:
            self.failures.append(wrong)
            raise
        finally:
            self._open.discard(writer)
            with contextlib.suppress(ConnectionError):
                writer.close()

    async def _answer(self, exchange: Exchange, port: int) -> None:
        fault = self._take_fault(exchange.step)
        if fault is None or fault.forward:
            exchange.answer = await self._forwarded(exchange, port)
        if self._pending is not None and _BEFORE[self._pending[0]] == exchange.step:
            pending, self._pending = self._pending, None
            self._strike(*pending)
        with self._news:
            self.seen.append(exchange.step)
            self._news.notify_all()
        if fault is None:
            await exchange.send(exchange.answer)
        else:
            await fault.play(exchange)

    def _step(self, door: _Door, request: bytes) -> Step:
        if door is self._storage:
            if found := re.search(rb"(?im)^authorization:.*$", request):
                self.storage_authorizations.append(found.group().decode())
            return "download"
        found = re.match(rb"POST /api/v1/tools/([^/ ]+)/execute ", request)
        assert found, request[:100]
        return _STEPS.get(found.group(1).decode(), "submit")

    async def _forwarded(self, exchange: Exchange, port: int) -> bytes:
        """Ask the sandbox; a client that leaves takes a held wait with it."""
        asked = asyncio.create_task(_ask(port, exchange.request))
        try:
            if exchange.step == "wait":
                left = asyncio.create_task(exchange.until_the_client_leaves())
                # Holding a wait is a state of its own, which tests may look for.
                await asyncio.wait((asked, left), return_when=asyncio.FIRST_COMPLETED)
                if not asked.done():
                    raise ConnectionError
                left.cancel()
            whole = await asked
        finally:
            asked.cancel()
        if exchange.step != "sign":
            return whole
        head, _, body = whole.partition(b"\r\n\r\n")
        body = body.replace(self.sandbox.storage_url.encode(), self.storage_url.encode())
        return re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body


async def _request(client: asyncio.StreamReader) -> bytes:
    head = await client.readuntil(b"\r\n\r\n")
    found = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return head + await client.readexactly(int(found.group(1)) if found else 0)


async def _ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head, _, body = request.partition(b"\r\n\r\n")
        head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head)
        writer.write(head + b"\r\nConnection: close\r\n\r\n" + body)
        return await reader.read()
    finally:
        writer.close()
