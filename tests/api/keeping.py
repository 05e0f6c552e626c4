"""A storage host on the running loop that keeps its connections, counts them, and answers as it is told."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playcut_jupyter.api.storage_pool import StoragePool
from tests.api.storage import LOCAL, settings

Headers = dict[str, str]
Answer = Callable[[str, Headers], "Reply | Awaitable[Reply]"]


@dataclass
class Reply:
    """One response. `cut_after`: how many bytes of the body are sent before the connection is dropped."""

    status: int = 200
    body: bytes = b""
    headers: Headers = field(default_factory=dict)
    cut_after: int | None = None
    then_close: bool = False


@dataclass
class Host:
    """What the host has seen, and how it answers."""

    answer: Answer
    port: int = 0
    connections: int = 0
    open: int = 0
    sent: int = 0
    seen: list[tuple[str, Headers]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def url(self, path: str = "/a", name: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{name}:{self.port}{path}?Signature=s3cr3t"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.writers.append(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self.open -= 1
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        headers = {name.lower(): value for name, value in re.findall(r"(?m)^([\w-]+): (.*?)\r$", head)}
        self.seen.append((path, headers))
        reply = self.answer(path, headers)
        if not isinstance(reply, Reply):
            reply = await reply
        told = {"Content-Length": str(len(reply.body)), **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        body = reply.body[: reply.cut_after]
        self.sent += len(body)
        writer.write(f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode() + body)
        await writer.drain()
        return reply.cut_after is None and not reply.then_close


@asynccontextmanager
async def serving(answer: Answer | Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Host]:
    host = Host((lambda *_: answer) if isinstance(answer, Reply) else answer)
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0, ssl=tls)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        for writer in host.writers:
            writer.close()


@asynccontextmanager
async def pooled(base_url: str = LOCAL, **values: float) -> AsyncIterator[StoragePool]:
    storage = StoragePool(settings(base_url, **values))
    try:
        yield storage
    finally:
        await storage.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until *condition* is true."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - whatever it is, the loop brings it
            await asyncio.sleep(0.001)
