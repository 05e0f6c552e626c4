"""The line of a generation: what it says while it waits, when it is done, and when it failed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from playcut_jupyter.display import history_table, status
from playcut_jupyter.errors import PlaycutError, StoppedWaiting, SubmissionUncertain, TaskFailed
from playcut_jupyter.library.store import Store
from tests.display.pages import EVIL, Page, failed, html, png, saved, sweep_html, waiting


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING", "SUBMITTING", "COMPLETED"])
def test_a_live_status_has_its_state_as_class_and_word(state: str) -> None:
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
def test_a_state_nobody_knows_is_shown_as_it_is_with_a_harmless_class(state: str, class_: str) -> None:
    page = html(waiting(status=state))
    assert page.all("div", "playcut-status")[0]["class"] == f"playcut-status playcut-status-{class_}"
    assert state in page.text


def test_what_is_being_fetched_is_not_called_completed(store: Store) -> None:
    page = html(waiting(status="COMPLETED", is_fetching=True))
    assert page.all("div", "playcut-status-fetching")
    assert "COMPLETED" not in page.text
    assert html(saved(store, png())).all("div", "playcut-status-completed")


def test_a_live_status_tells_what_is_known() -> None:
    page = html(
        waiting(
            status="PROCESSING",
            progress=42.4,
            elapsed_s=3.14,
            estimated_credits=80.0,
            note="voice Ada",
            retry_reason="It was cut.",
        )
    )
    facts = "image · 3.1 s (typically 5-15 s) · 42 % · It was cut. Retrying. · 80 credits (estimate) · voice Ada"
    assert re.fullmatch(rf"PROCESSING +{re.escape(facts)}", page.text)
    assert page.all("progress")[0]["value"] == "42"


def test_a_million_credits_are_written_out_and_one_is_one(store: Store) -> None:
    dear = saved(store, png(), estimated_credits=1_234_567.0, kernel_credits=1_234_567.0, has_spent=True)
    cheap = waiting("a hare", estimated_credits=1.0)

    assert "1234567 credits (estimate)" in html(dear).text
    assert "this kernel: 1234567 credits (estimate)" in html(dear).text
    assert "1 credit (estimate)" in html(cheap).text
    assert "1234567 of about 2469000 credits (estimate)" in sweep_html([dear, waiting("a cat")]).text
    assert " 1234567 " in history_table.text([dear])


def test_a_pause_of_the_rate_limit_is_told() -> None:
    assert "rate limited, continuing in 12 s" in html(waiting(pause_s=12.4)).text
    assert "rate limited" not in html(waiting()).text


def test_a_pause_says_why_in_the_services_words_until_the_next_attempt() -> None:
    for pause_s, words in ((12.4, "Trying again in 12 s."), (0.0, "Trying again.")):
        page = html(waiting(pause_s=pause_s, pause_reason=f"No credits left {EVIL}."))
        assert f"No credits left {EVIL}. {words}" in page.text
        assert "rate limited" not in page.text


def test_a_result_ends_with_a_quiet_line(store: Store) -> None:
    snapshot = saved(store, png((640, 480)), kernel_credits=80.0, has_spent=True)
    path = snapshot.assets[0].path
    assert path is not None
    name = f"{path.name[:8]}….png"
    facts = "completed · image · 640 x 480 · 4.2 s · 80 credits (estimate)"
    assert f"{facts} · {name} · this kernel: 80 credits (estimate)" in html(snapshot).text
    line = Page(status.summary_bundle(snapshot)["text/html"])
    assert [place["title"] for place in line.all("span", "playcut-place")] == [str(path)]
    assert f"· {path} ·" in status.text(snapshot)
    assert not line.all("img")
    assert line.all("div", "playcut-status-completed")


def test_the_kernels_credits_are_told_by_what_changed_them(store: Store) -> None:
    assert "this kernel" not in html(saved(store, png(), kernel_credits=80.0)).text


def test_where_outputs_are_to_be_alike_a_place_begins_in_the_library(store: Store) -> None:
    snapshot = saved(store, png())
    (record,) = snapshot.assets
    alike = replace(snapshot, assets=(replace(record, is_portable=True),))
    for text in (status.html(alike), status.text(alike)):
        assert str(store.folder) not in text
        assert f"media/{record.sha256[:2]}/{record.sha256[:32]}.png" in text


def test_what_comes_from_the_library_is_said_to_cost_nothing(store: Store) -> None:
    snapshot = saved(store, png(), reused=True)
    text = html(snapshot).text
    assert "from your library, 0 credits (--fresh generates another)" in text
    assert "80 credits" not in text
    assert "this kernel" not in text


def test_a_front_end_calls_the_option_that_generates_again_in_its_own_way(store: Store) -> None:
    facts = status.result_facts(saved(store, png(), reused=True), fresh="“fresh”")
    assert "from your library, 0 credits (“fresh” generates another)" in facts


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TaskFailed("It broke.", task_id="task_1"), "failed"),
        (SubmissionUncertain("The answer was lost."), "uncertain"),
        (StoppedWaiting("Stopped waiting.", task_id="task_1"), "stopped"),
    ],
)
def test_a_failure_is_told_with_its_reason_and_task(error: PlaycutError, state: str) -> None:
    page = html(failed(waiting(task_id=error.task_id), error))
    assert page.all("div", f"playcut-status-{state}")
    assert error.message in page.text
    assert state.upper() in page.text
    assert not error.task_id or "task task_1" in page.text


def test_what_could_not_be_kept_is_warned_of(store: Store) -> None:
    snapshot = saved(store, png(), warning=f"the disk is full {EVIL}")
    page = html(snapshot)
    assert page.all("div", "playcut-warning")
    assert f"Not saved: the disk is full {EVIL}" in page.text
    assert "not saved: the disk is full" in status.text(snapshot)


def test_only_the_sandbox_wears_its_badge(store: Store) -> None:
    mark = ("span", "playcut-sandbox")
    made_offline = saved(store, png(), is_sandbox=True)
    assert html(made_offline).all(*mark)
    assert not html(saved(store, png())).all(*mark)
    assert status.text(made_offline).startswith("[sandbox] ")
    assert sweep_html([made_offline]).all(*mark)
    assert "(sandbox)" in Page(history_table.html([made_offline])).text


def test_plain_text_tells_the_same_on_one_line(store: Store) -> None:
    assert status.text(waiting(status="PENDING")).startswith("PENDING · image · ")
    line = status.text(saved(store, png()))
    assert line.startswith("COMPLETED · image · 40 x 30 · 4.2 s · 80 credits (estimate) · ")
    assert "\n" not in line


def test_what_brought_no_asset_shows_what_the_tool_answered() -> None:
    snapshot = waiting(status="COMPLETED", done=True, data={"answer": 42})
    assert '"answer": 42' in html(snapshot).text
    assert html(snapshot).all("pre", "playcut-data")
    assert '"answer": 42' in status.text(snapshot)
