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
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

import httpx
import stamina

from playcut_jupyter import environment, redaction
from playcut_jupyter.api.answers import Response, data_in, json_object, message_suffix
from playcut_jupyter.api.content_coding import ResponseTooLarge
from playcut_jupyter.api.rate_limit import Priority, RateLimiter, is_rate_limit, retry_after_s
from playcut_jupyter.api.retry_policy import MAX_RETRY_AFTER_S, RetryPolicy
from playcut_jupyter.api.transport import (
    ResponseLost,
    Transport,
    new_request,
    new_transport,
    proxy_for,
    read_body,
    stream_response,
    translate_errors,
)
from playcut_jupyter.errors import InvalidInput, RateLimited, ServerError
from playcut_jupyter.settings import Settings

log = logging.getLogger("playcut_jupyter")

_MAX_ANSWER_BYTES = 32_000_000
_OVERALL_MARGIN_S = 1.0
_REFUSED_ATTEMPTS = 5
_TOOL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class OnPause(Protocol):
    """What is told of pauses before a request."""

    def __call__(self, seconds: float, reason: str = "", /) -> None:
        """Take the seconds of a pause, and what the service said, if it did; 0 seconds at its end."""


class _Refused(Exception):
    """A 429 that no rate limit explains: it concerns this request alone, and may never end."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


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
        self._transports: list[Transport] = []
        self._is_closed = False

    async def close(self) -> None:
        """Close all connections; what is asked at that moment closes its own."""
        self._is_closed = True
        for transport in self._transports:
            await transport.aclose()

    @property
    def _transport(self) -> Transport:
        """The transport; another one if the environment's proxies or certificates were changed since the last request.

        One that is out of date is closed with the client, because requests under way go on with it.
        """
        network = environment.network()
        if network != self._network:
            transport = new_transport(self.settings.base_url)
            transport.is_closed = self._is_closed
            self._transports.append(transport)
            self._network = network
        return self._transports[-1]

    async def read(
        self, tool: str, tool_input: Mapping[str, object], *, retry_policy: RetryPolicy | None = None, **how: Any
    ) -> Any:
        """Call a tool that buys nothing, and again after a failure that may pass, as *retry_policy* says.

        Takes the keywords of `call`. Raises the errors of `call`, except `ResponseLost`.
        """
        try:
            async for attempt in (retry_policy or RetryPolicy()).attempts(tool):
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
        notify: OnPause | None = None,
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
            notify: called at the begin and end of a pause for the rate limit or after a refusal (429).
            on_send: awaited right before each attempt to send.

        Raises:
            ResponseLost: it was sent, but no usable answer arrived.
            ConnectionFailed: no connection was made; nothing was sent.
            NotInLibrary: frozen; nothing was sent.
            PlaycutError: the API's own error, as its documented class.
        """
        self.settings.check_online(tool)
        body = encoded(tool, tool_input)
        timeout_s = timeout_s or self.settings.request_timeout_s
        retries = stamina.retry_context(
            on=_Refused, attempts=_REFUSED_ATTEMPTS, timeout=None, wait_initial=1.0, wait_max=10.0
        ).with_name(f"playcut_jupyter.{tool}", (), {})
        try:
            async for attempt in retries:
                with attempt:
                    if notify and attempt.num > 1:
                        notify(0.0)
                    try:
                        response = await self._paced(
                            tool, body, priority, timeout_s, held, max_rate_limit_wait_s, notify, on_send
                        )
                    except _Refused as refused:
                        if notify:
                            notify(attempt.next_wait, _refusal(tool, refused.response))
                        raise
        except _Refused as refused:
            raise RateLimited(
                _refusal(tool, refused.response),
                hint="It does not say when to try again: if credits are used up, run it again once there are more.",
                status_code=429,
                tool=tool,
            ) from None
        return data_in(tool, response)

    async def _paced(
        self,
        tool: str,
        body: bytes,
        priority: Priority,
        timeout_s: float,
        held: bool,
        max_rate_limit_wait_s: float,
        notify: OnPause | None,
        on_send: Callable[[], Awaitable[None]] | None,
    ) -> Response:
        """Send a request when the rate limit lets it through, again after each 429 of the limit; return its response.

        Raises:
            _Refused: a 429 that is no rate limit.
        """
        started_at = time.monotonic()
        while True:
            permit = await self.rate_limiter.acquire(priority, notify)
            try:
                self.settings.check_online(tool)
                if on_send is not None:
                    await on_send()
                response = await self._post(tool, body, timeout_s)
            finally:
                self.rate_limiter.release()
            took_s = time.monotonic() - permit.sent_at
            self.rate_limiter.observe(response.headers, permit, held=held and took_s > 1)
            log.debug("%s answered %s in %.3f s", tool, response.status_code, took_s)
            if response.status_code != 429:
                return response
            if not is_rate_limit(response.headers):
                raise _Refused(response)
            waited_s = time.monotonic() - started_at
            self._pause(tool, response, waited_s=waited_s, max_rate_limit_wait_s=max_rate_limit_wait_s)

    def _pause(self, tool: str, response: Response, *, waited_s: float, max_rate_limit_wait_s: float) -> None:
        """Pause all requests for the `Retry-After` of a 429, or raise `RateLimited` if that is too long."""
        pause_s = max(retry_after_s(response.headers, default=5.0), 0.2)
        if pause_s > MAX_RETRY_AFTER_S or waited_s + pause_s > max_rate_limit_wait_s:
            raise RateLimited(
                f"The service accepts no requests for another {pause_s:.0f} s{message_suffix(response)}",
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
                body = await read_body(response, _MAX_ANSWER_BYTES, is_whole=_is_document)
            except ResponseTooLarge:
                raise ResponseLost(ServerError(f"The answer to {tool} is too large.", tool=tool)) from None
            answer = Response(url, response.status_code, response.headers, body)
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


def _refusal(tool: str, response: Response) -> str:
    return f"The service refuses {tool} (HTTP 429){message_suffix(response)}"


def _is_document(body: bytes) -> bool:
    return json_object(body) is not None
