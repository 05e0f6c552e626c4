"""Downloads an asset from its signed URL, without the key and up to a maximum size, in constant memory.

The URL and each redirect are checked: only http(s), and only addresses that `storage_addresses` allows; `StoragePool`
connects to nothing else. A download that was cut is continued with a newly signed URL, if the storage says that the
file is still the same. No message contains a signed URL.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import anyio
import httpx

from playcut_jupyter.api import certificates
from playcut_jupyter.api.content_coding import Decoder, ResponseTooLarge
from playcut_jupyter.api.rate_limit import retry_after_s
from playcut_jupyter.api.storage_network import AddressRefused, UnknownHost
from playcut_jupyter.api.storage_pool import StoragePool
from playcut_jupyter.api.transport import (
    ResponseLost,
    is_longer_than_declared,
    new_request,
    proxy_for,
    translate_errors,
)
from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.errors import ConnectionFailed
from playcut_jupyter.remedies import Remedy

log = logging.getLogger("playcut_jupyter")

_MAX_REDIRECTS = 5
_OVERALL_S = 900.0
_PIECE_BYTES = 1 << 20
"""How much is collected before it is written, on a worker thread; most pictures are written at once."""
_UNUSED_BYTES, _UNUSED_S = 65_536, 1.0
"""How much of a body that nobody wants is read, and for how long, so that its connection can be kept."""
_TRANSIENT = (408, 425, 429)
_REDIRECTS = (301, 302, 303, 307, 308)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)


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
class Received:
    """What the storage said about an asset that came.

    Attributes:
        content_type: the declared type, in lower case and without parameters; "" for none.
        length_fits: the message had an end of its own (Content-Length, chunks), so that nothing is missing; False if
            it ended with the connection.
    """

    content_type: str
    length_fits: bool = True


class Target(Protocol):
    """Where the bytes go."""

    @property
    def size(self) -> int:
        """How many it has."""

    def write(self, data: bytes) -> None:
        """Append *data*; called on a worker thread."""

    def restart(self) -> None:
        """Forget all bytes."""


class _StartAgain(Exception):
    """The storage sent another part, or another file, than what was asked for."""


class Download:
    """One asset's way here, over as many attempts as it takes. A cut one is continued where the storage allows it.

    Args:
        storage: the connections.
        target: gets the bytes.
    """

    def __init__(self, storage: StoragePool, target: Target) -> None:
        self._storage = storage
        self._target = target
        self._version = ""
        self._total: int | None = None

    async def attempt(self, url: str) -> Received:
        """Fetch all of the asset, or the rest of it, from *url*, following redirects.

        Raises:
            FetchFailed: refused, expired, truncated, too large, or at an address that is not allowed.
        """
        self._storage.settings.check_online("a download")
        try:
            for _ in range(_MAX_REDIRECTS + 1):
                _check(url)
                outcome = await self._request(url)
                if isinstance(outcome, Received):
                    self._version = ""  # what is wrong with a whole file is wrong with each byte of it
                    return outcome
                url = outcome
        except ResponseLost as lost:
            is_cut = isinstance(lost.error, ConnectionFailed)  # and not damaged, which another attempt seldom mends
            raise FetchFailed(lost.error.message, retryable=True, transient=is_cut) from None
        except ConnectionFailed as error:
            hint = None if error.retryable else certificates.HINT
            raise FetchFailed(error.message, retryable=error.retryable, transient=True, hint=hint) from None
        except UnknownHost as error:
            raise FetchFailed(str(error), retryable=True) from None
        except AddressRefused as error:
            raise FetchFailed(str(error), retryable=False, hint=error.hint) from None
        raise FetchFailed(f"the storage redirected more than {_MAX_REDIRECTS} times", retryable=False)

    async def _request(self, url: str) -> Received | str:
        """Request *url*; return what was received, or the URL that it redirects to."""
        try:
            return await self._send(url)
        except _StartAgain:
            self._restart()
            return await self._send(url)

    async def _send(self, url: str) -> Received | str:
        if not self._version:
            self._restart()
        target = httpx.URL(url)
        # Told here, because httpx would decode a name in Punycode for it, which not every host's name survives.
        headers = {"Host": target.netloc.decode("ascii"), "Accept": "*/*", "Accept-Encoding": "identity"}
        if self._target.size:
            headers |= {"Range": f"bytes={self._target.size}-", "If-Range": self._version}
        timeout = httpx.Timeout(self._storage.settings.request_timeout_s)
        request = new_request("GET", url, headers=headers, timeout=timeout)
        async with (
            translate_errors("the download", target.raw_host.decode("ascii"), _OVERALL_S, proxy=proxy_for(url)),
            self._storage.stream(request) as response,
        ):
            log.debug("GET %s answered %s", url, response.status_code)
            location = response.headers.get("location")
            if response.status_code in _REDIRECTS and location is not None:
                await _discard(response)
                return _redirect_target(url, location)
            await self._check_status(response)
            try:
                await self._receive(response)
            except ResponseTooLarge:
                text = f"it is larger than {self._storage.settings.max_download_mb:g} MB"
                raise FetchFailed(f"{text} (see the setting max_download_mb)", retryable=False) from None
            content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
            has_end = "content-length" in response.headers or "transfer-encoding" in response.headers
            return Received(content_type, has_end)

    async def _check_status(self, response: httpx.Response) -> None:
        """Prepare the target for what *response* brings: the whole file, or the part that is missing."""
        status, held = response.status_code, self._target.size
        if status == 200:
            self._restart()
            if not response.headers.get("content-encoding", "").strip():
                self._version, self._total = (
                    _version_of(response.headers),
                    _number(response.headers.get("content-length", "")),
                )
            return
        if held and status == 206 and self._continues(response.headers):
            return
        await _discard(response)
        if held and status in (206, 416):
            raise _StartAgain
        retry_after = retry_after_s(response.headers, default=-1)
        raise FetchFailed(
            f"the storage answered {status}",
            retryable=status != 410,
            transient=status >= 500 or status in _TRANSIENT,
            retry_after_s=retry_after if retry_after >= 0 else None,
        )

    def _continues(self, headers: Mapping[str, str]) -> bool:
        """True if a partial response begins where the target ends, and is of the same file."""
        found = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
        if found is None or headers.get("content-encoding", "").strip():
            return False
        first, last, total = map(int, found.groups())
        etag = headers.get("etag", "")
        is_same = self._total in (None, total) and (
            not etag or not self._version.startswith('"') or etag == self._version
        )
        return is_same and first == self._target.size and last == total - 1

    async def _receive(self, response: httpx.Response) -> None:
        max_bytes = int(self._storage.settings.max_download_mb * 1_000_000)
        if (_number(response.headers.get("content-length", "")) or 0) + self._target.size > max_bytes:
            raise ResponseTooLarge
        decoder = Decoder(response.headers.get("content-encoding", ""), max_bytes - self._target.size)
        received_bytes, piece = self._target.size, bytearray()
        try:
            async for chunk in response.stream:  # type: ignore[union-attr]  # a transport's stream is async
                received_bytes += len(chunk)
                if received_bytes > max_bytes:
                    raise ResponseTooLarge
                piece += decoder.feed(chunk)
                if len(piece) >= _PIECE_BYTES:
                    data, piece = bytes(piece), bytearray()
                    await self._write(data)
            piece += decoder.finish()
            if await is_longer_than_declared(response):
                self._version = ""
                raise httpx.DecodingError("it is longer than its Content-Length says")
        finally:
            # What came before a cut need not come again.
            await self._write(bytes(piece))

    async def _write(self, data: bytes) -> None:
        if data:
            with anyio.CancelScope(shield=True):
                await in_worker(lambda: self._target.write(data))

    def _restart(self) -> None:
        self._version, self._total = "", None
        if self._target.size:
            self._target.restart()


@dataclass(frozen=True, slots=True)
class Body:
    """A small file, in memory; the rest is as in `Received`."""

    data: bytes
    content_type: str
    length_fits: bool = True


async def fetch(url: str, storage: StoragePool) -> Body:
    """Fetch *url* once, into memory; raises as `Download.attempt` does."""
    target = _Memory()
    received = await Download(storage, target).attempt(url)
    return Body(bytes(target.data), received.content_type, received.length_fits)


class _Memory:
    def __init__(self) -> None:
        self.data = bytearray()

    @property
    def size(self) -> int:
        return len(self.data)

    def write(self, data: bytes) -> None:
        self.data += data

    def restart(self) -> None:
        self.data.clear()


def _check(url: str) -> None:
    """Raise `FetchFailed` unless *url* is a valid http(s) one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        is_http = httpx.URL(url).scheme in ("http", "https") and parts.scheme in ("http", "https")
    except (ValueError, httpx.InvalidURL):
        raise FetchFailed("its URL is not valid", retryable=False) from None
    if not is_http or not host:
        raise FetchFailed("its URL is not http(s)", retryable=False)


def _redirect_target(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise FetchFailed("the storage redirected to an invalid URL", retryable=False) from None


async def _discard(response: httpx.Response) -> None:
    """Read a small body that nobody wants: a connection with an unread one can't be kept."""
    size = 0
    with anyio.move_on_after(_UNUSED_S):
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > _UNUSED_BYTES:
                return


def _version_of(headers: Mapping[str, str]) -> str:
    """Return what names this very version of the file, byte by byte, for `If-Range`; "" if nothing does."""
    etag = headers.get("etag", "").strip()
    if etag:
        return etag if etag.startswith('"') and etag.endswith('"') and len(etag) > 1 else ""
    modified = headers.get("last-modified", "").strip()
    try:
        # A date names a version only if the file has not changed within that second (RFC 9110, 8.8.2.2).
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(modified)
        return modified if age.total_seconds() >= 1 else ""
    except (ValueError, TypeError):
        return ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
