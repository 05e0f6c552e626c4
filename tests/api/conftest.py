"""A storage host on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.api.storage import Response, Storage


@pytest.fixture
def storage() -> Iterator[Storage]:
    """Run a storage host on this machine that writes down what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place.seen.append((self.path, dict(self.headers)))
            answer = place.answers.get(self.path.split("?")[0], Response(404))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.declared != -1:
                self.send_header(
                    "Content-Length", str(len(answer.body) if answer.declared is None else answer.declared)
                )
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        place = Storage(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield place
        server.shutdown()
        thread.join()
