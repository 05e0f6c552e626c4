"""The storage: a second origin that hands out assets to whoever has a signed URL.

The documentation promises a short-lived signed URL that a plain GET, ``curl -L`` or a browser can fetch.
The rest is what object stores commonly do: the signature covers path and expiry, a wrong or old one is a
403 with a small XML body, ranges are served. No key is asked for; one that arrives here was sent to the
wrong place, and is counted.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from tornado.web import Application

from playcut_jupyter.sandbox.catalogue import ApiError
from playcut_jupyter.sandbox.handlers import Handler
from playcut_jupyter.sandbox.observed import Observed
from playcut_jupyter.sandbox.tasks import DrawingError, Task
from playcut_jupyter.sandbox.tools import Tools

WRONG_PAGE = b"<!doctype html><title>Not your asset</title><p>This is not what you were promised."
EMPTY_TYPES = {"image": "image/png", "video": "video/mp4", "speech": "audio/wav"}


class Signer:
    """Makes and checks signed URLs; a new secret for each sandbox."""

    def __init__(self, origin: str, ttl_s: float) -> None:
        self._origin = origin
        self._ttl_s = ttl_s
        self._secret = secrets.token_bytes(32)

    def url(self, path: str, *, expired: bool = False) -> str:
        """Return a URL for ``path`` that is good for the time to live; or one that never was."""
        expires = str(int((time.time() + (-1 if expired else self._ttl_s)) * 1000))
        query = urlencode({"Expires": expires, "Signature": self._signature(path, expires)})
        return f"{self._origin}{path}?{query}"

    def problem(self, path: str, expires: str, signature: str) -> tuple[str, str] | None:
        """Return an object store's error code and message, or None if the URL is good."""
        if not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode()):
            return "SignatureDoesNotMatch", "The signature does not fit the URL."
        if int(expires) < time.time() * 1000:
            return "AccessDenied", "The URL has expired."
        return None

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the end of a Range header; None to serve everything.

    More than one range, another unit and nonsense are served whole, as HTTP allows. Raises ValueError for a
    range that the file does not have (416).
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise ValueError("no such range")
    return start, end


class StorageHandler(Handler):
    """Answers GET and HEAD for one asset."""

    def initialize(self, tools: Tools, signer: Signer, observed: Observed) -> None:
        """Take the shared state; tornado calls this for each request."""
        self.tools = tools
        self.signer = signer
        self.observed = observed

    def set_default_headers(self) -> None:
        """Name the sandbox, and say that ranges are served."""
        self.set_header("Server", "playcut-sandbox-storage")
        self.set_header("Accept-Ranges", "bytes")

    async def prepare(self) -> None:
        """Count a key that was sent to the wrong origin; let only good signatures pass."""
        if "Authorization" in self.request.headers:
            self.observed.leak()
        if not self.path_args:
            self.deny(404, "NoSuchKey", "There is nothing here.")
            return
        expires, signature = self.get_query_argument("Expires", ""), self.get_query_argument("Signature", "")
        if (problem := self.signer.problem(self.request.path, expires, signature)) is not None:
            self.deny(403, *problem)

    async def get(self, asset_id: str) -> None:
        """Serve an asset, whole or in part."""
        try:
            task = self.tools.owner(asset_id)
            data, mime_type, name = await self._file(task, asset_id)
        except (ApiError, DrawingError):
            self.deny(404, "NoSuchKey", "There is no such asset.")
            return
        except asyncio.CancelledError:
            self.drop()  # the sandbox stops while the asset is made once more
            return
        self.set_header("Content-Type", mime_type)
        self.set_header("Content-Disposition", f'inline; filename="{name}"')
        self.set_header("ETag", self._etag(data))
        # A client that continues an older file than this one is to get all of this one.
        changed = self.request.headers.get("If-Range", self._etag(data)) != self._etag(data)
        if self.request.method == "GET" and "truncated" in task.markers and task.first_time(asset_id, "sent"):
            await self._send_half(data)
        else:
            self._send(data, "" if changed else self.request.headers.get("Range", ""))

    head = get

    def deny(self, status: int, code: str, message: str) -> None:
        """Answer as object stores do: a small XML document."""
        self.set_status(status)
        self.set_header("Content-Type", "application/xml")
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        self.finish(f'<?xml version="1.0" encoding="UTF-8"?>\n{error}\n')

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what tornado refuses (other methods, bad queries) in the same form."""
        self.deny(status_code, "InvalidRequest", self._reason)

    async def _file(self, task: Task, asset_id: str) -> tuple[bytes, str, str]:
        """Return an asset's bytes, type and file name, with what the task's markers do to them."""
        if "wrong-type" in task.markers:
            return WRONG_PAGE, "text/html; charset=utf-8", f"{asset_id}.html"
        if "empty" in task.markers:
            return b"", EMPTY_TYPES[task.kind], asset_id
        media = await self.tools.workshop.media(task.orders[asset_id])
        return media.data, media.mime_type, f"{asset_id}.{media.suffix.lstrip('.')}"

    def _send(self, data: bytes, range_header: str) -> None:
        try:
            part = byte_range(range_header, len(data))
        except ValueError:
            self.set_header("Content-Range", f"bytes */{len(data)}")
            self.deny(416, "InvalidRange", "The asset has no such range.")
            return
        if part is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{len(data)}")
            data = data[part[0] : part[1]]
        self.set_header("Content-Length", len(data))
        self.finish(data)

    async def _send_half(self, data: bytes) -> None:
        self.set_header("Content-Length", len(data))
        self.write(data[: len(data) // 2])
        await self.flush()
        self.drop()

    @staticmethod
    def _etag(data: bytes) -> str:
        return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


class MovedHandler(StorageHandler):
    """Redirects a signed URL to another one, for which ``curl`` has its ``-L``."""

    async def get(self, asset_id: str) -> None:
        """Send the client on."""
        self.redirect(self.signer.url(f"/assets/{asset_id}"), status=302)

    head = get


def application(tools: Tools, signer: Signer, observed: Observed) -> Application:
    """Return the storage as a tornado application."""
    shared = {"tools": tools, "signer": signer, "observed": observed}
    return Application(
        [(r"/assets/([^/]+)", StorageHandler, shared), (r"/moved/([^/]+)", MovedHandler, shared)],
        default_handler_class=StorageHandler,
        default_handler_args=shared,
        log_function=lambda handler: None,
    )
