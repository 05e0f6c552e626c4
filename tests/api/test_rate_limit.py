"""The rate limiter: no 429 of our own making, no stall for nonsense, and what is bought goes first."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import Playcut
from playcut_jupyter.api.client import Client
from playcut_jupyter.api.rate_limit import Permit, Priority, RateLimiter, retry_after_s
from playcut_jupyter.errors import ConnectionFailed
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.settings import Settings

KEY = "pk_live_" + "c0ffee42" * 5


def reset_ms(seconds: float) -> str:
    return str(int((time.time() + seconds) * 1000))


def headers(limit: int, remaining: int, reset_s: float = 50) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": reset_ms(reset_s),
    }


# -- a real limit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "requests"), [((6, 1.0), 17), ((1, 0.5), 4), ((40, 2.0), 60)])
def test_many_requests_at_once_meet_no_429(rate: tuple[int, float], requests: int, tmp_path: Path) -> None:
    with Sandbox(rate=rate) as server, Playcut(api_key=server.key, base_url=server.base_url, home=tmp_path) as pc:
        pc.run_tool("list-voices")  # tells the limit; before, no more are sent at once than the smallest plan allows
        started = time.monotonic()
        with ThreadPoolExecutor(requests) as pool:
            answers = list(pool.map(lambda _: pc.run_tool("list-voices"), range(requests)))
        took_s = time.monotonic() - started
        assert len(answers) == requests
        assert all(answers)
        assert server.requests["list-voices"] == requests + 1  # those that were refused count there too
        least_s = (math.ceil((requests + 1) / rate[0]) - 1) * rate[1]
        assert took_s >= 0.9 * least_s - 0.1


def test_what_others_use_of_the_limit_is_left_to_them(tmp_path: Path) -> None:
    with Sandbox(rate=(8, 0.5)) as server:
        with (
            Playcut(api_key=server.key, base_url=server.base_url, home=tmp_path / "a") as one,
            Playcut(api_key=server.key, base_url=server.base_url, home=tmp_path / "b") as other,
        ):
            for _ in range(4):
                other.run_tool("list-voices")
            for _ in range(8):
                one.run_tool("list-voices")
        assert server.requests["list-voices"] == 12


def test_a_429_that_others_provoked_pauses_all_and_then_they_go_on(tmp_path: Path) -> None:
    with (
        Server({}, refuse_first=1) as server,
        Playcut(api_key=KEY, base_url=server.base_url, home=tmp_path, request_timeout_s=10) as pc,
    ):
        started = time.monotonic()
        assert pc.run_tool("list-voices") == []
        assert time.monotonic() - started >= 1
        assert server.count == 2


def test_the_limit_and_what_is_left_are_known_after_an_answer(tmp_path: Path) -> None:
    with Sandbox(rate=(50, 60.0)) as server, Playcut(api_key=server.key, base_url=server.base_url, home=tmp_path) as pc:
        assert pc.connection.rate_limit == (None, None)
        pc.run_tool("list-voices")
        assert pc.connection.rate_limit == (50, 49)  # type: ignore[comparison-overlap]


# -- nonsense ---------------------------------------------------------------------------------------------------


class Server:
    """Answers every request at once, with the same headers; the first few may be 429."""

    def __init__(self, headers_: Mapping[str, str], refuse_first: int = 0) -> None:
        self.count = 0
        lock = Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler) -> None:  # noqa: N805
                handler.rfile.read(int(handler.headers["Content-Length"]))
                with lock:
                    self.count += 1
                    refused = self.count <= refuse_first
                body = json.dumps({"message": "slow down"} if refused else {"data": []}).encode()
                handler.send_response(429 if refused else 200)
                for name, value in headers_.items():
                    handler.send_header(name, value)
                if refused:
                    handler.send_header("Retry-After", "1")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}/api/v1"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


ODD = ["-1", "NaN", "inf", "", "lots", "1e999", "9" * 40, "0x10"]


@pytest.mark.parametrize(
    "odd",
    [
        {},
        *({"X-RateLimit-Limit": value, "X-RateLimit-Remaining": value, "X-RateLimit-Reset": value} for value in ODD),
        {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "-3", "X-RateLimit-Reset": "soon"},
        {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"},
        {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "900", "X-RateLimit-Reset": "99999999999999"},
        {"X-RateLimit-Limit": "60"},
        {"X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": "1"},
        {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": "9e15"},
    ],
    ids=repr,
)
@pytest.mark.timeout(30)  # half of the window that such headers could be waited for
def test_headers_that_make_no_sense_hold_nothing_up(odd: dict[str, str], tmp_path: Path) -> None:
    with (
        Server(odd) as server,
        Playcut(api_key=KEY, base_url=server.base_url, home=tmp_path) as pc,
        ThreadPoolExecutor(10) as pool,
    ):
        assert list(pool.map(lambda _: pc.run_tool("list-voices"), range(12))) == [[]] * 12


TEXTS = st.one_of(st.text(max_size=12), st.integers().map(str), st.floats().map(str), st.just(formatdate()))
HEADERS = st.dictionaries(
    st.sampled_from(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date", "retry-after"]), TEXTS
)


@given(st.lists(HEADERS, max_size=4), st.booleans())
def test_no_headers_whatever_make_the_limiter_raise(answers: list[dict[str, str]], held: bool) -> None:
    limiter = RateLimiter()
    for answer in answers:
        now = time.monotonic()
        limiter.observe(answer, Permit(now, now), held=held)
        assert limiter.limit is None or limiter.limit > 0
        limiter.has_spare_capacity()
        assert 0 <= retry_after_s(answer, 5.0) <= 86_400


def test_a_wrong_clock_of_ours_is_made_up_for_by_the_servers_date() -> None:
    async def second_request(reset_s: float, date_s: float) -> bool:
        limiter = RateLimiter()
        admitted = await limiter.acquire(Priority.START)
        told = headers(1, 0, reset_s) | {"date": formatdate(time.time() + date_s, usegmt=True)}
        limiter.observe(told, admitted)
        return not await timed_out(limiter)

    # The only request allowed leaves the window at the reset, in a second; our clock is an hour off.
    assert anyio.run(second_request, 3600.5, 3600)
    assert anyio.run(second_request, -3599.5, -3600)


async def timed_out(limiter: RateLimiter, seconds: float = 1.9, priority: Priority = Priority.START) -> bool:
    with anyio.move_on_after(seconds) as scope:
        await limiter.acquire(priority)
    return scope.cancelled_caught


# -- answers that never come ------------------------------------------------------------------------------------


@pytest.fixture
def nobody() -> Iterator[str]:
    """Return an address on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/api/v1"


