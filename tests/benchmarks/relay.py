"""A long way, made by code: a port that passes everything on later, both ways, and takes a round trip to connect to."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_CHUNK_BYTES = 65_536


class Relay:
    """Delays what passes between its port and that of a server. Lives on the running loop.

    Attributes:
        port: where clients connect to.
        connections: how many have.
    """

    def __init__(self, target_port: int, delay_s: float) -> None:
        self._target_port = target_port
        self._delay_s = delay_s
        self._passing: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.port = 0
        self.connections = 0

    async def start(self) -> Relay:
        """Begin to accept connections."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # The kernel has accepted already; over a long way, that takes a round trip.
        connected_at = asyncio.get_running_loop().time() + 2 * self._delay_s
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        for source, target, not_before in ((reader, far_writer, connected_at), (far_reader, writer, 0.0)):
            task = asyncio.create_task(self._pass(source, target, not_before))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, not_before: float) -> None:
        """Pass on what *source* sends, each chunk as late as the others; a long way may hold many at once."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)
        arriving = asyncio.create_task(_arrive(on_the_way, target))
        loop = asyncio.get_running_loop()
        data = b"."
        with suppress(OSError):
            while data:
                data = await source.read(_CHUNK_BYTES)
                await on_the_way.put((max(loop.time(), not_before) + self._delay_s, data))
        await arriving


async def _arrive(on_the_way: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while True:
            at, data = await on_the_way.get()
            await asyncio.sleep(at - loop.time())
            if not data:
                break
            target.write(data)
            await target.drain()
    target.close()
