"""A storage host that serves what it is told, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from playcut_jupyter.api.downloads import Body, FetchFailed, fetch
from playcut_jupyter.api.storage_pool import StoragePool
from playcut_jupyter.settings import Settings

KEY = "pk_live_" + "decafbad" * 5
LOCAL = "http://127.0.0.1:9/api/v1"
REMOTE = "https://api.example/api/v1"


def settings(base_url: str = LOCAL, **values: object) -> Settings:
    return Settings(api_key=KEY, base_url=base_url, home=Path("x"), **{"request_timeout_s": 5, **values})  # type: ignore[arg-type]


def fetched(url: str, base_url: str = LOCAL, **values: object) -> Body:
    async def fetch_once() -> Body:
        storage = StoragePool(settings(base_url, **values))
        try:
            return await fetch(url, storage)
        finally:
            await storage.close()

    return anyio.run(fetch_once)


def refusal(url: str, base_url: str = LOCAL, **values: object) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetched(url, base_url, **values)
    assert KEY not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    return caught.value


@dataclass
class Response:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    declared: int | None = None
    """The Content-Length, if it is not the body's own; -1 for none."""


@dataclass
class Storage:
    origin: str
    answers: dict[str, Response] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, body: bytes = b"", **how: object) -> str:
        """Serve an answer at *path* and return its address, signed."""
        self.answers[path] = Response(body=body, **how)  # type: ignore[arg-type]
        return f"{self.origin}{path}?Signature=s3cr3t"
