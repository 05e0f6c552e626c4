"""The living grid, as the page and the kernel tell each other of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.library import ratings
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.widgets.tile_grid import TileGrid
from tests.widgets.page import SETTLE_S, Page, on_page


@pytest.fixture
def sweep(pc: Playcut) -> Sweep:
    return pc.sweep("a {colour=red|blue} {animal=fox|owl}")


@pytest.fixture
def page(sweep: Sweep) -> Iterator[Page]:
    with on_page(TileGrid(sweep, sweep.axes)) as shown:
        yield shown


def numbers(sweep: Sweep) -> list[str]:
    return [str(generation.id) for generation in sweep]


def test_a_sweep_has_its_axes_its_numbers_and_a_picture_each(page: Page, sweep: Sweep) -> None:
    assert page.grid.axes == [
        {"name": "colour", "heading": "colour", "values": ["red", "blue"]},
        {"name": "animal", "heading": "animal", "values": ["fox", "owl"]},
    ]
    assert [tile["name"] for tile in page.grid.tiles] == [f"#{number}" for number in numbers(sweep)]
    assert page.grid.tiles[1]["labels"] == {"colour": "red", "animal": "owl"}
    assert all(page.grid.pictures[tile["picture"]] for tile in page.grid.tiles)


def test_a_star_is_kept_and_one_made_elsewhere_is_followed(page: Page, sweep: Sweep, pc: Playcut) -> None:
    first, second, *_ = numbers(sweep)
    page.do("star", first, on=True)
    page.do("star", first, on=True)  # a key that is held
    assert pc.get(int(first)).starred
    assert page.grid.notice == f"#{first} is starred."
    pc.get(int(second)).star()
    page.grid.settle(SETTLE_S)
    assert [page.tiles[number]["starred"] for number in (first, second)] == [True, True]
    page.do("star", first, on=False)
    assert not pc.get(int(first)).starred


def test_a_star_of_another_kernel_is_seen_when_the_pointer_comes(page: Page, sweep: Sweep) -> None:
    key = numbers(sweep)[2]
    ratings.star(sweep[2].library, int(key))  # which says so to nobody in this process
    page.do("refresh")
    assert page.tiles[key]["starred"]


def test_opening_sends_the_media_and_all_there_is_to_say(page: Page, sweep: Sweep) -> None:
    key = numbers(sweep)[1]
    page.do("open", key)
    message, contents = page.messages[-1]
    assert message["id"] == key
    assert [(part["kind"], part["mime"]) for part in message["parts"]] == [("image", "image/png")]
    assert contents == [sweep[1].assets[0].data]
    details = dict(message["details"])
    assert details["prompt"] == "a red owl"
    assert details["credits"] == "80 credits (estimate)"
    assert details["place"] == str(sweep[1].assets[0].path)
    assert details["seconds"] == f"{sweep[1].snapshot.elapsed_s:.1f}"


def test_what_is_opened_is_saved_beside_the_notebook(page: Page, sweep: Sweep, tmp_path: Path) -> None:
    key = numbers(sweep)[0]
    page.do("open", key)
    page.do("save", key, path=page.last("media")["saveAs"])
    saved = tmp_path / f"red-fox-{key}.png"
    assert saved.read_bytes() == sweep[0].assets[0].data
    assert page.grid.notice == f"Saved: {saved}"
    page.do("save", key, path=" ")
    assert "no path" in page.grid.notice


def test_a_comparison_marks_the_words_that_differ(page: Page, sweep: Sweep) -> None:
    page.do("compare", *numbers(sweep)[:2])
    message, contents = page.messages[-1]
    assert message["columns"][1]["prompt"] == [["a red ", False], ["owl", True], ["", False]]
    assert all(contents)
    page.do("compare", numbers(sweep)[0])
    assert page.grid.notice.startswith("A comparison takes 2 to 8 generations, not 1.")


def test_several_are_exported_and_put_on_a_sheet_and_all_where_none_is_named(
    page: Page, sweep: Sweep, tmp_path: Path
) -> None:
    chosen = numbers(sweep)[:2]
    page.do("export", *chosen, **{"as": "json"})
    assert len(json.loads(page.last("text")["text"])["generations"]) == 2
    page.do("export", **{"as": "json"})
    assert len(json.loads(page.last("text")["text"])["generations"]) == 4
    page.do("sheet", *chosen)
    assert page.grid.notice == f"Contact sheet: {tmp_path / 'contact-sheet.pdf'}"


def test_what_is_hidden_is_said_to_be_and_comes_back(page: Page, sweep: Sweep, pc: Playcut) -> None:
    key = numbers(sweep)[0]
    page.do("hide")
    assert "Nothing is selected" in page.grid.notice
    page.do("hide", key)
    assert (page.tiles[key]["hidden"], pc.get(int(key)).hidden) == (True, True)
    page.do("hide", key, on=False)
    assert not page.tiles[key]["hidden"]


def test_what_a_page_must_not_say_changes_nothing(page: Page, sweep: Sweep) -> None:
    before = page.grid.tiles
    for content in (
        None,
        {"do": "star"},
        {"do": "star", "ids": "12"},
        {"do": "star", "ids": ["999999", None, [1]]},
        {"do": "close", "ids": numbers(sweep)},
        {"do": "open", "ids": []},
        {"do": "need", "ids": [], "names": ["../../etc/passwd", 5, []]},
    ):
        page.tell(content)
    assert page.grid.tiles == before
    assert page.messages == []


def test_a_page_that_is_opened_later_gets_the_pictures_that_it_lacks(page: Page) -> None:
    name = page.grid.tiles[0]["picture"]
    page.do("need", names=[name])
    message, contents = page.messages[-1]
    assert (message["names"], contents) == ([name], [page.grid.pictures[name]])


def test_a_running_sweep_fills_tile_by_tile_and_its_end_is_announced(pc: Playcut) -> None:
    quick, stuck = pc.submit("image", "a fox"), pc.submit("image", "a [stuck] owl")
    assert isinstance(quick, Generation)
    assert isinstance(stuck, Generation)
    grid = TileGrid([quick, stuck])
    filled, ended = threading.Event(), threading.Event()
    grid.observe(lambda change: filled.set() if change["new"][0]["picture"] else None, "tiles")
    grid.observe(lambda change: ended.set() if "done" in change["new"] else None, "notice")
    with on_page(grid) as page:
        assert filled.wait(SETTLE_S)
        assert [tile["done"] for tile in page.grid.tiles] == [True, False]
        assert page.grid.notice == ""
        stuck.stop_waiting()
        assert ended.wait(SETTLE_S)
        assert page.grid.notice == "1 of 2 done, 1 failed."
        assert page.grid.tiles[1]["state"] == "STOPPED"


def test_a_failed_one_says_why_and_a_sound_shows_its_waveform(pc: Playcut) -> None:
    mixed: list[Generation] = [*pc.sweep("a [fail] fox"), pc.speech("Hello there.")]
    with on_page(TileGrid(mixed)) as page:
        failed, voice = page.grid.tiles
        assert failed["failed"]
        assert failed["why"]
        assert voice["plays"]
        assert page.grid.pictures[voice["picture"]].startswith(b"\x89PNG")
        page.do("open", voice["id"])
        assert page.last("media")["parts"][0]["kind"] == "audio"


def test_another_page_of_a_gallery_keeps_the_tiles_that_stay(page: Page, sweep: Sweep, pc: Playcut) -> None:
    other = pc.image("another fox")
    page.grid.show([other, *sweep[:1]])
    page.grid.settle(SETTLE_S)
    assert list(page.tiles) == [str(other.id), numbers(sweep)[0]]
    assert page.grid.axes == []
    assert len(page.grid.pictures) == 2


def test_boxes_have_the_ratio_of_the_request_and_are_square_where_they_differ(pc: Playcut) -> None:
    wide, mixed = pc.sweep("a {x|y}", aspect_ratio="16:9"), pc.sweep("a z", aspect_ratio=["16:9", "1:1"])
    with on_page(TileGrid(wide)) as page:
        assert page.grid.ratio == pytest.approx(16 / 9)
    with on_page(TileGrid(mixed)) as page:
        assert page.grid.ratio == 1
    with on_page(TileGrid(wide, ratio=1.5)) as page:
        assert page.grid.ratio == 1.5


def test_half_characters_arrive_as_text_that_can_be_sent(page: Page, sweep: Sweep) -> None:
    for generation in sweep:
        half = f"<b>half \ud83d of {generation.id}"
        generation.job.update(prompt=half, labels={"half \udc00": half}, inputs={**generation.inputs, "\ud83d": half})
    page.grid.show(sweep, {"half \udc00": [generation.labels["half \udc00"] for generation in sweep]})
    page.grid.settle(SETTLE_S)
    page.do("open", page.grid.tiles[0]["id"])
    page.do("compare", *page.tiles)
    sent = [message for message, _ in page.messages]
    assert {message["type"] for message in sent} == {"media", "compare"}
    assert json.dumps([page.grid.tiles, page.grid.axes, sent], ensure_ascii=False).encode()
    (axis,) = page.grid.axes
    assert axis["values"] == [tile["labels"][axis["name"]] for tile in page.grid.tiles]


def test_the_same_generation_twice_has_two_tiles(pc: Playcut) -> None:
    fox = pc.image("a fox")
    with on_page(TileGrid([fox, fox])) as page:
        assert len(page.tiles) == 2
