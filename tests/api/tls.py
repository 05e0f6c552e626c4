"""A server over TLS on this machine, whose certificate is what a test says."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

CA = trustme.CA()
_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
_FAR_AHEAD = datetime(2120, 1, 1, tzinfo=UTC), datetime(2121, 1, 1, tzinfo=UTC)

CERTIFICATES = {
    "unknown": CA.issue_cert("127.0.0.1", "localhost", "storage.example"),
    "expired": CA.issue_cert("127.0.0.1", not_before=_LONG_AGO[0], not_after=_LONG_AGO[1]),
    "early": CA.issue_cert("127.0.0.1", not_before=_FAR_AHEAD[0], not_after=_FAR_AHEAD[1]),
    "misnamed": CA.issue_cert("other.example"),
}


@dataclass
class TlsServer:
    origin: str
    connections: int = 0

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/v1"


@contextmanager
def tls_server(certificate: str) -> Iterator[TlsServer]:
    """Serve an empty answer of `list-voices` to every POST, and five bytes to every GET."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CERTIFICATES[certificate].configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            running.connections += 1
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(json.dumps({"data": {"voices": []}}).encode(), "application/json")

        def do_GET(self) -> None:
            self._answer(b"bytes", "image/png")

        def _answer(self, body: bytes, content_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of a handshake that the client ended."""

    with Server(("127.0.0.1", 0), Handler) as server:
        running = TlsServer(f"https://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        server.shutdown()
        thread.join()
