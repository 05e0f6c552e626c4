"""HTTP answers as bytes, whole or odd."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import responses


def answer(
    status: int = 200,
    body: bytes = b"",
    content_type: str = "application/json; charset=utf-8",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """Return a whole HTTP answer; *length* is what it claims of its body, where that is not true."""
    lines = [f"HTTP/1.1 {status} {responses.get(status, 'Unheard Of')}", "Connection: close"]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def document(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """Return an answer with a JSON document."""
    return answer(status, json.dumps(value).encode(), headers=headers)


def error(status: int, message: str = "No.", headers: Mapping[str, str] | None = None) -> bytes:
    """Return an error in the documented form."""
    return document({"statusCode": status, "message": message, "error": responses[status]}, status, headers)


def page(status: int) -> bytes:
    """Return what a gateway answers: HTML."""
    return answer(status, f"<html><body><h1>{status}</h1></body></html>".encode(), "text/html")
