"""The Python API against the sandbox over HTTP: making, waiting, stopping, resuming, saving, reusing."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image

from playcut_jupyter import (
    BudgetExceeded,
    Generation,
    InvalidInput,
    NotConnected,
    NotFound,
    PermissionDenied,
    Playcut,
    PlaycutError,
    PromptError,
    PromptRefused,
    ServerError,
    StoppedWaiting,
    SubmissionUncertain,
    Sweep,
    TaskFailed,
    WaitTimeout,
)
from playcut_jupyter.errors import AssetUnavailable, AuthenticationError, RateLimited
from playcut_jupyter.sandbox import Sandbox


def test_a_prompt_becomes_a_picture_of_the_asked_aspect(pc: Playcut) -> None:
    fox = pc.image("a red fox", aspect_ratio="16:9", image_size="1K")

    assert fox.status == "COMPLETED"
    assert fox.image.size == (1024, 576)
    assert fox.estimated_credits == 80
    assert fox.assets[0].path is not None
    with Image.open(fox.assets[0].path) as original:
        assert original.size == (1024, 576)
    assert fox.assets[0].mime_type == "image/png"
    assert fox.inputs == {"prompt": "a red fox", "aspectRatio": "16:9", "imageSize": "1K"}


def test_a_text_becomes_a_voice_and_says_which(pc: Playcut) -> None:
    hello = pc.speech("Hello there.")

    assert hello.assets[0].kind == "audio"
    assert hello.assets[0].duration_s
    assert hello.assets[0].duration_s > 0.3
    assert hello.inputs["voiceId"] == pc.voices()[0].id
    assert pc.voices()[0].name in hello.note


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


def test_a_prompt_becomes_a_clip(pc: Playcut) -> None:
    clip = pc.video("an owl at night", resolution="480p", duration_seconds=1)

    asset = clip.assets[0]
    assert (asset.kind, asset.mime_type) == ("video", "video/mp4")
    assert asset.height == 480
    assert asset.duration_s == pytest.approx(1, abs=0.2)


def test_progress_off_is_exactly_three_requests_a_generation(away_from_home: Path) -> None:
    with Sandbox(latency_s=1.5, rate=None) as server, _to(server, away_from_home, progress="off") as pc:
        pc.new_session("s")
        before = server.requests

        pc.image("a fox")

        made = server.requests - before
    assert dict(made) == {"generate-image-from-text": 1, "wait-for-task": 1, "download-asset": 1}


def test_progress_is_seen_beside_the_held_wait(away_from_home: Path) -> None:
    with Sandbox(latency_s=2.5, rate=(60, 60)) as server, _to(server, away_from_home) as pc:
        run = pc.submit("image", "a fox")
        seen: list[tuple[str, float | None]] = []
        run.on_change(lambda: seen.append((run.status, run.progress)))

        run.wait()

        assert any(status == "PROCESSING" and progress for status, progress in seen)
        assert server.requests["get-task-status"] <= 2


def test_submit_returns_at_once_and_await_brings_the_result(pc: Playcut) -> None:
    async def cell() -> Generation:
        run: Generation = pc.submit("image", "two foxes")
        assert not run.done
        return await run

    assert asyncio.run(cell()).status == "COMPLETED"


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


def test_wait_with_a_timeout_leaves_the_job_running(pc: Playcut) -> None:
    run = pc.submit("image", "a fox [slow]")

    with pytest.raises(WaitTimeout):
        run.wait(timeout=0.05)

    assert run.wait().status == "COMPLETED"


def test_a_task_that_outlives_its_deadline_can_be_waited_for_again(sandbox: Sandbox, away_from_home: Path) -> None:
    with _to(sandbox, away_from_home, deadline_s=0.3) as pc:
        with pytest.raises(WaitTimeout) as caught:
            pc.image("a fox [stuck]")

        assert caught.value.task_id
        assert f"%playcut wait {caught.value.task_id}" in str(caught.value)


def test_stop_waiting_keeps_the_task_and_resume_brings_it(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    run = pc.submit("image", "a stopped fox [slow]")
    _until(lambda: run.task_id is not None)
    run.stop_waiting()
    with pytest.raises(StoppedWaiting) as caught:
        run.wait()
    assert caught.value.task_id == run.task_id
    assert isinstance(caught.value, KeyboardInterrupt)

    resumed = pc.resume()

    assert [again.task_id for again in resumed] == [run.task_id]
    assert resumed[0].assets[0].kind == "image"
    assert len(pc.resume()) == 0
    assert sandbox.submissions == before + 1


def test_a_stopped_generation_is_taken_up_when_its_call_is_repeated(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    run = pc.submit("image", "a taken up fox [slow]")
    _until(lambda: run.task_id is not None)
    run.stop_waiting()
    _until(lambda: run.done)

    again = pc.image("a taken up fox [slow]")

    assert again.task_id == run.task_id
    assert sandbox.submissions == before + 1


def test_wait_fetches_a_task_that_this_library_never_saw(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    with _to(sandbox, tmp_path / "another") as other:
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


@pytest.mark.parametrize(
    ("prompt", "error", "words"),
    [
        ("a fox [refuse]", PromptRefused, "Rephrase"),
        ("a fox [forbidden]", PermissionDenied, "role"),
        ("a fox [crash]", ServerError, "Run it again"),
        ("a fox [html]", SubmissionUncertain, "not sent again"),
        ("a fox [lost]", SubmissionUncertain, "not sent again"),
        ("a fox [fail]", TaskFailed, "Change the prompt"),
        ("a fox [fail-silently]", TaskFailed, "gives no reason"),
        ("a fox [flaky]", TaskFailed, "run it again"),
    ],
)
def test_each_refusal_is_one_error_with_a_remedy(
    pc: Playcut, prompt: str, error: type[PlaycutError], words: str
) -> None:
    with pytest.raises(error) as caught:
        pc.image(prompt)

    assert words in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("marker", ["empty", "wrong-type"])
def test_an_asset_that_is_none_is_told_with_the_task_that_was_paid(pc: Playcut, marker: str) -> None:
    with pytest.raises(AssetUnavailable) as caught:
        pc.image(f"a fox [{marker}]")

    assert caught.value.task_id
    assert f"%playcut wait {caught.value.task_id}" in str(caught.value)


@pytest.mark.parametrize("marker", ["truncated", "expired", "redirect", "cut", "early", "unknown-status"])
def test_what_can_be_put_right_is_put_right(pc: Playcut, sandbox: Sandbox, marker: str) -> None:
    before = sandbox.submissions

    run = pc.image(f"a fox [{marker}]")

    assert run.image.width == 1024
    assert sandbox.submissions == before + 1


def test_two_assets_of_one_task_both_come(pc: Playcut) -> None:
    assert len(pc.image("foxes [two]").assets) == 2


def test_a_wrong_key_is_told_and_never_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    key = "pk_live_" + "ab" * 20
    with (
        Playcut(api_key=key, base_url=sandbox.base_url, home=tmp_path / "h") as pc,
        pytest.raises(AuthenticationError) as caught,
    ):
        pc.image("a fox")

    assert "PLAYCUT_API_KEY" in str(caught.value)
    assert key not in str(caught.value)


def test_without_a_key_the_first_call_names_both_remedies() -> None:
    pc = Playcut()

    with pytest.raises(NotConnected) as caught:
        pc.image("a fox")

    assert "PLAYCUT_API_KEY" in str(caught.value)
    assert "%playcut sandbox" in str(caught.value)


@pytest.mark.usefixtures("no_pauses")
def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Sandbox() as gone:
        url, key = gone.base_url, gone.key
    with Playcut(api_key=key, base_url=url, home=tmp_path / "h") as pc, pytest.raises(PlaycutError) as caught:
        pc.run_tool("create-session", title="x")

    assert "No connection" in str(caught.value)


def test_a_rate_limit_is_waited_for_without_a_failure(away_from_home: Path) -> None:
    with Sandbox(latency_s=0.05, rate=(5, 1.0)) as server, _to(server, away_from_home) as pc:
        sweep = pc.sweep("[wrong-type] {a|b}", kind="image", aspect_ratio=["1:1"])
        assert all(isinstance(run.error, AssetUnavailable) for run in sweep)
        started = time.monotonic()
        for number in range(8):
            pc.run_tool("create-session", title=f"{number}")
        assert time.monotonic() - started > 0.8


def test_waiting_by_the_tools_own_name_is_held_like_any_wait(away_from_home: Path) -> None:
    with Sandbox(latency_s=2.5, rate=None) as server, _to(server, away_from_home, request_timeout_s=1) as pc:
        run = pc.submit("image", "a fox that takes its time")
        while run.task_id is None:
            run.settle(0.05)
        asked = server.requests["wait-for-task"]

        document = pc.run_tool("wait-for-task", taskId=run.task_id)
        shown = pc.submit_tool("wait-for-task", {"taskId": run.task_id}).wait()

        assert document["status"] == "COMPLETED"
        assert isinstance(shown.data, dict)
        assert shown.data["status"] == "COMPLETED"
        assert server.requests["wait-for-task"] - asked <= 3  # and one for the task that the last answer names


def test_a_tool_that_answered_is_completed_in_the_history_too(pc: Playcut) -> None:
    pc.submit_tool("list-voices", {}).wait()
    assert pc.history()[0].status == "COMPLETED"


def test_the_history_knows_the_axes_of_a_sweep(pc: Playcut) -> None:
    pc.sweep("a {red|blue} fox in {place}", place=["town", "a wood"], seed=7)

    records = pc.history().to_records()

    assert [(one["red|blue"], one["place"]) for one in records] == [
        ("blue", "a wood"),
        ("blue", "town"),
        ("red", "a wood"),
        ("red", "town"),
    ]


def test_count_is_how_many_of_each_and_an_axis_of_its_name_is_kept(pc: Playcut) -> None:
    sweep = pc.sweep("a {variant} fox", variant=["red", "blue"], count=2)

    assert dict(sweep.axes) == {"variant": ("red", "blue"), "variant of each": range(1, 3)}
    assert "count" not in sweep[0].inputs
    assert [run.prompt for run in sweep] == ["a red fox", "a red fox", "a blue fox", "a blue fox"]


def test_keywords_are_axes_in_the_order_in_which_they_are_written(pc: Playcut) -> None:
    sweep = pc.sweep("a {red|blue} fox", seed=[1, 2], aspect_ratio=["1:1", "16:9"])
    assert list(sweep.axes) == ["red|blue", "seed", "aspectRatio"]


def test_an_option_that_is_nearly_one_of_ours_is_not_bought(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    with pytest.raises(InvalidInput, match="Did you mean aspect_ratio"):
        pc.image("a fox", aspect_raito="16:9")
    assert sandbox.submissions == before


def test_a_proxy_that_is_none_is_told_and_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.corp:3128")
    with (
        Playcut(api_key="pk_live_" + "0" * 40, base_url="https://api.example/api/v1", home=tmp_path) as pc,
        pytest.raises(NotConnected, match=r"The proxy proxy\.corp:3128 can't be used"),
    ):
        pc.image("a fox behind a proxy")


def asked_elsewhere(server: Sandbox) -> None:
    """Use up one request of the key's limit, as another program does."""
    answer = httpx.post(
        f"{server.base_url}/tools/list-voices/execute", headers={"Authorization": f"Bearer {server.key}"}, json={}
    )
    assert answer.status_code == 200


