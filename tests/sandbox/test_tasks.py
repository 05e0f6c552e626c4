"""The life of a task, and the requests that wait for it."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import httpx
import pytest

from .conftest import Call, until
from .held_waits import wait_for_task


class TestLife:
    def test_statuses_in_order_and_rising_progress(self, call: Call) -> None:
        caller = call(latency_s=0.8)
        submitted = caller.data("generate-image-from-text", workerId=caller.session(), prompt="a fox [empty]")
        seen: list[dict[str, Any]] = [submitted]

        def done() -> bool:
            seen.append(caller.data("get-task-status", taskId=submitted["taskId"]))
            return bool(seen[-1]["status"] == "COMPLETED")

        until(done)
        statuses = [status for status, _ in itertools.groupby(document["status"] for document in seen)]
        assert statuses == ["PENDING", "PROCESSING", "COMPLETED"]
        progress = [document["processingInfo"]["progress"] for document in seen if document["status"] != "PENDING"]
        assert progress == sorted(progress)
        assert len(set(progress)) > 3
        assert progress[-1] == 100

    def test_a_pending_task_has_neither_progress_nor_output(self, call: Call) -> None:
        caller = call(latency_s=600.0)
        task_id = caller.submit("a fox [empty]")
        document = caller.data("get-task-status", taskId=task_id)
        assert document == {"taskId": task_id, "type": "GEMINI_TEXT_TO_IMAGE", "status": "PENDING"}

    @pytest.mark.parametrize(
        ("tool", "typical_s"),
        [("generate-image-from-text", 2.5), ("generate-video-from-text", 5.0), ("generate-tts", 1.2)],
    )
    def test_default_latency(self, call: Call, tool: str, typical_s: float) -> None:
        caller = call(latency_s=None)
        inputs = {"workerId": caller.session(), "prompt": "[empty]", "text": "[empty]"}
        before_submission = time.monotonic()
        task_id = caller.data(tool, **inputs)["taskId"]
        after_submission = before_poll = time.monotonic()
        percent = 0

        def progressed() -> bool:
            nonlocal before_poll, percent
            before_poll = time.monotonic()
            document = caller.data("get-task-status", taskId=task_id)
            percent = int(document.get("processingInfo", {"progress": 0})["progress"])
            return percent > 0

        until(progressed)
        # The latency that this progress allows, at least and at most.
        at_least = 100 * (before_poll - after_submission) / (percent + 1)
        at_most = 100 * (time.monotonic() - before_submission) / percent
        assert at_least < 1.15 * typical_s
        assert at_most > 0.85 * typical_s


class TestWaits:
    def test_a_wait_returns_as_soon_as_the_task_ends(self, call: Call) -> None:
        caller = call(latency_s=0.1)
        delays = []
        for n in range(5):
            begun = time.monotonic()
            caller.assets(f"fox {n} [empty]")
            delays.append(time.monotonic() - begun - 0.1)
        assert min(delays) < 0.06

    def test_two_hundred_waits_at_once(self, call: Call) -> None:
        caller = call(latency_s=0.5)
        task_id = caller.submit("a fox [empty]")

        async def wait_often() -> list[bytes]:
            return await asyncio.gather(*(wait_for_task(caller, task_id) for _ in range(200)))

        responses = asyncio.run(wait_often())
        assert len(responses) == 200
        assert all(b'"status": "COMPLETED"' in response for response in responses)
        assert caller.sandbox.held_waits == 0

    def test_a_client_that_disconnects(self, call: Call) -> None:
        caller = call()
        task_id = caller.submit("a fox [stuck]")
        sandbox = caller.sandbox
        timeout = httpx.Timeout(30, read=0.1)
        with httpx.Client(headers=caller.http.headers, timeout=timeout) as client, pytest.raises(httpx.ReadTimeout):
            client.post(f"{sandbox.base_url}/tools/wait-for-task/execute", json={"taskId": task_id})
        until(lambda: sandbox.held_waits == 0)
        assert caller.data("get-task-status", taskId=task_id)["status"] == "PROCESSING"
