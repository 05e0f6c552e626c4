"""A call of Python becomes a picture, a voice, a clip: waited for, awaited, taken up again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter import Generation, InvalidInput, NotFound, Playcut, WaitTimeout
from playcut_jupyter.errors import AssetUnavailable
from playcut_jupyter.sandbox import Sandbox
from tests.calls.connecting import connected_to
from tests.waiting import until_submitted


@pytest.fixture
def real(studio: Sandbox, away_from_home: Path) -> Iterator[Playcut]:
    """Connect to a service whose pictures, voices and clips are as large as the real one's."""
    with connected_to(studio, away_from_home) as connected:
        yield connected


def test_a_prompt_becomes_a_picture_of_the_asked_aspect(real: Playcut) -> None:
    fox = real.image("a red fox", aspect_ratio="16:9", image_size="1K")

    assert fox.status == "COMPLETED"
    assert fox.image.size == (1024, 576)
    assert fox.estimated_credits == 80
    assert fox.assets[0].path is not None
    with Image.open(fox.assets[0].path) as original:
        assert original.size == (1024, 576)
    assert fox.assets[0].mime_type == "image/png"
    assert fox.inputs == {"prompt": "a red fox", "aspectRatio": "16:9", "imageSize": "1K"}


def test_a_text_becomes_a_voice_and_says_which(real: Playcut) -> None:
    hello = real.speech("Hello there.")

    assert hello.assets[0].kind == "audio"
    assert hello.assets[0].duration_s
    assert hello.assets[0].duration_s > 0.3
    assert hello.inputs["voiceId"] == real.voices()[0].id
    assert real.voices()[0].name in hello.note


def test_a_voice_is_found_by_the_beginning_of_its_name(pc: Playcut) -> None:
    wanted = pc.voices()[2]

    hello = pc.speech("Hello there.", voice=wanted.name.split()[0].lower())

    assert hello.inputs["voiceId"] == wanted.id


