"""The sliding window and its headers."""

from __future__ import annotations

import time

import pytest

from tests.sandbox.answers import Call, assert_error

from .conftest import until


class TestRateLimit:
    def test_headers_are_on_every_answer(self, call: Call) -> None:
        caller = call(rate=(50, 60.0))
        answers = [
            caller.post("list-voices"),
            caller.post("create-session"),
            caller.post("get-task-status", taskId="none"),
            caller.http.get(caller.sandbox.base_url + "/nothing"),
        ]
        for n, answer in enumerate(answers, start=1):
            assert answer.headers["x-ratelimit-limit"] == "50"
            assert answer.headers["x-ratelimit-remaining"] == str(50 - n)
            # The oldest request of the window leaves it at most one window from now.
            assert -1 < int(answer.headers["x-ratelimit-reset"]) / 1000 - time.time() <= 60

    def test_a_window(self, call: Call) -> None:
        caller = call(rate=(5, 0.5))
        first = time.time()
        answers = [caller.post("list-voices") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        refused = answers[-1]
        assert_error(refused, 429)
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert first + 0.5 <= int(refused.headers["x-ratelimit-reset"]) / 1000 <= time.time() + 0.5
        until(lambda: caller.post("list-voices").is_success)
        # That one was let in as soon as the first had left, though the refused ones kept knocking.
        assert time.time() - first >= 0.5

    def test_a_wrong_key_takes_no_place(self, call: Call) -> None:
        caller = call(rate=(3, 60.0))
        for _ in range(5):
            caller.http.post(
                f"{caller.sandbox.base_url}/tools/list-voices/execute", json={}, headers={"Authorization": ""}
            )
        assert caller.post("list-voices").headers["x-ratelimit-remaining"] == "2"

    def test_a_held_wait_counts_once(self, call: Call) -> None:
        caller = call(rate=(9, 60.0), latency_s=0.3)
        task_id = caller.submit("a fox [empty]")
        answer = caller.post("wait-for-task", taskId=task_id)
        assert answer.json()["data"]["status"] == "COMPLETED"
        assert answer.headers["x-ratelimit-remaining"] == "6"

    @pytest.mark.parametrize("rate", [None, (0, 60.0)])
    def test_no_limit(self, call: Call, rate: tuple[int, float] | None) -> None:
        caller = call(rate=rate)
        answers = [caller.post("get-task-status", taskId="none") for _ in range(100)]
        assert {answer.status_code for answer in answers} == {404}
        assert "x-ratelimit-limit" not in answers[0].headers
