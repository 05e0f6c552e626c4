"""What is paid for is waited for by time; what is not is given up soon, and holds up nobody else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from playcut_jupyter import Playcut, PlaycutError, RateLimited, StoppedWaiting
from playcut_jupyter.display import status
from playcut_jupyter.errors import AssetUnavailable, ConnectionFailed, ServerError
from tests.waiting import until_changed

from .accidents import Canned, Refused, Step
from .answers import answer, error, page
from .cases import ALWAYS
from .conftest import Connect
from .outcomes import ended, submit
from .proxy import Proxy


@pytest.fixture
def patient(proxy: Proxy, tmp_path: Path) -> Playcut:
    """Return a client whose retries pause as they do for a user."""
    return Playcut(
        api_key=proxy.sandbox.key, base_url=proxy.base_url, home=tmp_path / "patient", progress="off", deadline_s=20
    )


@pytest.mark.parametrize("status_code", [503, 403])
@pytest.mark.parametrize("step", ["sign", "download", "wait"])
def test_a_retry_after_is_obeyed_at_every_status_and_host(
    step: Step, status_code: int, proxy: Proxy, patient: Playcut
) -> None:
    proxy.program(step, Canned(raw=error(status_code, headers={"Retry-After": "1"})))
    began = time.monotonic()
    with patient as pc:
        assert ended(submit(pc)) is None
    assert time.monotonic() - began >= 0.95
    assert proxy.seen.count(step) == 2


def test_the_line_says_what_is_tried_again_and_a_stop_ends_it(proxy: Proxy, patient: Playcut) -> None:
    proxy.program("download", Canned(raw=answer(503, headers={"Retry-After": "100"})), ALWAYS)
    with patient as pc:
        run = submit(pc)
        until_changed(run, lambda: "Trying again in" in status.text(run.snapshot))
        assert "The download failed: the storage answered 503. Trying again in 100 s." in status.text(run.snapshot)
        run.stop_waiting()  # or `ended` would find it waiting still
        assert isinstance(ended(run, 20), StoppedWaiting)


def test_an_api_that_goes_away_for_a_while_is_told_on_the_line_and_waited_for(proxy: Proxy, patient: Playcut) -> None:
    proxy.program("wait", Refused(), ALWAYS)
    with patient as pc:
        run = submit(pc)
        until_changed(run, lambda: run.snapshot.retry_reason.startswith("No connection"))
        assert "Retrying." in status.text(run.snapshot)
        proxy.heal()
        assert ended(run) is None


@pytest.mark.parametrize(
    ("step", "fault", "outcome"),
    [
        ("wait", Refused(), ConnectionFailed),
        ("sign", Canned(raw=page(502)), ServerError),
        ("download", Canned(raw=page(503)), AssetUnavailable),
    ],
)
def test_retries_end_with_the_deadline(
    step: Step, fault: Canned, outcome: type[PlaycutError], proxy: Proxy, patient: Playcut
) -> None:
    proxy.program(step, fault, ALWAYS)
    patient.configure(deadline_s=1.5)
    with patient as pc:
        failure = ended(submit(pc))
        assert type(failure) is outcome
        assert failure.task_id
        assert "%playcut" in str(failure)


@pytest.mark.parametrize("status_code", [404, 410, 400])
def test_what_time_does_not_mend_at_the_storage_ends_quickly(status_code: int, proxy: Proxy, connect: Connect) -> None:
    proxy.program("download", Canned(raw=answer(status_code)), ALWAYS)
    assert type(ended(submit(connect()))) is AssetUnavailable
    assert proxy.seen.count("download") == (1 if status_code == 410 else 4)


def test_a_429_that_names_no_end_is_told_at_once_and_holds_up_nobody_else(proxy: Proxy, patient: Playcut) -> None:
    proxy.program("submit", Canned(raw=error(429, "No credits left.")), 2)
    with patient as pc:
        refused = submit(pc)
        until_changed(refused, lambda: "No credits left" in status.text(refused.snapshot))
        assert "429" in status.text(refused.snapshot)
        pc.run_tool("list-voices")
        assert pc.connection.client.rate_limiter.pause_s == 0
        refused.stop_waiting()
        assert isinstance(ended(refused), StoppedWaiting)


def test_a_429_that_names_no_end_ends_with_the_words_of_the_service(proxy: Proxy, connect: Connect) -> None:
    proxy.program("submit", Canned(raw=error(429, "No credits left.")), ALWAYS)
    before = proxy.sandbox.submissions
    failure = ended(submit(connect()))
    assert type(failure) is RateLimited
    assert "No credits left." in failure.message
    assert proxy.sandbox.submissions == before


def test_a_429_of_the_rate_limit_still_pauses_everything(proxy: Proxy, patient: Playcut) -> None:
    proxy.program("voices", Canned(raw=error(429, headers={"X-RateLimit-Remaining": "7", "Retry-After": "1"})))
    with patient as pc:
        began = time.monotonic()
        pc.run_tool("list-voices")
        assert time.monotonic() - began > 0.9


def test_a_free_question_is_given_up_soon(proxy: Proxy, connect: Connect) -> None:
    pc = connect()
    proxy.program("voices", Canned(raw=page(403)), ALWAYS)
    with pytest.raises(PlaycutError, match="in place of the API"):
        pc.run_tool("list-voices")
    assert proxy.seen.count("voices") == 1
