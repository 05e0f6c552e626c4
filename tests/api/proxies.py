"""Proxies on this machine, for HTTP and for SOCKS: each leads where a test says, and writes down what it is told."""

from __future__ import annotations

import base64
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    address: str
    seen: list[str] = field(default_factory=list)
    """What it was asked for: targets, and the users with their passwords."""
    answer: str = "200 Connection established"


@contextmanager
def _served(handler: type[socketserver.StreamRequestHandler]) -> Iterator[str]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of a client that went away."""

    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def relay(one: socket.socket, port: int) -> None:
    """Copy both ways between *one* and *port* of this machine."""
    with socket.create_connection(("127.0.0.1", port)) as other:

        def copy(source: socket.socket, target: socket.socket) -> None:
            with suppress(OSError):
                while data := source.recv(65_536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=copy, args=(other, one), daemon=True)
        back.start()
        copy(one, other)
        back.join(5)


@contextmanager
def http_proxy(port: int) -> Iterator[Proxy]:
    """Run a proxy whose every CONNECT leads to *port* of this machine."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            proxy.seen.append(self.rfile.readline().decode().split()[1])
            while (line := self.rfile.readline().decode().strip()) != "":
                if line.lower().startswith("proxy-authorization: basic "):
                    proxy.seen.append(base64.b64decode(line.split()[2]).decode())
            self.wfile.write(f"HTTP/1.1 {proxy.answer}\r\n\r\n".encode())
            if proxy.answer.startswith("200"):
                relay(self.connection, port)

    with _served(Handler) as address:
        proxy = Proxy(address)
        yield proxy


@contextmanager
def socks_proxy(port: int) -> Iterator[Proxy]:
    """Run a SOCKS proxy, version 5 without a password, that leads to *port* of this machine."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.read(self.rfile.read(2)[1])
            self.wfile.write(b"\x05\x00")
            kind = self.rfile.read(4)[3]
            assert kind == 3, "a name, and not an address that was looked up here"
            proxy.seen.append(self.rfile.read(self.rfile.read(1)[0]).decode())
            self.rfile.read(2)
            self.wfile.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            relay(self.connection, port)

    with _served(Handler) as address:
        proxy = Proxy(address)
        yield proxy