def test_two_connections_of_one_kernel_share_one_rate_limit(away_from_home: Path) -> None:
    with Sandbox(latency_s=0.05, rate=(6, 1.0)) as server, _to(server, away_from_home) as pc:
        with Playcut(api_key=server.key, base_url=server.base_url, home=away_from_home) as other:
            pc.check()  # alone in its window, so that its length is known: it is no minute here
            runs = [each.submit("image", f"fox {number}") for number, each in enumerate((pc, other) * 3)]
            for run in runs:
                run.wait()

        # What is asked for more than once is only what was answered 429.
        assert server.requests["generate-image-from-text"] == 6
        assert server.requests["download-asset"] == 6


def test_a_rate_limit_longer_than_the_deadline_is_an_error(away_from_home: Path) -> None:
    with Sandbox(latency_s=0.05, rate=(1, 60.0)) as server, _to(server, away_from_home, deadline_s=1.0) as pc:
        asked_elsewhere(server)
        run = pc.submit_tool("generate-tts", {"text": "x", "workerId": None})
        with pytest.raises(RateLimited) as caught:
            run.wait()

    assert caught.value.retry_after_s


def test_the_same_call_again_is_shown_from_the_library(pc: Playcut, sandbox: Sandbox) -> None:
    first = pc.image("a kept fox")
    before = sandbox.requests

    again = pc.image("a kept fox")

    assert again.reused
    assert again.assets[0].path == first.assets[0].path
    assert sandbox.requests == before


