"""What an HTTP response says: the API's `data`, its error as the documented class, or that it is not the API's.

Between us and the API stand gateways, firewalls and login pages of networks, and a base URL may lead to another
server. An error without the API's documented JSON is theirs, and says nothing about a key, a plan or a prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from playcut_jupyter.api.rate_limit import retry_after_s
from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.errors import (
    AuthenticationError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    PlaycutError,
    PromptRefused,
    ServerError,
)
from playcut_jupyter.redaction import plain
from playcut_jupyter.settings import BASE_URL
from playcut_jupyter.tools import READ_ONLY

_MAX_DEPTH = 100
_LOGIN_REQUIRED = 511
"""Network Authentication Required: by its definition never the API's own answer."""
_DOCUMENTED_FIELDS = ("statusCode", "message", "error")
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,400})", re.IGNORECASE)
_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)

# The documented statuses: error class, meaning, hint. Any other 4xx is a plain PlaycutError.
_BY_STATUS: Mapping[int, tuple[type[PlaycutError], str, str | None]] = {
    400: (InvalidInput, "The input is not valid", "Correct the input and run it again."),
    401: (AuthenticationError, "The key was not accepted", None),
    403: (PermissionDenied, "The plan or role does not allow this", None),
    404: (NotFound, "Not found", None),
    422: (PromptRefused, "The prompt was refused", None),
}
_REFUSED = "The service refused the request; its message, if there is one, says why."
_IN_BETWEEN = "Check the network (a login page, a VPN, a proxy or firewall) and PLAYCUT_BASE_URL, then run it again."


@dataclass(frozen=True, slots=True)
class Response:
    """One complete HTTP response to a tool's call at *url*."""

    url: str
    status_code: int
    headers: Mapping[str, str]
    body: bytes


def data_in(tool: str, response: Response) -> Any:
    """Return the `data` of a 2xx response.

    Raises:
        ResponseLost: the request may have had its effect, but the response does not say.
        PlaycutError: the API's own error, as its documented class; or a redirect, or a gateway's refusal, which say
            for certain that the API did not take the request (`from_gateway`).
    """
    status = response.status_code
    document = json_object(response.body)
    if 200 <= status < 300:
        if document is None or "data" not in document:
            raise ResponseLost(_not_json(tool, response))
        return document["data"]
    if 300 <= status < 400:
        raise _redirect(tool, response)
    is_documented = document is not None and any(document.get(field) for field in _DOCUMENTED_FIELDS)
    if status == _LOGIN_REQUIRED or (400 <= status < 500 and not is_documented):
        raise _gateway(tool, response)
    if 400 <= status < 500:
        raise _api_error(tool, response)
    text = f"{tool} failed at the service (HTTP {status}){message_suffix(response)}"
    if _is_page(response):
        text = f"{tool} failed: {_page(response)} answered in place of the API at {_base_url(tool, response)}."
    error = ServerError(text, status_code=status, tool=tool)
    error.retry_after_s = _retry_after(response)
    if status == 500 and document is not None and ("statusCode" in document or "message" in document):
        raise error
    raise ResponseLost(error)


def _api_error(tool: str, response: Response) -> PlaycutError:
    status = response.status_code
    cls, meaning, hint = _BY_STATUS.get(status, (PlaycutError, f"The service answered {status}", _REFUSED))
    message = message_suffix(response)
    if status == 404 and f"/tools/{tool}/execute" in message:  # a server's own words for an unknown path
        hint = _wrong_address(_base_url(tool, response))
    if hint and tool not in READ_ONLY:
        hint = f"Nothing was bought. {hint}"
    error = cls(meaning + message, hint=hint, status_code=status, tool=tool)
    error.retry_after_s = _retry_after(response)
    return error


def _redirect(tool: str, response: Response) -> PlaycutError:
    """Return the error of a redirect, which is never followed, because the key goes to the base URL alone."""
    base_url = _base_url(tool, response)
    host, moved_to = _target(tool, response)
    text = f"{base_url} did not take {tool} but redirected it to {host} (HTTP {response.status_code})."
    hint = f"If Playcut's API is there now, set PLAYCUT_BASE_URL to {moved_to}. " if moved_to else ""
    return _not_taken(tool, response, text, hint + _IN_BETWEEN)


