"""Starting and stopping a sandbox, its settings and its counters."""

from __future__ import annotations

import asyncio
import gc
import socket
import subprocess
import sys
import threading
from typing import Any

import httpx
import pytest

from playcut_jupyter.sandbox import Sandbox

from .assertions import assert_error
from .conftest import Call, until
from .held_waits import wait_for_task

TOOLS = (
    "create-session",
    "generate-image-from-text",
    "generate-video-from-text",
    "generate-tts",
    "list-voices",
    "get-task-status",
    "wait-for-task",
    "download-asset",
)


class TestServer:
    def test_importing_it_does_not_import_tornado(self) -> None:
        code = "import sys, playcut_jupyter.sandbox as s; s.Sandbox(); sys.exit('tornado' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

    def test_it_uses_no_other_module_of_the_package(self) -> None:
        code = (
            "import sys; from playcut_jupyter.sandbox import Sandbox\n"
            "with Sandbox() as s: pass\n"
            "ours = {m for m in sys.modules if m.startswith('playcut_jupyter.')}\n"
            "sys.exit(str({m for m in ours if not m.startswith('playcut_jupyter.sandbox')} or ''))"
        )
        done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60, capture_output=True)
        assert done.stderr.strip() == b""

    def test_two_sandboxes_at_once(self, call: Call) -> None:
        one, other = call(), call()
        assert one.sandbox.base_url != other.sandbox.base_url
        task_id = one.submit("a fox [empty]")
        assert one.sandbox.key != other.sandbox.key
        assert_error(other.post("get-task-status", taskId=task_id), 404)
        assert one.data("wait-for-task", taskId=task_id)["status"] == "COMPLETED"

    def test_starting_many_sandboxes_from_threads(self) -> None:
        sandboxes = [Sandbox() for _ in range(8)]
        threads = [threading.Thread(target=sandbox.start) for sandbox in sandboxes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({sandbox.base_url for sandbox in sandboxes}) == 8
        for sandbox in sandboxes:
            sandbox.stop()

    def test_stopping_drops_waits_immediately(self, call: Call) -> None:
        caller = call()
        task_id = caller.submit("a fox [stuck]")

        async def stop_during_waits() -> list[bytes]:
            waits = [asyncio.create_task(wait_for_task(caller, task_id)) for _ in range(200)]
            await asyncio.to_thread(until, lambda: caller.sandbox.held_waits == 200)
            await asyncio.to_thread(caller.sandbox.stop)
            return await asyncio.gather(*waits)

        assert set(asyncio.run(stop_during_waits())) == {b""}
        assert caller.sandbox.held_waits == 0

    def test_stopping_while_media_are_drawn_ends_the_server(self, call: Call) -> None:
        caller = call(media="full")
        for n in range(6):
            caller.submit(f"fox {n}", imageSize="4K")
        caller.sandbox.stop()
        with pytest.raises(httpx.ConnectError):
            caller.submit("a fox that comes too late")

    @pytest.mark.parametrize("marker", ["", "[stuck]"])
    def test_stopping_with_running_tasks_logs_no_error(
        self, call: Call, caplog: pytest.LogCaptureFixture, marker: str
    ) -> None:
        caller = call(latency_s=5)
        for number in range(3):
            caller.submit(f"a fox {number} {marker}")
        caller.sandbox.stop()
        gc.collect()
        assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []

    def test_stopping_twice_and_starting_again(self, call: Call) -> None:
        sandbox = call().sandbox
        key = sandbox.key
        sandbox.stop()
        sandbox.stop()
        assert sandbox.start() is sandbox.start()
        response = httpx.post(
            f"{sandbox.base_url}/tools/list-voices/execute",
            json={},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert response.is_success

    def test_a_port_in_use(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}"):
                Sandbox(port=port).start()

    def test_a_host_of_another_machine(self) -> None:
        with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1 port 0"):
            Sandbox(host="192.0.2.1").start()

    def test_a_chosen_port(self, call: Call) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        assert call(port=port).sandbox.base_url == f"http://127.0.0.1:{port}/api/v1"

    @pytest.mark.parametrize(
        "options", [{"latency_s": -1}, {"url_ttl_s": 0}, {"rate": (5, 0)}, {"rate": (-1, 60)}, {"media": "small"}]
    )
    def test_invalid_settings(self, options: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="must"):
            Sandbox(**options)

    def test_waiting_until_it_is_stopped(self, call: Call) -> None:
        sandbox = call().sandbox
        waiting = threading.Thread(target=sandbox.wait_until_stopped)
        waiting.start()
        assert waiting.is_alive()
        sandbox.stop()
        waiting.join(5)
        assert not waiting.is_alive()

    def test_requests_are_counted_by_tool(self, call: Call) -> None:
        caller = call()
        for tool in TOOLS:
            caller.post(tool)
        caller.post("no-such-tool")
        assert caller.sandbox.requests == dict.fromkeys((*TOOLS, "no-such-tool"), 1)
        assert caller.sandbox.submissions == 0

    def test_a_running_sandbox_does_not_keep_the_program_alive(self) -> None:
        code = "from playcut_jupyter.sandbox import Sandbox; Sandbox().start()"
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", code],
            check=False,
            timeout=60,
            capture_output=True,
        )
        assert done.returncode == 0
        assert b"Warning" not in done.stderr
        assert b"Traceback" not in done.stderr
