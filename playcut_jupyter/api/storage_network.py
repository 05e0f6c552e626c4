"""How connections to a storage host are made: to checked addresses only, raced, and opened before they are needed.

The URL keeps the host's name, so the Host header, SNI and the certificate's check are by name, while the socket is
connected to an address that was checked: a second DNS answer can't change the target.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from itertools import chain, zip_longest
from typing import Any

import anyio
import httpcore

from playcut_jupyter.api.storage_addresses import Refusal, refusal
from playcut_jupyter.settings import Settings

_HEAD_START_S = 0.25
"""How long an address is tried before the next one is tried too (RFC 8305), seconds."""
_LAST_CHANCE_S = 0.25
"""How long a connection that is no longer wanted is waited for, seconds, before the attempt is cancelled."""
_SETTLE_S = 0.5
"""How long a new TLS connection is read, for what its server sends unasked (session tickets), seconds."""

SocketOption = tuple[int, int, int]


class UnknownHost(Exception):
    """A name has no address, at least now."""


class AddressRefused(Exception):
    """A host must not be connected to, because of its name or of one of its addresses."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.hint = refusal.hint


async def addresses_of(host: str, port: int, settings: Settings) -> list[str]:
    """Return all addresses of *host*, in the resolver's order.

    Raises:
        UnknownHost: the name was not found.
        AddressRefused: one of the addresses is not allowed.
    """
    try:
        entries = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownHost(f"the name {host} was not found") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
    refused = refusal(host, port, addresses, settings)
    if refused is not None:
        raise AddressRefused(refused)
    return addresses


class StorageNetwork(httpcore.AsyncNetworkBackend):
    """Opens the connections to one host, on request or ahead of it.

    Attributes:
        settings: say which addresses are allowed.
    """

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None, socket_options: Iterable[SocketOption]) -> None:
        self.settings = settings
        self._tls = tls
        self._socket_options = tuple(socket_options)
        self._sockets = httpcore.AnyIOBackend()
        self._ahead: list[_OpenedAhead] = []

    async def open_ahead(self, host: str, port: int, wanted: int, timeout_s: float) -> None:
        """Begin to open connections for requests to come, until there are *wanted* of them."""
        await self.close(only_unusable=True)
        for _ in range(wanted - len(self._ahead)):
            self._ahead.append(_OpenedAhead(self._open_stream(host, port, timeout_s)))

    async def close(self, *, only_unusable: bool = False) -> None:
        """Close the connections that no request came for."""
        closing = [opened for opened in self._ahead if not (only_unusable and opened.is_usable)]
        self._ahead = [opened for opened in self._ahead if opened not in closing]
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as group:
                for opened in closing:
                    group.start_soon(opened.close)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection that was opened ahead, else a new one to the first address that answers."""
        await self.close(only_unusable=True)
        while self._ahead:
            opened = min(self._ahead, key=lambda opened: not opened.is_open)
            self._ahead.remove(opened)
            stream = await opened.take()
            if stream is not None:
                return ReadyStream(stream, opened.opened_at)
        return await self._connected(host, port, timeout)

    async def _open_stream(self, host: str, port: int, timeout_s: float) -> httpcore.AsyncNetworkStream:
        stream = await self._connected(host, port, timeout_s)
        if self._tls is None:
            return stream
        self._tls.set_alpn_protocols(["http/1.1"])
        try:
            return await stream.start_tls(self._tls, host, timeout_s)
        except BaseException:  # httpcore closes it after an error, and not when it is cancelled
            await _closed(stream)
            raise

    async def _connected(self, host: str, port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        try:
            with anyio.fail_after(timeout_s):
                addresses = await addresses_of(host, port, self.settings)
                return await self._race(_alternating(addresses), port, timeout_s)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no address of {host} answered") from None

    async def _race(self, addresses: list[str], port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        """Return the connection that is made first; each address gets a head start before the next."""
        winner: httpcore.AsyncNetworkStream | None = None
        failures: list[Exception] = []

        async def connect(address: str, failed: anyio.Event) -> None:
            nonlocal winner
            try:
                stream = await self._sockets.connect_tcp(
                    address, port, timeout=timeout_s, socket_options=self._socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failures.append(error)
                failed.set()
                return
            if winner is None:
                winner = stream
                racing.cancel_scope.cancel()
            else:
                await stream.aclose()

        try:
            async with anyio.create_task_group() as racing:
                for address in addresses:
                    failed = anyio.Event()
                    racing.start_soon(connect, address, failed)
                    with anyio.move_on_after(_HEAD_START_S):
                        await failed.wait()
        except BaseException:  # cancelled right when it was made
            await _closed(winner)
            raise
        if winner is None:
            raise failures[0] if failures else httpcore.ConnectError("it has no address")
        return winner


class ReadyStream(httpcore.AsyncNetworkStream):
    """A connection that was opened ahead, its TLS included.

    Attributes:
        opened_at: when, on the loop's clock, seconds.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, opened_at: float) -> None:
        self._stream = stream
        self.opened_at = opened_at

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Return itself: that was done."""
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Read."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks for."""
        return self._stream.get_extra_info(info)


