"""Asks a storage host for the first byte of an asset, to see how it answers."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from playcut_jupyter.api.storage_network import AddressRefused, UnknownHost
from playcut_jupyter.api.storage_pool import StoragePool
from playcut_jupyter.api.transport import ResponseLost, new_request, proxy_for, read_body, translate_errors
from playcut_jupyter.errors import ConnectionFailed


async def first_byte(url: str, storage: StoragePool) -> tuple[int, Mapping[str, str]]:
    """Return the status and the headers of the answer; *url* is one that was downloaded from already.

    Raises:
        ConnectionFailed: there is no usable answer.
        NotConnected: the proxy or certificates of the environment can't be used.
    """
    limit_s = storage.settings.request_timeout_s
    target = httpx.URL(url)
    headers = {
        "Host": target.netloc.decode("ascii"),
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Range": "bytes=0-0",
    }
    request = new_request("GET", url, headers=headers, timeout=httpx.Timeout(limit_s))
    try:
        async with (
            translate_errors("the first byte", target.host, limit_s, proxy=proxy_for(url)),
            storage.stream(request) as response,
        ):
            if response.status_code == 206:
                await read_body(response, 100)
            return response.status_code, response.headers
    except (ResponseLost, UnknownHost, AddressRefused) as error:
        raise ConnectionFailed(f"{target.host} gave no usable answer ({type(error).__name__}).") from None
