"""The protocol over real HTTP: tools, errors, rate limit, waits, storage, memory, the server's own life."""

import asyncio
import itertools
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from playcut_jupyter.sandbox import Sandbox

from .conftest import Caller, until

Call = Callable[..., Caller]
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


def assert_error(response: httpx.Response, status: int, words: str = "") -> None:
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/json")
    document = response.json()
    assert set(document) == {"statusCode", "message", "error"}
    assert document["statusCode"] == status
    assert words in document["message"]


class TestTools:
    def test_a_session(self, call: Call) -> None:
        response = call().post("create-session", title="My <b>title</b>")
        assert response.status_code == 201
        data = response.json()["data"]
        assert re.fullmatch("[0-9a-f]{24}", data["sessionId"])
        assert data["title"] == "My <b>title</b>"

    def test_an_image_from_submission_to_bytes(self, call: Call) -> None:
        caller = call()
        inputs = {"workerId": caller.session(), "prompt": "a fox", "aspectRatio": "16:9", "imageSize": "1K"}
        submitted = caller.post("generate-image-from-text", **inputs)
        assert submitted.status_code == 201
        task = submitted.json()["data"]
        assert task == {"taskId": task["taskId"], "status": "PENDING", "estimatedCredits": 80}
        done = caller.data("wait-for-task", taskId=task["taskId"])
        assert done["taskId"] == task["taskId"]
        assert done["type"] == "GEMINI_TEXT_TO_IMAGE"
        assert done["status"] == "COMPLETED"
        (asset_id,) = done["output"]["assetIds"]
        picture = caller.fetch(caller.url(asset_id))
        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")
        assert caller.sandbox.submissions == 1
        assert caller.sandbox.leaked_authorization == 0

    def test_a_video(self, call: Call) -> None:
        caller = call()
        inputs = {"aspectRatio": "16:9", "resolution": "480p", "durationSeconds": 1}
        task = caller.data("generate-video-from-text", workerId=caller.session(), prompt="a fox", **inputs)
        assert task["estimatedCredits"] == 50
        done = caller.data("wait-for-task", taskId=task["taskId"])
        clip = caller.fetch(caller.url(done["output"]["assetIds"][0]))
        assert clip.headers["content-type"].startswith(("video/", "image/"))

    def test_speech_needs_no_session_and_leaves_markers_unspoken(self, call: Call) -> None:
        caller = call()
        voice = caller.data("list-voices")["voices"][0]["voiceId"]
        bytes_of = []
        for text in ("Good morning.", "Good morning. [slow]"):
            task = caller.data("generate-tts", text=text, voiceId=voice, seed=1)
            done = caller.data("wait-for-task", taskId=task["taskId"])
            sound = caller.fetch(caller.url(done["output"]["assetIds"][0]))
            assert sound.headers["content-type"].startswith("audio/")
            bytes_of.append(sound.content)
        assert bytes_of[0] == bytes_of[1]

    def test_voices(self, call: Call) -> None:
        voices = call().data("list-voices")["voices"]
        assert voices
        assert all({"voiceId", "name"} <= set(voice) for voice in voices)

    def test_undocumented_inputs_are_taken(self, call: Call) -> None:
        assert call().submit("a fox [empty]", negativePrompt="fog", style={"ink": 1})

    def test_the_same_input_makes_another_picture_and_a_seed_pins_it(self, call: Call) -> None:
        caller = call()
        seeds: list[dict[str, Any]] = [{}, {}, {"seed": 7}, {"seed": 7}]
        first, second, third, fourth = (
            caller.fetch(caller.url(caller.assets("a fox", **seed)[0])).content for seed in seeds
        )
        assert first != second
        assert third == fourth

    @pytest.mark.parametrize(
        ("tool", "inputs", "credits_"),
        [
            ("generate-image-from-text", {"imageSize": "4K"}, 240),
            ("generate-video-from-text", {}, 800),
            ("generate-video-from-text", {"resolution": "1080p", "durationSeconds": 4}, 600),
            ("generate-tts", {"text": "x" * 41}, 3),
        ],
    )
    def test_estimates(self, call: Call, tool: str, inputs: dict[str, Any], credits_: int) -> None:
        caller = call(latency_s=60)
        text = {"workerId": caller.session(), "prompt": "a fox [empty]", "text": "[empty]"}
        assert caller.data(tool, **(text | inputs))["estimatedCredits"] == credits_


