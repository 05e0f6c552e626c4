"""Tells before anything is bought whether downloads will be refused or fail here, as far as that can be known.

Known are the address of the API itself, which shows a tunnel or a company's network, and the storage hosts of what
costs nothing: a voice's sample, and an asset of the library, signed once more.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from urllib.parse import urlsplit

import anyio

from playcut_jupyter.api.storage_addresses import refusal
from playcut_jupyter.api.transport import proxy_for
from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.hosts import address_in, is_loopback
from playcut_jupyter.remedies import CELL_WORDING, Action, Remedy, in_words
from playcut_jupyter.settings import Settings

_TUNNEL = ip_network("198.18.0.0/15")
_CONNECT_S = 3.0
_PORTS = {"http": 80, "https": 443}


async def storage_warning(connection: Connection) -> str | None:
    """Return what will keep assets from being downloaded, and what helps; None if nothing is known to."""
    settings = connection.settings
    if settings.is_sandbox or settings.is_frozen:
        return None
    warning = await _about_api(settings)
    if warning is not None:
        return warning
    for known_url in (_sample_url, _signed_again):
        with suppress(PlaycutError):
            url = await known_url(connection)
            warning = await _about_storage(url, settings) if url is not None else None
            if warning is not None:
                return warning
    return None


async def _sample_url(connection: Connection) -> str | None:
    voices = await connection.voices()
    return next((str(voice.sample_url) for voice in voices if voice.sample_url), None)


async def _signed_again(connection: Connection) -> str | None:
    asset_id = await in_worker(lambda: _known_asset(connection))
    if asset_id is None:
        return None
    signed = await connection.client.read("download-asset", {"assetId": asset_id})
    url = signed.get("url") if isinstance(signed, Mapping) else None
    return url if isinstance(url, str) else None


def _known_asset(connection: Connection) -> str | None:
    """Return the id of the newest asset of this service in the library."""
    records = connection.library.history(limit=50)
    here = (record for record in records if record.origin == connection.settings.origin)
    return next((asset.asset_id for record in here for asset in record.assets if asset.asset_id), None)


async def _about_api(settings: Settings) -> str | None:
    """Return what the API's own address says about storage hosts."""
    host = urlsplit(settings.base_url).hostname or ""
    if is_loopback(host) or proxy_for(settings.base_url) is not None:
        return None
    for address in await _addresses(host, settings.base_url):
        ip = address_in(address)
        if ip is not None and ip in _TUNNEL and not settings.allowed_storage.has_address(ip):
            helps = in_words([Remedy(Action.ALLOW_STORAGE, str(_TUNNEL))], CELL_WORDING)
            return (
                f"{host} is at {address} here: a tunnel answers for all names, and downloads will be refused. {helps}"
            )
    return None


async def _about_storage(url: str, settings: Settings) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    by_proxy = proxy_for(url) is not None and address_in(host) is None
    addresses = [] if by_proxy else await _addresses(host, url)
    refused = refusal(host, port, addresses, settings)
    if refused is not None:
        helps = in_words([refused.hint], CELL_WORDING) if refused.hint else ""
        return f"Downloads will be refused: {refused.reason}. {helps}".strip()
    if by_proxy or await _answers(host, port):
        return None
    return f"The storage host {host} can't be reached on port {port}: downloads will fail until it can."


async def _addresses(host: str, url: str) -> list[str]:
    try:
        entries = await anyio.getaddrinfo(host, urlsplit(url).port or urlsplit(url).scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in entries]


async def _answers(host: str, port: int) -> bool:
    with anyio.move_on_after(_CONNECT_S), suppress(OSError):
        async with await anyio.connect_tcp(host, port):
            return True
    return False
