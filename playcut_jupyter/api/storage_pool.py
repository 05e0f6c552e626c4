"""Kept connections to the storage hosts.

A host gets one pool. Up to `MAX_CONNECTIONS` requests to it run at once; a further one waits its turn, for as long as
that is likely to be sooner than a new connection. While tasks run, connections to the hosts of earlier assets are
opened ahead, so that a finished asset costs one round trip.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpcore
import httpx

from playcut_jupyter.api.certificates import no_certificates
from playcut_jupyter.api.storage_addresses import refusal
from playcut_jupyter.api.storage_network import AddressRefused, ReadyStream, StorageNetwork, addresses_of
from playcut_jupyter.api.transport import (
    Transport,
    keepalive_options,
    new_transport,
    proxy_for,
    stream_response,
    tls_for,
)
from playcut_jupyter.environment import Proxy
from playcut_jupyter.hosts import address_in
from playcut_jupyter.settings import Settings

log = logging.getLogger("playcut_jupyter")

MAX_CONNECTIONS = 4
"""Connections to one host, unless transfers are long."""
_MAX_TURN_WAIT_S = 1.0
"""How long a request waits for one of them before it opens another, seconds."""
_KEEPALIVE_S = 60.0
"""How long an idle connection is kept, seconds: a request on one that the storage closed is simply sent again."""
_NEW_S = 1.0
"""A connection that breaks within this time was not closed for being idle, seconds."""
_CHECK_AHEAD_S = 10.0
"""How often connections that were opened ahead are looked after, seconds: storages close idle ones."""
_MAX_HOSTS, _MAX_HOSTS_AHEAD = 8, 2
_PORTS = {"http": 80, "https": 443}
_BROKEN = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)

_answered: dict[str, list[str]] = {}
"""The API's base URL -> the storage hosts that answered last (URLs without a path), while the process runs."""

_Key = tuple[str, str, int, Proxy | None, ssl.SSLContext | None]


class StoragePool:
    """The connections to all storage hosts, on one event loop.

    Attributes:
        settings: say which addresses are allowed, and how long a connection may take.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._hosts: dict[_Key, _Host] = {}
        self._expected = 0
        self._host_found = anyio.Event()
        self._is_closed = False

    async def close(self) -> None:
        """Close all connections; what is asked for or opened ahead at that moment closes its own."""
        self._is_closed = True
        hosts, self._hosts = list(self._hosts.values()), {}
        for host in hosts:
            await host.close()

    @asynccontextmanager
    async def stream(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Send a GET and yield its response with the body unread; its URL has been checked to be http(s).

        Raises:
            UnknownHost, AddressRefused: its host can't be, or must not be connected to.
            httpx.TransportError: as httpx does.
        """
        host = await self._host(request.url)
        try:
            async with host.turn(), host.sent(request) as response:
                self._remember(request.url)
                yield response
        finally:
            await self._close_if_late(host)

    async def _close_if_late(self, host: _Host) -> None:
        """Close *host* if the pool was closed while it was made or used."""
        if self._is_closed:
            with anyio.CancelScope(shield=True):
                await host.close()

    def _remember(self, url: httpx.URL) -> None:
        """Take down a host that has answered; what comes after the host is a secret, and is not kept."""
        origin, known = f"{url.scheme}://{url.netloc.decode('ascii')}", _answered.setdefault(self.settings.base_url, [])
        if origin not in known:
            known[:] = [*known, origin][-_MAX_HOSTS_AHEAD:]
            self._host_found.set()
            self._host_found = anyio.Event()

    async def keep_ready(self) -> None:
        """While a task runs that will need a connection, have one open to the hosts of earlier assets."""
        self._expected += 1
        try:
            while True:
                for origin in list(_answered.get(self.settings.base_url, ())):
                    await self._open_ahead(httpx.URL(origin))
                with anyio.move_on_after(_CHECK_AHEAD_S):
                    await self._host_found.wait()
        finally:
            self._expected -= 1

    async def _open_ahead(self, url: httpx.URL) -> None:
        try:
            host = await self._host(url)
            await host.open_ahead(self._expected, self.settings.request_timeout_s)
            await self._close_if_late(host)
        except Exception as error:  # noqa: BLE001 - whatever it is, the request itself will meet it and say so
            log.debug("no connection to %s could be opened ahead: %s", url.netloc.decode("ascii"), error)

    async def _host(self, url: httpx.URL) -> _Host:
        name, port = url.raw_host.decode("ascii"), _PORTS[url.scheme] if url.port is None else url.port
        proxy = proxy_for(str(url))
        if proxy is not None:
            await self._check_for_proxy(name, port)
        tls = tls_for(str(url)) if url.scheme == "https" else None
        key = (url.scheme, name, port, proxy, tls)
        # The last one used is the last in the dictionary.
        host = self._hosts.pop(key, None) or _new_host(url, port, proxy, tls, self.settings)
        self._hosts[key] = host
        if host.network is not None:
            host.network.settings = self.settings
        unused = [key for key, host in self._hosts.items() if not host.is_busy]
        for old in unused[: max(0, len(self._hosts) - _MAX_HOSTS)]:
            if self._hosts[old] is not host:
                await self._hosts.pop(old).close()
        return host

    async def _check_for_proxy(self, host: str, port: int) -> None:
        """Raise `AddressRefused` for a host that a proxy must not be asked for; names are resolved by the proxy."""
        if address_in(host) is not None:
            await addresses_of(host, port, self.settings)
        elif (refused := refusal(host, port, [], self.settings)) is not None:
            raise AddressRefused(refused)