def test_a_voice_that_is_nearly_right_is_an_error_that_names_it(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    misspelled = pc.voices()[0].name[:-1] + "x"

    with pytest.raises(InvalidInput, match="No voice") as caught:
        pc.speech("Hello there.", voice=misspelled)

    assert pc.voices()[0].name in str(caught.value)
    assert sandbox.submissions == before


def test_a_prompt_becomes_a_clip(real: Playcut) -> None:
    clip = real.video("an owl at night", resolution="480p", duration_seconds=1)

    asset = clip.assets[0]
    assert (asset.kind, asset.mime_type) == ("video", "video/mp4")
    assert asset.height == 480
    assert asset.duration_s == pytest.approx(1, abs=0.2)


def test_progress_off_is_exactly_three_requests_a_generation(away_from_home: Path) -> None:
    with (
        Sandbox(latency_s=1.5, rate=None, media="tiny") as server,
        connected_to(server, away_from_home, progress="off") as pc,
    ):
        pc.new_session("s")
        before = server.requests

        pc.image("a fox")

        made = server.requests - before
    assert dict(made) == {"generate-image-from-text": 1, "wait-for-task": 1, "download-asset": 1}


def test_progress_is_seen_beside_the_held_wait(away_from_home: Path) -> None:
    with Sandbox(latency_s=1.6, rate=(60, 60), media="tiny") as server, connected_to(server, away_from_home) as pc:
        run = pc.submit("image", "a fox")
        seen: list[tuple[str, float | None]] = []
        run.on_change(lambda: seen.append((run.status, run.progress)))

        run.wait()

        assert any(status == "PROCESSING" and progress for status, progress in seen)
        assert server.requests["get-task-status"] <= 2


def test_many_may_be_awaited_together(pc: Playcut) -> None:
    async def cell() -> list[Generation]:
        runs: list[Generation] = [pc.submit("speech", f"Number {n}.") for n in range(4)]
        return await asyncio.gather(*runs)

    assert [run.status for run in asyncio.run(cell())] == ["COMPLETED"] * 4


def test_a_timeout_of_the_users_own_cancels_an_await_as_usual(pc: Playcut) -> None:
    async def cell() -> None:
        async with asyncio.timeout(0.2):
            await pc.submit("image", "a fox [stuck]")

    with pytest.raises(TimeoutError):
        asyncio.run(cell())


def test_a_task_that_outlives_its_deadline_can_be_waited_for_again(sandbox: Sandbox, away_from_home: Path) -> None:
    with connected_to(sandbox, away_from_home, deadline_s=0.3) as pc:
        with pytest.raises(WaitTimeout) as caught:
            pc.image("a fox [stuck]")

        assert caught.value.task_id
        assert f"%playcut wait {caught.value.task_id}" in str(caught.value)


def test_wait_fetches_a_task_that_this_library_never_saw(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    with connected_to(sandbox, tmp_path / "another") as other:
        task_id = other.image("a fox from elsewhere").task_id
    assert task_id

    fetched = pc.wait(task_id)

    assert fetched.assets[0].kind == "image"
    assert pc.wait(task_id).reused


def test_an_unknown_task_is_not_found_and_leaves_nothing_to_resume(pc: Playcut) -> None:
    with pytest.raises(NotFound):
        pc.wait("65f3a1b2c3d4e5f600000001")

    assert len(pc.resume()) == 0
    assert len(pc.history()) == 0


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("marker", ["empty", "wrong-type"])
def test_an_asset_that_is_none_is_told_with_the_task_that_was_paid(pc: Playcut, marker: str) -> None:
    with pytest.raises(AssetUnavailable) as caught:
        pc.image(f"a fox [{marker}]")

    assert caught.value.task_id
    assert f"%playcut wait {caught.value.task_id}" in str(caught.value)


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("marker", ["truncated", "expired", "redirect", "cut", "early", "unknown-status"])
def test_what_can_be_put_right_is_put_right(pc: Playcut, sandbox: Sandbox, marker: str) -> None:
    before = sandbox.submissions

    run = pc.image(f"a fox [{marker}]")

    assert run.image.size == (64, 64)
    assert sandbox.submissions == before + 1


def test_two_assets_of_one_task_both_come(pc: Playcut) -> None:
    assert len(pc.image("foxes [two]").assets) == 2


def test_waiting_by_the_tools_own_name_is_held_like_any_wait(away_from_home: Path) -> None:
    with (
        Sandbox(latency_s=1, rate=None, media="tiny") as server,
        connected_to(server, away_from_home, request_timeout_s=0.4) as pc,
    ):
        run = pc.submit("image", "a fox that takes its time")
        until_submitted(run)

        document = pc.run_tool("wait-for-task", taskId=run.task_id)
        shown = pc.start_tool("wait-for-task", {"taskId": run.task_id}).wait()

        assert document["status"] == "COMPLETED"
        assert isinstance(shown.data, dict)
        assert shown.data["status"] == "COMPLETED"
        # Its own, the two here, and one for the task that the last answer names.
        assert server.requests["wait-for-task"] <= 4


def test_a_tool_that_answered_is_completed_in_the_history_too(pc: Playcut) -> None:
    pc.start_tool("list-voices", {}).wait()
    assert pc.history()[0].status == "COMPLETED"


def test_run_tool_gives_the_data_of_any_tool(pc: Playcut) -> None:
    assert "voices" in pc.run_tool("list-voices")
    acknowledged = pc.run_tool("generate-image-from-text", {"prompt": "a raw fox"})

    assert acknowledged["status"] == "PENDING"
    assert pc.wait(acknowledged["taskId"]).assets[0].kind == "image"


def test_an_unknown_tool_is_not_found(pc: Playcut) -> None:
    with pytest.raises(NotFound):
        pc.run_tool("generate-holograms", {"prompt": "x"})


def test_a_generation_may_be_waited_for_from_several_threads(pc: Playcut) -> None:
    run = pc.submit("image", "a fox for all")
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(run.wait().status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert seen == ["COMPLETED"] * 4
