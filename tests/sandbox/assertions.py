"""The documented form of an error."""

from __future__ import annotations

import httpx


def assert_error(response: httpx.Response, status: int, message: str = "") -> None:
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/json")
    document = response.json()
    assert set(document) == {"statusCode", "message", "error"}
    assert document["statusCode"] == status
    assert message in document["message"]