def test_requests_that_never_got_an_answer_do_not_shut_the_limiter(nobody: str, tmp_path: Path) -> None:
    async def call_again_and_again() -> int:
        client = Client(Settings(api_key=KEY, base_url=nobody, home=tmp_path))
        failures = 0
        with anyio.move_on_after(5):
            for _ in range(12):
                try:
                    await client.call("list-voices", {})
                except ConnectionFailed:
                    failures += 1
        await client.close()
        return failures

    assert anyio.run(call_again_and_again) == 12


def test_an_unknown_wait_is_not_told_as_a_number() -> None:
    async def ninth() -> list[float]:
        limiter, told = RateLimiter(), list[float]()
        for _ in range(8):
            await limiter.acquire(Priority.START)
        with anyio.move_on_after(0.1):
            await limiter.acquire(Priority.START, told.append)
        return told

    assert all(map(math.isfinite, anyio.run(ninth)))


def test_no_flood_is_sent_before_the_first_answer_tells_the_limit() -> None:
    async def burst() -> tuple[int, int]:  # type: ignore[return]
        limiter, passes = RateLimiter(), list[Permit]()

        async def enter() -> None:
            passes.append(await limiter.acquire(Priority.START))

        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(enter)
            await anyio.wait_all_tasks_blocked()
            before = len(passes)
            limiter.observe({}, passes[0])
            await anyio.wait_all_tasks_blocked()
            return before, len(passes)

    before, after = anyio.run(burst)
    assert 1 < before < 20
    assert after == 50


