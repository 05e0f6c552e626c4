"""A sweep as a grid: a row, a table, small multiples, and tiles that wait."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from playcut_jupyter.display import sweep_grid, sweep_summary
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.store import Store
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.tools import IMAGE, SPEECH, VIDEO, Tool
from tests.display.pages import Page, failed, html, png, saved, sweep_html, waiting


def every_value(store: Store, axes: Mapping[str, Sequence[object]], **fields: Any) -> list[Snapshot]:
    """Return a generation that is done for each combination of the values of *axes*."""
    return [
        saved(
            store,
            png(),
            prompt=" ".join(map(str, values)) or "a fox",
            labels=dict(zip(axes, values, strict=True)),
            **fields,
        )
        for values in product(*axes.values())
    ]


def grid_of(store: Store, axes: Mapping[str, Sequence[object]]) -> Page:
    return sweep_html(every_value(store, axes), axes)


def summary(*snapshots: Snapshot) -> str:
    return sweep_summary.text(SweepSnapshot({}, snapshots))


def test_a_sweep_without_axes_is_its_tiles_under_their_prompts(store: Store) -> None:
    page = grid_of(store, {})
    assert "table" not in page.count
    assert "1 of 1 done" in page.text
    assert page.text.endswith("a fox")


def test_a_sweep_of_one_axis_is_its_tiles_under_their_values(store: Store) -> None:
    page = grid_of(store, {"colour": ["red", "blue"], "size": ["1K"]})
    assert "table" not in page.count
    assert page.text.endswith("colour#7 red#7 blue")
    assert len(page.all("img")) == 2


def test_a_sweep_of_two_axes_is_a_table_of_rows_and_columns(store: Store) -> None:
    axes = {"animal": ["fox", "owl"], "ratio": ["1:1", "16:9", "9:16"]}
    page = grid_of(store, axes)
    assert len(page.all("table", "playcut-grid")) == 1
    assert (page.count.count("tr"), page.count.count("th"), page.count.count("td")) == (3, 6, 6)
    words = [text for text in page.texts if text in ("animal / ratio", "fox", "owl", "1:1", "16:9", "9:16")]
    assert words == ["animal / ratio", "1:1", "16:9", "9:16", "fox", "owl"]
    assert [image["alt"] for image in page.all("img")] == [" ".join(pair) for pair in product(*axes.values())]


def test_alternatives_without_a_name_are_headed_by_their_first_words(store: Store) -> None:
    axes = {
        "a lighthouse on a cliff in a storm|a fox": ["a lighthouse on a cliff in a storm", "a fox"],
        "style": ["oil", "ink"],
    }
    page = grid_of(store, axes)
    assert "a lighthouse on a cliff in a… / style" in page.text


def test_a_sweep_of_three_axes_is_a_table_for_each_value_of_the_first(store: Store) -> None:
    page = grid_of(store, {"colour": ["red", "blue"], "animal": ["fox", "owl"], "ratio": ["1:1", "16:9"]})
    assert len(page.all("table", "playcut-grid")) == 2
    assert [text for text in page.texts if text.startswith("colour")] == ["colour: red", "colour: blue"]
    assert len(page.all("img")) == 8


def test_a_sample_leaves_out_rows_and_columns_that_have_nothing(store: Store) -> None:
    axes = {"animal": ["fox", "owl", "hare"], "ratio": ["1:1", "16:9"]}
    sample = [snapshot for snapshot in every_value(store, axes) if snapshot.prompt in ("fox 16:9", "hare 1:1")]
    page = sweep_html(sample, axes)
    assert (page.count.count("tr"), page.count.count("td"), page.count.count("img")) == (3, 4, 2)
    assert "owl" not in page.text


def test_failed_and_waiting_tiles_stand_in_their_places(store: Store) -> None:
    good = saved(store, png(), prompt="a fox")
    bad = failed(waiting("an owl", task_id="task_2"), TaskFailed("It broke."))
    slow = waiting("a hare", status="PROCESSING", progress=30.0)
    bundle = sweep_grid.bundle(SweepSnapshot({}, [good, bad, slow]))
    page = Page(bundle["text/html"])
    assert len(page.all("img")) == 1
    assert len(page.all("div", "playcut-tile-failed")) == len(page.all("div", "playcut-tile-waiting")) == 1
    assert "It broke." in page.text
    assert "PROCESSING" in page.text
    assert "1 of 3 done · 1 failed" in bundle["text/plain"]
    assert page.all("div", "playcut-status-processing")


def test_a_sweep_that_is_over_says_whether_all_went_well(store: Store) -> None:
    good = every_value(store, {"a": [1, 2]})
    page = Page(sweep_summary.bundle(SweepSnapshot({"a": [1, 2]}, good))["text/html"])
    assert page.all("div", "playcut-status-completed")
    assert not page.all("img")
    assert "2 of 2 done" in page.text
    assert "160 credits (estimate)" in page.text
    bad = failed(waiting(), TaskFailed("It broke."))
    assert sweep_html([*good, bad]).all("div", "playcut-status-failed")


def test_a_sweep_tells_what_was_reused_not_kept_and_held_up(store: Store) -> None:
    first, second, third = every_value(store, {"a": [1, 2, 3]})
    first = replace(first, reused=True)
    second, third = (replace(snapshot, warning="the disk is full") for snapshot in (second, third))
    text = sweep_html([first, second, third, waiting(pause_s=9.0)]).text
    assert "1 from your library, 0 credits (--fresh generates others)" in text
    assert "160 of about 240 credits (estimate)" in text
    assert text.count("not saved: the disk is full") == 1
    assert "rate limited, continuing in 9 s" in text


def test_a_tile_tells_what_the_service_said_of_its_generation_alone() -> None:
    text = sweep_html([waiting(pause_s=9.0, pause_reason="No credits left."), waiting("a cat")]).text
    assert text.count("No credits left. Trying again in 9 s.") == 1
    assert "rate limited" not in text


def test_failed_attempts_that_were_replaced_count_as_credits(store: Store) -> None:
    assert "110 credits (estimate)" in summary(saved(store, png(), credits_before=30.0))


ROOM = re.compile(r"height:(\d+)(?:px)?;(?:overflow:hidden;)?padding:0 0 ([\d.]+)%")


def room(page: Page) -> list[tuple[str, list[str]]]:
    """Return the width of each box, and what its height is made of: pixels, and a share of the width."""
    sizes: list[tuple[str, list[str]]] = []
    for box in page.all("div"):
        if "playcut-box" in box.get("class", ""):
            sizes.append((box["style"].split(";")[0], []))
        elif sizes and (made_of := ROOM.search(box["style"])):
            sizes[-1][1].append(made_of[2])
    return sizes


@pytest.mark.parametrize(
    ("tool", "ratio", "size"),
    [
        (IMAGE, "16:9", ("width:320px", ["56.250"])),
        (IMAGE, "9:16", ("width:180px", ["177.778"])),
        (IMAGE, None, ("width:320px", ["100.000"])),
        (IMAGE, "wide", ("width:320px", ["100.000"])),
        (IMAGE, "0:5", ("width:320px", ["100.000"])),
        (VIDEO, "9:16", ("width:180px", ["177.778"])),
        (VIDEO, None, ("width:320px", ["56.250"])),
        (SPEECH, None, ("width:320px", ["25.000"])),
    ],
)
def test_a_tile_that_waits_is_as_large_as_what_will_come(
    store: Store, tool: Tool, ratio: str | None, size: tuple[str, list[str]]
) -> None:
    inputs = {"prompt": "a fox", **({"aspectRatio": ratio} if ratio else {})}
    assert room(sweep_html([waiting(tool=tool, inputs=inputs)])) == [size]
    if tool is IMAGE:
        across, down = (1376, 768) if ratio == "16:9" else (768, 1376) if ratio == "9:16" else (1024, 1024)
        picture = saved(store, png((across, down)), inputs=inputs)
        assert room(sweep_html([picture])) == [size], "it is nearly of the ratio that was asked for"


def test_a_picture_of_another_shape_than_was_asked_for_has_its_own_box(store: Store) -> None:
    wide = saved(store, png((900, 300)), inputs={"prompt": "a fox", "aspectRatio": "1:1"})
    assert room(sweep_html([wide])) == [("width:320px", ["33.333"])]
    assert room(html(wide)) == [("width:1024px", ["33.333"])]


def test_a_small_picture_is_not_blown_up(store: Store) -> None:
    assert room(html(saved(store, png((64, 64))))) == [("width:64px", ["100.000"])]


def test_every_tile_has_its_number_and_its_star(store: Store) -> None:
    axes = {"animal": ["fox", "owl"], "size": ["1K", "2K"]}
    snapshots = [replace(each, id=number) for number, each in enumerate(every_value(store, axes), 3)]
    snapshots[1] = replace(snapshots[1], starred=True)
    snapshots[3] = waiting("an owl", labels=snapshots[3].labels, id=6)
    captions = [text for text in sweep_html(snapshots, axes).texts if text.startswith("#")]
    assert captions == ["#3", "#4 ★", "#5", "#6"]


def test_three_columns_and_their_labels_fit_beside_the_gutter_of_a_narrow_notebook(store: Store) -> None:
    page = grid_of(store, {"animal": ["fox", "owl"], "ratio": ["1:1", "16:9", "9:16"]})
    (grid,) = page.all("table", "playcut-grid")
    label = int(re.search(r"width:(\d+)px", page.all("th")[0]["style"])[1])  # type: ignore[index]
    assert "table-layout:fixed;width:100%;" in grid["style"]
    least = int(re.search(r"min-width:(\d+)px", grid["style"])[1])  # type: ignore[index]
    assert least <= 364, "which JupyterLab leaves of a window of 500 pixels"
    assert (least - label) / 3 >= 100


def test_pictures_keep_their_size_while_more_come(store: Store) -> None:
    first, rest = saved(store, png((900, 900))), [waiting() for _ in range(20)]
    at_first, at_last = sweep_html([first, *rest]).all("img"), sweep_html([first] * 21).all("img")
    assert at_first[0]["src"] == at_last[0]["src"]


def test_players_are_drawn_only_the_last_time(store: Store, clip: bytes) -> None:
    spoken = drawn.speech("Hello.").data
    done = [saved(store, clip, tool=VIDEO), saved(store, spoken, tool=SPEECH)]
    line, grid = sweep_grid.live_views(lambda: SweepSnapshot({}, done))
    before, at_last = Page(grid(False)["text/html"]), Page(grid(True)["text/html"])
    assert not {"video", "audio"} & set(before.count)
    assert before.all("img", "playcut-poster")
    assert "plays when all are done" in before.text
    assert (at_last.count.count("video"), at_last.count.count("audio")) == (1, 1)
    assert "img" not in Page(line()["text/html"]).count


def test_a_live_sweep_is_drawn_as_it_is_at_the_time(store: Store) -> None:
    sweep = SweepSnapshot({}, [waiting()])
    line, grid = sweep_grid.live_views(lambda: sweep)
    assert "0 of 1 done" in line()["text/plain"]
    sweep = SweepSnapshot({}, [saved(store, png())])
    assert "1 of 1 done" in line()["text/plain"]
    assert Page(grid(False)["text/html"]).all("img", "playcut-image")
    assert grid(False)["text/plain"] == "<Sweep of 1: 1 done, 0 failed; axes none>"


def test_players_beyond_their_share_are_posters_and_their_places(
    store: Store, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_grid, "MAX_PLAYERS_BYTES", 2 * len(clip) - 1)
    snapshot = saved(store, clip, tool=VIDEO)
    assert sweep_html([snapshot]).all("video")
    page = sweep_html([snapshot, snapshot])
    assert not page.all("video")
    assert len(page.all("img", "playcut-poster")) == 2
    assert str(snapshot.assets[0].path) in page.text


def test_a_sweep_that_is_over_names_the_place_of_its_files(store: Store, tmp_path: Path) -> None:
    first, second = saved(store, png(colour="red")), saved(store, png(colour="blue"))
    assert summary(first).endswith(f" · {first.assets[0].path}")
    place = summary(first, second).rpartition(" · ")[2]
    assert all(str(snapshot.assets[0].path).startswith(place) for snapshot in (first, second))
    assert place.startswith(str(tmp_path))
    assert str(tmp_path) not in summary(first, waiting())


def test_a_sweep_tells_how_far_those_are_that_wait(store: Store) -> None:
    assert "1 of 3 done · unfinished: 15 %" in summary(saved(store, png()), waiting(progress=30.0), waiting())


def test_an_empty_sweep_shows() -> None:
    assert "0 of 0 done" in sweep_html([]).text


def noise() -> bytes:
    """Return a picture with as much detail as one can have."""
    out = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise((1024, 1024), 90) for _ in range(3)]).save(out, "JPEG", quality=85)
    return out.getvalue()


def test_a_grid_of_36_pictures_stays_below_2_mb(store: Store) -> None:
    pictures = [noise(), noise(), noise()]
    axes = {"row": range(6), "column": range(6)}
    snapshots = [
        saved(store, pictures[number % 3], labels=dict(zip(axes, values, strict=True)))
        for number, values in enumerate(product(*axes.values()))
    ]
    bundle = sweep_grid.bundle(SweepSnapshot(axes, snapshots))
    assert len(Page(bundle["text/html"]).all("img")) == 36
    assert len(bundle["text/html"]) < 2_000_000
