"""Nothing from outside is markup."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.sweep import Sweep

from playcut_jupyter import media
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import grid, render
from playcut_jupyter.errors import AssetUnavailable, TaskFailed
from playcut_jupyter.tools import IMAGE, GenerationRequest
from tests.display.pages import EVIL, Page, Waiting, failed, html, png, saved

HOSTILE = [
    EVIL,
    "\"'><script>alert(1)</script>",
    '" onload="alert(1)',
    "two\nlines & <b>more</b>",
    "{0} {run.error} %s {{x}}",
    "</div></td></table><svg/onload=alert(1)>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_prompt_is_never_markup(connection: Connection, waiting: Waiting, text: str) -> None:
    plain = Page(render.bundle(saved(connection, png()))["text/html"]).count
    done = saved(connection, png(), prompt=text)
    page = html(done)
    assert page.count == plain
    assert page.all("img")[0]["alt"] == text
    assert html(waiting(text)).count == html(waiting()).count
    listed = Page(grid.history([done, saved(connection, prompt=text, state="failed", error=text)]))
    assert text in listed.text
    assert listed.count.count("img") == 1
    one = Page(grid.sweep_bundle(Sweep(connection, [done]))["text/html"])
    assert one.count.count("img") == 1
    assert text[:80] in one.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_service_says_is_never_markup(connection: Connection, waiting: Waiting, text: str) -> None:
    sober = failed(waiting(task_id="t"), TaskFailed("no", hint="no", task_id="t"))
    angry = failed(waiting(task_id=text), TaskFailed(text, hint=text, task_id=text))
    assert html(angry).count == html(sober).count
    assert html(angry).text.count(text) >= 2
    busy = waiting(status=text, retry_reason=text, note=text, warning=text)
    assert "img" not in html(busy).count
    assert text in html(busy).text
    sweep = Page(grid.sweep_bundle(Sweep(connection, [angry, busy]))["text/html"])
    assert set(sweep.count) <= {"div", "b", "br"}
    assert Page(render.message(text)).count == ["div"]


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_of_a_sweep_are_never_markup(connection: Connection, waiting: Waiting, text: str) -> None:
    runs = []
    for labels in product([text, "x"], [text, "y"], [text, "z"]):
        run = waiting()
        run.labels = dict(zip((text, "b", "c"), labels, strict=True))
        runs.append(run)
    axes = {text: [text, "x"], "b": [text, "y"], "c": [text, "z"]}
    page = Page(grid.sweep_bundle(Sweep(connection, runs, axes))["text/html"])
    assert set(page.count) <= {"div", "b", "br", "table", "tr", "td", "th"}
    assert f"{text}: {text}" in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_and_an_error_are_never_markup(text: str, tmp_path: Path) -> None:
    path = tmp_path / text.replace("/", "_")
    odd = Asset(id=text, facts=media.MediaInfo(text), path=path, caption=text)
    page = Page(render.asset(odd))
    assert set(page.count) == {"div", "br", "code"}
    assert str(path) in page.text
    lost = Asset(id=text, facts=media.MediaInfo("image/png"), path=path, caption=text)
    page = Page(render.asset(lost))
    assert page.count == ["div"]
    assert "is gone from the library" in page.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_breaks_the_html(connection: Connection, prompt: str, said: str) -> None:
    run = Generation(connection, GenerationRequest(IMAGE, {"prompt": prompt}))
    run.status = said
    run.note = said
    run.warning = said
    page = html(run)
    assert set(page.count) <= {"div", "b"}
    assert set(Page(grid.history([run])).count) <= {"div", "table", "tr", "th", "td"}
    assert grid.history_text([run])


def test_a_lost_original_shows_as_a_message_in_its_place(connection: Connection) -> None:
    run = saved(connection, png())
    path = run.assets[0].path
    assert path is not None
    path.unlink()
    page = html(run)
    assert "gone from the library" in page.text
    with pytest.raises(AssetUnavailable):
        run.assets[0].preview()
