"""Calls at a rate limit: waited for, shared, and told when it is longer than the deadline."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import AssetUnavailable, RateLimited
from playcut_jupyter.sandbox import Sandbox
from tests.calls.connecting import connected_to


def test_a_rate_limit_is_waited_for_without_a_failure(away_from_home: Path) -> None:
    with Sandbox(latency_s=0.05, rate=(5, 0.5), media="tiny") as server, connected_to(server, away_from_home) as pc:
        sweep = pc.sweep("[wrong-type] {a|b}", kind="image", aspect_ratio=["1:1"])
        assert all(isinstance(run.error, AssetUnavailable) for run in sweep)
        started = time.monotonic()
        for number in range(8):
            pc.run_tool("create-session", title=f"{number}")
        assert time.monotonic() - started > 0.4


def asked_elsewhere(server: Sandbox) -> None:
    """Use up one request of the key's limit, as another program does."""
    answer = httpx.post(
        f"{server.base_url}/tools/list-voices/execute", headers={"Authorization": f"Bearer {server.key}"}, json={}
    )
    assert answer.status_code == 200


def test_two_connections_of_one_kernel_share_one_rate_limit(away_from_home: Path) -> None:
    with Sandbox(latency_s=0.05, rate=(6, 0.6), media="tiny") as server, connected_to(server, away_from_home) as pc:
        with Playcut(api_key=server.key, base_url=server.base_url, home=away_from_home) as other:
            pc.check()  # alone in its window, so that its length is known: it is no minute here
            runs = [each.submit("image", f"fox {number}") for number, each in enumerate((pc, other) * 3)]
            for run in runs:
                run.wait()

        # What is asked for more than once is only what was answered 429.
        assert server.requests["generate-image-from-text"] == 6
        assert server.requests["download-asset"] == 6


def test_a_rate_limit_longer_than_the_deadline_is_an_error(away_from_home: Path) -> None:
    with (
        Sandbox(latency_s=0.05, rate=(1, 60.0), media="tiny") as server,
        connected_to(server, away_from_home, deadline_s=1.0) as pc,
    ):
        asked_elsewhere(server)
        run = pc.start_tool("generate-tts", {"text": "x", "workerId": None})
        with pytest.raises(RateLimited) as caught:
            run.wait()

    assert caught.value.retry_after_s
