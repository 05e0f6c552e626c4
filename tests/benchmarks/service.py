"""A purpose-made API server in a process of its own, so that it shares no interpreter lock with what is measured.

It answers at once; a task takes the `seconds` of its input, and the moment at which it is over is
written down on a clock that all processes of the machine share. What it serves is drawn before it starts, and is
different for each asset, because a library need not write the same bytes twice.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import json
import math
import struct
import subprocess
import sys
import time
import wave
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from PIL import Image, ImageChops
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

KEY = "pk_live_" + "0123456789" * 4
AGENCY = (1000, 60.0)
"""The widest documented rate limit: requests, and the window in seconds."""
_SIZES = {("4K", "1:1"): (4096, 4096), ("4K", "16:9"): (3840, 2160)}
"""(size, aspect ratio) -> pixels; any other picture is small, so that drawing and decoding it hardly counts."""
_SMALL = (256, 144)


# -- the side of the benchmarks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What the server saw until now.

    Attributes:
        requests: tool -> requests taken; "GET" for the storage.
        refused: how many requests were answered 429.
        over_at: task id -> the moment at which it was over (`time.monotonic`).
    """

    requests: Counter[str]
    refused: int
    over_at: dict[str, float]

    @property
    def api_requests(self) -> int:
        """All requests to the API; the storage is not part of it."""
        return self.requests.total() - self.requests["GET"]


class Service:
    """The running server, seen from outside."""

    key = KEY

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.base_url = f"{origin}/api/v1"

    def counts(self) -> Counts:
        """Ask what it saw until now."""
        told = httpx.get(f"{self.origin}/counts", trust_env=False).json()
        return Counts(Counter(told["requests"]), told["refused"], told["over_at"])


@contextmanager
def serving(rate: tuple[int, float] = AGENCY) -> Iterator[Service]:
    """Run a server that takes *rate* (requests, in seconds)."""
    command = [sys.executable, "-m", __name__, str(rate[0]), str(rate[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Service(process.stdout.readline().strip())
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
        self.taken: deque[float] = deque()
        self.requests: Counter[str] = Counter()
        self.refused = 0
        self.over_at: dict[str, float] = {}
        self.tasks: dict[str, Task] = {}
        self.numbers = itertools.count(1)

    def begin(self, tool: str, tool_input: dict[str, Any]) -> Task:
        """Start a task; what it brings is different from what any other task does."""
        number = f"{next(self.numbers):024x}"
        if tool == "generate-tts":
            media = _sound()[: -len(number)] + number.encode()
        else:
            shape = (str(tool_input.get("imageSize")), str(tool_input.get("aspectRatio")))
            media = _named(_picture(_SIZES.get(shape, _SMALL)), number)
        task = Task(number, media, time.monotonic(), float(tool_input.get("seconds", 1)))
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
            return {"url": f"{self.request.protocol}://{self.request.host}/storage/{tool_input['assetId']}?signature=x"}
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

    def get(self, asset_id: str) -> None:
        """Send an asset."""
        self.state.requests["GET"] += 1
        self.set_header("Content-Type", "application/octet-stream")
        self.finish(self.state.tasks[asset_id.removeprefix("asset_")].media)


class CountsHandler(RequestHandler):
    """`GET /counts`: for the benchmarks, no part of the API."""

    def initialize(self, state: State) -> None:
        """Take what the application gives."""
        self.state = state

    def get(self) -> None:
        """Tell what was seen."""
        state = self.state
        self.finish({"requests": state.requests, "refused": state.refused, "over_at": state.over_at})


@cache
def _picture(size: tuple[int, int]) -> bytes:
    """Draw detail of all scales, which makes as large a PNG as a sharp photograph (11 MB at 3840 x 2160)."""
    light = Image.new("L", size, 128)
    for scale, strength in ((256, 50), (64, 35), (16, 18), (4, 8)):
        light = ImageChops.add(light, _noise(size, scale, strength), offset=-128)
    bands = []
    for _ in range(3):
        band = light
        for scale, strength in ((512, 30), (64, 6)):
            band = ImageChops.add(band, _noise(size, scale, strength), offset=-128)
        bands.append(ImageChops.add(band, _grain(size), offset=-128))
    out = io.BytesIO()
    Image.merge("RGB", bands).save(out, "PNG", compress_level=2)
    return out.getvalue()


def _noise(size: tuple[int, int], scale: int, strength: float) -> Image.Image:
    grid = (max(2, size[0] // scale), max(2, size[1] // scale))
    return Image.effect_noise(grid, strength).resize(size, Image.Resampling.BICUBIC)


def _grain(size: tuple[int, int], rows: int = 128) -> Image.Image:
    """Return fine noise, repeated downwards: too far apart for PNG to notice."""
    strip, grain = Image.effect_noise((size[0], rows), 0.5), Image.new("L", size)
    for top in range(0, size[1], rows):
        grain.paste(strip, (0, top))
    return grain


def _named(png: bytes, name: str) -> bytes:
    """Return *png* with a text chunk of its own before its last chunk, which has 12 bytes."""
    body = b"tEXt" + b"Title\0" + name.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:-12] + chunk + png[-12:]


@cache
def _sound(seconds: int = 3, rate: int = 22_050) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(
            b"".join(struct.pack("<h", int(9_000 * math.sin(0.06 * step))) for step in range(rate * seconds))
        )
    return out.getvalue()


async def _serve(limit: int, window_s: float) -> None:
    state = {"state": State(limit, window_s)}
    application = Application(
        [
            (r"/api/v1/tools/([\w-]+)/execute", ToolHandler, state),
            (r"/storage/(\w+)", StorageHandler, state),
            (r"/counts", CountsHandler, state),
        ],
        log_function=lambda handler: None,
    )
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(application).add_sockets(sockets)
    sys.stdout.write(f"http://127.0.0.1:{sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("limit", type=int)
    parser.add_argument("window_s", type=float)
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.limit, arguments.window_s))
