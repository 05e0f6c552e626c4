"""A minimal client, so that these tests use real HTTP and none of the package's own client code."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from playcut_jupyter.sandbox import Sandbox


class Caller:
    """Runs tools in one sandbox."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client, keyless: httpx.Client) -> None:
        self.sandbox = sandbox
        self.http = http
        self.keyless = keyless

    def post(self, tool: str, **inputs: object) -> httpx.Response:
        return self.http.post(f"{self.sandbox.base_url}/tools/{tool}/execute", json=inputs)

    def data(self, tool: str, **inputs: object) -> Any:
        response = self.post(tool, **inputs)
        assert response.is_success, response.text
        assert set(response.json()) == {"data"}
        return response.json()["data"]

    def fetch(self, url: str | httpx.URL, method: str = "GET", **options: Any) -> httpx.Response:
        """Send a request to the storage, without the key."""
        return self.keyless.request(method, url, **options)

    def session(self) -> str:
        return str(self.data("create-session", title="a test")["sessionId"])

    def submit(self, prompt: str, **inputs: object) -> str:
        inputs = {"workerId": self.session(), "prompt": prompt} | inputs
        return str(self.data("generate-image-from-text", **inputs)["taskId"])

    def assets(self, prompt: str, **inputs: object) -> list[str]:
        done = self.data("wait-for-task", taskId=self.submit(prompt, **inputs))
        return list(done["output"]["assetIds"])

    def url(self, asset_id: str) -> str:
        return str(self.data("download-asset", assetId=asset_id)["url"])


Call = Callable[..., Caller]


@pytest.fixture
def call() -> Iterator[Call]:
    """Start sandboxes, each with a client: fast, with tiny media and no rate limit unless the test says otherwise."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not used, but creating the default one takes 30 ms
    with ExitStack() as stack:

        def start(**options: Any) -> Caller:
            sandbox = stack.enter_context(Sandbox(**({"latency_s": 0.02, "rate": None, "media": "tiny"} | options)))
            headers = {"Authorization": f"Bearer {sandbox.key}"}
            return Caller(
                sandbox,
                stack.enter_context(httpx.Client(headers=headers, timeout=30, verify=tls)),
                stack.enter_context(httpx.Client(timeout=30, verify=tls)),
            )

        yield start


def until(condition: Callable[[], bool], within_s: float = 20) -> None:
    """Check a condition repeatedly until it is true."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