class TestErrors:
    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
    def test_invalid_json(self, call: Call, body: bytes) -> None:
        caller = call()
        url = f"{caller.sandbox.base_url}/tools/create-session/execute"
        response = caller.http.post(url, content=body, headers={"Content-Type": "application/json"})
        assert_error(response, 400, "JSON")

    @pytest.mark.parametrize("body", [b"[]", b'"title"', b"null", b"1"])
    def test_a_body_that_is_no_object(self, call: Call, body: bytes) -> None:
        caller = call()
        url = f"{caller.sandbox.base_url}/tools/create-session/execute"
        response = caller.http.post(url, content=body, headers={"Content-Type": "application/json"})
        assert_error(response, 400, "object")

    def test_another_content_type(self, call: Call) -> None:
        caller = call()
        url = f"{caller.sandbox.base_url}/tools/create-session/execute"
        assert_error(caller.http.post(url, data={"title": "x"}), 400, "Content-Type")

    @pytest.mark.parametrize(
        ("tool", "inputs", "words"),
        [
            ("create-session", {}, "title is missing"),
            ("create-session", {"title": 1}, "title must be a string"),
            ("generate-image-from-text", {"prompt": "a fox"}, "workerId is missing"),
            ("generate-image-from-text", {"workerId": "f" * 24, "prompt": "a fox"}, "no session"),
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
                "aspectRatio 'wide' is not understood",
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
            ("generate-tts", {"text": "x", "workerId": "f" * 24}, "no session"),
            ("generate-tts", {"text": "x", "voiceId": "nobody"}, "voiceId"),
            ("get-task-status", {}, "taskId is missing"),
            ("wait-for-task", {"taskId": 5}, "taskId must be a string"),
            ("download-asset", {}, "assetId is missing"),
        ],
    )
    def test_wrong_inputs(self, call: Call, tool: str, inputs: dict[str, Any], words: str) -> None:
        caller = call()
        if inputs.get("workerId") == "SESSION":
            inputs = inputs | {"workerId": caller.session()}
        assert_error(caller.post(tool, **inputs), 400, words)
        assert caller.sandbox.submissions == 0

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer pk_live_nope", "Basic KEY", "bearer KEY"])
    def test_no_key_or_another_one(self, call: Call, header: str | None) -> None:
        sandbox = call().sandbox
        headers = {} if header is None else {"Authorization": header.replace("KEY", sandbox.key)}
        url = f"{sandbox.base_url}/tools/list-voices/execute"
        assert_error(httpx.post(url, json={}, headers=headers), 401)

    def test_a_key_of_ones_own(self, call: Call) -> None:
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
    def test_no_such_route(self, call: Call, path: str) -> None:
        caller = call()
        assert_error(caller.http.post(caller.sandbox.base_url + path, json={}), 404)

    def test_other_methods(self, call: Call) -> None:
        caller = call()
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
            response = caller.http.request(method, f"{caller.sandbox.base_url}/tools/list-voices/execute")
            assert_error(response, 405)
            assert response.headers["allow"] == "POST"

    def test_a_large_body(self, call: Call) -> None:
        caller = call()
        assert_error(caller.post("create-session", title="x" * 2**21), 413)
        assert caller.session()

    def test_an_asset_is_not_there_before_its_task_is_done(self, call: Call, tmp_path: Path) -> None:
        caller = call(latency_s=60, state_dir=tmp_path)
        caller.submit("a fox [empty]")
        (asset_id,) = re.findall(r'"assets":\["([0-9a-f]+)"\]', (tmp_path / "sandbox.jsonl").read_text())
        assert_error(caller.post("download-asset", assetId=asset_id), 404)


