"""The parts of a running sandbox, put together: tools, API server, storage server."""

import asyncio
import socket
from pathlib import Path

from tornado.httpserver import HTTPServer

from playcut_jupyter.sandbox import api, storage
from playcut_jupyter.sandbox.journal import Journal
from playcut_jupyter.sandbox.limits import SlidingWindow
from playcut_jupyter.sandbox.observed import Observed
from playcut_jupyter.sandbox.tools import Tools


class Service:
    """Lives on one event loop, from `listen` to `close`."""

    def __init__(
        self,
        *,
        key: str,
        observed: Observed,
        storage_origin: str,
        latency_s: float | None,
        rate: tuple[int, float] | None,
        url_ttl_s: float,
        state_dir: Path | None,
    ) -> None:
        signer = storage.Signer(storage_origin, url_ttl_s)
        self._tools = Tools(Journal(state_dir), observed, signer.url, latency_s)
        window = SlidingWindow(*rate) if rate else None
        self._shared = api.Shared(self._tools, key, window, observed)
        self._api = HTTPServer(api.application(self._shared), max_body_size=api.LARGEST_READ)
        self._storage = HTTPServer(storage.application(self._tools, signer, observed))

    def listen(self, api_socket: socket.socket, storage_socket: socket.socket) -> None:
        """Begin to answer on these sockets, which are the servers' own from now on."""
        self._api.add_socket(api_socket)
        self._storage.add_socket(storage_socket)

    async def close(self) -> None:
        """Stop listening, drop every connection, stop every task."""
        servers = (self._api, self._storage)
        for server in servers:
            server.stop()
        for work in self._shared.open:
            work.cancel()
        await asyncio.gather(*(server.close_all_connections() for server in servers))
        await self._tools.close()
