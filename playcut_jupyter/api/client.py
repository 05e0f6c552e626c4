"""The HTTP client of the API: takes a tool's name and input, and returns its `data` or raises a `PlaycutError`.

`Client.call` sends one request, and resends it only after a 429, when the API certainly did not take it. The caller
decides whether to retry after a lost answer: reads may (`Client.read`), a submission never. Downloads from storage,
which must not see the key, are in `downloads`.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx
import stamina

from playcut_jupyter import environment, redaction
from playcut_jupyter.api.rate_limit import Notify, Priority, RateLimiter, retry_after_s
from playcut_jupyter.api.transport import (
    ResponseLost,
    ResponseTooLarge,
    new_request,
    new_transport,
    proxy_for,
    read_body,
    stream_response,
    translate_errors,
)
from playcut_jupyter.errors import (
    AuthenticationError,
    ConnectionFailed,
    InvalidInput,
    NotFound,
    PermissionDenied,
    PlaycutError,
    PromptRefused,
    RateLimited,
    ServerError,
)
from playcut_jupyter.redaction import plain
from playcut_jupyter.settings import Settings
from playcut_jupyter.tools import READ_ONLY

log = logging.getLogger("playcut_jupyter")

MAX_RETRY_AFTER_S = 120.0
"""A longer `Retry-After` raises `RateLimited` at once, seconds."""
_MAX_ANSWER_BYTES = 32_000_000
_MAX_DEPTH = 100
_OVERALL_MARGIN_S = 1.0
_READ_ATTEMPTS = 6
_READ_TIMEOUT_S = 45.0
_TOOL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

# The documented statuses: error class, meaning, hint. Any other 4xx is a plain PlaycutError.
_BY_STATUS: Mapping[int, tuple[type[PlaycutError], str, str | None]] = {
    400: (InvalidInput, "The input is not valid", "Correct the input and run it again."),
    401: (AuthenticationError, "The key was not accepted", None),
    403: (PermissionDenied, "The plan or role does not allow this", None),
    404: (NotFound, "Not found", None),
    422: (PromptRefused, "The prompt was refused", None),
}
_REFUSED = "The service refused the request; its message, if there is one, says why."


@dataclass(frozen=True, slots=True)
class Response:
    """One complete HTTP response."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes


Observer: TypeAlias = Callable[[str, Response, float], None]
"""Is told each answer: the tool, the answer, and the seconds it took."""


