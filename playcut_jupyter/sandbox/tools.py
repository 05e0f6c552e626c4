"""The eight documented tools: what they do with sessions, tasks and assets.

The state is kept in memory and in the state file.
"""

import asyncio
import contextlib
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from playcut_jupyter.sandbox.constants import MediaSize
from playcut_jupyter.sandbox.counters import Counters
from playcut_jupyter.sandbox.errors import ApiError, ConnectionDropped, GatewayError
from playcut_jupyter.sandbox.markers import find_markers
from playcut_jupyter.sandbox.media import Media, voices
from playcut_jupyter.sandbox.renderer import Renderer
from playcut_jupyter.sandbox.state_file import Record, StateFile
from playcut_jupyter.sandbox.tasks import HALFWAY, Task, run_task
from playcut_jupyter.sandbox.tool_specs import GENERATION_TOOLS, INPUTS, GenerationTool, Inputs

Result = tuple[int, object]
"""HTTP status, and ``data`` of the response."""

DEFAULT_LATENCIES_S: Final = {"image": 2.5, "video": 5.0, "speech": 1.2}
"""Much shorter than Playcut's, but long enough to show progress."""
SLOW_FACTOR: Final = 4


class Tools:
    """Runs the tools and holds their state. Used on the server's event loop only."""

    def __init__(
        self,
        state_file: StateFile,
        counters: Counters,
        sign: Callable[..., str],
        latency_s: float | None,
        media_size: MediaSize,
    ) -> None:
        self._renderer = Renderer()
        self._state_file = state_file
        self._counters = counters
        self._sign = sign
        self._latency_s = latency_s
        self._media_size = media_size
        self._sessions: set[str] = set()
        self._tasks: dict[str, Task] = {}
        self._tasks_by_asset: dict[str, Task] = {}
        self._attempts: Counter[str] = Counter()
        self._running: set[asyncio.Task[None]] = set()

    async def execute(self, name: str, inputs: Inputs) -> Result:
        """Run a tool. Raises `ApiError`, `ConnectionDropped` or `GatewayError`."""
        if name not in INPUTS:
            raise ApiError(404, f"There is no tool {name!r}")
        for spec in INPUTS[name]:
            spec.check(inputs)
        match name:
            case "create-session":
                return self._create_session(inputs)
            case "list-voices":
                return 200, {"voices": voices()}
            case "get-task-status":
                return 200, self._task(inputs["taskId"]).document()
            case "wait-for-task":
                return 200, await self._wait(self._task(inputs["taskId"]))
            case "download-asset":
                return 200, {"url": self._signed_url(inputs["assetId"])}
        return self._submit(name, GENERATION_TOOLS[name], inputs)

    async def close(self) -> None:
        """Stop all tasks; a later sandbox can continue them from the state file."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._renderer.close()

    def task_of_asset(self, asset_id: str) -> Task:
        """Return the completed task that made an asset. Raises `ApiError` 404."""
        task = self._tasks_by_asset.get(asset_id)
        if task is None and (task_id := self._state_file.task_id_of_asset(asset_id)) is not None:
            task = self._load_task(task_id)
        if task is None or task.status != "COMPLETED":
            raise ApiError(404, f"There is no asset {asset_id!r}")
        return task

    async def asset_media(self, task: Task, asset_id: str) -> Media:
        """Return an asset's media, rendered again if need be. Raises `MediaError`."""
        return await self._renderer.render(task.assets[asset_id])

    def _task(self, task_id: str) -> Task:
        """Return a task from memory or the state file. Raises `ApiError` 404."""
        task = self._tasks.get(task_id) or self._load_task(task_id)
        if task is None:
            raise ApiError(404, f"There is no task {task_id!r}")
        return task

    def _create_session(self, inputs: Inputs) -> Result:
        session_id = _new_id()
        self._sessions.add(session_id)
        self._state_file.append({"record": "session", "id": session_id, "title": inputs["title"]})
        return 201, {"sessionId": session_id, "title": inputs["title"]}

    def _submit(self, name: str, tool: GenerationTool, inputs: Inputs) -> Result:
        session_id = inputs.get("workerId")
        if session_id and session_id not in self._sessions and self._state_file.session(session_id) is None:
            raise ApiError(400, f"workerId {session_id!r} is not a session of this workspace")
        voice_id = inputs.get("voiceId")
        if voice_id is not None and voice_id not in {voice["voiceId"] for voice in voices()}:
            raise ApiError(400, f"voiceId {voice_id!r} is not in list-voices")
        markers = find_markers(inputs[tool.text])
        _raise_refusal(markers)
        fingerprint = _fingerprint(name, inputs)
        record: Record = {
            "record": "task",
            "id": _new_id(),
            "tool": name,
            "inputs": inputs,
            "created": time.time(),
            "latency": self._latency(tool.kind, fingerprint, markers),
            "attempt": self._attempts[fingerprint],
            "assets": [_new_id() for _ in range(2 if "two" in markers else 1)],
            "media": self._media_size,
        }
        self._attempts[fingerprint] += 1
        self._state_file.append(record)
        self._counters.count_submission()
        task = self._add_task(record)
        self._start(task)
        if "html" in markers:
            raise GatewayError
        if "lost" in markers:
            raise ConnectionDropped
        return 201, {"taskId": task.id, "status": "PENDING", "estimatedCredits": tool.credits(inputs)}

    def _latency(self, kind: str, fingerprint: str, markers: frozenset[str]) -> float:
        if self._latency_s is None:
            # 85 to 115 % of the default, always the same for the same input.
            latency = DEFAULT_LATENCIES_S[kind] * (0.85 + 0.3 * int(fingerprint[:8], 16) / 0xFFFFFFFF)
        else:
            latency = self._latency_s
        return latency * SLOW_FACTOR if "slow" in markers else latency

    def _add_task(self, record: Record) -> Task:
        """Create a task from its submission record, and index it."""
        tool, inputs = GENERATION_TOOLS[record["tool"]], record["inputs"]
        tiny = record.get("media") == "tiny"
        # Submitted again, the same input makes different media, as a real model does; a given seed pins them.
        given = inputs.get("seed")
        seed = given if isinstance(given, int) and not isinstance(given, bool) else record["attempt"]
        task = Task(
            id=record["id"],
            kind=tool.kind,
            type=tool.type,
            markers=find_markers(inputs[tool.text]),
            created_at=float(record["created"]),
            latency_s=float(record["latency"]),
            attempt=record["attempt"],
            assets={
                asset_id: tool.media_request(inputs, seed + 1000 * n, tiny=tiny)
                for n, asset_id in enumerate(record["assets"])
            },
        )
        self._tasks[task.id] = task
        self._tasks_by_asset.update(dict.fromkeys(task.assets, task))
        return task

    def _load_task(self, task_id: str) -> Task | None:
        """Read another sandbox's task from the state file; continue it unless it has ended."""
        records = self._state_file.task(task_id)
        if records is None:
            return None
        submission, end = records
        try:
            task = self._add_task(submission)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None  # a damaged record, or one of another version
        if end is None:
            self._start(task)
        else:
            task.end(end["status"], end.get("error"))
        return task

    def _start(self, task: Task) -> None:
        async def run() -> None:
            await run_task(task, self._renderer)
            end = {"record": "end", "id": task.id, "status": task.status, "error": task.error}
            with contextlib.suppress(OSError):  # without this record, a later sandbox only runs the task again
                self._state_file.append(end)

        running = asyncio.create_task(run())
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _wait(self, task: Task) -> dict[str, object]:
        """Hold the request until the task has ended; drop the connection at the documented deadline."""
        if task.ended.is_set():
            return task.document()
        task.waits += 1
        with self._counters.count_held_wait():
            if task.waits == 1 and task.markers & {"early", "cut"}:
                await asyncio.sleep(task.seconds_until(HALFWAY))
                if "cut" in task.markers:
                    raise ConnectionDropped
                return task.document()
            try:
                async with asyncio.timeout(task.seconds_until_deadline()):
                    await task.ended.wait()
            except TimeoutError:
                raise ConnectionDropped from None
        return task.document()

    def _signed_url(self, asset_id: str) -> str:
        task = self.task_of_asset(asset_id)
        expired = "expired" in task.markers and task.is_first("sign", asset_id)
        path = f"/moved/{asset_id}" if "redirect" in task.markers else f"/assets/{asset_id}"
        return self._sign(path, expired=expired)


def _new_id() -> str:
    """Return an id in the documented form: 24 hex characters."""
    return secrets.token_hex(12)


def _raise_refusal(markers: frozenset[str]) -> None:
    """Raise the `ApiError` with which the markers refuse the submission, if they do."""
    if "refuse" in markers:
        raise ApiError(422, "The prompt was refused by the safety rules. Rephrase it. (marker [refuse])")
    if "forbidden" in markers:
        raise ApiError(403, "The workspace's plan does not include this tool. (marker [forbidden])")
    if "crash" in markers:
        raise ApiError(500, "Something went wrong on the server. (marker [crash])")


def _fingerprint(name: str, inputs: Inputs) -> str:
    """Return the same hex digits for the same tool and inputs, whatever the session."""
    relevant = {key: value for key, value in inputs.items() if key != "workerId"}
    return hashlib.sha256(json.dumps([name, relevant], sort_keys=True).encode()).hexdigest()
