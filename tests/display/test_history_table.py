"""The history as a table of thumbnails, and as columns."""

from __future__ import annotations

from playcut_jupyter.display import history_table
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.library.store import Store
from playcut_jupyter.tools import VIDEO
from tests.display.pages import Page, failed, png, saved


def test_the_history_is_a_table_with_thumbnails_and_columns_of_text(store: Store) -> None:
    snapshots = [
        saved(store, png((800, 600)), prompt="a fox"),
        failed(saved(store, status="FAILED"), TaskFailed("It broke.")),
    ]
    bundle = history_table.bundle(snapshots)
    page = Page(bundle["text/html"])
    assert list(page.texts[:6]) == ["#", "prompt", "state", "credits", "when", "task"]
    assert page.all("table", "playcut-history")
    (thumbnail,) = page.all("img")
    assert len(thumbnail["src"]) < 4_000
    assert "FAILED" in page.text
    lines = bundle["text/plain"].splitlines()
    assert lines[0].split() == ["#", "kind", "prompt", "state", "credits", "when", "task"]
    assert [line.split()[:2] for line in lines[1:]] == [["7", "image"], ["7", "image"]]
    assert all("task_1" in line and " 80 " in line for line in lines[1:])


def test_long_prompts_and_line_breaks_keep_the_columns_of_the_history(store: Store) -> None:
    text = history_table.text([saved(store, prompt="one\ntwo " + "xxx " * 25)])
    assert len(text.splitlines()) == 2
    assert "one two xxx" in text
    assert "…" in text


def test_an_empty_history_says_so() -> None:
    empty = history_table.bundle([])
    assert empty["text/plain"] == "Nothing has been generated yet."
    assert "Nothing has been generated yet." in empty["text/html"]


def test_a_search_that_finds_nothing_says_so() -> None:
    assert history_table.text([], "a <b>fox") == "Nothing matches 'a <b>fox'."
    assert "Nothing matches" in Page(history_table.html([], "a <b>fox")).text


def test_a_clip_has_a_thumbnail_in_the_history(store: Store, clip: bytes) -> None:
    (thumbnail,) = Page(history_table.html([saved(store, clip, tool=VIDEO)])).all("img")
    assert thumbnail["src"].startswith("data:image/webp")
    assert len(thumbnail["src"]) < 8_000


def test_what_has_no_file_any_more_is_its_kind_in_the_history(store: Store) -> None:
    snapshot = saved(store, png())
    path = snapshot.assets[0].path
    assert path is not None
    path.unlink()
    page = Page(history_table.html([snapshot]))
    assert not page.all("img")
    assert "image" in page.texts
