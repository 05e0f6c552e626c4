"""An API and its storage that hand out the bytes they are given: the sandbox makes none that are odd."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playcut_jupyter import Playcut

KEY = "pk_live_" + "decafbad" * 5
Answer = Callable[[BaseHTTPRequestHandler, int], None]
"""Writes a storage's answer; the number is that of the request for this asset, from 1."""


def sends(data: bytes, content_type: str = "application/octet-stream", *, how: str = "length") -> Answer:
    """Answer with *data*, whose end is told by its "length", by "chunks", or by the connection's end ("close")."""

    def write(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        if content_type:
            handler.send_header("Content-Type", content_type)
        if how == "length":
            handler.send_header("Content-Length", str(len(data)))
        elif how == "chunks":
            handler.send_header("Transfer-Encoding", "chunked")
        else:
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(data if how != "chunks" else b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))
        handler.close_connection = how == "close"

    return write


def in_turn(*answers: Answer) -> Answer:
    """Answer the first request as the first says, and so on; the last one again and again."""
    return lambda handler, number: answers[min(number, len(answers)) - 1](handler, number)


@dataclass
class Service:
    """What is served, by asset id, and how often each was asked for.

    A task brings all that there are at the time; a prompt that is an asset's id brings that one.
    """

    origin: str
    assets: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def client(self, home: Path) -> Playcut:
        return Playcut(api_key=KEY, base_url=f"{self.origin}/api/v1", home=home, progress="off", reuse=False)

    def data_of(self, tool: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a tool."""
        wanted = inputs.get("prompt") or str(inputs.get("taskId")).removeprefix("t_only_")
        assets = [wanted] if wanted in self.assets else list(self.assets)
        task = f"t_only_{wanted}" if wanted in self.assets else f"t_{min(self.assets)}"
        done = {"taskId": task, "status": "COMPLETED", "output": {"assetIds": assets}}
        if tool == "create-session":
            return {"sessionId": "s_1", "title": "x"}
        if tool == "list-voices":
            return {"voices": [{"voiceId": "v_1", "name": "One"}]}
        if tool == "download-asset":
            return {"url": f"{self.origin}/{inputs['assetId']}?Signature=s3cr3t"}
        return done if tool in ("wait-for-task", "get-task-status") else {**done, "status": "PENDING"}


@contextmanager
def running() -> Iterator[Service]:
    """Run a service on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            inputs = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"data": service.data_of(self.path.split("/")[-2], inputs)}).encode()
            sends(body, "application/json")(self, 1)

        def do_GET(self) -> None:
            name = self.path.split("?")[0].strip("/")
            service.asked[name] += 1
            service.assets[name](self, service.asked[name])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 500

    server = Server(("127.0.0.1", 0), Handler)
    service = Service(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
