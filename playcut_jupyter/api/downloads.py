"""Downloads an asset from its signed URL, without the key and up to a maximum size.

The URL and each redirect are checked: only http(s), and only addresses that `storage_addresses` allows. The
connection is made to the checked address, so that a second DNS answer can't change the target. No message contains a
signed URL.
"""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import anyio
import httpx

from playcut_jupyter.api import certificates
from playcut_jupyter.api.content_coding import ResponseTooLarge
from playcut_jupyter.api.rate_limit import retry_after_s
from playcut_jupyter.api.storage_addresses import refusal
from playcut_jupyter.api.transport import (
    ResponseLost,
    new_request,
    new_transport,
    proxy_for,
    read_body,
    stream_response,
    translate_errors,
)
from playcut_jupyter.errors import ConnectionFailed
from playcut_jupyter.hosts import address_in
from playcut_jupyter.remedies import Remedy
from playcut_jupyter.settings import Settings

log = logging.getLogger("playcut_jupyter")

_MAX_REDIRECTS = 5
_MAX_ADDRESSES = 3
_OVERALL_S = 900.0
_PORTS = {"http": 80, "https": 443}
_TRANSIENT = (408, 425, 429)
_REDIRECTS = (301, 302, 303, 307, 308)


class FetchFailed(Exception):
    """One download attempt failed.

    Attributes:
        retryable: True if an attempt with a newly signed URL may succeed.
        transient: the storage or the way to it is out of order for the moment, which time alone mends.
        retry_after_s: seconds until the storage accepts requests again, where it said so, else None.
        hint: what has to be changed first, if that is known.
    """

    def __init__(
        self,
        reason: str,
        *,
        retryable: bool,
        transient: bool = False,
        retry_after_s: float | None = None,
        hint: str | Remedy | None = None,
    ) -> None:
        super().__init__(reason)
        self.retryable = retryable
        self.transient = transient
        self.retry_after_s = retry_after_s
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a storage host's response.

    Attributes:
        data: its bytes.
        content_type: the declared type, in lower case and without parameters; "" for none.
        length_fits: the message had an end of its own (Content-Length, chunks), so that nothing is missing; False if
            it ended with the connection.
    """

    data: bytes
    content_type: str
    length_fits: bool = True


async def fetch(url: str, settings: Settings) -> Body:
    """Fetch *url* once, following redirects.

    Raises:
        FetchFailed: refused, expired, truncated, too large, or at an address that is not allowed.
    """
    settings.check_online("a download")
    try:
        for _ in range(_MAX_REDIRECTS + 1):
            host, addresses = await _checked(url, settings)
            failure: ConnectionFailed | None = None
            for address in addresses[:_MAX_ADDRESSES]:
                try:
                    outcome = await _request(url, host, address, settings)
                    break
                except ConnectionFailed as error:
                    failure = error
            else:
                raise failure or ConnectionFailed(f"{host} has no address.")
            if isinstance(outcome, Body):
                return outcome
            url = outcome
    except ResponseLost as lost:
        is_cut = isinstance(lost.error, ConnectionFailed)  # and not damaged, which another attempt seldom mends
        raise FetchFailed(lost.error.message, retryable=True, transient=is_cut) from None
    except ConnectionFailed as error:
        hint = None if error.retryable else certificates.HINT
        raise FetchFailed(error.message, retryable=error.retryable, transient=True, hint=hint) from None
    raise FetchFailed(f"the storage redirected more than {_MAX_REDIRECTS} times", retryable=False)


async def _request(url: str, host: str, address: str | None, settings: Settings) -> Body | str:
    """Request *url* from one address; return the body, or the URL that it redirects to."""
    target = httpx.URL(url)
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    extensions: dict[str, str] = {}
    if address is not None:
        headers["Host"] = target.netloc.decode("ascii")
        extensions["sni_hostname"] = target.raw_host.decode("ascii")
        target = target.copy_with(host=address)
    timeout = httpx.Timeout(settings.request_timeout_s)
    request = new_request("GET", str(target), headers=headers, timeout=timeout, extensions=extensions)
    async with (
        new_transport(url, reuse_connections=False) as transport,
        translate_errors("the download", host, _OVERALL_S, proxy=proxy_for(url)),
        stream_response(transport, request) as response,
    ):
        log.debug("GET %s answered %s", url, response.status_code)
        if response.status_code in _REDIRECTS and "location" in response.headers:
            return _redirect_target(url, response.headers["location"])
        if response.status_code != 200:
            text = f"the storage answered {response.status_code}"
            retry_after = retry_after_s(response.headers, default=-1)
            raise FetchFailed(
                text,
                retryable=response.status_code != 410,
                transient=response.status_code >= 500 or response.status_code in _TRANSIENT,
                retry_after_s=retry_after if retry_after >= 0 else None,
            )
        max_mb, declared = settings.max_download_mb, response.headers.get("content-length", "")
        try:
            if declared.isdigit() and len(declared) < 20 and int(declared) > max_mb * 1_000_000:
                raise ResponseTooLarge
            data = await read_body(response, int(max_mb * 1_000_000))
        except ResponseTooLarge:
            text = f"it is larger than {max_mb:g} MB (see the setting max_download_mb)"
            raise FetchFailed(text, retryable=False) from None
        content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
        has_end = bool(declared) or "transfer-encoding" in response.headers or response.http_version == "HTTP/2"
        return Body(data, content_type, has_end)


def _redirect_target(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise FetchFailed("the storage redirected to an invalid URL", retryable=False) from None


async def _checked(url: str, settings: Settings) -> tuple[str, list[str | None]]:
    """Return the URL's host and its allowed addresses; [None] if a proxy resolves the name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise FetchFailed("its URL is not valid", retryable=False) from None
    if parts.scheme not in ("http", "https") or not host:
        raise FetchFailed("its URL is not http(s)", retryable=False)
    addresses: list[str] = []
    by_proxy = proxy_for(url) is not None and address_in(host) is None
    if not by_proxy:
        addresses = await _resolved(host, port or parts.scheme)
    refused = refusal(host, port or _PORTS[parts.scheme], addresses, settings)
    if refused is not None:
        raise FetchFailed(refused.reason, retryable=False, hint=refused.hint)
    return host, [None] if by_proxy else list(addresses)


async def _resolved(host: str, port: int | str) -> list[str]:
    try:
        entries = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchFailed(f"the name {host} was not found", retryable=True, transient=True) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))
