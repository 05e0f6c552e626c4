"""Sockets and bodies: the one place that sets up httpx, and turns its exceptions into facts.

What matters to those above is not which exception came but whether the request can have been taken: a
connection that was never made is `ConnectionFailed`, everything after that is `ResponseLost`.
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx

from playcut_jupyter.errors import ConnectionFailed, NotConnected, PlaycutError, ServerError
from playcut_jupyter.redaction import plain
from playcut_jupyter.settings import is_loopback

# Shorter than what common servers keep idle connections for (5 s), so that a submission is hardly ever
# written to a connection that the other side has just closed.
_KEEPALIVE_EXPIRY_S = 2.0
_NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)


class ResponseLost(Exception):
    """A request was sent and no usable answer came; `error` is what to tell where asking again is harmless."""

    def __init__(self, error: PlaycutError) -> None:
        super().__init__(error.message)
        self.error = error


def new_transport(url: str, *, reuse_connections: bool = True) -> httpx.AsyncHTTPTransport:
    """Return a transport to *url*'s host: TCP keepalive on, the environment's proxy if one applies.

    A bare transport and no httpx client: nothing then follows redirects, keeps cookies, or reads more into an
    answer than its status, headers and body.

    Raises:
        NotConnected: the environment names a proxy or certificates that can't be used.
    """
    limits = httpx.Limits(
        # Held waits each keep a connection, so a cap on them would be a cap on generations under way.
        max_connections=None,
        max_keepalive_connections=20 if reuse_connections else 0,
        keepalive_expiry=_KEEPALIVE_EXPIRY_S,
    )
    proxy = proxy_for(url)
    try:
        return httpx.AsyncHTTPTransport(verify=_tls(), proxy=proxy, limits=limits, socket_options=_keepalive_options())
    except (ValueError, ImportError, OSError) as error:
        culprit = f"The proxy {plain(proxy, 200)}" if proxy else "What the environment names as certificates"
        raise NotConnected(
            f"{culprit} can't be used ({type(error).__name__}: {plain(error, 200)}).",
            hint="Look at HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR. Nothing was sent.",
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


def proxy_for(url: str) -> str | None:
    """Return the environment's proxy for *url*; never one for our own machine: that is plain http, key included."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)


@cache
def _tls() -> ssl.SSLContext:
    """One context for all: reading the certificates takes longer than a request on a fast network."""
    return httpx.create_ssl_context()


def _keepalive_options() -> list[tuple[int, int, int]]:
    """Socket options that notice a dead peer within about two minutes of a silent, held wait."""
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
async def translate_errors(what: str, host: str, overall_s: float, *, tool: str | None = None) -> AsyncIterator[None]:
    """Turn httpx's exceptions into `ConnectionFailed` (nothing was sent) or `ResponseLost`.

    An answer that is not over after *overall_s* seconds, however busily it drips, counts as lost. *what* is how the
    errors call it, *tool* what they name as theirs.
    """
    try:
        with anyio.fail_after(overall_s):
            yield
    except _NEVER_CONNECTED as error:
        raise ConnectionFailed(f"No connection to {host} for {what}: {_reason(error)}.", tool=tool) from None
    except (httpx.TimeoutException, TimeoutError):
        raise ResponseLost(ConnectionFailed(f"{host} did not answer {what} in time.", tool=tool)) from None
    except httpx.DecodingError:
        text = f"{host} sent an answer to {what} that can't be decoded."
        raise ResponseLost(ServerError(text, tool=tool)) from None
    except (httpx.HTTPError, httpx.StreamError, OSError, anyio.BrokenResourceError) as error:
        text = f"The connection to {host} broke during {what}: {_reason(error)}."
        raise ResponseLost(ConnectionFailed(text, tool=tool)) from None


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


@asynccontextmanager
async def stream_response(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    """Send *request* and yield the response with its body unread; closed at the end, also when cancelled."""
    response = await transport.handle_async_request(request)
    try:
        yield response
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(1):
            await response.aclose()


class ResponseTooLarge(Exception):
    """A body has more bytes than it may."""


async def read_body(response: httpx.Response, most_bytes: int) -> bytes:
    """Return the body, never holding more than *most_bytes* of it.

    Our requests ask for no content coding, because a small body can unfold into one that fills the memory. What a
    gateway compresses all the same is unfolded once, within the bound.

    Raises:
        ResponseTooLarge: it has more.
        httpx.DecodingError: it is encoded in a way that is not known.
    """
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most_bytes:
            raise ResponseTooLarge
    coding = response.headers.get("content-encoding", "").strip().lower()
    return bytes(body) if coding in ("", "identity") else _decompressed(bytes(body), coding, most_bytes)


def _decompressed(body: bytes, coding: str, most_bytes: int) -> bytes:
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError(f"content coding {plain(coding, 40)}")
    unfolding = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        data = unfolding.decompress(body, most_bytes)
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from None
    if unfolding.unconsumed_tail:
        raise ResponseTooLarge
    if not unfolding.eof:
        raise httpx.DecodingError("the compressed body is cut")
    return data
