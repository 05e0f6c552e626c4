"""Nothing from outside is markup."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playcut_jupyter.display import history_table, media_html, tables, text_html
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import Store
from tests.display.pages import EVIL, Page, failed, html, png, saved, sweep_html, waiting

HOSTILE = [
    EVIL,
    "\"'><script>alert(1)</script>",
    '" onload="alert(1)',
    "two\nlines & <b>more</b>",
    "{0} {run.error} %s {{x}}",
    "</div></td></table><svg/onload=alert(1)>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_prompt_is_never_markup(store: Store, text: str) -> None:
    plain = html(saved(store, png())).count
    done = saved(store, png(), prompt=text)
    page = html(done)
    assert page.count == plain
    assert page.all("img")[0]["alt"] == text
    assert html(waiting(text)).count == html(waiting()).count
    listed = Page(history_table.html([done, failed(saved(store, prompt=text), TaskFailed(text))]))
    assert text in listed.text
    assert listed.count.count("img") == 1
    one = sweep_html([done])
    assert one.count.count("img") == 1
    assert text in one.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_service_says_is_never_markup(text: str) -> None:
    sober = failed(waiting(task_id="t"), TaskFailed("no", hint="no", task_id="t"))
    angry = failed(waiting(task_id=text), TaskFailed(text, hint=text, task_id=text))
    assert html(angry).count == html(sober).count
    assert html(angry).text.count(text) >= 2
    busy = waiting(status=text, retry_reason=text, note=text, warning=text)
    assert "img" not in html(busy).count
    assert text in html(busy).text
    assert set(sweep_html([angry, busy]).count) <= {"div", "b", "br"}
    assert Page(text_html.message(text)).count == ["div"]


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_of_a_sweep_are_never_markup(text: str) -> None:
    axes = {text: [text, "x"], "b": [text, "y"], "c": [text, "z"]}
    snapshots = [waiting(labels=dict(zip(axes, labels, strict=True))) for labels in product(*axes.values())]
    page = sweep_html(snapshots, axes)
    assert set(page.count) <= {"div", "b", "br", "table", "tr", "td", "th"}
    assert f"{text}: {text}" in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_cells_of_a_table_are_never_markup(text: str) -> None:
    page = Page(tables.table("playcut-x", [[text, text]], header=[text, text], row_headings=True))
    assert page.count == ["div", "table", "tr", "th", "th", "tr", "th", "td"]
    assert page.texts == [text] * 4


@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_and_an_error_are_never_markup(text: str, tmp_path: Path) -> None:
    path = tmp_path / text.replace("/", "_")
    odd = AssetRecord(text, "", path, text, 1)
    page = Page(media_html.asset(odd, text, 640))
    assert set(page.count) == {"div", "br", "code"}
    assert str(path) in page.text
    lost = AssetRecord(text, "", path, "image/png", 1)
    page = Page(media_html.asset(lost, text, 640))
    assert page.count == ["div"]
    assert "is gone from the library" in page.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_breaks_the_html(prompt: str, said: str) -> None:
    snapshot = replace(waiting(prompt), status=said, note=said, warning=said)
    assert set(html(snapshot).count) <= {"div", "b"}
    assert set(Page(history_table.html([snapshot])).count) <= {"div", "table", "tr", "th", "td"}
    assert history_table.text([snapshot])


def test_a_lost_original_shows_as_a_message_in_its_place(store: Store) -> None:
    snapshot = saved(store, png())
    path = snapshot.assets[0].path
    assert path is not None
    path.unlink()
    assert "gone from the library" in html(snapshot).text
