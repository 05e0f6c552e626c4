"""What the fault matrix does not tell: in which order, how soon, and what is done afterwards."""

from __future__ import annotations

import time

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import AssetUnavailable, NotFound, PlaycutError, SubmissionUncertain
from playcut_jupyter.sandbox import Sandbox

from .accidents import Canned, EndlessDrip, Reset, Step
from .answers import answer, error
from .cases import ALWAYS, IMPATIENT, moved
from .conftest import Connect
from .outcomes import assert_told_well, ended, only_record, submit
from .proxy import Proxy


def test_retry_after_is_obeyed(proxy: Proxy, connect: Connect) -> None:
    proxy.program("submit", Canned(raw=error(429, headers={"Retry-After": "1"})))
    run = submit(connect())
    began = time.monotonic()
    assert ended(run) is None
    assert time.monotonic() - began >= 0.9


def test_a_wait_that_is_cut_is_taken_up_with_the_state_and_a_new_wait(connect: Connect) -> None:
    with Sandbox(latency_s=0.6, rate=None, media="tiny") as sandbox, Proxy(sandbox) as slower:
        slower.program("wait", Reset())
        home = connect().connector.home.with_name("slower")
        with Playcut(api_key=sandbox.key, base_url=slower.base_url, home=home, progress="off") as pc:
            assert ended(submit(pc)) is None
        assert slower.seen == ["session", "submit", "wait", "status", "wait", "sign", "download"]
        assert sandbox.submissions == 1


def test_each_download_uses_a_newly_signed_url(proxy: Proxy, connect: Connect) -> None:
    proxy.program("download", Reset(), 2)
    assert ended(submit(connect())) is None
    assert proxy.seen[3:] == ["sign", "download"] * 3


def test_an_uncertain_one_of_a_sweep_is_not_retried_unless_asked_for(proxy: Proxy, connect: Connect) -> None:
    before = proxy.sandbox.submissions
    proxy.program("submit", Reset(forward=True))
    pc = connect()
    sweep = pc.sweep("hi", kind="speech", voice=["voice_en_gb_ada", "voice_en_us_grace"], seed=1)
    assert [type(run.error) for run in sweep.failed] == [SubmissionUncertain]
    assert proxy.sandbox.submissions - before == 2
    sweep.retry_failed()
    assert proxy.sandbox.submissions - before == 2
    sweep.retry_failed(uncertain=True)
    assert proxy.sandbox.submissions - before == 3


@pytest.mark.parametrize("step", ["session", "submit", "sign"])
def test_an_answer_that_never_ends_is_given_up(step: Step, proxy: Proxy, connect: Connect) -> None:
    before = proxy.sandbox.submissions
    proxy.program(step, EndlessDrip(forward=True))
    run = submit(connect(**IMPATIENT))
    failure = ended(run, 4)
    assert type(failure) is (SubmissionUncertain if step == "submit" else type(None))
    assert proxy.sandbox.submissions - before == 1


@pytest.mark.parametrize("place", ["mailto:x", "localhost:8080/login", "data:text/html,x"])
def test_a_submission_that_is_answered_with_an_odd_redirect_is_not_sent_again(
    place: str, proxy: Proxy, connect: Connect
) -> None:
    proxy.program("submit", moved(place), ALWAYS)
    pc = connect()
    failure = ended(submit(pc))
    assert proxy.seen.count("submit") == 1
    assert type(failure) is PlaycutError
    assert "no valid address" in str(failure)
    assert only_record(pc.connection.library).state == "refused"


@pytest.mark.parametrize("place", ["http://[bad", "mailto:x", "//[", "http://\x7f/"])
def test_a_download_that_is_redirected_to_no_address_is_unavailable_and_not_lost(
    place: str, proxy: Proxy, connect: Connect
) -> None:
    proxy.program("download", moved(place), ALWAYS)
    pc = connect()
    failure = ended(submit(pc))
    assert type(failure) is AssetUnavailable
    assert_told_well(failure, proxy.sandbox.key)
    proxy.heal()
    assert [run.error for run in pc.resume()] == [None]


@pytest.mark.parametrize(
    "raw",
    [
        answer(200, b"\x00NG\r\n\x1a\n" + bytes(5_000), "image/png"),
        answer(200, b"GenerationRequest has expired", "text/plain"),
    ],
    ids=["a PNG without its first bytes", "a sentence"],
)
def test_bytes_that_are_no_picture_are_not_kept_as_the_picture(raw: bytes, proxy: Proxy, connect: Connect) -> None:
    proxy.program("download", Canned(raw=raw))
    run = submit(connect(), "image")
    assert ended(run) is None
    assert run.assets[0].kind == "image"


def test_a_task_from_elsewhere_is_remembered_although_its_asset_can_not_be_signed(
    proxy: Proxy, connect: Connect
) -> None:
    task_id = submit(connect()).wait(30).task_id or ""
    elsewhere = connect("another-machine")
    proxy.program("sign", Canned(raw=error(404)))
    with pytest.raises(PlaycutError) as caught:
        elsewhere.wait(task_id)
    assert caught.value.task_id == task_id
    assert [run.error for run in elsewhere.resume()] == [None]


def test_a_task_that_nobody_knows_leaves_no_row(proxy: Proxy, connect: Connect) -> None:
    pc = connect()
    with pytest.raises(NotFound) as caught:
        pc.wait("t_nobody_knows")
    assert caught.value.task_id == "t_nobody_knows"
    assert len(pc.history()) == 0
