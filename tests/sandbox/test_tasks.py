"""The life of a task, and the waits that are held for it."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import httpx
import pytest

from tests.sandbox.answers import Call

from .conftest import until


class TestLifeOfATask:
    def test_its_states_in_order_and_its_rising_progress(self, call: Call) -> None:
        caller = call(latency_s=2.0)
        task_id = caller.submit("a fox [empty]")
        seen: list[dict[str, Any]] = []

        def done() -> bool:
            seen.append(caller.data("get-task-status", taskId=task_id))
            return bool(seen[-1]["status"] == "COMPLETED")

        until(done)
        assert [state for state, _ in itertools.groupby(d["status"] for d in seen)] == [
            "PENDING",
            "PROCESSING",
            "COMPLETED",
        ]
        progress = [d["processingInfo"]["progress"] for d in seen if d["status"] != "PENDING"]
        assert progress == sorted(progress)
        assert len(set(progress)) > 3
        assert progress[-1] == 100

    def test_the_default_latency_is_short_and_the_same_each_time(self, call: Call) -> None:
        caller = call(latency_s=None)
        begun = time.monotonic()
        caller.assets("a fox [empty]")
        assert 2.0 < time.monotonic() - begun < 10

    def test_waits_are_released_promptly(self, call: Call) -> None:
        caller = call(latency_s=0.4)
        delays = []
        for n in range(5):
            begun = time.monotonic()
            caller.assets(f"fox {n} [empty]")
            delays.append(time.monotonic() - begun - 0.4)
        assert min(delays) < 0.06

    def test_two_hundred_held_waits(self, call: Call) -> None:
        caller = call(latency_s=2.0)
        task_id = caller.submit("a fox [empty]")

        async def wait_often() -> list[str]:
            limits = httpx.Limits(max_connections=None)
            async with httpx.AsyncClient(headers=caller.http.headers, limits=limits, timeout=30) as http:
                url = f"{caller.sandbox.base_url}/tools/wait-for-task/execute"
                answers = await asyncio.gather(*(http.post(url, json={"taskId": task_id}) for _ in range(200)))
                return [answer.json()["data"]["status"] for answer in answers]

        assert asyncio.run(wait_often()) == ["COMPLETED"] * 200
        assert caller.sandbox.held_waits == 0

    def test_a_client_that_leaves_its_wait(self, call: Call) -> None:
        caller = call()
        task_id = caller.submit("a fox [stuck]")
        sandbox = caller.sandbox
        with httpx.Client(headers=caller.http.headers) as impatient, pytest.raises(httpx.ReadTimeout):
            impatient.post(f"{sandbox.base_url}/tools/wait-for-task/execute", json={"taskId": task_id}, timeout=0.3)
        until(lambda: sandbox.held_waits == 0)
        assert caller.data("get-task-status", taskId=task_id)["status"] == "PROCESSING"
