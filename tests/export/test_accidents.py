"""What goes wrong while a program runs is put right, or told; nothing is submitted twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.export.programs import Run, every_language, having, needs_curl, originals, without_pauses
from tests.faults.accidents import Canned, HangInBody
from tests.faults.answers import error
from tests.faults.proxy import Proxy

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("no_pauses")]


@every_language
def test_what_goes_wrong_on_the_way_is_put_right(pc: Playcut, sandbox: Sandbox, run: Run, format_: str) -> None:
    accidents = ["early", "cut", "unknown-status", "truncated", "expired", "redirect", "two"]
    made = pc.sweep(f"a {format_} boat [{{accident}}]", accident=accidents, seed=7)
    before = sandbox.submissions

    ended = run(without_pauses(made.export(format_)), format_)

    assert ended.status == 0, ended.said
    assert sorted(ended.files.values()) == sorted(originals(made))
    assert len(ended.files) == 8
    assert sandbox.submissions == before + 7
    assert sandbox.leaked_authorization == 0


@every_language
def test_what_fails_is_told_in_words_and_the_others_are_made(
    pc: Playcut, sandbox: Sandbox, run: Run, format_: str
) -> None:
    accidents = ["refuse", "forbidden", "crash", "lost", "html", "fail", "fail-silently", "no accident"]
    made = pc.sweep(f"a {format_} tower [{{accident}}]", accident=accidents, seed=7)
    before = sandbox.submissions

    ended = run(without_pauses(made.export(format_)), format_)

    assert ended.status == 1
    assert list(ended.files) == ["playcut-image-8.png"]
    for words in (
        "playcut-image-1: generate-image-from-text: HTTP status 422: The prompt was refused by the safety rules",
        "playcut-image-2: generate-image-from-text: HTTP status 403: The workspace's plan",
        "playcut-image-3: generate-image-from-text: HTTP status 500: Something went wrong",
        "playcut-image-4: generate-image-from-text: no answer (",
        "playcut-image-5: generate-image-from-text: HTTP status 502: ",
        "playcut-image-6: The task failed: GENERATION_FAILED: The model could not make this",
        "playcut-image-7: The task failed: no reason was given",
        "7 of 8 failed.",
    ):
        assert words in ended.said
    # Lost and unreadable answers were to tasks that exist; nothing was submitted twice.
    assert ended.said.count("It may or may not have been bought, so it was not sent again.") == 3
    assert sandbox.submissions == before + 5


@every_language
def test_an_asset_that_is_none_is_refused_by_name_of_its_task(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.sweep(f"a {format_} gate [{{wrong-type|empty}}]", seed=7)
    program = having(made.export(format_), attempts=2)

    ended = run(without_pauses(program), format_)

    assert (ended.status, ended.files) == (1, {})
    assert "bytes of text/html" in ended.said
    assert "can't be fetched: HTTP status 200, 0 bytes of" in ended.said
    assert ended.said.count("(task ") == 2


@every_language
def test_a_download_that_falls_silent_is_begun_anew(sandbox: Sandbox, run: Run, pc: Playcut, format_: str) -> None:
    made = pc.image(f"a {format_} brook", seed=7)
    with Proxy(sandbox) as proxy:
        proxy.program("download", HangInBody())

        ended = run(having(made.export(format_), timeout_s=1), format_, PLAYCUT_BASE_URL=proxy.base_url)

        assert (ended.status, proxy.seen.count("download")) == (0, 2), ended.said
        assert ended.files == {"playcut-image.png": originals(made)[0]}


@needs_curl
def test_a_curl_that_is_set_to_retry_submits_once_all_the_same(
    pc: Playcut, sandbox: Sandbox, run: Run, tmp_path: Path
) -> None:
    (tmp_path / ".curlrc").write_text("retry = 3\nretry-delay = 1\nlocation\n")
    (made,) = pc.sweep("a configured fox [html]")
    before = sandbox.submissions

    ended = run(made.export("curl"), "curl")

    assert ended.status == 1
    assert "HTTP status 502: " in ended.said
    assert sandbox.submissions == before + 1


@every_language
def test_a_task_is_waited_for_until_the_deadline(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.submit("image", f"a {format_} tree [stuck]")
    program = having(made.export(format_), deadline_s=1, poll_s=0.2)
    made.stop_waiting()

    ended = run(program, format_)

    assert ended.status == 1
    assert "playcut-image: Not done within 1 s; it may still complete. (task " in ended.said


@every_language
def test_retry_after_is_obeyed(pc: Playcut, sandbox: Sandbox, run: Run, format_: str) -> None:
    made = pc.image("a patient fox", seed=7)
    before = sandbox.submissions
    with Proxy(sandbox) as proxy:
        proxy.program("submit", Canned(raw=error(429, headers={"Retry-After": "1"})))
        started = time.monotonic()

        ended = run(made.export(format_), format_, PLAYCUT_BASE_URL=proxy.base_url)

        assert (ended.status, proxy.seen.count("submit")) == (0, 2), ended.said
    assert "The rate limit is reached: continuing in 1 s." in ended.said
    assert time.monotonic() - started >= 1
    assert ended.files == {"playcut-image.png": originals(made)[0]}
    assert sandbox.submissions == before + 1


@every_language
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PLAYCUT_API_KEY": ""}, "Set PLAYCUT_API_KEY"),
        ({"PLAYCUT_API_KEY": "two words"}, "Set PLAYCUT_API_KEY"),
        ({"PLAYCUT_API_KEY": "pk_live_wrong"}, "create-session: HTTP status 401: The API key is missing or invalid"),
        ({"PLAYCUT_BASE_URL": "http://api.playcut.ai/api/v1"}, "PLAYCUT_BASE_URL is not an https address"),
        ({"PLAYCUT_BASE_URL": "http://localhost:1@playcut.ai"}, "PLAYCUT_BASE_URL is not an https address"),
    ],
    ids=["no key", "two words", "wrong key", "plain http", "user name"],
)
def test_without_a_right_key_or_address_nothing_is_made(
    pc: Playcut, run: Run, format_: str, environment: dict[str, str], words: str
) -> None:
    ended = run(pc.image("a still fox").export(format_), format_, **environment)

    assert ended.status == 1
    assert words in ended.said
    assert ended.files == {}


@every_language
def test_a_place_that_cannot_be_written_is_told(pc: Playcut, run: Run, format_: str) -> None:
    program = pc.image("a locked fox", seed=7).export(format_)

    ended = run(program.replace("playcut-image", "no-such-folder/playcut-image"), format_)

    assert ended.status == 1
    assert "no-such-folder/playcut-image.png can't be written" in ended.said
