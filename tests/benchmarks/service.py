"""A purpose-made API server in a process of its own, so that it shares no interpreter lock with what is measured.

It answers at once; a task takes the `seconds` of its input, and the moment at which it is over is
written down on a clock that all processes of the machine share. What it serves is drawn before it starts, and is
different for each asset, because a library need not write the same bytes twice.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import trustme
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tests.benchmarks import originals
from tests.benchmarks.relay import Relay

KEY = "pk_live_" + "0123456789" * 4
AGENCY = (1000, 60.0)
"""The widest documented rate limit: requests, and the window in seconds."""
_SIZES = {("4K", "1:1"): (4096, 4096), ("4K", "16:9"): (3840, 2160)}
"""(size, aspect ratio) -> pixels; any other picture is small, so that drawing and decoding it hardly counts."""
_SMALL = (256, 144)
_PIECE_BYTES = 1 << 20


# -- the side of the benchmarks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What the server saw until now.

    Attributes:
        requests: tool -> requests taken; "GET" for the storage.
        refused: how many requests were answered 429.
        over_at: task id -> the moment at which it was over (`time.monotonic`).
        storage_connections: how many were made to the storage; 0 unless it is far away.
        sent_bytes: what the storage sent.
    """

    requests: Counter[str]
    refused: int
    over_at: dict[str, float]
    storage_connections: int
    sent_bytes: int

    @property
    def api_requests(self) -> int:
        """All requests to the API; the storage is not part of it."""
        return self.requests.total() - self.requests["GET"]


class Service:
    """The running server, seen from outside."""

    key = KEY

    def __init__(self, origin: str, ca: str | None = None) -> None:
        self.origin = origin
        self.ca = ca
        self.base_url = f"{origin}/api/v1"

    def counts(self) -> Counts:
        """Ask what it saw until now."""
        verify: Any = ssl.create_default_context(cafile=self.ca) if self.ca else True
        told = httpx.get(f"{self.origin}/counts", trust_env=False, verify=verify).json()
        return Counts(Counter(told["requests"]), told["refused"], told["over_at"], *told["storage"])


@contextmanager
def serving(rate: tuple[int, float] = AGENCY) -> Iterator[Service]:
    """Run a server that takes *rate* (requests, in seconds)."""
    with _running(Service, str(rate[0]), str(rate[1])) as service:
        yield service


@contextmanager
def serving_far_away(delay_s: float) -> Iterator[Service]:
    """Run a server that is *delay_s* away, each way, behind TLS; its storage is another host's port."""
    with tempfile.TemporaryDirectory() as folder:
        place, authority = Path(folder), trustme.CA()
        authority.cert_pem.write_to_path(place / "ca.pem")
        authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(place / "key.pem")
        far = ["--delay", str(delay_s), "--certificate", str(place / "key.pem")]
        with _running(partial(Service, ca=str(place / "ca.pem")), *map(str, AGENCY), *far) as service:
            yield service


