"""Many ``wait-for-task`` requests at the same time, over sockets: an HTTP client would take longer than the waits."""

from __future__ import annotations

import asyncio

import httpx

from .conftest import Caller


async def wait_for_task(caller: Caller, task_id: str) -> bytes:
    """Return the raw response; nothing if the connection is dropped."""
    url = httpx.URL(caller.sandbox.base_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    body = f'{{"taskId": "{task_id}"}}'
    writer.write(
        f"POST {url.path}/tools/wait-for-task/execute HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n"
        f"Authorization: Bearer {caller.sandbox.key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