def _target(tool: str, response: Response) -> tuple[str, str | None]:
    """Return the host that a redirect points to, and the base URL if it points to the same tool elsewhere."""
    location = response.headers.get("location", "").strip()
    try:
        parts = urlsplit(urljoin(response.url, location))
        host, port = parts.hostname, parts.port
    except ValueError:
        location, host, port = "", None, None
    if not location or not host:
        return "no valid address", None
    origin = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    suffix = f"/tools/{tool}/execute"
    is_same_tool = parts.path.endswith(suffix) and parts.scheme in ("http", "https")
    return plain(origin, 200), plain(origin + parts.path.removesuffix(suffix), 300) if is_same_tool else None


def _gateway(tool: str, response: Response) -> PlaycutError:
    """Return the error of a refusal that is not in the API's words."""
    base_url, status = _base_url(tool, response), response.status_code
    text = f"{_page(response)} answered {tool} in place of the API at {base_url} (HTTP {status})."
    hint = _wrong_address(base_url) if status in (404, 405) else _IN_BETWEEN
    return _not_taken(tool, response, text[0].upper() + text[1:], hint)


def _not_taken(tool: str, response: Response, text: str, hint: str) -> PlaycutError:
    bought = "" if tool in READ_ONLY else "Nothing was bought. "
    error = PlaycutError(text, hint=bought + hint, status_code=response.status_code, tool=tool)
    error.retry_after_s = _retry_after(response)
    error.from_gateway = True
    return error


def _not_json(tool: str, response: Response) -> ServerError:
    status = response.status_code
    text = f"The answer to {tool} is not the documented JSON ({body_description(response)})."
    hint = None
    if _is_page(response):
        base_url = _base_url(tool, response)
        text = f"{_page(response)} answered {tool} in place of the API at {base_url} (HTTP {status})."
        text, hint = text[0].upper() + text[1:], _IN_BETWEEN
    return ServerError(text, hint=hint, status_code=status, tool=tool)


def _wrong_address(base_url: str) -> str:
    return (
        f"PLAYCUT_BASE_URL must hold the API's whole path, as {BASE_URL} does; it leads to {base_url}. "
        "If that is right, a gateway or firewall in between refused the request."
    )


def _base_url(tool: str, response: Response) -> str:
    return plain(response.url.removesuffix(f"/tools/{tool}/execute"), 300)


def _page(response: Response) -> str:
    """Describe what answered: "a web page (“Log in”, from nginx)"."""
    found = _TITLE.search(response.body[:20_000]) if _is_page(response) else None
    title = plain(" ".join(found[1].decode(errors="replace").split()), 80) if found else ""
    server = plain(response.headers.get("server", ""), 40)
    facts = [f"“{title}”"] if title else [] if _is_page(response) else [body_description(response)]
    facts += [f"from {server}"] if server else []
    what = "a gateway or another server" + (", with a web page" if _is_page(response) else "")
    return what + (f" ({', '.join(facts)})" if facts else "")


def _is_page(response: Response) -> bool:
    mime_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    return mime_type in ("text/html", "application/xhtml+xml") or bool(_MARKUP.match(response.body))


def _retry_after(response: Response) -> float | None:
    seconds = retry_after_s(response.headers, default=-1)
    return seconds if seconds >= 0 else None


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that *body* begins with; None if there is none, or it is too deep for recursive code.

    A gateway may append to it, and a text in another encoding must not hide a task's id.
    """
    try:
        text = body.decode(json.detect_encoding(body), "replace")
        document, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and not _is_too_deep(document) else None


def _is_too_deep(document: object) -> bool:
    level: list[Any] = [document]
    for _ in range(_MAX_DEPTH):
        inner = [list(node.values()) if isinstance(node, dict) else node for node in level]
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def message_in(response: Response) -> str:
    """Return the message of the API's error, cleaned; "" if there is none."""
    document = json_object(response.body)
    message = document.get("message") if document else None
    if isinstance(message, list):
        message = "; ".join(item for item in message[:10] if isinstance(item, str))
    return plain(message, 1_000) if isinstance(message, str) else ""


def message_suffix(response: Response) -> str:
    """Return the server's message after a colon; without one, a description of the body in brackets."""
    text = message_in(response)
    if text:
        return f": {text}" if text.endswith((".", "!", "?")) else f": {text}."
    is_document = json_object(response.body) is not None
    return "." if is_document else f" (no documented message: {body_description(response)})."


def body_description(response: Response) -> str:
    """Describe a body that can't be read: its size and type."""
    if not response.body.strip():
        return "an empty body"
    mime_type = plain(response.headers.get("content-type", ""), 60).split(";")[0] or "unknown type"
    return f"{len(response.body)} bytes of {mime_type}"
