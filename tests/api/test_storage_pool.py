"""Connections to the storage: kept, few, opened ahead, and harmless when the storage has closed them."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import httpcore
import pytest
import trustme

from playcut_jupyter.api import storage_network, storage_pool
from playcut_jupyter.api.downloads import FetchFailed, fetch
from playcut_jupyter.api.storage_pool import MAX_CONNECTIONS, StoragePool
from tests.api.keeping import Headers, Reply, pooled, serving, until
from tests.api.storage import REMOTE

BODY = b"bytes" * 1000
PICTURES = 12


def running(scenario: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Make a test of a coroutine."""

    def test() -> None:
        anyio.run(scenario)

    test.__name__ = scenario.__name__
    return test


async def fetch_all(storage: StoragePool, url: str, count: int) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(fetch, url, storage)


@running
async def test_a_connection_is_kept_for_the_next_asset() -> None:
    async with serving(Reply(body=BODY)) as host, pooled() as storage:
        for number in range(3):
            assert (await fetch(host.url(f"/{number}"), storage)).data == BODY
        assert host.connections == 1
        await storage.close()
        await until(lambda: host.open == 0)


@running
async def test_redirects_and_refusals_do_not_cost_the_connection() -> None:
    def answer(path: str, headers: Headers) -> Reply:
        if path.startswith("/moved"):
            return Reply(302, b"over there", {"Location": "/a"})
        return Reply(403, b"<Error/>") if path.startswith("/old") else Reply(body=BODY)

    async with serving(answer) as host, pooled() as storage:
        assert (await fetch(host.url("/moved"), storage)).data == BODY
        with pytest.raises(FetchFailed, match="answered 403"):
            await fetch(host.url("/old"), storage)
        assert (await fetch(host.url(), storage)).data == BODY
        assert host.connections == 1


@running
async def test_a_long_body_that_nobody_wants_is_not_read() -> None:
    async with serving(Reply(403, bytes(10_000_000))) as host, pooled() as storage:
        with pytest.raises(FetchFailed, match="answered 403"):
            await fetch(host.url(), storage)
        assert host.connections == 1


@running
async def test_many_assets_at_once_share_a_few_connections() -> None:
    async with serving(Reply(body=BODY)) as host, pooled() as storage:
        await fetch_all(storage, host.url(), PICTURES)
        assert len(host.seen) == PICTURES
        assert host.connections <= MAX_CONNECTIONS


def test_long_transfers_do_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_pool, "_MAX_TURN_WAIT_S", 0.01)

    async def scenario() -> None:
        all_came = asyncio.Event()

        async def answer(path: str, headers: Headers) -> Reply:
            if len(host.seen) == PICTURES:
                all_came.set()
            await all_came.wait()
            return Reply(body=BODY)

        async with serving(answer) as host, pooled() as storage:
            await fetch_all(storage, host.url(), PICTURES)
            assert host.connections == PICTURES

    anyio.run(scenario)


@running
async def test_a_connection_that_the_storage_closed_meanwhile_is_replaced() -> None:
    async with serving(Reply(body=BODY, then_close=True)) as host, pooled() as storage:
        for _ in range(3):
            assert (await fetch(host.url(), storage)).data == BODY


@running
async def test_a_request_that_crosses_with_the_end_of_its_connection_is_sent_again() -> None:
    first_came = asyncio.Event()

    def answer(path: str, headers: Headers) -> Reply:
        if path.startswith("/cut") and not first_came.is_set():
            first_came.set()
            host.writers[-1].transport.abort()
        return Reply(body=BODY)

    async with serving(answer) as host, pooled() as storage:
        await fetch(host.url(), storage)
        assert (await fetch(host.url("/cut"), storage)).data == BODY
        assert [path.split("?")[0] for path, _ in host.seen] == ["/a", "/cut", "/cut"]


@running
async def test_a_new_connection_that_breaks_is_a_failure_that_the_caller_may_try_again() -> None:
    def answer(path: str, headers: Headers) -> Reply:
        host.writers[-1].transport.abort()
        return Reply()

    async with serving(answer) as host, pooled() as storage:
        with pytest.raises(FetchFailed) as caught:
            await fetch(host.url(), storage)
        assert caught.value.retryable
        assert len(host.seen) == 1


# -- opened ahead -----------------------------------------------------------------------------------------------


@running
async def test_connections_are_opened_while_tasks_still_run() -> None:
    async with serving(Reply(body=BODY)) as host, pooled() as storage, anyio.create_task_group() as group:
        await fetch(host.url(), storage)
        for _ in range(PICTURES):
            group.start_soon(storage.keep_ready)
        await until(lambda: host.connections == MAX_CONNECTIONS)
        assert len(host.seen) == 1, "no request is sent ahead"
        await fetch_all(storage, host.url(), PICTURES)
        assert host.connections == MAX_CONNECTIONS
        group.cancel_scope.cancel()


