"""The API's HTTP side: one URL pattern, the key, the rate limit, and errors in the documented form.

Documented: ``POST {base}/tools/{name}/execute`` with a bearer key and a JSON object, success as
``{"data": ...}``, errors as ``{"statusCode", "message", "error"}``. Not documented, and decided here: an
answer that created something is a 201, any other success a 200; the key is looked at before the rate
limit, and the rate limit before the input; the limit on a body (413); answers to other methods (405).
"""

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, Final

from tornado.web import Application

from playcut_jupyter.sandbox.catalogue import ApiError
from playcut_jupyter.sandbox.handlers import Handler
from playcut_jupyter.sandbox.limits import SlidingWindow, retry_after
from playcut_jupyter.sandbox.observed import Observed
from playcut_jupyter.sandbox.server import BASE_PATH
from playcut_jupyter.sandbox.tools import GatewayError, NoAnswerError, Tools

LARGEST_BODY: Final = 2**20
LARGEST_READ: Final = 64 * 2**20
"""Bytes: a body beyond the first is answered with 413; tornado itself cuts off what is beyond the second."""

GATEWAY_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Shared:
    """What all requests share."""

    tools: Tools
    key: str
    window: SlidingWindow | None
    observed: Observed
    open: set[asyncio.Task[Any]] = field(default_factory=set)
    """The work of requests that are not answered yet; cancelling it drops their connections."""


class ApiHandler(Handler):
    """Looks at the key and the rate limit; by itself it answers routes that do not exist."""

    def initialize(self, shared: Shared) -> None:
        """Take the shared state; tornado calls this for each request."""
        self.shared = shared

    def set_default_headers(self) -> None:
        """Name the sandbox: nobody is to take it for Playcut."""
        self.set_header("Server", "playcut-sandbox")

    async def prepare(self) -> None:
        """Answer 401 and 429; any other request goes on."""
        sent = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {self.shared.key}".encode()):
            self.fail(401, "The API key is missing or invalid")
        elif self.shared.window is not None and (wait_s := self.shared.window.take()) is not None:
            self.set_header("Retry-After", retry_after(wait_s))
            self.fail(429, "Too many requests; wait as long as Retry-After says")

    async def get(self, *_: str) -> None:
        """Answer a route that does not exist."""
        self.fail(404, f"There is no {self.request.method} {self.request.path}")

    head = post = put = patch = delete = options = get

    def reply(self, status: int, document: object) -> None:
        """Send a JSON document, with the rate limit as it stands now."""
        self.set_status(status)
        if self.shared.window is not None:
            for name, value in self.shared.window.headers().items():
                self.set_header(name, value)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(document))

    def fail(self, status: int, message: str) -> None:
        """Send an error in the documented form."""
        self.reply(status, {"statusCode": status, "message": message, "error": responses[status]})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what tornado refuses, and the sandbox's own bugs, in the same form."""
        self.fail(status_code, "The sandbox failed" if status_code == 500 else self._reason)


class ToolHandler(ApiHandler):
    """Runs a tool."""

    work: asyncio.Task[Any] | None = None
    held = False

    async def prepare(self) -> None:
        """Count the request, whatever becomes of it."""
        self.shared.observed.request(self.path_args[0])
        await super().prepare()

    async def get(self, *_: str) -> None:
        """Answer a method that tools do not have."""
        self.set_header("Allow", "POST")
        self.fail(405, f"{self.request.method} is not allowed here; tools are run with POST")

    head = put = patch = delete = options = get

    async def post(self, *path: str) -> None:
        """Run the tool that the path names on the body's input."""
        tool = path[0]
        self.held = tool == "wait-for-task"
        try:
            self.work = asyncio.create_task(self.shared.tools.execute(tool, self._inputs()))
            self.shared.open.add(self.work)
            self.work.add_done_callback(self.shared.open.discard)
            status, data = await self.work
        except ApiError as error:
            self.fail(error.status, str(error))
        except GatewayError:
            self.set_status(502)
            self.finish(GATEWAY_PAGE)
        except NoAnswerError:
            self.drop()
        except asyncio.CancelledError:
            self.drop()
            if self.work is None or not self.work.cancelled():
                raise
        else:
            self.reply(status, {"data": data})

    def on_connection_close(self) -> None:
        """Let go of a wait whose client has left; other tools finish, as a submission that arrived counts."""
        if self.held and self.work is not None:
            self.work.cancel()

    def _inputs(self) -> dict[str, Any]:
        """Return the body's JSON object. Raises `ApiError`."""
        if len(self.request.body) > LARGEST_BODY:
            raise ApiError(413, f"The body is larger than {LARGEST_BODY} bytes")
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


def application(shared: Shared) -> Application:
    """Return the API as a tornado application."""
    arguments = {"shared": shared}
    return Application(
        [(BASE_PATH + r"/tools/([^/]+)/execute", ToolHandler, arguments)],
        default_handler_class=ApiHandler,
        default_handler_args=arguments,
        log_function=lambda handler: None,
    )
