"""What the tests ask and what they expect of an error."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from .conftest import Caller

Call = Callable[..., Caller]


def assert_error(response: httpx.Response, status: int, words: str = "") -> None:
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/json")
    document = response.json()
    assert set(document) == {"statusCode", "message", "error"}
    assert document["statusCode"] == status
    assert words in document["message"]