class TestRateLimit:
    def test_headers_are_on_every_answer(self, call: Call) -> None:
        caller = call(rate=(50, 60.0))
        answers = [
            caller.post("list-voices"),
            caller.post("create-session"),
            caller.post("get-task-status", taskId="none"),
            caller.http.get(caller.sandbox.base_url + "/nothing"),
        ]
        for n, answer in enumerate(answers, start=1):
            assert answer.headers["x-ratelimit-limit"] == "50"
            assert answer.headers["x-ratelimit-remaining"] == str(50 - n)
            # The oldest request of the window leaves it at most one window from now.
            assert -1 < int(answer.headers["x-ratelimit-reset"]) / 1000 - time.time() <= 60

    def test_a_window(self, call: Call) -> None:
        caller = call(rate=(5, 0.5))
        first = time.time()
        answers = [caller.post("list-voices") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        refused = answers[-1]
        assert_error(refused, 429)
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert first + 0.5 <= int(refused.headers["x-ratelimit-reset"]) / 1000 <= time.time() + 0.5
        until(lambda: caller.post("list-voices").is_success)
        # That one was let in as soon as the first had left, though the refused ones kept knocking.
        assert time.time() - first >= 0.5

    def test_a_wrong_key_takes_no_place(self, call: Call) -> None:
        caller = call(rate=(3, 60.0))
        for _ in range(5):
            caller.http.post(
                f"{caller.sandbox.base_url}/tools/list-voices/execute", json={}, headers={"Authorization": ""}
            )
        assert caller.post("list-voices").headers["x-ratelimit-remaining"] == "2"

    def test_a_held_wait_counts_once(self, call: Call) -> None:
        caller = call(rate=(9, 60.0), latency_s=0.3)
        task_id = caller.submit("a fox [empty]")
        answer = caller.post("wait-for-task", taskId=task_id)
        assert answer.json()["data"]["status"] == "COMPLETED"
        assert answer.headers["x-ratelimit-remaining"] == "6"

    @pytest.mark.parametrize("rate", [None, (0, 60.0)])
    def test_no_limit(self, call: Call, rate: tuple[int, float] | None) -> None:
        caller = call(rate=rate)
        answers = [caller.post("get-task-status", taskId="none") for _ in range(100)]
        assert {answer.status_code for answer in answers} == {404}
        assert "x-ratelimit-limit" not in answers[0].headers


class TestLifeOfATask:
    def test_its_states_in_order_and_its_rising_progress(self, call: Call) -> None:
        caller = call(latency_s=2.0)
        task_id = caller.submit("a fox [empty]")
        seen: list[dict[str, Any]] = []

        def done() -> bool:
            seen.append(caller.data("get-task-status", taskId=task_id))
            return bool(seen[-1]["status"] == "COMPLETED")

        until(done)
        assert [state for state, _ in itertools.groupby(d["status"] for d in seen)] == [
            "PENDING",
            "PROCESSING",
            "COMPLETED",
        ]
        progress = [d["processingInfo"]["progress"] for d in seen if d["status"] != "PENDING"]
        assert progress == sorted(progress)
        assert len(set(progress)) > 3
        assert progress[-1] == 100

    def test_the_default_latency_is_short_and_the_same_each_time(self, call: Call) -> None:
        caller = call(latency_s=None)
        begun = time.monotonic()
        caller.assets("a fox [empty]")
        assert 2.0 < time.monotonic() - begun < 10

    def test_waits_are_released_promptly(self, call: Call) -> None:
        caller = call(latency_s=0.4)
        delays = []
        for n in range(5):
            begun = time.monotonic()
            caller.assets(f"fox {n} [empty]")
            delays.append(time.monotonic() - begun - 0.4)
        assert min(delays) < 0.06

    def test_two_hundred_held_waits(self, call: Call) -> None:
        caller = call(latency_s=2.0)
        task_id = caller.submit("a fox [empty]")

        async def wait_often() -> list[str]:
            limits = httpx.Limits(max_connections=None)
            async with httpx.AsyncClient(headers=caller.http.headers, limits=limits, timeout=30) as http:
                url = f"{caller.sandbox.base_url}/tools/wait-for-task/execute"
                answers = await asyncio.gather(*(http.post(url, json={"taskId": task_id}) for _ in range(200)))
                return [answer.json()["data"]["status"] for answer in answers]

        assert asyncio.run(wait_often()) == ["COMPLETED"] * 200
        assert caller.sandbox.held_waits == 0

    def test_a_client_that_leaves_its_wait(self, call: Call) -> None:
        caller = call()
        task_id = caller.submit("a fox [stuck]")
        sandbox = caller.sandbox
        with httpx.Client(headers=caller.http.headers) as impatient, pytest.raises(httpx.ReadTimeout):
            impatient.post(f"{sandbox.base_url}/tools/wait-for-task/execute", json={"taskId": task_id}, timeout=0.3)
        until(lambda: sandbox.held_waits == 0)
        assert caller.data("get-task-status", taskId=task_id)["status"] == "PROCESSING"


class TestStorage:
    def test_it_is_an_origin_of_its_own_and_notices_keys(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        assert url.startswith(caller.sandbox.storage_url + "/")
        assert httpx.URL(caller.sandbox.storage_url).port != httpx.URL(caller.sandbox.base_url).port
        assert caller.fetch(url).is_success
        assert caller.sandbox.leaked_authorization == 0
        caller.http.get(url)
        assert caller.sandbox.leaked_authorization == 1

    @pytest.mark.parametrize(
        ("header", "status", "part"),
        [
            ("bytes=0-9", 206, slice(0, 10)),
            ("bytes=10-", 206, slice(10, None)),
            ("bytes=-7", 206, slice(-7, None)),
            ("bytes=5-999999999", 206, slice(5, None)),
            ("bytes=-999999999", 206, slice(None)),
            ("bytes=3-2", 200, slice(None)),
            ("bytes=0-1,4-5", 200, slice(None)),
            ("bytes=-", 200, slice(None)),
            ("pages=1-2", 200, slice(None)),
        ],
    )
    def test_ranges(self, call: Call, header: str, status: int, part: slice) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        whole = caller.fetch(url)
        answer = caller.fetch(url, headers={"Range": header})
        assert answer.status_code == status
        assert answer.content == whole.content[part]
        assert answer.headers["content-length"] == str(len(answer.content))
        if status == 206:
            first, end, _ = part.indices(len(whole.content))
            assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{len(whole.content)}"

    def test_a_range_that_is_not_there(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        size = len(caller.fetch(url).content)
        answer = caller.fetch(url, headers={"Range": f"bytes={size}-"})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"

    def test_going_on_with_another_files_rest(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox [wrong-type]")[0])
        etag = caller.fetch(url).headers["etag"]
        for if_range, status in ((etag, 206), ('"another"', 200)):
            answer = caller.fetch(url, headers={"Range": "bytes=4-", "If-Range": if_range})
            assert answer.status_code == status

    def test_head(self, call: Call) -> None:
        caller = call()
        url = caller.url(caller.assets("a fox")[0])
        head, get = caller.fetch(url, method="HEAD"), caller.fetch(url)
        assert head.status_code == 200
        assert head.content == b""
        for name in ("content-length", "content-type", "content-disposition", "accept-ranges"):
            assert head.headers[name] == get.headers[name]
        assert get.headers["content-disposition"].endswith('.png"')

    def test_expiry(self, call: Call) -> None:
        caller = call(url_ttl_s=0.3)
        asset_id = caller.assets("a fox [wrong-type]")[0]
        url = caller.url(asset_id)
        assert caller.fetch(url).is_success
        until(lambda: caller.fetch(url).status_code == 403)
        assert "expired" in caller.fetch(url).text
        assert caller.fetch(caller.url(asset_id)).is_success

    def test_forged_and_foreign_urls(self, call: Call) -> None:
        caller = call()
        one, other = caller.assets("a fox [two] [wrong-type]")
        url = httpx.URL(caller.url(one))
        later = url.copy_set_param("Expires", str(int(url.params["Expires"]) + 60_000))
        swapped = httpx.URL(str(url).replace(one, other))
        unsigned = url.copy_remove_param("Signature")
        for forged in (later, swapped, unsigned):
            answer = caller.fetch(forged)
            assert answer.status_code == 403
            assert answer.headers["content-type"] == "application/xml"
            assert "SignatureDoesNotMatch" in answer.text
        assert caller.fetch(caller.sandbox.storage_url + "/somewhere").status_code == 404
        assert caller.fetch(url, method="POST").status_code == 405


class TestMemoryOnDisk:
    def test_a_later_sandbox_goes_on(self, call: Call, tmp_path: Path) -> None:
        earlier = call(state_dir=tmp_path)
        session_id = earlier.session()
        done = earlier.submit("a fox", workerId=session_id)
        (asset_id,) = earlier.data("wait-for-task", taskId=done)["output"]["assetIds"]
        picture = earlier.fetch(earlier.url(asset_id)).content
        failed = earlier.submit("a fox [fail]", workerId=session_id)
        failure = earlier.data("wait-for-task", taskId=failed)
        half_done = earlier.submit("a fox [slow] [wrong-type]", workerId=session_id)
        earlier.sandbox.stop()

        later = call(state_dir=tmp_path)
        assert later.data("get-task-status", taskId=done)["status"] == "COMPLETED"
        assert later.fetch(later.url(asset_id)).content == picture
        assert later.data("wait-for-task", taskId=failed) == failure
        assert later.data("wait-for-task", taskId=half_done)["status"] == "COMPLETED"
        assert later.submit("another [empty]", workerId=session_id)

    def test_the_asset_alone_is_enough(self, call: Call, tmp_path: Path) -> None:
        (asset_id,) = call(state_dir=tmp_path).assets("a fox [wrong-type]")
        later = call(state_dir=tmp_path)
        assert later.fetch(later.url(asset_id)).is_success

    def test_sandboxes_side_by_side_and_lines_that_are_damaged(self, call: Call, tmp_path: Path) -> None:
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

    def test_without_a_folder_it_forgets(self, call: Call) -> None:
        earlier = call()
        task_id = earlier.submit("a fox [empty]")
        earlier.sandbox.stop()
        earlier.sandbox.start()
        assert_error(earlier.post("get-task-status", taskId=task_id), 404)


class TestServer:
    def test_importing_it_brings_no_tornado(self) -> None:
        code = "import sys, playcut_jupyter.sandbox as s; s.Sandbox(); sys.exit('tornado' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

    def test_it_imports_nothing_else_of_the_package(self) -> None:
        code = (
            "import sys; from playcut_jupyter.sandbox import Sandbox\n"
            "with Sandbox() as s: pass\n"
            "ours = {m for m in sys.modules if m.startswith('playcut_jupyter.')}\n"
            "sys.exit(str({m for m in ours if not m.startswith('playcut_jupyter.sandbox')} or ''))"
        )
        done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60, capture_output=True)
        assert done.stderr.strip() == b""

    def test_two_at_once(self, call: Call) -> None:
        one, other = call(), call()
        assert one.sandbox.base_url != other.sandbox.base_url
        task_id = one.submit("a fox [empty]")
        assert one.sandbox.key != other.sandbox.key
        assert_error(other.post("get-task-status", taskId=task_id), 404)
        assert one.data("wait-for-task", taskId=task_id)["status"] == "COMPLETED"

    def test_starting_many_from_threads(self) -> None:
        sandboxes = [Sandbox() for _ in range(8)]
        threads = [threading.Thread(target=sandbox.start) for sandbox in sandboxes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({sandbox.base_url for sandbox in sandboxes}) == 8
        for sandbox in sandboxes:
            sandbox.stop()

    def test_stopping_drops_held_waits_at_once(self, call: Call) -> None:
        caller = call()
        task_id = caller.submit("a fox [stuck]")

        async def hold_many() -> tuple[float, list[bytes]]:
            waits = [asyncio.create_task(hold()) for _ in range(200)]
            await asyncio.to_thread(until, lambda: caller.sandbox.held_waits == 200)
            begun = time.monotonic()
            await asyncio.to_thread(caller.sandbox.stop)
            return time.monotonic() - begun, await asyncio.gather(*waits)

        async def hold() -> bytes:
            url = httpx.URL(caller.sandbox.base_url)
            reader, writer = await asyncio.open_connection(url.host, url.port)
            body = f'{{"taskId": "{task_id}"}}'
            writer.write(
                f"POST {url.path}/tools/wait-for-task/execute HTTP/1.1\r\nHost: sandbox\r\n"
                f"Authorization: Bearer {caller.sandbox.key}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            try:
                return await reader.read()
            except ConnectionError:
                return b""
            finally:
                writer.close()

        seconds, answers = asyncio.run(hold_many())
        # It takes 0.1 s on a machine that has nothing else to do.
        assert seconds < 2
        assert set(answers) == {b""}
        assert caller.sandbox.held_waits == 0

    def test_stopping_while_media_are_made(self, call: Call) -> None:
        caller = call()
        for n in range(6):
            caller.submit(f"fox {n}", imageSize="4K")
        begun = time.monotonic()
        caller.sandbox.stop()
        assert time.monotonic() - begun < 2

    def test_stopping_twice_and_starting_again(self, call: Call) -> None:
        sandbox = call().sandbox
        key = sandbox.key
        sandbox.stop()
        sandbox.stop()
        assert sandbox.start() is sandbox.start()
        answer = httpx.post(
            f"{sandbox.base_url}/tools/list-voices/execute",
            json={},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.is_success

    def test_a_port_in_use(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}"):
                Sandbox(port=port).start()

    def test_a_host_that_is_not_here(self) -> None:
        with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1 port 0"):
            Sandbox(host="192.0.2.1").start()

    def test_a_port_of_ones_own(self, call: Call) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        assert call(port=port).sandbox.base_url == f"http://127.0.0.1:{port}/api/v1"

    @pytest.mark.parametrize("options", [{"latency_s": -1}, {"url_ttl_s": 0}, {"rate": (5, 0)}, {"rate": (-1, 60)}])
    def test_settings_that_make_no_sense(self, options: dict[str, Any]) -> None:
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

    def test_a_forgotten_one_does_not_keep_a_program_alive(self) -> None:
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