def test_fresh_buys_another(pc: Playcut, sandbox: Sandbox) -> None:
    pc.image("a bought fox")
    before = sandbox.submissions

    assert not pc.image("a bought fox", fresh=True).reused
    assert sandbox.submissions == before + 1


def test_the_nth_variant_is_the_nth_saved_one(pc: Playcut, sandbox: Sandbox) -> None:
    two = pc.image("a varied fox", count=2)
    before = sandbox.submissions

    three = pc.image("a varied fox", count=3)

    assert [run.reused for run in three] == [True, True, False]
    assert [run.task_id for run in three][:2] == [run.task_id for run in two]
    assert sandbox.submissions == before + 1


def test_a_budget_stops_before_the_submission_that_would_pass_it(sandbox: Sandbox, away_from_home: Path) -> None:
    with _to(sandbox, away_from_home, budget=170) as pc:
        before = sandbox.submissions
        pc.image("fox one")
        pc.image("fox two")

        with pytest.raises(BudgetExceeded):
            pc.submit("image", "fox three")

        assert sandbox.submissions == before + 2
        pc.budget = 240
        assert pc.image("fox three").status == "COMPLETED"


def test_a_budget_also_holds_for_a_sweep_whose_price_is_not_known_yet(sandbox: Sandbox, away_from_home: Path) -> None:
    with _to(sandbox, away_from_home, budget=170) as pc:
        before = sandbox.submissions

        sweep = pc.sweep("a {red|blue|green|grey} fox")

    assert sandbox.submissions == before + 2
    assert [type(run.error) for run in sweep.failed] == [BudgetExceeded, BudgetExceeded]


