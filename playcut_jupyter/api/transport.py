"""Sets up httpx's transports, reads bodies, and translates httpx's exceptions.

For callers, it only matters whether the server can have taken the request. If no connection was made, the error is
`ConnectionFailed`; any later failure is `ResponseLost`.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx

from playcut_jupyter import environment
from playcut_jupyter.api import certificates
from playcut_jupyter.api.content_coding import Decoder, ResponseTooLarge
from playcut_jupyter.environment import Proxy
from playcut_jupyter.errors import ConnectionFailed, NotConnected, PlaycutError, ServerError
from playcut_jupyter.redaction import plain

# Shorter than the idle timeout of common servers (5 s), so that a submission is rarely written to a connection that
# the server has just closed.
_KEEPALIVE_EXPIRY_S = 2.0
_NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)

# A proxy's answer to CONNECT: a wrong password, or a host that is not allowed.
_REFUSED = re.compile(r"4\d\d\b")


class ResponseLost(Exception):
    """A request was sent, but no usable answer arrived. `error` is the error to raise if a retry is harmless."""

    def __init__(self, error: PlaycutError) -> None:
        super().__init__(error.message)
        self.error = error


class Transport(httpx.AsyncHTTPTransport):
    """httpx's transport, which knows that it is closed: its pool forgets a request that is connecting meanwhile.

    Attributes:
        is_closed: True from the beginning of `aclose` on; what is sent all the same closes its own connection.
    """

    is_closed = False

    async def aclose(self) -> None:
        """Close all connections but those that are being made."""
        self.is_closed = True
        await super().aclose()


def new_transport(url: str, *, keepalive_s: float = _KEEPALIVE_EXPIRY_S) -> Transport:
    """Return a transport to *url*'s host, with TCP keepalive, and with the environment's proxy if one applies.

    A transport and not an httpx client, because a client follows redirects and keeps cookies.

    Args:
        url: an address at the host.
        keepalive_s: how long an idle connection is kept, seconds.

    Raises:
        NotConnected: the environment names a proxy or certificates that can't be used.
    """
    limits = httpx.Limits(
        # Each long poll needs its own connection, so a limit here would limit the number of generations.
        max_connections=None,
        max_keepalive_connections=20,
        keepalive_expiry=keepalive_s,
    )
    proxy = proxy_for(url)
    tls = tls_for(url, proxy.url if proxy else "")
    try:
        return Transport(
            verify=tls, proxy=proxy.url if proxy else None, limits=limits, socket_options=keepalive_options()
        )
    except ImportError:
        raise NotConnected(
            f"{proxy and proxy.variable} names a SOCKS proxy, for which the package socksio is missing.",
            hint='Install it with: pip install "httpx[socks]". Nothing was sent.',
        ) from None


def new_request(
    method: str,
    url: str,
    *,
    headers: dict[str, str],
    timeout: httpx.Timeout,
    content: bytes = b"",
    extensions: dict[str, str] | None = None,
) -> httpx.Request:
    """Return a request; raises `httpx.InvalidURL` before anything is sent."""
    return httpx.Request(
        method,
        url,
        content=content,
        headers={"User-Agent": "playcut-jupyter", **headers},
        extensions={"timeout": timeout.as_dict(), **(extensions or {})},
    )


def proxy_for(url: str) -> Proxy | None:
    """Return the environment's proxy for *url*; None for loopback, where the key is sent over plain http."""
    return environment.network().proxy_for(url)


def tls_for(*urls: str) -> ssl.SSLContext:
    """Return the TLS context for connections to *urls*; if none of them is https, one that is made at once.

    Raises:
        NotConnected: the environment names certificates that can't be used.
    """
    if not any(url.lower().startswith("https:") for url in urls):
        return certificates.no_certificates()
    network = environment.network()
    return certificates.tls_context(network.certificates_file, network.certificates_folder)


