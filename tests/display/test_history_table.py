"""The history as a table of thumbnails, and as columns."""

from __future__ import annotations

from playcut_jupyter.runs.history import History

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import grid
from playcut_jupyter.tools import VIDEO
from tests.display.pages import Page, png, saved


def test_the_history_is_a_table_with_thumbnails_and_columns_of_text(connection: Connection) -> None:
    runs = History(
        [saved(connection, png((800, 600)), prompt="a fox"), saved(connection, state="failed", status="FAILED")]
    )
    bundle = runs._repr_mimebundle_()
    page = Page(bundle["text/html"])
    assert list(page.texts[:6]) == ["#", "prompt", "state", "credits", "when", "task"]
    (thumbnail,) = page.all("img")
    assert len(thumbnail["src"]) < 4_000
    assert "FAILED" in page.text
    lines = bundle["text/plain"].splitlines()
    assert lines[0].split() == ["#", "kind", "prompt", "state", "credits", "when", "task"]
    assert [line.split()[:2] for line in lines[1:]] == [["7", "image"], ["7", "image"]]
    assert all("task_1" in line and " 80 " in line for line in lines[1:])


def test_long_prompts_and_line_breaks_keep_the_columns_of_the_history(connection: Connection) -> None:
    text = repr(History([saved(connection, prompt="one\ntwo " + "x" * 100)]))
    assert len(text.splitlines()) == 2
    assert "one two xxx" in text
    assert "…" in text


def test_an_empty_history_says_so(connection: Connection) -> None:
    empty = History([])
    assert repr(empty) == "Nothing has been made yet."
    assert "Nothing has been made yet." in empty._repr_mimebundle_()["text/html"]


def test_a_search_that_finds_nothing_says_so(connection: Connection) -> None:
    assert grid.history_text([], "a <b>fox") == "Nothing matches 'a <b>fox'."
    assert "Nothing matches" in Page(str(grid.history([], "a <b>fox"))).text


def test_a_clip_has_a_thumbnail_in_the_history(connection: Connection, clip: bytes) -> None:
    run = saved(connection, clip, tool=VIDEO.name)
    (thumbnail,) = Page(str(grid.history([run]))).all("img")
    assert thumbnail["src"].startswith("data:image/webp")
    assert len(thumbnail["src"]) < 8_000


def test_the_history_is_a_sequence_and_gives_records(connection: Connection) -> None:
    runs = History([saved(connection, png()), saved(connection)])
    assert len(runs) == 2
    assert next(iter(runs)) is runs[0]
    assert list(runs[-1:]) == [runs[1]]
    assert [record["status"] for record in runs.to_records()] == ["COMPLETED", "COMPLETED"]
