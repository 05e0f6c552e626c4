"""The parts of a running sandbox: the tools, the API server and the storage server."""

import asyncio
import socket
from pathlib import Path

from tornado.httpserver import HTTPServer

from playcut_jupyter.sandbox.api import ApiContext, api_application
from playcut_jupyter.sandbox.constants import MAX_READ_BYTES, MediaSize
from playcut_jupyter.sandbox.counters import Counters
from playcut_jupyter.sandbox.rate_limit import SlidingWindow
from playcut_jupyter.sandbox.state_file import StateFile
from playcut_jupyter.sandbox.storage import Signer, storage_application
from playcut_jupyter.sandbox.tools import Tools


class Service:
    """Runs on one event loop, from `listen` to `close`."""

    def __init__(
        self,
        *,
        key: str,
        counters: Counters,
        storage_origin: str,
        latency_s: float | None,
        rate: tuple[int, float] | None,
        url_ttl_s: float,
        state_dir: Path | None,
        media_size: MediaSize,
    ) -> None:
        signer = Signer(storage_origin, url_ttl_s)
        self._tools = Tools(StateFile(state_dir), counters, signer.url, latency_s, media_size)
        window = SlidingWindow(*rate) if rate else None
        self._context = ApiContext(self._tools, key, window, counters)
        self._api = HTTPServer(api_application(self._context), max_body_size=MAX_READ_BYTES)
        self._storage = HTTPServer(storage_application(self._tools, signer, counters))

    def listen(self, api_socket: socket.socket, storage_socket: socket.socket) -> None:
        """Accept connections on these sockets; the servers close them in the end."""
        self._api.add_socket(api_socket)
        self._storage.add_socket(storage_socket)

    async def close(self) -> None:
        """Stop listening, drop all connections, stop all tasks."""
        servers = (self._api, self._storage)
        for server in servers:
            server.stop()
        for running in self._context.running:
            running.cancel()
        await asyncio.gather(*(server.close_all_connections() for server in servers))
        await self._tools.close()
