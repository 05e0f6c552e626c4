"""Whatever is given up or closed, and at whatever moment: no connection is left open.

A moment is a number of steps of the event loop. They are more than an exchange takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import anyio

from playcut_jupyter.api.client import Client
from playcut_jupyter.api.downloads import fetch
from playcut_jupyter.api.storage_pool import StoragePool
from tests.api.keeping import Host, Reply, pooled, serving, until
from tests.api.storage import settings

BODY = b'{"success": true, "data": {"voices": []}}'
"""An answer of the API, and a file as any other to the storage."""
STEPS = range(70)


async def steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def ended(task: asyncio.Task[object]) -> None:
    """Wait for the end of *task*, whatever it is."""
    await asyncio.gather(task, return_exceptions=True)


def at_every_moment(scenario: Callable[[Host, int], Awaitable[None]]) -> Callable[[], None]:
    """Make a test of a coroutine that takes a host and the moment at which it does its harm."""

    async def run() -> None:
        async with serving(Reply(body=BODY)) as host:
            for step in STEPS:
                await scenario(host, step)
                await until(lambda: host.open == 0)

    def test() -> None:
        anyio.run(run)

    test.__name__ = scenario.__name__
    return test


async def fetching(storage: StoragePool, host: Host, scope: anyio.CancelScope) -> None:
    with scope:
        await fetch(host.url(), storage)


@at_every_moment
async def test_a_download_is_given_up(host: Host, moment: int) -> None:
    async with pooled() as storage:
        scope = anyio.CancelScope()
        task = asyncio.create_task(fetching(storage, host, scope))
        await steps(moment)
        scope.cancel()
        await ended(task)


@at_every_moment
async def test_a_download_is_given_up_that_takes_a_connection_which_is_just_opened_ahead(
    host: Host, moment: int
) -> None:
    async with pooled() as earlier:
        await fetch(host.url(), earlier)  # from now on the host is known
    async with pooled() as storage, anyio.create_task_group() as group:
        scope = anyio.CancelScope()
        group.start_soon(storage.keep_ready)
        task = asyncio.create_task(fetching(storage, host, scope))
        await steps(moment)
        scope.cancel()
        await ended(task)
        group.cancel_scope.cancel()


@at_every_moment
async def test_the_storage_is_closed_while_it_is_used_and_opened_ahead(host: Host, moment: int) -> None:
    async with pooled() as earlier:
        await fetch(host.url(), earlier)
    async with pooled() as storage, anyio.create_task_group() as group:
        group.start_soon(storage.keep_ready)
        task = asyncio.create_task(fetching(storage, host, anyio.CancelScope()))
        await steps(moment)
        await storage.close()
        await ended(task)
        group.cancel_scope.cancel()


@at_every_moment
async def test_the_client_is_closed_while_it_is_used(host: Host, moment: int) -> None:
    client = Client(settings(f"http://127.0.0.1:{host.port}"))
    task = asyncio.create_task(client.read("list-voices", {}))
    await steps(moment)
    await client.close()
    await ended(task)
