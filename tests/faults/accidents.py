"""What can happen to a request on its way: the faults that the proxy plays."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .answers import answer

Step = Literal["session", "voices", "submit", "wait", "status", "sign", "download"]
"""The requests of a generation, in their order."""


@dataclass
class Exchange:
    """One request, and the way back to its client."""

    step: Step
    request: bytes
    client: asyncio.StreamReader
    writer: asyncio.StreamWriter
    answer: bytes = b""
    """What the sandbox answered; empty where it was not asked."""
    _left: asyncio.Task[bytes] | None = None

    @property
    def up_to_half_the_body(self) -> bytes:
        start = self.answer.index(b"\r\n\r\n") + 4
        return self.answer[: start + (len(self.answer) - start) // 2]

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        reset(self.writer)

    async def until_the_client_leaves(self) -> None:
        # One reader for all who wait for this: a stream takes no two.
        self._left = self._left or asyncio.create_task(self.client.read())
        await asyncio.shield(self._left)

    def forget_the_client(self) -> None:
        if self._left is not None:
            self._left.cancel()


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass(frozen=True)
class Fault:
    """What happens to a request. With *forward* the sandbox gets it first, and only the answer is lost."""

    forward: bool = False

    async def play(self, exchange: Exchange) -> None:
        """Answer, or do not."""
        raise NotImplementedError


@dataclass(frozen=True)
class Canned(Fault):
    """These bytes in place of the answer."""

    raw: bytes = b""

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(self.raw)


@dataclass(frozen=True)
class Altered(Fault):
    """The sandbox's own answer, with something done to it."""

    forward: bool = True
    by: Callable[[bytes], bytes] = bytes

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(self.by(exchange.answer))


@dataclass(frozen=True)
class Reset(Fault):
    """The connection is reset after the request was read."""

    async def play(self, exchange: Exchange) -> None:
        exchange.reset()


@dataclass(frozen=True)
class CutInHeaders(Fault):
    """The connection ends in the middle of the answer's headers."""

    forward: bool = True

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(exchange.answer[: exchange.answer.index(b"\r\n\r\n") // 2])


@dataclass(frozen=True)
class CutInBody(Fault):
    """The connection ends in the middle of the answer's body."""

    forward: bool = True

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(exchange.up_to_half_the_body)


@dataclass(frozen=True)
class Hang(Fault):
    """No answer comes, for as long as the client waits; *first* is how many bytes of it come."""

    first: int = 0

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(exchange.answer[: self.first])
        await exchange.until_the_client_leaves()


@dataclass(frozen=True)
class HangInBody(Fault):
    """Half of the answer's body comes, and then nothing, for as long as the client waits."""

    forward: bool = True

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(exchange.up_to_half_the_body)
        await exchange.until_the_client_leaves()


@dataclass(frozen=True)
class Drip(Fault):
    """The answer comes whole, in pieces, slowly."""

    forward: bool = True

    async def play(self, exchange: Exchange) -> None:
        size = len(exchange.answer) // 20 + 1
        for start in range(0, len(exchange.answer), size):
            await exchange.send(exchange.answer[start : start + size])
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class EndlessDrip(Fault):
    """The answer begins and never ends: white space, a byte at a time, never silent for long."""

    every_s: float = 0.1

    async def play(self, exchange: Exchange) -> None:
        await exchange.send(answer(body=b"", length=1_000_000))
        while not exchange.client.at_eof():
            await exchange.send(b" ")
            await asyncio.sleep(self.every_s)


@dataclass(frozen=True)
class RedirectToItself(Fault):
    """A redirect to the very same place."""

    async def play(self, exchange: Exchange) -> None:
        place = exchange.request.split(b" ")[1].decode()
        await exchange.send(answer(302, headers={"Location": place}))


@dataclass(frozen=True)
class Refused(Fault):
    """The connection is refused: nobody listens. Once means: until `Proxy.reopen`, or `Proxy.heal`."""


@dataclass(frozen=True)
class ResetUnread(Fault):
    """The connection is made, and reset as soon as the request begins to arrive."""
