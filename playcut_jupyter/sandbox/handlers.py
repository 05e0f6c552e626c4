"""What the API's and the storage's request handlers have in common."""

import logging
from typing import TYPE_CHECKING, Any, cast

from tornado.web import RequestHandler

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1Connection

log = logging.getLogger(__name__)


class Handler(RequestHandler):
    """A tornado handler that keeps quiet: in a kernel, whatever is logged lands in somebody's cell."""

    def log_exception(self, *exc_info: Any) -> None:
        """Log the sandbox's own bugs, but no requests that were wrong."""
        if not hasattr(exc_info[1], "status_code"):
            log.error("the sandbox failed on %s", self.request.path, exc_info=exc_info)

    def compute_etag(self) -> str | None:
        """Leave ETags to the handlers: tornado's own differs from range to range."""
        return None

    def drop(self) -> None:
        """Close the connection as it is."""
        cast("HTTP1Connection", self.request.connection).stream.close()
