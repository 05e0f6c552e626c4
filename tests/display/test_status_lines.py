"""The line of a generation: what it says while it waits, when it is done, and when it failed."""

from __future__ import annotations

import re
import time

import pytest
from playcut_jupyter.runs.sweep import Sweep

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import grid, render
from playcut_jupyter.errors import PlaycutError, StoppedWaiting, SubmissionUncertain, TaskFailed
from playcut_jupyter.settings import SANDBOX_ORIGIN
from tests.display.pages import EVIL, Page, Waiting, failed, html, png, saved


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING", "SUBMITTING", "COMPLETED"])
def test_a_live_status_has_its_state_as_class_and_word(waiting: Waiting, state: str) -> None:
    page = html(waiting(status=state))
    assert page.all("div", f"playcut-status-{state.lower()}")[0]["class"] == (
        f"playcut-status playcut-status-{state.lower()}"
    )
    assert state in page.text


@pytest.mark.parametrize(
    ("state", "class_"),
    [
        ("QUEUED_UPSTREAM", "queued-upstream"),
        ("WAITING FOR GPU", "waiting-for-gpu"),
        (EVIL, "img-src-x-onerror-alert-1"),
        ('"><svg onload="x', "svg-onload--x"),
        ("ÄÖÜ", "unknown"),
        ("", "unknown"),
        ("--", "unknown"),
    ],
)
def test_a_state_nobody_knows_is_shown_as_it_is_with_a_harmless_class(
    waiting: Waiting, state: str, class_: str
) -> None:
    page = html(waiting(status=state))
    assert page.all("div")[0]["class"] == f"playcut-status playcut-status-{class_}"
    assert state in page.text


def test_a_live_status_tells_what_is_known(waiting: Waiting) -> None:
    run = waiting(
        status="PROCESSING", progress=42.4, estimated_credits=80.0, note="voice Ada", retry_reason="It was cut."
    )
    page = html(run)
    assert re.search(
        r"PROCESSING .*image · \d+\.\d s \(typically 5-15 s\) · 42 % · It was cut\. Going on\. · 80 credits", page.text
    )
    assert "80 credits (estimate) · voice Ada" in page.text
    assert page.all("progress")[0]["value"] == "42"


def test_a_million_credits_are_written_out_and_one_is_one(waiting: Waiting, connection: Connection) -> None:
    dear = saved(connection, png())
    dear.estimated_credits = connection.account.spent = 1_234_567.0
    cheap = waiting("a hare", estimated_credits=1.0)
    sweep = Sweep(connection, [dear, waiting("a cat")], {})

    assert "1234567 credits (estimate)" in html(dear).text
    assert "this kernel: 1234567 credits (estimate)" in html(dear).text
    assert "1 credit (estimate)" in html(cheap).text
    assert "1234567 of about 2469000 credits (estimate)" in Page(grid.sweep_bundle(sweep)["text/html"]).text
    assert " 1234567 " in grid.history_text([dear])


def test_a_pause_of_the_rate_limit_is_told(waiting: Waiting) -> None:
    run = waiting(pause_s=12.4)
    run._paused_at = time.monotonic()
    assert "rate limited, going on in 12 s" in html(run).text


def test_a_result_ends_with_a_quiet_line(connection: Connection) -> None:
    run = saved(connection, png((640, 480)))
    text = html(run).text
    assert f"completed · image · 640 x 480 · 4.2 s · 80 credits (estimate) · {run.assets[0].path}" in text
    assert "this kernel: 0 credits (estimate)" in text
    lines = Page(render.lines_bundle(run)["text/html"])
    assert not lines.all("img")
    assert lines.all("div", "playcut-status-completed")


def test_a_front_end_that_asks_for_a_bundle_gets_what_is_displayed(connection: Connection) -> None:
    run = saved(connection, png())
    assert run._repr_mimebundle_() == render.bundle(run)


def test_what_comes_from_the_library_is_said_to_cost_nothing(connection: Connection) -> None:
    run = saved(connection, png())
    run.reused = True
    text = html(run).text
    assert "from your library, 0 credits (--fresh buys another)" in text
    assert "80 credits" not in text


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TaskFailed("It broke.", task_id="task_1"), "failed"),
        (SubmissionUncertain("The answer was lost."), "uncertain"),
        (StoppedWaiting("Stopped waiting.", task_id="task_1"), "stopped"),
    ],
)
def test_a_failure_is_told_with_its_reason_and_task(waiting: Waiting, error: PlaycutError, state: str) -> None:
    page = html(failed(waiting(task_id=error.task_id), error))
    assert page.all("div", f"playcut-status-{state}")
    assert error.message in page.text
    assert state.upper() in page.text
    assert not error.task_id or "task task_1" in page.text


def test_what_could_not_be_kept_is_warned_of(connection: Connection) -> None:
    run = saved(connection, png())
    run.warning = f"the disk is full {EVIL}"
    page = html(run)
    assert page.all("div", "playcut-warning")
    assert f"Not kept: the disk is full {EVIL}" in page.text
    assert "not kept: the disk is full" in render.plain_status(run)


def test_only_the_sandbox_wears_its_badge(connection: Connection) -> None:
    mark = ("span", "playcut-sandbox")
    assert html(saved(connection, png(), origin=SANDBOX_ORIGIN)).all(*mark)
    assert not html(saved(connection, png())).all(*mark)
    assert render.plain_status(saved(connection, origin=SANDBOX_ORIGIN)).startswith("[sandbox] ")
    sweep = Sweep(connection, [saved(connection, png(), origin=SANDBOX_ORIGIN)])
    assert Page(grid.sweep_bundle(sweep)["text/html"]).all(*mark)
    assert "(sandbox)" in Page(grid.history(list(sweep))).text


def test_plain_text_tells_the_same_on_one_line(connection: Connection, waiting: Waiting) -> None:
    assert render.plain_status(waiting(status="PENDING")).startswith("PENDING · image · ")
    line = render.plain_status(saved(connection, png()))
    assert line.startswith("COMPLETED · image · 40 x 30 · 4.2 s · 80 credits (estimate) · ")
    assert "\n" not in line