# -- who goes first ---------------------------------------------------------------------------------------------


def test_finishing_goes_before_starting_and_within_each_the_first_come() -> None:
    async def order() -> list[str]:
        limiter, entered = RateLimiter(), list[str]()

        async def enter(name: str, priority: Priority) -> None:
            await limiter.acquire(priority)
            entered.append(name)

        limiter.pause(0.2)
        async with anyio.create_task_group() as group:
            for name in ("start 1", "finish 1", "start 2", "finish 2"):
                group.start_soon(enter, name, Priority.FINISH if "finish" in name else Priority.START)
                await anyio.wait_all_tasks_blocked()
        return entered

    assert anyio.run(order) == ["finish 1", "finish 2", "start 1", "start 2"]


def test_one_that_is_called_off_lets_the_next_one_in() -> None:
    async def run() -> bool:  # type: ignore[return]
        limiter = RateLimiter()
        limiter.pause(0.3)
        async with anyio.create_task_group() as group:
            scope = anyio.CancelScope()

            async def called_off() -> None:
                with scope:
                    await limiter.acquire(Priority.FINISH)

            group.start_soon(called_off)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
            return not await timed_out(limiter)

    assert anyio.run(run)


def test_a_pause_is_told_with_its_seconds_and_its_end() -> None:
    async def run() -> tuple[list[float], float]:
        limiter, told = RateLimiter(), list[float]()
        limiter.pause(0.5)
        left = limiter.pause_s
        await limiter.acquire(Priority.START, told.append)
        return told, left

    told, left = anyio.run(run)
    assert 0.4 < left <= 0.5
    assert 0.4 < told[0] <= 0.5
    assert told[-1] == 0


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    async def run() -> bool:
        limiter = RateLimiter()
        limiter.pause(30)
        limiter.pause(0.01)
        return await timed_out(limiter, 0.2)

    assert anyio.run(run)


def test_a_full_window_is_waited_out_and_an_old_answer_does_not_open_it() -> None:
    async def run() -> tuple[bool, bool]:
        limiter = RateLimiter()
        passes = [await limiter.acquire(Priority.START) for _ in range(3)]
        limiter.observe(headers(3, 2), passes[0])
        limiter.observe(headers(3, 1), passes[1])
        full = await timed_out(limiter, 0.1)
        limiter.observe(headers(3, 3), passes[2], held=True)
        return full, await timed_out(limiter, 0.1)

    assert anyio.run(run) == (True, True)


# -- polls ------------------------------------------------------------------------------------------------------


def test_polls_come_only_with_room_to_spare() -> None:
    async def run() -> list[bool]:
        limiter = RateLimiter()
        said = [limiter.has_spare_capacity()]  # nothing is known yet
        admitted = await limiter.acquire(Priority.START)
        limiter.observe({}, admitted)
        said.append(limiter.has_spare_capacity())  # there is no limit
        limiter.observe(headers(60, 59), admitted)
        said.append(limiter.has_spare_capacity())
        limiter.expected = 45
        said.append(limiter.has_spare_capacity())  # others still need what is left
        limiter.expected = 0
        limiter.observe(headers(60, 10), admitted)
        said.append(limiter.has_spare_capacity())  # others took it
        limiter.observe(headers(60, 59), admitted)
        limiter.pause(5)
        said.append(limiter.has_spare_capacity())
        return said

    assert anyio.run(run) == [False, True, True, False, False, False]


@pytest.mark.parametrize("late_s", [0.05, 0.4, 1.5])
def test_an_answer_that_comes_after_its_reset_does_not_stop_us_for_a_minute(late_s: float) -> None:
    async def run() -> bool:
        limiter = RateLimiter()
        permit = await limiter.acquire(Priority.START)
        limiter.observe(headers(30, 0, -late_s), permit)
        limiter.release()
        return await timed_out(limiter)

    assert anyio.run(run) is False