def test_closing_forgets_no_credits(sandbox: Sandbox, away_from_home: Path) -> None:
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=away_from_home, budget=100) as pc:
        pc.image("a fox before the end")
        pc.close()

        with pytest.raises(BudgetExceeded, match="80 of the budget of 100"):
            pc.image("a fox after the end")


def test_a_sweep_keeps_what_succeeds_and_retries_only_what_failed(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions

    sweep = pc.sweep("a {fox|owl [flaky]|cat}")
    assert [run.error is None for run in sweep] == [True, False, True]
    sweep.retry_failed()

    assert [run.status for run in sweep] == ["COMPLETED"] * 3
    assert sandbox.submissions == before + 4


def test_a_sweep_never_buys_an_uncertain_one_again_by_itself(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    sweep = pc.sweep("a {fox|owl [lost]}")

    sweep.retry_failed()

    assert isinstance(sweep[1].error, SubmissionUncertain)
    assert sandbox.submissions == before + 2


def test_a_sweep_of_more_than_allowed_is_refused_before_anything_is_sent(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.requests

    with pytest.raises(InvalidInput, match="27 generations") as caught:
        pc.sweep("{a|b|c} {d|e|f} {g|h|i}")

    assert "max_generations=27" in str(caught.value)
    assert sandbox.requests == before


def test_keywords_named_in_the_template_are_its_variables(pc: Playcut) -> None:
    sweep = pc.sweep("a {animal}", kind="speech", animal=["fox", "owl"])

    assert isinstance(sweep, Sweep)
    assert sweep.axes == {"animal": ("fox", "owl")}
    assert [row["animal"] for row in sweep.to_records()] == ["fox", "owl"]
    assert [row["prompt"] for row in sweep.to_records()] == ["a fox", "a owl"]


def test_a_prompt_is_literal_in_python(pc: Playcut) -> None:
    assert pc.speech("Say {this|that} {name}").prompt == "Say {this|that} {name}"


def test_an_undefined_name_of_a_sweep_is_a_prompt_error(pc: Playcut) -> None:
    with pytest.raises(PromptError, match="nowhere"):
        pc.sweep("a {nowhere}")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda pc: pc.image("  "), "empty"),
        (lambda pc: pc.image("x", count=0), "count"),
        (lambda pc: pc.image("x", voice="ada"), "not an option of image"),
        (lambda pc: pc.submit("picture", "x"), "not a kind"),
        (lambda pc: pc.image("x", style={1, 2}), "JSON"),
        (lambda pc: pc.image("\ud800"), "JSON"),
        (lambda pc: pc.run_tool("../secrets"), "name of a tool"),
        (lambda pc: pc.wait("\n"), "task's id"),
        (lambda pc: pc.get(999), "no generation"),
        (lambda pc: pc.use_session("  "), "title"),
    ],
)
def test_bad_input_is_told_before_anything_is_sent(pc: Playcut, sandbox: Sandbox, call, words) -> None:  # type: ignore[no-untyped-def]
    before = sandbox.requests

    with pytest.raises(InvalidInput, match=words):
        call(pc)

    assert sandbox.requests == before


