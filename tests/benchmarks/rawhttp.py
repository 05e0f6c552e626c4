"""The floor: what plain httpx needs for the same requests, with no library, no checks and no rate gate."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from typing import Any

import httpx

from tests.benchmarks.service import Service

Job = tuple[str, dict[str, Any]]
"""A generating tool and its input."""


async def generate(http: httpx.AsyncClient, service: Service, tool: str, tool_input: dict[str, Any]) -> Any:
    """Submit, hold, sign and fetch; return the task's id and the moment at which its bytes were there."""
    headers = {"Authorization": f"Bearer {service.key}"}

    async def call(name: str, inputs: dict[str, Any]) -> Any:
        answer = await http.post(f"{service.base_url}/tools/{name}/execute", json=inputs, headers=headers)
        return answer.raise_for_status().json()["data"]

    task_id = (await call(tool, tool_input))["taskId"]
    document = await call("wait-for-task", {"taskId": task_id})
    signed = await call("download-asset", {"assetId": document["output"]["assetIds"][0]})
    data = (await http.get(signed["url"])).raise_for_status().content
    assert data
    return task_id, time.monotonic()


async def generate_all(service: Service, jobs: Sequence[Job]) -> dict[str, float]:
    """Do all *jobs* at once; return task id -> the moment at which its bytes were there."""
    async with client(service) as http:
        done = await asyncio.gather(*(generate(http, service, tool, inputs) for tool, inputs in jobs))
    return dict(done)


def client(service: Service) -> httpx.AsyncClient:
    """Return httpx's client, which keeps its connections for as long as there are jobs."""
    limits = httpx.Limits(max_connections=None, keepalive_expiry=60)
    verify: Any = ssl.create_default_context(cafile=service.ca) if service.ca else True
    return httpx.AsyncClient(limits=limits, timeout=60, trust_env=False, verify=verify)


def run(service: Service, jobs: Sequence[Job]) -> dict[str, float]:
    """Do all *jobs* at once, from a program that has no event loop."""
    return asyncio.run(generate_all(service, jobs))