class _OpenedAhead:
    """One connection that is opened before a request needs it."""

    def __init__(self, opening: Coroutine[Any, Any, httpcore.AsyncNetworkStream]) -> None:
        self._stream: httpcore.AsyncNetworkStream | None = None
        self._settling = anyio.CancelScope()
        self._has_failed = False
        self.opened_at = anyio.current_time()
        self._task = asyncio.create_task(self._open(opening))

    async def _open(self, opening: Coroutine[Any, Any, httpcore.AsyncNetworkStream]) -> None:
        """Open it, and read what a TLS server sends unasked: it would look like the server's end later on."""
        try:
            self._stream = await opening
            with self._settling:
                self._settling.deadline = anyio.current_time() + _SETTLE_S
                await self._stream.read(1)
                self._has_failed = True  # a server that says something now has nothing to say to a request
        except Exception:  # noqa: BLE001 - whatever it is, the request itself meets it and says so
            self._has_failed = True

    @property
    def is_open(self) -> bool:
        """True once there is a connection."""
        return self._stream is not None

    @property
    def is_usable(self) -> bool:
        """False once it failed, or the server closed it."""
        if self._has_failed or self._task.cancelled():
            return False
        return not self._task.done() or (self._stream is not None and not self._stream.get_extra_info("is_readable"))

    async def take(self) -> httpcore.AsyncNetworkStream | None:
        """Return the connection, which is being opened still perhaps; None if that fails."""
        self._settling.cancel()
        try:
            await asyncio.shield(self._task)
        except asyncio.CancelledError:
            if not self._task.cancelled():  # whoever waits was cancelled, not the opening
                await self.close()
                raise
        if self._has_failed or self._was_closed:
            await self.close()
            return None
        return self._stream

    @property
    def _was_closed(self) -> bool:
        """True if the server has closed it since; what a TLS server sends unasked would look the same."""
        stream = self._stream
        return stream is not None and not stream.get_extra_info("ssl_object") and stream.get_extra_info("is_readable")

    async def close(self) -> None:
        """Close it; stop opening it if that takes long.

        A connection that is made at the very moment of a cancellation would be lost unclosed.
        """
        self._settling.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([self._task], timeout=_LAST_CHANCE_S)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            if self._stream is not None:
                await self._stream.aclose()


async def _closed(stream: httpcore.AsyncNetworkStream | None) -> None:
    """Close *stream*, also while this task is cancelled."""
    if stream is not None:
        with anyio.CancelScope(shield=True):
            await stream.aclose()


def _alternating(addresses: list[str]) -> list[str]:
    """Return *addresses* with the families taking turns, the resolver's first one first."""
    families = [[address for address in addresses if (":" in address) == is_v6] for is_v6 in (True, False)]
    if addresses and ":" not in addresses[0]:
        families.reverse()
    return [address for address in chain.from_iterable(zip_longest(*families)) if address is not None]
