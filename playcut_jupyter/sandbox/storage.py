"""The storage: a second origin that serves an asset to anyone with a signed URL.

The documentation promises a short-lived signed URL that a plain GET, ``curl -L`` or a browser can fetch. The
rest follows common object stores: the signature covers path and expiry, an invalid or expired one is a 403
with a short XML body, and byte ranges are served. The storage needs no key. A request that carries one is
counted, because the client has sent its key to the wrong origin.
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

from playcut_jupyter.sandbox.base_handler import BaseHandler
from playcut_jupyter.sandbox.counters import Counters
from playcut_jupyter.sandbox.errors import ApiError, MediaError
from playcut_jupyter.sandbox.tasks import Task
from playcut_jupyter.sandbox.tools import Tools

WRONG_PAGE = b"<!doctype html><title>Not your asset</title><p>This page is not the asset. (marker [wrong-type])"
EMPTY_TYPES = {"image": "image/png", "video": "video/mp4", "speech": "audio/wav"}


class Signer:
    """Makes and checks signed URLs, with a new secret for each sandbox."""

    def __init__(self, origin: str, ttl_s: float) -> None:
        self._origin = origin
        self._ttl_s = ttl_s
        self._secret = secrets.token_bytes(32)

    def url(self, path: str, *, expired: bool = False) -> str:
        """Return a signed URL for ``path``; it is valid for the time to live, or has already expired."""
        expires = str(int((time.time() + (-1 if expired else self._ttl_s)) * 1000))
        query = urlencode({"Expires": expires, "Signature": self._signature(path, expires)})
        return f"{self._origin}{path}?{query}"

    def check(self, path: str, expires: str, signature: str) -> tuple[str, str] | None:
        """Return None for a valid URL, or else an object store's error code and message."""
        if not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode()):
            return "SignatureDoesNotMatch", "The signature does not match the URL."
        if int(expires) < time.time() * 1000:
            return "AccessDenied", "The URL has expired."
        return None

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the start and end of a Range header, or None to serve the whole file.

    As HTTP allows, several ranges, other units and invalid headers return None. Raises ValueError for a range
    that the file does not have (416).
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


class AssetHandler(BaseHandler):
    """Responds to GET and HEAD for one asset."""

    def initialize(self, tools: Tools, signer: Signer, counters: Counters) -> None:
        """Store what all requests share; tornado calls this for each request."""
        self.tools = tools
        self.signer = signer
        self.counters = counters

    def set_default_headers(self) -> None:
        """Name the sandbox, and announce byte ranges."""
        self.set_header("Server", "playcut-sandbox-storage")
        self.set_header("Accept-Ranges", "bytes")

    async def prepare(self) -> None:
        """Count a key that was sent here; refuse URLs without a valid signature."""
        if "Authorization" in self.request.headers:
            self.counters.count_leaked_authorization()
        if not self.path_args:
            self.send_xml_error(404, "NoSuchKey", "There is nothing here.")
            return
        expires, signature = self.get_query_argument("Expires", ""), self.get_query_argument("Signature", "")
        if (problem := self.signer.check(self.request.path, expires, signature)) is not None:
            self.send_xml_error(403, *problem)

    async def get(self, asset_id: str) -> None:
        """Serve an asset, whole or in part."""
        try:
            task = self.tools.task_of_asset(asset_id)
            data, mime_type, name = await self._file(task, asset_id)
        except (ApiError, MediaError):
            self.send_xml_error(404, "NoSuchKey", "There is no such asset.")
            return
        except asyncio.CancelledError:
            self.drop_connection()  # the sandbox was stopped while the asset was rendered again
            return
        self.set_header("Content-Type", mime_type)
        self.set_header("Content-Disposition", f'inline; filename="{name}"')
        self.set_header("ETag", self._etag(data))
        # A client that wants to continue a different file gets the whole of this one.
        changed = self.request.headers.get("If-Range", self._etag(data)) != self._etag(data)
        if self.request.method == "GET" and "truncated" in task.markers and task.is_first("send", asset_id):
            await self._send_half(data)
        else:
            self._send(data, "" if changed else self.request.headers.get("Range", ""))

    head = get

    def send_xml_error(self, status: int, code: str, message: str) -> None:
        """Send an error as object stores do: a short XML document."""
        self.set_status(status)
        self.set_header("Content-Type", "application/xml")
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        self.finish(f'<?xml version="1.0" encoding="UTF-8"?>\n{error}\n')

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send tornado's own errors (other methods, invalid queries) in the same form."""
        self.send_xml_error(status_code, "InvalidRequest", self._reason)

    async def _file(self, task: Task, asset_id: str) -> tuple[bytes, str, str]:
        """Return an asset's bytes, type and file name, changed as the task's markers say."""
        if "wrong-type" in task.markers:
            return WRONG_PAGE, "text/html; charset=utf-8", f"{asset_id}.html"
        if "empty" in task.markers:
            return b"", EMPTY_TYPES[task.kind], asset_id
        media = await self.tools.asset_media(task, asset_id)
        return media.data, media.mime_type, f"{asset_id}.{media.suffix.lstrip('.')}"

    def _send(self, data: bytes, range_header: str) -> None:
        try:
            part = parse_range(range_header, len(data))
        except ValueError:
            self.set_header("Content-Range", f"bytes */{len(data)}")
            self.send_xml_error(416, "InvalidRange", "The asset has no such range.")
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
        self.drop_connection()

    @staticmethod
    def _etag(data: bytes) -> str:
        return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


class RedirectHandler(AssetHandler):
    """Redirects a signed URL to another one, which ``curl`` follows with ``-L``."""

    async def get(self, asset_id: str) -> None:
        """Redirect to the asset."""
        self.redirect(self.signer.url(f"/assets/{asset_id}"), status=302)

    head = get


def storage_application(tools: Tools, signer: Signer, counters: Counters) -> Application:
    """Return the storage as a tornado application."""
    arguments = {"tools": tools, "signer": signer, "counters": counters}
    return Application(
        [(r"/assets/([^/]+)", AssetHandler, arguments), (r"/moved/([^/]+)", RedirectHandler, arguments)],
        default_handler_class=AssetHandler,
        default_handler_args=arguments,
        log_function=lambda handler: None,
    )
