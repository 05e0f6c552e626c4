"""Each documented error, in its documented form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from playcut_jupyter.sandbox import Sandbox

from .assertions import assert_error
from .conftest import Call


class TestErrors:
    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
    def test_invalid_json(self, call: Call, body: bytes) -> None:
        caller = call()
        url = f"{caller.sandbox.base_url}/tools/create-session/execute"
        response = caller.http.post(url, content=body, headers={"Content-Type": "application/json"})
        assert_error(response, 400, "JSON")

    @pytest.mark.parametrize("body", [b"[]", b'"title"', b"null", b"1"])
    def test_a_body_that_is_not_an_object(self, call: Call, body: bytes) -> None:
        caller = call()
        url = f"{caller.sandbox.base_url}/tools/create-session/execute"
        response = caller.http.post(url, content=body, headers={"Content-Type": "application/json"})
        assert_error(response, 400, "object")

    def test_wrong_content_type(self, call: Call) -> None:
        caller = call()
        url = f"{caller.sandbox.base_url}/tools/create-session/execute"
        assert_error(caller.http.post(url, data={"title": "x"}), 400, "Content-Type")

    @pytest.mark.parametrize(
        ("tool", "inputs", "message"),
        [
            ("create-session", {}, "title is missing"),
            ("create-session", {"title": 1}, "title must be a string"),
            ("generate-image-from-text", {"prompt": "a fox"}, "workerId is missing"),
            ("generate-image-from-text", {"workerId": "f" * 24, "prompt": "a fox"}, "not a session"),
            ("generate-image-from-text", {"workerId": "SESSION"}, "prompt is missing"),
            ("generate-image-from-text", {"workerId": "SESSION", "prompt": None}, "prompt is missing"),
            ("generate-image-from-text", {"workerId": "SESSION", "prompt": " "}, "empty"),
            ("generate-image-from-text", {"workerId": "SESSION", "prompt": ["x"]}, "must be a string"),
            (
                "generate-image-from-text",
                {"workerId": "SESSION", "prompt": "x", "imageSize": "8K"},
                "imageSize must be one of 1K",
            ),
            (
                "generate-image-from-text",
                {"workerId": "SESSION", "prompt": "x", "aspectRatio": "wide"},
                "aspectRatio 'wide' is invalid",
            ),
            ("generate-video-from-text", {"prompt": "a fox"}, "workerId is missing"),
            (
                "generate-video-from-text",
                {"workerId": "SESSION", "prompt": "x", "durationSeconds": "8"},
                "durationSeconds must be a number",
            ),
            (
                "generate-video-from-text",
                {"workerId": "SESSION", "prompt": "x", "durationSeconds": 9000},
                "at most",
            ),
            ("generate-tts", {}, "text is missing"),
            ("generate-tts", {"text": "x", "workerId": "f" * 24}, "not a session"),
            ("generate-tts", {"text": "x", "voiceId": "nobody"}, "voiceId"),
            ("get-task-status", {}, "taskId is missing"),
            ("wait-for-task", {"taskId": 5}, "taskId must be a string"),
            ("download-asset", {}, "assetId is missing"),
        ],
    )
    def test_invalid_inputs(self, call: Call, tool: str, inputs: dict[str, Any], message: str) -> None:
        caller = call()
        if inputs.get("workerId") == "SESSION":
            inputs = inputs | {"workerId": caller.session()}
        assert_error(caller.post(tool, **inputs), 400, message)
        assert caller.sandbox.submissions == 0

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer pk_live_nope", "Basic KEY", "bearer KEY"])
    def test_missing_or_wrong_key(self, call: Call, header: str | None) -> None:
        sandbox = call().sandbox
        headers = {} if header is None else {"Authorization": header.replace("KEY", sandbox.key)}
        url = f"{sandbox.base_url}/tools/list-voices/execute"
        assert_error(httpx.post(url, json={}, headers=headers), 401)

    def test_chosen_and_generated_keys(self, call: Call) -> None:
        assert call(key="pk_live_" + "0" * 40).data("list-voices")
        assert re.fullmatch("pk_sandbox_[0-9a-f]{40}", Sandbox().key)

    @pytest.mark.parametrize(
        ("tool", "inputs"),
        [
            ("generate-everything", {}),
            ("get-task-status", {"taskId": "0" * 24}),
            ("wait-for-task", {"taskId": "task_xyz"}),
            ("download-asset", {"assetId": "asset_xyz"}),
        ],
    )
    def test_not_found(self, call: Call, tool: str, inputs: dict[str, str]) -> None:
        assert_error(call().post(tool, **inputs), 404)

    @pytest.mark.parametrize("path", ["", "/tools", "/tools/list-voices", "/sessions/5"])
    def test_unknown_route(self, call: Call, path: str) -> None:
        caller = call()
        assert_error(caller.http.post(caller.sandbox.base_url + path, json={}), 404)

    def test_methods_other_than_post(self, call: Call) -> None:
        caller = call()
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
            response = caller.http.request(method, f"{caller.sandbox.base_url}/tools/list-voices/execute")
            assert_error(response, 405)
            assert response.headers["allow"] == "POST"

    def test_a_body_that_is_too_large(self, call: Call) -> None:
        caller = call()
        assert_error(caller.post("create-session", title="x" * 2**21), 413)
        assert caller.session()

    def test_the_asset_of_a_running_task_is_not_found(self, call: Call, tmp_path: Path) -> None:
        caller = call(latency_s=60, state_dir=tmp_path)
        caller.submit("a fox [empty]")
        (asset_id,) = re.findall(r'"assets":\["([0-9a-f]+)"\]', (tmp_path / "sandbox.jsonl").read_text())
        assert_error(caller.post("download-asset", assetId=asset_id), 404)