class Client:
    """A client for one base URL and one key, on one event loop, behind one `RateLimiter`."""

    def __init__(self, settings: Settings, rate_limiter: RateLimiter | None = None) -> None:
        redaction.guard_logs()
        self.settings = settings
        self.rate_limiter = rate_limiter or RateLimiter(learns_window=settings.on_loopback)
        self._host = urlsplit(settings.base_url).netloc
        self.observers: list[Observer] = []
        self._network: environment.Network | None = None
        self._transports: list[httpx.AsyncHTTPTransport] = []

    async def close(self) -> None:
        """Close all connections."""
        for transport in self._transports:
            await transport.aclose()

    @property
    def _transport(self) -> httpx.AsyncHTTPTransport:
        """The transport; another one if the environment's proxies or certificates were changed since the last request.

        One that is out of date is closed with the client, because requests under way go on with it.
        """
        network = environment.network()
        if network != self._network:
            self._transports.append(new_transport(self.settings.base_url))
            self._network = network
        return self._transports[-1]

    async def read(self, tool: str, tool_input: Mapping[str, object], **how: Any) -> Any:
        """Call a tool that buys nothing, with bounded retries (jittered back-off) if the answer is lost.

        Takes the keywords of `call`. Raises the errors of `call`, except `ResponseLost`.
        """
        retries = stamina.retry_context(
            on=_is_retryable, attempts=_READ_ATTEMPTS, timeout=_READ_TIMEOUT_S, wait_initial=0.2
        )
        try:
            async for attempt in retries.with_name(f"playcut_jupyter.{tool}", (), {}):
                with attempt:
                    return await self.call(tool, tool_input, **how)
        except ResponseLost as lost:
            raise lost.error from None
        raise AssertionError("the loop above returns or raises")

    async def call(
        self,
        tool: str,
        tool_input: Mapping[str, object],
        *,
        priority: Priority = Priority.START,
        timeout_s: float | None = None,
        held: bool = False,
        max_rate_limit_wait_s: float = 300.0,
        notify: Notify | None = None,
        on_send: Callable[[], Awaitable[None]] | None = None,
    ) -> Any:
        """Execute *tool* once and return its `data`.

        Args:
            tool: its name.
            tool_input: its input, JSON-compatible.
            priority: its priority at the rate limiter.
            timeout_s: the timeout of each write and read, seconds; default `request_timeout_s`.
            held: True for a long poll, which the server holds on purpose (`wait-for-task`).
            max_rate_limit_wait_s: the longest wait for rate limits in all, seconds.
            notify: called with the seconds of a pause at the rate limiter, and with 0 at its end.
            on_send: awaited right before each attempt to send.

        Raises:
            ResponseLost: it was sent, but no usable answer arrived.
            ConnectionFailed: no connection was made; nothing was sent.
            NotInLibrary: frozen; nothing was sent.
            PlaycutError: the API's own error, as its documented class.
        """
        self.settings.check_online(tool)
        body = encoded(tool, tool_input)
        started_at = time.monotonic()
        while True:
            permit = await self.rate_limiter.acquire(priority, notify)
            try:
                self.settings.check_online(tool)
                if on_send is not None:
                    await on_send()
                response = await self._post(tool, body, timeout_s or self.settings.request_timeout_s)
            finally:
                self.rate_limiter.release()
            took_s = time.monotonic() - permit.sent_at
            self.rate_limiter.observe(response.headers, permit, held=held and took_s > 1)
            log.debug("%s answered %s in %.3f s", tool, response.status_code, took_s)
            if response.status_code != 429:
                return _data(tool, response)
            waited_s = time.monotonic() - started_at
            self._pause(tool, response, waited_s=waited_s, max_rate_limit_wait_s=max_rate_limit_wait_s)

    def _pause(self, tool: str, response: Response, *, waited_s: float, max_rate_limit_wait_s: float) -> None:
        """Pause all requests for the `Retry-After` of a 429, or raise `RateLimited` if that is too long."""
        pause_s = max(retry_after_s(response.headers, default=5.0), 0.2)
        if pause_s > MAX_RETRY_AFTER_S or waited_s + pause_s > max_rate_limit_wait_s:
            raise RateLimited(
                f"The service takes no requests for another {pause_s:.0f} s{_message_suffix(response)}",
                retry_after_s=pause_s,
                status_code=429,
                tool=tool,
            )
        log.debug("%s: rate limited, continuing in %.1f s", tool, pause_s)
        self.rate_limiter.pause(pause_s)

    async def _post(self, tool: str, body: bytes, timeout_s: float) -> Response:
        headers = {
            "Authorization": f"Bearer {self.settings.api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, self.settings.request_timeout_s))
        url = f"{self.settings.base_url}/tools/{tool}/execute"
        request = new_request("POST", url, headers=headers, timeout=timeout, content=body)
        # The overall timeout ends later than httpx's, so that a failed connection is reported as such.
        overall_s, started_at = timeout_s + _OVERALL_MARGIN_S, time.monotonic()
        async with (
            translate_errors(tool, self._host, overall_s, tool=tool, proxy=proxy_for(url)),
            stream_response(self._transport, request) as response,
        ):
            try:
                body = await read_body(response, _MAX_ANSWER_BYTES)
            except ResponseTooLarge:
                raise ResponseLost(ServerError(f"The answer to {tool} is too large.", tool=tool)) from None
            answer = Response(response.status_code, response.headers, body)
        for observe in self.observers:
            observe(tool, answer, time.monotonic() - started_at)
        return answer


def encoded(tool: str, tool_input: Mapping[str, object]) -> bytes:
    """Return the request's body.

    Raises:
        InvalidInput: the name can't be a tool's name, or the input can't be JSON; nothing is sent.
    """
    if not _TOOL_NAME.fullmatch(tool):
        raise InvalidInput(f"{tool!r} can't be the name of a tool.", hint="Names look like generate-image-from-text.")
    try:
        return json.dumps(tool_input, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(
            f"The input of {tool} can't be sent as JSON: {error}.",
            hint="Use text, numbers, True, False, None, lists and dictionaries with text keys.",
        ) from None


def _is_retryable(error: Exception) -> bool:
    if isinstance(error, ConnectionFailed):
        return error.retryable
    return isinstance(error, ResponseLost | ServerError)


def _data(tool: str, response: Response) -> Any:
    """Return the `data` of a 2xx response; raise the error of any other."""
    status = response.status_code
    document = _json_object(response.body)
    if 200 <= status < 300:
        if document is None or "data" not in document:
            text = f"The answer to {tool} is not the documented JSON ({_body_description(response)})."
            raise ResponseLost(ServerError(text, status_code=status, tool=tool))
        return document["data"]
    if 400 <= status < 500:
        cls, meaning, hint = _BY_STATUS.get(status, (PlaycutError, f"The service answered {status}", _REFUSED))
        if hint and tool not in READ_ONLY:
            hint = f"Nothing was bought. {hint}"
        raise cls(meaning + _message_suffix(response), hint=hint, status_code=status, tool=tool)
    text = f"{tool} failed at the service (HTTP {status}){_message_suffix(response)}"
    error = ServerError(text, status_code=status, tool=tool)
    if status == 500 and document is not None and ("statusCode" in document or "message" in document):
        raise error
    raise ResponseLost(error)


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and not _is_too_deep(document) else None


def _is_too_deep(document: object) -> bool:
    """Return True if *document* is nested deeper than any real answer, too deep for recursive code."""
    level: list[Any] = [document]
    for _ in range(_MAX_DEPTH):
        inner = [list(node.values()) if isinstance(node, dict) else node for node in level]
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _message_suffix(response: Response) -> str:
    """Return the server's message after a colon; without one, a description of the body in brackets."""
    document = _json_object(response.body)
    message = document.get("message") if document else None
    if isinstance(message, list):
        message = "; ".join(item for item in message[:10] if isinstance(item, str))
    if isinstance(message, str) and message.strip():
        text = plain(message, 1_000)
        return f": {text}" if text.endswith((".", "!", "?")) else f": {text}."
    return "." if document is not None else f" (no documented message: {_body_description(response)})."


def _body_description(response: Response) -> str:
    if not response.body.strip():
        return "an empty body"
    mime_type = plain(response.headers.get("content-type", ""), 60).split(";")[0] or "unknown type"
    return f"{len(response.body)} bytes of {mime_type}"
