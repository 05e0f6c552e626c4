"""The HTTP side of the API: one URL pattern, the key, the rate limit, and errors in the documented form.

Documented: ``POST {base}/tools/{name}/execute`` with a bearer key and a JSON object; a success is
``{"data": ...}``, an error ``{"statusCode", "message", "error"}``. Not documented, and decided here: a
response to a tool that created something is a 201, any other success a 200; the key is checked before the
rate limit, and the rate limit before the input; the maximum size of a body (413); other methods (405).
"""

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, Final

from tornado.web import Application

from playcut_jupyter.sandbox.base_handler import BaseHandler
from playcut_jupyter.sandbox.constants import BASE_PATH, MAX_BODY_BYTES
from playcut_jupyter.sandbox.counters import Counters
from playcut_jupyter.sandbox.errors import ApiError, ConnectionDropped, GatewayError
from playcut_jupyter.sandbox.rate_limit import SlidingWindow, retry_after
from playcut_jupyter.sandbox.tools import Tools

GATEWAY_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class ApiContext:
    """What all requests share."""

    tools: Tools
    key: str
    window: SlidingWindow | None
    counters: Counters
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    """The tool calls without a response yet; cancelling one drops its connection."""


class ApiHandler(BaseHandler):
    """Checks the key and the rate limit. Used directly, it answers unknown routes."""

    def initialize(self, context: ApiContext) -> None:
        """Store the shared context; tornado calls this for each request."""
        self.context = context

    def set_default_headers(self) -> None:
        """Name the sandbox, so that its responses are not mistaken for Playcut's."""
        self.set_header("Server", "playcut-sandbox")

    async def prepare(self) -> None:
        """Respond with 401 or 429 where due."""
        sent = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {self.context.key}".encode()):
            self.send_api_error(401, "The API key is missing or invalid")
        elif self.context.window is not None and (wait_s := self.context.window.acquire()) is not None:
            self.set_header("Retry-After", retry_after(wait_s))
            self.send_api_error(429, "Too many requests; wait for the seconds given in Retry-After")

    async def get(self, *_: str) -> None:
        """Respond with 404."""
        self.send_api_error(404, f"There is no {self.request.method} {self.request.path}")

    head = post = put = patch = delete = options = get

    def send_json(self, status: int, document: object) -> None:
        """Send a JSON document with the current rate limit headers."""
        self.set_status(status)
        if self.context.window is not None:
            for name, value in self.context.window.headers().items():
                self.set_header(name, value)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(document))

    def send_api_error(self, status: int, message: str) -> None:
        """Send an error in the documented form."""
        self.send_json(status, {"statusCode": status, "message": message, "error": responses[status]})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send tornado's own errors, and the sandbox's bugs, in the documented form."""
        self.send_api_error(status_code, "Internal error in the sandbox" if status_code == 500 else self._reason)


class ToolHandler(ApiHandler):
    """Runs a tool."""

    running: asyncio.Task[Any] | None = None
    is_wait = False

    async def prepare(self) -> None:
        """Count the request, even if it is refused."""
        self.context.counters.count_request(self.path_args[0])
        await super().prepare()

    async def get(self, *_: str) -> None:
        """Respond with 405 to a method other than POST."""
        self.set_header("Allow", "POST")
        self.send_api_error(405, f"{self.request.method} is not allowed here; use POST to run a tool")

    head = put = patch = delete = options = get

    async def post(self, *path: str) -> None:
        """Run the tool in the path with the inputs in the body."""
        tool = path[0]
        self.is_wait = tool == "wait-for-task"
        try:
            self.running = asyncio.create_task(self.context.tools.execute(tool, self._inputs()))
            self.context.running.add(self.running)
            self.running.add_done_callback(self.context.running.discard)
            status, data = await self.running
        except ApiError as error:
            self.send_api_error(error.status, str(error))
        except GatewayError:
            self.set_status(502)
            self.finish(GATEWAY_PAGE)
        except ConnectionDropped:
            self.drop_connection()
        except asyncio.CancelledError:
            self.drop_connection()
            if self.running is None or not self.running.cancelled():
                raise
        else:
            self.send_json(status, {"data": data})

    def on_connection_close(self) -> None:
        """Cancel a wait whose client has disconnected. Other tools finish: a submission that arrived counts."""
        if self.is_wait and self.running is not None:
            self.running.cancel()

    def _inputs(self) -> dict[str, Any]:
        """Return the body's JSON object. Raises `ApiError`."""
        if len(self.request.body) > MAX_BODY_BYTES:
            raise ApiError(413, f"The body is larger than {MAX_BODY_BYTES} bytes")
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0]
        if content_type.strip().lower() != "application/json":
            raise ApiError(400, "Content-Type must be application/json")
        try:
            inputs = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise ApiError(400, "The body is not valid JSON") from None
        if not isinstance(inputs, dict):
            raise ApiError(400, "The body must be a JSON object")
        return inputs


def api_application(context: ApiContext) -> Application:
    """Return the API as a tornado application."""
    arguments = {"context": context}
    return Application(
        [(BASE_PATH + r"/tools/([^/]+)/execute", ToolHandler, arguments)],
        default_handler_class=ApiHandler,
        default_handler_args=arguments,
        log_function=lambda handler: None,
    )
