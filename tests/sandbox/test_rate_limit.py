"""The rate limit: its sliding window and its headers."""

from __future__ import annotations

import time

import pytest

from .assertions import assert_error
from .conftest import Call, until


class TestRateLimit:
    def test_headers_on_every_response(self, call: Call) -> None:
        caller = call(rate=(50, 60.0))
        responses = [
            caller.post("list-voices"),
            caller.post("create-session"),
            caller.post("get-task-status", taskId="none"),
            caller.http.get(caller.sandbox.base_url + "/nothing"),
        ]
        for n, response in enumerate(responses, start=1):
            assert response.headers["x-ratelimit-limit"] == "50"
            assert response.headers["x-ratelimit-remaining"] == str(50 - n)
            # The oldest request leaves the window in at most 60 seconds.
            assert -1 < int(response.headers["x-ratelimit-reset"]) / 1000 - time.time() <= 60

    def test_the_window_slides(self, call: Call) -> None:
        caller = call(rate=(5, 0.5))
        first = time.time()
        responses = [caller.post("list-voices") for _ in range(6)]
        assert [response.status_code for response in responses] == [200] * 5 + [429]
        refused = responses[-1]
        assert_error(refused, 429)
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert first + 0.5 <= int(refused.headers["x-ratelimit-reset"]) / 1000 <= time.time() + 0.5
        until(lambda: caller.post("list-voices").is_success)
        # It was accepted once the first request had left the window: the refused ones did not count.
        assert time.time() - first >= 0.5

    def test_requests_with_a_wrong_key_do_not_count(self, call: Call) -> None:
        caller = call(rate=(3, 60.0))
        for _ in range(5):
            caller.http.post(
                f"{caller.sandbox.base_url}/tools/list-voices/execute", json={}, headers={"Authorization": ""}
            )
        assert caller.post("list-voices").headers["x-ratelimit-remaining"] == "2"

    def test_a_held_wait_counts_once(self, call: Call) -> None:
        caller = call(rate=(9, 60.0), latency_s=0.1)
        task_id = caller.submit("a fox [empty]")
        response = caller.post("wait-for-task", taskId=task_id)
        assert response.json()["data"]["status"] == "COMPLETED"
        assert response.headers["x-ratelimit-remaining"] == "6"

    @pytest.mark.parametrize("rate", [None, (0, 60.0)])
    def test_no_limit(self, call: Call, rate: tuple[int, float] | None) -> None:
        caller = call(rate=rate)
        responses = [caller.post("get-task-status", taskId="none") for _ in range(100)]
        assert {response.status_code for response in responses} == {404}
        assert "x-ratelimit-limit" not in responses[0].headers