@contextmanager
def _running(service: Callable[[str], Service], *arguments: str) -> Iterator[Service]:
    command = [sys.executable, "-m", __name__, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield service(process.stdout.readline().strip())
        finally:
            process.terminate()


# -- the server's side --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Task:
    """One task and when it is over."""

    id: str
    media: bytes
    begun_at: float
    seconds: float
    cut_at: float = 0
    """The share of its bytes at which the connection is cut, once; 0 for never."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def document(self) -> dict[str, Any]:
        """The task as the API tells it."""
        share = (time.monotonic() - self.begun_at) / self.seconds
        progress = 100 if self.over.is_set() else min(int(100 * share), 99)
        state = "COMPLETED" if self.over.is_set() else "PROCESSING"
        output = {"assetIds": [f"asset_{self.id}"]} if self.over.is_set() else {}
        return {"taskId": self.id, "status": state, "output": output, "processingInfo": {"progress": progress}}


class State:
    """All that the server knows."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self.window_s = limit, window_s
        self.far_storage: Relay | None = None
        self.sent_bytes = 0
        self.taken: deque[float] = deque()
        self.requests: Counter[str] = Counter()
        self.refused = 0
        self.over_at: dict[str, float] = {}
        self.tasks: dict[str, Task] = {}
        self.numbers = itertools.count(1)

    def begin(self, tool: str, tool_input: dict[str, Any]) -> Task:
        """Start a task; what it brings is different from what any other task does."""
        number = f"{next(self.numbers):024x}"
        if tool == "generate-video-from-text":
            media = originals.clip(tool_input["megabytes"]) + number.encode()
        elif tool == "generate-tts":
            media = originals.sound()[: -len(number)] + number.encode()
        else:
            shape = (str(tool_input.get("imageSize")), str(tool_input.get("aspectRatio")))
            media = originals.named(originals.picture(_SIZES.get(shape, _SMALL)), number)
        task = Task(number, media, time.monotonic(), float(tool_input.get("seconds", 1)), tool_input.get("cut_at", 0))
        self.tasks[number] = task
        asyncio.get_running_loop().call_later(task.seconds, self._end, task)
        return task

    def _end(self, task: Task) -> None:
        self.over_at[task.id] = time.monotonic()
        task.over.set()

    def until_free(self) -> float:
        """Seconds until the oldest request leaves the window."""
        now = time.monotonic()
        while self.taken and self.taken[0] + self.window_s <= now:
            self.taken.popleft()
        return self.taken[0] + self.window_s - now if self.taken else 0.0


class ToolHandler(RequestHandler):
    """`POST /api/v1/tools/{tool}/execute`."""

    def initialize(self, state: State) -> None:
        """Take what the application gives."""
        self.state = state

    async def post(self, tool: str) -> None:
        """Execute a tool."""
        if self.request.headers.get("Authorization") != f"Bearer {KEY}":
            self._answer(401, {"statusCode": 401, "message": "no such key"})
            return
        wait_s = self.state.until_free()
        if len(self.state.taken) >= self.state.limit:
            self.state.refused += 1
            self.set_header("Retry-After", str(max(1, math.ceil(wait_s))))
            self._answer(429, {"statusCode": 429, "message": "slow down"})
            return
        self.state.taken.append(time.monotonic())
        self.state.requests[tool] += 1
        self._answer(200, {"data": await self._data(tool, json.loads(self.request.body))})

    async def _data(self, tool: str, tool_input: dict[str, Any]) -> dict[str, Any]:
        if tool == "create-session":
            return {"sessionId": "5e5510000000000000000001", "title": tool_input["title"]}
        if tool.startswith("generate-"):
            task = self.state.begin(tool, tool_input)
            return {"taskId": task.id, "status": "PENDING", "estimatedCredits": 80}
        if tool == "download-asset":
            relay = self.state.far_storage
            host = self.request.host if relay is None else f"localhost:{relay.port}"
            return {"url": f"{self.request.protocol}://{host}/storage/{tool_input['assetId']}?signature=x"}
        task = self.state.tasks[tool_input["taskId"]]
        if tool == "wait-for-task":
            await task.over.wait()
        return task.document

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        reset_ms = math.ceil((time.time() + self.state.until_free()) * 1000)
        self.set_status(status)
        self.set_header("X-RateLimit-Limit", str(self.state.limit))
        self.set_header("X-RateLimit-Remaining", str(self.state.limit - len(self.state.taken)))
        self.set_header("X-RateLimit-Reset", str(reset_ms))
        self.finish(document)


class StorageHandler(RequestHandler):
    """`GET /storage/{asset}`: the bytes."""

    def initialize(self, state: State) -> None:
        """Take what the application gives."""
        self.state = state

    async def get(self, asset_id: str) -> None:
        """Send an asset, or the rest of it."""
        self.state.requests["GET"] += 1
        task = self.state.tasks[asset_id.removeprefix("asset_")]
        size, etag = len(task.media), f'"{task.id}"'
        asked = re.fullmatch(r"bytes=(\d+)-", self.request.headers.get("Range", ""))
        start = int(asked[1]) if asked and self.request.headers.get("If-Range") == etag else 0
        end = size
        if task.cut_at:
            end, task.cut_at = int(size * task.cut_at), 0
        if start:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Length", size - start)
        self.set_header("ETag", etag)
        for position in range(start, end, _PIECE_BYTES):
            piece = task.media[position : min(position + _PIECE_BYTES, end)]
            self.state.sent_bytes += len(piece)
            self.write(piece)
            await self.flush()
        if end < size:
            self.request.connection.stream.close()  # type: ignore[union-attr]
        else:
            self.finish()


class CountsHandler(RequestHandler):
    """`GET /counts`: for the benchmarks, no part of the API."""

    def initialize(self, state: State) -> None:
        """Take what the application gives."""
        self.state = state

    def get(self) -> None:
        """Tell what was seen."""
        state = self.state
        told = {"requests": state.requests, "refused": state.refused, "over_at": state.over_at}
        connections = state.far_storage.connections if state.far_storage else 0
        self.finish({**told, "storage": [connections, state.sent_bytes]})


async def _serve(limit: int, window_s: float, delay_s: float, certificate: str | None) -> None:
    state = {"state": State(limit, window_s)}
    application = Application(
        [
            (r"/api/v1/tools/([\w-]+)/execute", ToolHandler, state),
            (r"/storage/(\w+)", StorageHandler, state),
            (r"/counts", CountsHandler, state),
        ],
        log_function=lambda handler: None,
    )
    tls = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(application, ssl_options=tls).add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    if delay_s:
        state["state"].far_storage = await Relay(port, delay_s).start()
        port = (await Relay(port, delay_s).start()).port
    sys.stdout.write(f"http://127.0.0.1:{port}\n" if tls is None else f"https://localhost:{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("limit", type=int)
    parser.add_argument("window_s", type=float)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--certificate")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.limit, arguments.window_s, arguments.delay, arguments.certificate))