@pytest.mark.parametrize(
    "arguments",
    [{"budget": -1}, {"budget": "much"}, {"progress": "yes"}, {"preview_px": 0}, {"request_timeout_s": None}],
)
def test_an_argument_of_the_wrong_kind_is_told_at_once(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Playcut(**arguments)  # type: ignore[arg-type]


def test_run_tool_gives_the_data_of_any_tool(pc: Playcut) -> None:
    assert "voices" in pc.run_tool("list-voices")
    acknowledged = pc.run_tool("generate-image-from-text", {"prompt": "a raw fox"})

    assert acknowledged["status"] == "PENDING"
    assert pc.wait(acknowledged["taskId"]).assets[0].kind == "image"


def test_an_unknown_tool_is_not_found(pc: Playcut) -> None:
    with pytest.raises(NotFound):
        pc.run_tool("generate-holograms", {"prompt": "x"})


def test_sessions_are_made_once_and_found_by_title(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.requests["create-session"]

    first = pc.speech("one", session="Foxes")
    second = pc.speech("two", session="Foxes")
    third = pc.speech("three", session=first.session_id)

    assert first.session_id == second.session_id == third.session_id
    assert sandbox.requests["create-session"] == before + 1


def test_a_chosen_session_is_used_from_then_on(pc: Playcut) -> None:
    session_id = pc.new_session("Owls")

    assert pc.speech("hello").session_id == session_id
    assert pc.use_session("Owls") == session_id


def test_saving_never_overwrites(pc: Playcut, tmp_path: Path) -> None:
    fox = pc.image("a saved fox")

    first, second = fox.save(tmp_path / "fox"), fox.save(tmp_path / "fox")

    assert first == tmp_path / "fox.png"
    assert second == tmp_path / "fox-2.png"
    assert Path(str(first)).read_bytes() == fox.assets[0].data


def test_the_sandbox_inside_the_process_is_marked_and_shared(away_from_home: Path) -> None:
    with Playcut(sandbox=True) as one, Playcut(sandbox=True) as two:
        run = one.speech("Marked.")
        assert run.is_sandbox
        assert one.connection.settings.base_url == two.connection.settings.base_url
        assert two.speech("Marked.").reused


def test_the_history_is_searched_and_newest_first(pc: Playcut) -> None:
    pc.speech("one fox")
    pc.speech("one owl")
    pc.speech("two 100% foxes")

    assert [run.prompt for run in pc.history()] == ["two 100% foxes", "one owl", "one fox"]
    assert [run.prompt for run in pc.history(search="FOX")] == ["two 100% foxes", "one fox"]
    assert [run.prompt for run in pc.history(search="0%")] == ["two 100% foxes"]
    assert [row["prompt"] for row in pc.history(limit=1).to_records()] == ["two 100% foxes"]


def test_the_history_can_be_read_without_a_key(pc: Playcut) -> None:
    pc.speech("kept")

    assert [run.prompt for run in Playcut().history()] == ["kept"]


def test_a_generation_may_be_waited_for_from_several_threads(pc: Playcut) -> None:
    run = pc.submit("image", "a fox for all")
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(run.wait().status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert seen == ["COMPLETED"] * 4


def _to(server: Sandbox, home: Path, **options: object) -> Playcut:
    return Playcut(api_key=server.key, base_url=server.base_url, home=home, **options)  # type: ignore[arg-type]


def _until(condition) -> None:  # type: ignore[no-untyped-def]
    event = threading.Event()
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        event.wait(0.01)
