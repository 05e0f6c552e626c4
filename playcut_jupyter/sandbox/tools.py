"""The eight documented tools at work: sessions, tasks and assets, in memory and in the journal."""

import asyncio
import contextlib
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from playcut_jupyter.sandbox import markers
from playcut_jupyter.sandbox.catalogue import FIELDS, GENERATORS, ApiError, Generator, Inputs
from playcut_jupyter.sandbox.journal import Journal, Record
from playcut_jupyter.sandbox.observed import Observed
from playcut_jupyter.sandbox.tasks import HALF_WAY, Task, Workshop, live

Answer = tuple[int, object]
"""HTTP status and the answer's ``data``."""

TYPICAL_S: Final = {"image": 2.5, "video": 5.0, "speech": 1.2}
"""Latencies where none is set: much shorter than Playcut's, long enough to be seen."""

SLOW: Final = 4


class NoAnswerError(Exception):
    """The connection is to be dropped without an answer."""


class GatewayError(Exception):
    """Something between the client and the API is to answer with an HTML page."""


def new_id() -> str:
    """Return an id of the documented look: 24 hex characters."""
    return secrets.token_hex(12)


class Tools:
    """The state behind the API, and the tools that work on it. Used on the server's loop only."""

    def __init__(self, journal: Journal, observed: Observed, sign: Callable[..., str], latency_s: float | None) -> None:
        self.workshop = Workshop()
        self._journal = journal
        self._observed = observed
        self._sign = sign
        self._latency_s = latency_s
        self._sessions: set[str] = set()
        self._tasks: dict[str, Task] = {}
        self._owners: dict[str, Task] = {}
        self._submitted: Counter[str] = Counter()
        self._lives: set[asyncio.Task[None]] = set()

    async def execute(self, name: str, inputs: Inputs) -> Answer:
        """Run a tool. Raises `ApiError`, `NoAnswerError` or `GatewayError`."""
        if name not in FIELDS:
            raise ApiError(404, f"There is no tool {name!r}")
        for field in FIELDS[name]:
            field.check(inputs)
        match name:
            case "create-session":
                return self._create_session(inputs)
            case "list-voices":
                return 200, {"voices": await self.workshop.voices()}
            case "get-task-status":
                return 200, self.task(inputs["taskId"]).document()
            case "wait-for-task":
                return 200, await self._wait(self.task(inputs["taskId"]))
            case "download-asset":
                return 200, {"url": self._signed_url(inputs["assetId"])}
        return await self._submit(name, GENERATORS[name], inputs)

    async def close(self) -> None:
        """Stop all tasks where they are."""
        for running in self._lives:
            running.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        await self.workshop.close()

    def task(self, task_id: str) -> Task:
        """Return a task, if need be from the journal. Raises `ApiError` 404."""
        task = self._tasks.get(task_id) or self._adopted(task_id)
        if task is None:
            raise ApiError(404, f"There is no task {task_id!r}")
        return task

    def owner(self, asset_id: str) -> Task:
        """Return the completed task that made an asset. Raises `ApiError` 404."""
        task = self._owners.get(asset_id)
        if task is None and (task_id := self._journal.owner(asset_id)) is not None:
            task = self._adopted(task_id)
        if task is None or task.status != "COMPLETED":
            raise ApiError(404, f"There is no asset {asset_id!r}")
        return task

    def _create_session(self, inputs: Inputs) -> Answer:
        session_id = new_id()
        self._sessions.add(session_id)
        self._journal.append({"record": "session", "id": session_id, "title": inputs["title"]})
        return 201, {"sessionId": session_id, "title": inputs["title"]}

    async def _submit(self, tool: str, generator: Generator, inputs: Inputs) -> Answer:
        session_id = inputs.get("workerId")
        if session_id and session_id not in self._sessions and self._journal.session(session_id) is None:
            raise ApiError(400, f"workerId {session_id!r} is no session of this workspace")
        if inputs.get("voiceId") is not None:
            await self._check_voice(inputs["voiceId"])
        marked = markers.found_in(inputs[generator.text])
        _refuse(marked)
        fingerprint = _fingerprint(tool, inputs)
        attempt = self._submitted[fingerprint]
        self._submitted[fingerprint] += 1
        record: Record = {
            "record": "task",
            "id": new_id(),
            "tool": tool,
            "inputs": inputs,
            "created": time.time(),
            "latency": self._latency(generator.kind, fingerprint, marked),
            "attempt": attempt,
            "assets": [new_id() for _ in range(2 if "two" in marked else 1)],
        }
        self._journal.append(record)
        self._observed.submission()
        task = self._add(record)
        self._start(task)
        if "html" in marked:
            raise GatewayError
        if "lost" in marked:
            raise NoAnswerError
        return 201, {"taskId": task.id, "status": "PENDING", "estimatedCredits": generator.credits(inputs)}

    async def _check_voice(self, voice_id: str) -> None:
        voices = [str(voice["voiceId"]) for voice in await self.workshop.voices()]
        if voices and voice_id not in voices:
            raise ApiError(400, f"voiceId {voice_id!r} is not in list-voices")

    def _latency(self, kind: str, fingerprint: str, marked: frozenset[str]) -> float:
        if self._latency_s is None:
            # 85 to 115 % of the typical latency, always the same for the same input.
            latency = TYPICAL_S[kind] * (0.85 + 0.3 * int(fingerprint[:8], 16) / 0xFFFFFFFF)
        else:
            latency = self._latency_s
        return latency * SLOW if "slow" in marked else latency

    def _add(self, record: Record) -> Task:
        """Take a task into the books, from the record of its submission."""
        generator, inputs = GENERATORS[record["tool"]], record["inputs"]
        # The same input once more makes other media, as a real model does; a given seed pins them.
        given = inputs.get("seed")
        seed = given if isinstance(given, int) and not isinstance(given, bool) else record["attempt"]
        task = Task(
            id=record["id"],
            kind=generator.kind,
            type=generator.type,
            markers=markers.found_in(inputs[generator.text]),
            created=float(record["created"]),
            latency_s=float(record["latency"]),
            attempt=record["attempt"],
            orders={asset: generator.order(inputs, seed + 1000 * n) for n, asset in enumerate(record["assets"])},
        )
        self._tasks[task.id] = task
        self._owners.update(dict.fromkeys(task.orders, task))
        return task

    def _adopted(self, task_id: str) -> Task | None:
        """Take over a task of another sandbox on the same folder: as it ended, or where it would be now."""
        records = self._journal.task(task_id)
        if records is None:
            return None
        submission, end = records
        try:
            task = self._add(submission)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None  # a damaged record, or one of another version
        if end is None:
            self._start(task)
        else:
            task.end(end["status"], end.get("error"))
        return task

    def _start(self, task: Task) -> None:
        async def to_the_end() -> None:
            await live(task, self.workshop)
            end = {"record": "end", "id": task.id, "status": task.status, "error": task.error}
            with contextlib.suppress(OSError):  # without this record, the task is only lived once more
                self._journal.append(end)

        running = asyncio.create_task(to_the_end())
        self._lives.add(running)
        running.add_done_callback(self._lives.discard)

    async def _wait(self, task: Task) -> dict[str, object]:
        """Hold until the task is terminal, or drop the connection at the documented deadline."""
        if task.done.is_set():
            return task.document()
        task.waits += 1
        with self._observed.held_wait():
            if task.waits == 1 and task.markers & {"early", "cut"}:
                await asyncio.sleep(task.seconds_until(HALF_WAY))
                if "cut" in task.markers:
                    raise NoAnswerError
                return task.document()
            try:
                async with asyncio.timeout(task.seconds_until_deadline()):
                    await task.done.wait()
            except TimeoutError:
                raise NoAnswerError from None
        return task.document()

    def _signed_url(self, asset_id: str) -> str:
        task = self.owner(asset_id)
        expired = "expired" in task.markers and task.first_time(asset_id, "signed")
        path = f"/moved/{asset_id}" if "redirect" in task.markers else f"/assets/{asset_id}"
        return self._sign(path, expired=expired)


def _refuse(marked: frozenset[str]) -> None:
    """Raise what the markers ask the submission to be answered with."""
    if "refuse" in marked:
        raise ApiError(422, "The prompt was refused by the safety rules. Rephrase it. (marker [refuse])")
    if "forbidden" in marked:
        raise ApiError(403, "The workspace's plan does not include this tool. (marker [forbidden])")
    if "crash" in marked:
        raise ApiError(500, "Something went wrong on the server. (marker [crash])")


def _fingerprint(tool: str, inputs: Inputs) -> str:
    """Return the same hex digits for the same tool and input, whatever the session."""
    what = {name: value for name, value in inputs.items() if name != "workerId"}
    return hashlib.sha256(json.dumps([tool, what], sort_keys=True).encode()).hexdigest()
