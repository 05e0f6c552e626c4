"""Sessions and tasks that one sandbox keeps for the next."""

from __future__ import annotations

from pathlib import Path

from .assertions import assert_error
from .conftest import Call


class TestStateFile:
    def test_a_later_sandbox_continues_sessions_and_tasks(self, call: Call, tmp_path: Path) -> None:
        earlier = call(state_dir=tmp_path)
        session_id = earlier.session()
        done = earlier.submit("a fox", workerId=session_id)
        (asset_id,) = earlier.data("wait-for-task", taskId=done)["output"]["assetIds"]
        picture = earlier.fetch(earlier.url(asset_id)).content
        failed = earlier.submit("a fox [fail]", workerId=session_id)
        failure = earlier.data("wait-for-task", taskId=failed)
        unfinished = earlier.submit("a fox [slow] [wrong-type]", workerId=session_id)
        earlier.sandbox.stop()

        later = call(state_dir=tmp_path)
        assert later.data("get-task-status", taskId=done)["status"] == "COMPLETED"
        assert later.fetch(later.url(asset_id)).content == picture
        assert later.data("wait-for-task", taskId=failed) == failure
        assert later.data("wait-for-task", taskId=unfinished)["status"] == "COMPLETED"
        assert later.submit("another [empty]", workerId=session_id)

    def test_a_later_sandbox_finds_a_task_by_its_asset(self, call: Call, tmp_path: Path) -> None:
        (asset_id,) = call(state_dir=tmp_path).assets("a fox [wrong-type]")
        later = call(state_dir=tmp_path)
        assert later.fetch(later.url(asset_id)).is_success

    def test_sandboxes_that_share_a_file_with_damaged_lines(self, call: Call, tmp_path: Path) -> None:
        file = tmp_path / "sandbox.jsonl"
        file.write_bytes(
            b'\x00\xff{"record":"task","id":"odd"}\n[]\n{"record":"task","id":"t1","assets":[]}\n'
            b'{"record":"later","id":"x"}\n{"record":"task","id":"torn","as'
        )
        one, other = call(state_dir=tmp_path), call(state_dir=tmp_path)
        for _ in range(3):
            task_id = one.submit("a fox [empty]")
            assert other.data("wait-for-task", taskId=task_id)["status"] == "COMPLETED"
        for damaged in ("odd", "t1", "torn"):
            assert_error(other.post("get-task-status", taskId=damaged), 404)

    def test_without_a_folder_nothing_is_kept(self, call: Call) -> None:
        earlier = call()
        task_id = earlier.submit("a fox [empty]")
        earlier.sandbox.stop()
        earlier.sandbox.start()
        assert_error(earlier.post("get-task-status", taskId=task_id), 404)