@dataclass
class _Host:
    """The pool of one scheme, host and port.

    Attributes:
        name, port: the host.
        transport: with the connections that have been used.
        network: with the connections that were opened ahead; None behind a proxy.
    """

    name: str
    port: int
    transport: Transport
    network: StorageNetwork | None
    _active: int = 0
    _ahead_for: int = 0
    _ahead_at: float = 0.0
    _turns: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(MAX_CONNECTIONS))

    @property
    def is_busy(self) -> bool:
        """True while a request uses it or waits for it."""
        return self._active > 0

    async def close(self) -> None:
        """Close all its connections."""
        await self.transport.aclose()
        if self.network is not None:
            await self.network.close()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one of the connections, but no longer than `_MAX_TURN_WAIT_S`: then there may be one more."""
        self._active += 1
        has_turn = False
        try:
            with anyio.move_on_after(_MAX_TURN_WAIT_S):
                await self._turns.acquire()
                has_turn = True
            yield
        finally:
            self._active -= 1
            if has_turn:
                self._turns.release()

    @asynccontextmanager
    async def sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Send *request*; once more on a new connection if the storage had closed the kept one meanwhile."""
        is_new = False

        async def note(event: str, info: dict[str, Any]) -> None:
            nonlocal is_new
            if event == "connection.connect_tcp.complete":
                stream = info["return_value"]
                opened_at = stream.opened_at if isinstance(stream, ReadyStream) else anyio.current_time()
                is_new = anyio.current_time() - opened_at < _NEW_S

        request.extensions = {**request.extensions, "trace": note}
        while True:
            is_answered = False
            try:
                async with stream_response(self.transport, request) as response:
                    is_answered = True
                    yield response
                return
            except _BROKEN:
                if is_answered or is_new or self.network is None:
                    raise
            except httpx.ReadTimeout:
                await self._close_idle()  # they may be as dead
                raise
            await self._close_idle()

    async def _close_idle(self) -> None:
        """Close the idle connections: where one was closed by the storage, the others of its age are too."""
        if isinstance(self.transport, _DirectTransport):
            await self.transport.close_idle()
        if self.network is not None:
            await self.network.close()

    async def open_ahead(self, expected: int, timeout_s: float) -> None:
        """Have connections open for as many of *expected* requests as may run at once."""
        expected, now = min(expected, MAX_CONNECTIONS), time.monotonic()
        is_recent = now - self._ahead_at < _CHECK_AHEAD_S / 2 and expected <= self._ahead_for
        if isinstance(self.transport, _DirectTransport) and self.network is not None and not is_recent:
            self._ahead_for, self._ahead_at = expected, now
            wanted = min(expected, MAX_CONNECTIONS - self._active) - self.transport.idle
            await self.network.open_ahead(self.name, self.port, wanted, timeout_s)


class _DirectTransport(Transport):
    """httpx's transport, with its connections made by a `StorageNetwork`: httpx has no argument for that."""

    def __init__(self, network: StorageNetwork, tls: ssl.SSLContext | None) -> None:
        super().__init__(verify=tls or no_certificates())
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=_KEEPALIVE_S,
            network_backend=network,
        )

    @property
    def idle(self) -> int:
        """How many connections wait for a request."""
        return sum(one.is_idle() and not one.has_expired() for one in self._pool.connections)

    async def close_idle(self) -> None:
        """Close the connections that wait for a request."""
        for one in self._pool.connections:
            if one.is_idle():
                await one.aclose()


def _new_host(url: httpx.URL, port: int, proxy: Proxy | None, tls: ssl.SSLContext | None, settings: Settings) -> _Host:
    name = url.raw_host.decode("ascii")
    if proxy is not None:
        return _Host(name, port, new_transport(str(url), keepalive_s=_KEEPALIVE_S), None)
    network = StorageNetwork(settings, tls, keepalive_options())
    return _Host(name, port, _DirectTransport(network, tls), network)
