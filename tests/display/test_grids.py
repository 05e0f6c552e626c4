"""A sweep as a grid: a row, a table, small multiples, and tiles that wait."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest
from playcut_jupyter.runs.sweep import Sweep

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import grid
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.tools import IMAGE, SPEECH, VIDEO
from tests.display.pages import Page, Waiting, failed, png, saved


def sweep_of(connection: Connection, axes: Mapping[str, Sequence[object]], **how: Any) -> Sweep:
    runs = []
    for values in product(*axes.values()):
        run = saved(connection, png(), prompt=" ".join(map(str, values)) or "a fox", **how)
        run.labels = dict(zip(axes, values, strict=True))
        runs.append(run)
    return Sweep(connection, runs, axes)


def test_a_sweep_without_axes_is_its_tiles_under_their_prompts(connection: Connection) -> None:
    page = Page(grid.sweep_bundle(sweep_of(connection, {}))["text/html"])
    assert "table" not in page.count
    assert "1 of 1 done" in page.text
    assert page.text.endswith("a fox")


def test_a_sweep_of_one_axis_is_its_tiles_under_their_values(connection: Connection) -> None:
    page = Page(grid.sweep_bundle(sweep_of(connection, {"colour": ["red", "blue"], "size": ["1K"]}))["text/html"])
    assert "table" not in page.count
    assert page.texts[-2:] == ["red", "blue"]
    assert len(page.all("img")) == 2


def test_a_sweep_of_two_axes_is_a_table_of_rows_and_columns(connection: Connection) -> None:
    axes = {"animal": ["fox", "owl"], "ratio": ["1:1", "16:9", "9:16"]}
    page = Page(grid.sweep_bundle(sweep_of(connection, axes))["text/html"])
    assert len(page.all("table", "playcut-grid")) == 1
    assert (page.count.count("tr"), page.count.count("th"), page.count.count("td")) == (3, 6, 6)
    words = [text for text in page.texts if text in ("animal / ratio", "fox", "owl", "1:1", "16:9", "9:16")]
    assert words == ["animal / ratio", "1:1", "16:9", "9:16", "fox", "owl"]
    assert [image["alt"] for image in page.all("img")] == [" ".join(pair) for pair in product(*axes.values())]


def test_a_sweep_of_three_axes_is_a_table_for_each_value_of_the_first(connection: Connection) -> None:
    axes = {"colour": ["red", "blue"], "animal": ["fox", "owl"], "ratio": ["1:1", "16:9"]}
    page = Page(grid.sweep_bundle(sweep_of(connection, axes))["text/html"])
    assert len(page.all("table", "playcut-grid")) == 2
    assert [text for text in page.texts if text.startswith("colour")] == ["colour: red", "colour: blue"]
    assert len(page.all("img")) == 8


def test_failed_and_waiting_tiles_stand_in_their_places(connection: Connection, waiting: Waiting) -> None:
    sweep = sweep_of(connection, {"animal": ["fox"], "ratio": ["1:1"]})
    bad = failed(waiting("an owl", task_id="task_2"), TaskFailed("It broke."))
    slow = waiting("a hare", status="PROCESSING", progress=30.0)
    bundle = grid.sweep_bundle(Sweep(connection, [sweep[0], bad, slow], {}))
    page = Page(bundle["text/html"])
    assert len(page.all("img")) == 1
    assert len(page.all("div", "playcut-tile-failed")) == len(page.all("div", "playcut-tile-waiting")) == 1
    assert "It broke." in page.text
    assert "PROCESSING" in page.text
    assert "1 of 3 done · 1 failed" in bundle["text/plain"]
    assert page.all("div", "playcut-status-processing")


def test_a_sweep_that_is_over_says_whether_all_went_well(connection: Connection, waiting: Waiting) -> None:
    good = sweep_of(connection, {"a": [1, 2]})
    page = Page(grid.sweep_bundle(good, summary_only=True)["text/html"])
    assert page.all("div", "playcut-status-completed")
    assert not page.all("img")
    assert "2 of 2 done" in page.text
    assert "160 credits (estimate)" in page.text
    bad = Sweep(connection, [*good, failed(waiting(), TaskFailed("It broke."))])
    assert Page(grid.sweep_bundle(bad)["text/html"]).all("div", "playcut-status-failed")


def test_a_sweep_tells_what_was_reused_not_kept_and_held_up(connection: Connection, waiting: Waiting) -> None:
    sweep = sweep_of(connection, {"a": [1, 2, 3]})
    sweep[0].reused = True
    sweep[1].warning = sweep[2].warning = "the disk is full"
    held_up = waiting(pause_s=9.0)
    held_up._paused_at = time.monotonic()
    text = Page(grid.sweep_bundle(Sweep(connection, [*sweep, held_up]))["text/html"]).text
    assert "1 from your library, 0 credits (--fresh buys others)" in text
    assert "160 of about 240 credits (estimate)" in text
    assert text.count("not kept: the disk is full") == 1
    assert "rate limited, going on in 9 s" in text


@pytest.mark.parametrize(
    ("tool", "ratio", "height_px"),
    [
        (IMAGE, "16:9", 135),
        (IMAGE, "9:16", 320),
        (IMAGE, None, 240),
        (IMAGE, "wide", 240),
        (VIDEO, "9:16", 427),
        (VIDEO, None, 135),
        (SPEECH, None, 54),
    ],
)
def test_a_tile_that_waits_is_as_high_as_what_will_come(
    connection: Connection, waiting: Waiting, tool: Any, ratio: str | None, height_px: int
) -> None:
    run = waiting(tool=tool)
    run.inputs = {**run.inputs, **({"aspectRatio": ratio} if ratio else {})}
    (tile,) = Page(grid.sweep_bundle(Sweep(connection, [run]))["text/html"]).all("div", "playcut-tile-waiting")
    padding_and_border = 2 * (8 + 1)
    assert f"min-height:{height_px - padding_and_border}px" in tile["style"]


def test_pictures_keep_their_size_while_more_come(connection: Connection, waiting: Waiting) -> None:
    first, rest = saved(connection, png((900, 900))), [waiting() for _ in range(20)]
    at_first = Page(grid.sweep_bundle(Sweep(connection, [first, *rest]))["text/html"]).all("img")
    at_last = Page(grid.sweep_bundle(Sweep(connection, [first] * 21))["text/html"]).all("img")
    assert at_first[0]["src"] == at_last[0]["src"]


def test_a_sweep_that_is_over_names_the_place_of_its_files(connection: Connection, waiting: Waiting) -> None:
    first, second = saved(connection, png(colour="red")), saved(connection, png(colour="blue"))
    assert grid.summary(Sweep(connection, [first])).endswith(f" · {first.assets[0].path}")
    place = grid.summary(Sweep(connection, [first, second])).rpartition(" · ")[2]
    assert all(str(run.assets[0].path).startswith(place) for run in (first, second))
    assert place.startswith(str(connection.settings.home))
    assert str(connection.settings.home) not in grid.summary(Sweep(connection, [first, waiting()]))


def test_a_sweep_tells_how_far_those_are_that_wait(connection: Connection, waiting: Waiting) -> None:
    sweep = Sweep(connection, [saved(connection, png()), waiting(progress=30.0), waiting()])
    assert "1 of 3 done · 15 % of what waits" in grid.summary(sweep)


def test_an_empty_sweep_shows(connection: Connection) -> None:
    assert "0 of 0 done" in Page(grid.sweep_bundle(Sweep(connection, []))["text/html"]).text


def test_a_grid_of_36_pictures_stays_below_2_mb(connection: Connection) -> None:
    pictures = [drawn.picture(f"a fox of kind {number}").data for number in range(3)]
    axes = {"row": range(6), "column": range(6)}
    runs = []
    for number, values in enumerate(product(*axes.values())):
        run = saved(connection, pictures[number % 3])
        run.labels = dict(zip(axes, values, strict=True))
        runs.append(run)
    bundle = grid.sweep_bundle(Sweep(connection, runs, axes))
    assert len(Page(bundle["text/html"]).all("img")) == 36
    assert len(bundle["text/html"]) < 2_000_000
