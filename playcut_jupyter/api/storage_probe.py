"""Asks a storage host for the first byte of an asset, to see how it answers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

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
from playcut_jupyter.settings import Settings


async def first_byte(url: str, settings: Settings) -> tuple[int, Mapping[str, str]]:
    """Return the status and the headers of the answer; *url* is one that was downloaded from already.

    Raises:
        ConnectionFailed: there is no usable answer.
        NotConnected: the proxy or certificates of the environment can't be used.
    """
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "Range": "bytes=0-0"}
    limit_s = settings.request_timeout_s
    host = urlsplit(url).hostname or ""
    try:
        request = new_request("GET", url, headers=headers, timeout=httpx.Timeout(limit_s))
        async with (
            new_transport(url) as transport,
            translate_errors("the first byte", host, limit_s, proxy=proxy_for(url)),
            stream_response(transport, request) as response,
        ):
            if response.status_code == 206:
                await read_body(response, 100)
            return response.status_code, response.headers
    except (ResponseLost, httpx.InvalidURL) as error:
        raise ConnectionFailed(f"{host} gave no usable answer ({type(error).__name__}).") from None