@running
async def test_another_pool_of_the_same_api_knows_the_host_too() -> None:
    async with serving(Reply(body=BODY)) as host:
        async with pooled() as storage:
            await fetch(host.url(), storage)
        async with pooled() as storage, anyio.create_task_group() as group:
            group.start_soon(storage.keep_ready)
            await until(lambda: host.connections == 2)
            await fetch(host.url(), storage)
            assert host.connections == 2
            group.cancel_scope.cancel()


@running
async def test_a_connection_opened_ahead_that_the_storage_closed_is_not_used() -> None:
    async with serving(Reply(body=BODY, then_close=True)) as host, pooled() as storage:
        await fetch(host.url(), storage)
        async with anyio.create_task_group() as group:
            group.start_soon(storage.keep_ready)
            await until(lambda: host.open == 1)
            host.writers[-1].close()
            await host.writers[-1].wait_closed()
            await until(lambda: host.open == 0)
            assert (await fetch(host.url(), storage)).data == BODY
            group.cancel_scope.cancel()


# -- names and addresses ----------------------------------------------------------------------------------------

DEAD = ["2001:4860:4860::1", "2001:4860:4860::2", "2001:4860:4860::3", "2001:4860:4860::4"]
GOOD = "93.184.216.34"


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, list[str]], list[str]]:
    """Give a name its addresses, of which only `GOOD` answers; return which ones were tried."""
    really = socket.getaddrinfo
    connect = httpcore.AnyIOBackend.connect_tcp
    tried: list[str] = []

    def name(host: str, addresses: list[str]) -> list[str]:
        def resolve(asked: object, port: object, *rest: object, **how: object) -> object:
            if asked in (host, host.encode()):
                families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
                return [(f, socket.SOCK_STREAM, 6, "", (a, port)) for f, a in zip(families, addresses, strict=True)]
            return really(asked, port, *rest, **how)  # type: ignore[arg-type]

        async def connect_tcp(self: httpcore.AnyIOBackend, host: str, port: int, **how: object) -> object:
            tried.append(host)
            if host != GOOD:
                await anyio.sleep_forever()
            return await connect(self, "127.0.0.1", port, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
        return tried

    monkeypatch.setattr(storage_network, "_HEAD_START_S", 0.005)
    return name


@pytest.mark.parametrize(
    ("addresses", "before"),
    [([*DEAD, GOOD], 1), ([GOOD, *DEAD], 0), ([f"93.184.216.{last}" for last in range(35, 55)] + [GOOD], 20)],
    ids=["dead IPv6 before", "dead IPv6 after", "twenty dead ones before"],
)
def test_addresses_are_raced_and_no_family_is_left_out(
    far: Callable[[str, list[str]], list[str]], addresses: list[str], before: int
) -> None:
    tried = far("storage.example", addresses)

    async def scenario() -> None:
        async with serving(Reply(body=BODY)) as host, pooled(REMOTE) as storage:
            assert (await fetch(host.url(name="storage.example"), storage)).data == BODY
            assert host.seen[0][1]["host"] == f"storage.example:{host.port}"

    anyio.run(scenario)
    assert tried.index(GOOD) <= before


def test_where_no_address_answers_the_failure_comes_in_time(far: Callable[[str, list[str]], list[str]]) -> None:
    far("storage.example", DEAD)

    async def scenario() -> None:
        async with pooled(REMOTE, request_timeout_s=0.1) as storage:
            with pytest.raises(FetchFailed, match=r"No connection to storage\.example") as caught:
                await fetch("http://storage.example/a", storage)
            assert caught.value.retryable

    anyio.run(scenario)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Have an authority of the test's own trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def server_tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_the_certificate_is_checked_by_name_although_the_address_is_pinned(
    authority: trustme.CA, far: Callable[[str, list[str]], list[str]]
) -> None:
    far("storage.example", [GOOD])

    async def scenario() -> None:
        async with serving(Reply(body=BODY), server_tls(authority, "storage.example")) as host, pooled(REMOTE) as pool:
            assert (await fetch(host.url(name="storage.example", scheme="https"), pool)).data == BODY
        async with serving(Reply(body=BODY), server_tls(authority, "another.example")) as host, pooled(REMOTE) as pool:
            with pytest.raises(FetchFailed, match="is for another name"):
                await fetch(host.url(name="storage.example", scheme="https"), pool)
            assert host.seen == []

    anyio.run(scenario)


def test_tls_is_spoken_ahead_too(authority: trustme.CA, far: Callable[[str, list[str]], list[str]]) -> None:
    far("storage.example", [GOOD])

    async def scenario() -> None:
        async with (
            serving(Reply(body=BODY), server_tls(authority, "storage.example")) as host,
            pooled(REMOTE) as storage,
            anyio.create_task_group() as group,
        ):
            url = host.url(name="storage.example", scheme="https")
            await fetch(url, storage)
            for _ in range(2):
                group.start_soon(storage.keep_ready)
            await until(lambda: host.connections == 2)
            await fetch_all(storage, url, 6)
            assert host.connections <= MAX_CONNECTIONS
            group.cancel_scope.cancel()

    anyio.run(scenario)