def keepalive_options() -> list[tuple[int, int, int]]:
    """Return socket options that detect a dead peer within about two minutes of a silent long poll."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (
        ("TCP_KEEPIDLE", 30),
        ("TCP_KEEPALIVE", 30),
        ("TCP_KEEPINTVL", 15),
        ("TCP_KEEPCNT", 6),
    ):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


@asynccontextmanager
async def translate_errors(
    what: str, host: str, overall_s: float, *, tool: str | None = None, proxy: Proxy | None = None
) -> AsyncIterator[None]:
    """Translate httpx's exceptions into `ConnectionFailed` (nothing was sent) or `ResponseLost`.

    Args:
        what: the name of the request in messages.
        host: the host in messages.
        overall_s: the limit for the whole exchange, seconds, against answers that arrive in small pieces without end.
        tool: the errors' `tool`.
        proxy: the proxy between, which may be what failed.
    """
    try:
        with anyio.fail_after(overall_s):
            yield
    except _NEVER_CONNECTED as error:
        raise _never_connected(error, what, host, proxy, tool) from None
    except (httpx.TimeoutException, TimeoutError):
        raise ResponseLost(ConnectionFailed(f"{host} did not answer {what} in time.", tool=tool)) from None
    except httpx.DecodingError as error:
        text = f"{host} sent an answer to {what} that can't be decoded: {plain(_reason(error), 200)}."
        raise ResponseLost(ServerError(text, tool=tool)) from None
    except (httpx.HTTPError, httpx.StreamError, OSError, anyio.BrokenResourceError) as error:
        text = f"The connection to {host} broke during {what}: {_reason(error)}."
        raise ResponseLost(ConnectionFailed(text, tool=tool)) from None


def _never_connected(
    error: httpx.HTTPError, what: str, host: str, proxy: Proxy | None, tool: str | None
) -> ConnectionFailed:
    """Return the error for a connection that was not made, and not to be retried if trying again is of no use."""
    via = f" through the proxy {proxy.shown} ({proxy.variable})" if proxy is not None else ""
    rejected = certificates.rejection(error)
    if rejected is not None:
        text = f"The certificate of {host} {rejected}; no connection was made for {what}{via}."
        hint: str | None = f"{certificates.HINT} Then run it again."
    else:
        text = f"No connection to {host} for {what}{via}: {_reason(error)}."
        hint = f"Check the network, PLAYCUT_BASE_URL and {proxy.variable}, then run it again." if proxy else None
    is_final = rejected is not None or (isinstance(error, httpx.ProxyError) and _REFUSED.match(str(error)) is not None)
    return ConnectionFailed(text, retryable=not is_final, hint=hint, tool=tool)


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


@asynccontextmanager
async def stream_response(transport: Transport, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    """Send *request* and yield the response with its body unread; close it at the end, even when cancelled."""
    response = await transport.handle_async_request(request)
    try:
        yield response
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(1):
            await response.aclose()
            if transport.is_closed:
                await response.extensions["network_stream"].aclose()


async def reach(url: str, timeout_s: float) -> None:
    """Ask for *url* once, without a key; any answer will do.

    Raises:
        ConnectionFailed: nothing answers.
        NotConnected: the proxy or certificates of the environment can't be used.
    """
    request = new_request("GET", url, headers={}, timeout=httpx.Timeout(timeout_s))
    try:
        async with (
            new_transport(url) as transport,
            translate_errors("a connection check", urlsplit(url).netloc, timeout_s + 1, proxy=proxy_for(url)),
            stream_response(transport, request),
        ):
            pass
    except ResponseLost as lost:
        raise ConnectionFailed(lost.error.message) from None


async def read_body(
    response: httpx.Response, max_bytes: int, *, is_whole: Callable[[bytes], bool] | None = None
) -> bytes:
    """Return the body without its content codings; both may have up to *max_bytes*.

    Args:
        response: the response, with its body unread.
        max_bytes: the largest body.
        is_whole: for a document that shows its own end: a body that breaks off after it is whole, and gzip is undone
            also where no header names it.

    Raises:
        ResponseTooLarge: it is larger.
        httpx.DecodingError: its coding is damaged or can't be undone here, or it is longer than its header says.
        httpx.HTTPError: it broke off.
    """
    coding = response.headers.get("content-encoding", "")
    decoder = Decoder(coding if is_whole is None else f"gzip, {coding}", max_bytes)
    body, received_bytes = bytearray(), 0
    try:
        async for chunk in response.stream:  # type: ignore[union-attr]  # a transport's stream is async
            received_bytes += len(chunk)
            if received_bytes > max_bytes:
                raise ResponseTooLarge
            body += decoder.feed(chunk)
        body += decoder.finish()
    except (httpx.HTTPError, httpx.DecodingError, OSError, anyio.BrokenResourceError):
        with suppress(httpx.DecodingError):
            body += decoder.finish()
        if is_whole is None or not is_whole(bytes(body)):
            raise
    if is_whole is None and await is_longer_than_declared(response):
        raise httpx.DecodingError("it is longer than its Content-Length says")
    return bytes(body)


async def is_longer_than_declared(response: httpx.Response) -> bool:
    """Return True if bytes follow the body on its connection; nobody asked for more, so they are part of it.

    httpx ends a body at its Content-Length and drops the rest in silence. Its parser's buffer has no public name: where
    httpx keeps it elsewhere, only what is still in the socket is found.
    """
    parser: Any = response.stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state"):
        parser = getattr(parser, name, None)
    if getattr(parser, "trailing_data", (b"", False))[0]:
        return True
    connection = response.extensions.get("network_stream")
    if connection is None or not connection.get_extra_info("is_readable"):
        return False
    try:
        return bool(await connection.read(1, timeout=0.1))
    except Exception:  # noqa: BLE001 - it only matters that no byte came
        return False
