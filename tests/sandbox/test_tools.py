"""Each documented tool, over real HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Call


class TestTools:
    def test_a_session(self, call: Call) -> None:
        response = call().post("create-session", title="My <b>title</b>")
        assert response.status_code == 201
        data = response.json()["data"]
        assert re.fullmatch("[0-9a-f]{24}", data["sessionId"])
        assert data["title"] == "My <b>title</b>"

    def test_an_image_from_submission_to_download(self, call: Call) -> None:
        caller = call(media="full")
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
        caller = call(media="full")
        inputs = {"aspectRatio": "16:9", "resolution": "480p", "durationSeconds": 1}
        task = caller.data("generate-video-from-text", workerId=caller.session(), prompt="a fox", **inputs)
        assert task["estimatedCredits"] == 50
        done = caller.data("wait-for-task", taskId=task["taskId"])
        clip = caller.fetch(caller.url(done["output"]["assetIds"][0]))
        assert clip.headers["content-type"].startswith(("video/", "image/"))

    def test_speech_needs_no_session_and_does_not_speak_markers(self, call: Call) -> None:
        caller = call(media="full")
        voice = caller.data("list-voices")["voices"][0]["voiceId"]
        sounds = []
        for text in ("Good morning.", "Good morning. [slow]"):
            task = caller.data("generate-tts", text=text, voiceId=voice, seed=1)
            done = caller.data("wait-for-task", taskId=task["taskId"])
            sound = caller.fetch(caller.url(done["output"]["assetIds"][0]))
            assert sound.headers["content-type"].startswith("audio/")
            sounds.append(sound.content)
        assert sounds[0] == sounds[1]

    def test_voices(self, call: Call) -> None:
        voices = call().data("list-voices")["voices"]
        assert voices
        assert all({"voiceId", "name"} <= set(voice) for voice in voices)

    def test_undocumented_inputs_are_accepted(self, call: Call) -> None:
        assert call().submit("a fox [empty]", negativePrompt="fog", style={"ink": 1})

    def test_the_same_input_makes_a_different_picture_unless_it_has_a_seed(self, call: Call) -> None:
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
