"""The base class of the API's and the storage's request handlers."""

import logging
from typing import Any, cast

from tornado.http1connection import HTTP1Connection
from tornado.web import RequestHandler

log = logging.getLogger(__name__)


class BaseHandler(RequestHandler):
    """A tornado handler that logs only the sandbox's own bugs: in a kernel, log lines appear in users' cells."""

    def log_exception(self, *exc_info: Any) -> None:
        """Log the sandbox's own bugs, but not invalid requests."""
        if not hasattr(exc_info[1], "status_code"):
            log.error("the sandbox failed on %s", self.request.path, exc_info=exc_info)

    def compute_etag(self) -> str | None:
        """Add no ETag: tornado's own would be different for each range of a file."""
        return None

    def drop_connection(self) -> None:
        """Close the connection, whatever was sent so far."""
        cast(HTTP1Connection, self.request.connection).stream.close()
