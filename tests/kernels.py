"""A real kernel to run cells in, as a notebook front end does, with all that it answered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from playcut_jupyter.sandbox import Sandbox


@dataclass
class Response:
    """What one cell answered: displays (each with its updates), text, and the error."""

    displays: list[dict[str, Any]] = field(default_factory=list)
    updates: int = 0
    words: list[str] = field(default_factory=list)
    """The HTML of every state that was shown, in order."""
    text: str = ""
    error: str | None = None
    traceback: str = ""
    seconds: float = 0.0

    @property
    def html(self) -> str:
        """What stands in the notebook at the end."""
        return "\n".join(shown.get("text/html", shown.get("text/plain", "")) for shown in self.displays)


class Kernel:
    """One kernel process and a client to it."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager = manager
        self._client = client

    def run(
        self,
        code: str,
        *,
        when: Callable[[Response], bool] | None = None,
        then: str = "interrupt",
        until: Callable[[Response], bool] | None = None,
    ) -> Response:
        """Execute *code* and return what was answered.

        Args:
            code: the cell.
            when: once it holds of what was answered so far, the kernel is interrupted (or killed).
            then: "interrupt" or "kill".
            until: what must hold of the answer in the end, which background threads may bring after the cell.
        """
        answer = Response()
        places: dict[str, int] = {}
        message_id = self._client.execute(code)
        started = time.monotonic()
        while True:
            message = self._client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != message_id and message["msg_type"] != "update_display_data":
                continue
            if message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    break
                continue
            _take(answer, places, message)
            if when is not None and when(answer):
                when, started = None, time.monotonic()
                if then == "kill":
                    self.manager.shutdown_kernel(now=True)
                    return answer
                self.manager.interrupt_kernel()
        answer.seconds = time.monotonic() - started
        while until is not None and not until(answer):
            _take(answer, places, self._client.get_iopub_msg(timeout=30))
        return answer

    def complete(self, code: str) -> list[str]:
        """Return what Tab offers at the end of *code*."""
        reply = self._client.complete(code, len(code), reply=True, timeout=30)
        matches: list[str] = reply["content"]["matches"]
        return matches


def _take(answer: Response, places: dict[str, int], message: dict[str, Any]) -> None:
    content, kind = message["content"], message["msg_type"]
    if kind in ("display_data", "execute_result", "update_display_data"):
        place = content.get("transient", {}).get("display_id")
        answer.words.append(content["data"].get("text/html", content["data"].get("text/plain", "")))
        if kind == "update_display_data":
            answer.updates += 1
            if place in places:
                answer.displays[places[place]] = content["data"]
            return
        if place:
            places[place] = len(answer.displays)
        answer.displays.append(content["data"])
    elif kind == "stream":
        answer.text += content["text"]
    elif kind == "error":
        answer.error, answer.traceback = content["ename"], "\n".join(content["traceback"])


@contextmanager
def kernel(home: Path, **environment: str) -> Iterator[Kernel]:
    """Start a kernel of this very Python with *environment* and a library in *home*."""
    manager = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), kernel_name="python3")
    variables = {**os.environ, "PLAYCUT_HOME": str(home), **environment}
    manager.start_kernel(env=variables, extra_arguments=["--log-level=ERROR"], cwd=str(home.parent))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        manager.context.destroy(linger=0)


@contextmanager
def connected_kernel(server: Sandbox, home: Path) -> Iterator[Kernel]:
    """Start one that has the magics, and takes *server* for the API."""
    with kernel(home, PLAYCUT_API_KEY=server.key, PLAYCUT_BASE_URL=server.base_url) as started:
        assert started.run("%load_ext playcut_jupyter").error is None
        yield started
