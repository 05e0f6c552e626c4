"""The gallery of the panel and its viewer: pages, filters, marks, players."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.panel import saved_gallery
from playcut_jupyter.panel.view import Panel
from tests.panel.helpers import generate, shown, until, wait_until_idle
from tests.waiting import until_submitted


def holding(text: str) -> Callable[[str], bool]:
    return lambda html: text in html


def test_what_a_cell_made_is_in_the_gallery_and_is_starred_and_hidden_there(pc: Playcut, panel: Panel) -> None:
    fox, owl = pc.image("a cell's fox"), pc.image("a cell's owl")
    panel.gallery.refresh()
    wait_until_idle(panel)
    assert shown(panel) == ["a cell's owl", "a cell's fox"]
    panel.gallery.tiles[1].star.click()
    wait_until_idle(panel)
    assert pc.get(fox.id or 0).starred
    assert "★ starred" in panel.gallery.tiles[1].caption.value
    panel.gallery.tiles[0].hide.click()
    wait_until_idle(panel)
    assert shown(panel) == ["a cell's fox"]
    assert pc.get(owl.id or 0).hidden


def test_the_gallery_is_paged_and_filtered(pc: Playcut, panel: Panel) -> None:
    pc.sweep("paged a {x|y}")
    pc.sweep("paged {b|c|d|e|f|g} {x|y}")
    panel.gallery.refresh()
    wait_until_idle(panel)
    assert len(shown(panel)) == 12
    newest = shown(panel)[0]
    panel.gallery.older.click()
    wait_until_idle(panel)
    assert len(shown(panel)) == 2
    panel.gallery.newer.click()
    wait_until_idle(panel)
    assert shown(panel)[0] == newest
    panel.gallery.search.value = "PAGED A"
    wait_until_idle(panel)
    assert sorted(shown(panel)) == ["paged a x", "paged a y"]
    panel.gallery.kind.value = "video"
    wait_until_idle(panel)
    assert shown(panel) == []
    assert "Nothing matches" in panel.gallery.message.value


def test_a_sweep_is_one_grid_with_its_axes_and_is_not_cut_at_the_end_of_a_page(pc: Playcut, panel: Panel) -> None:
    pc.image("the oldest fox")
    pc.sweep("a {style=oil|neon} {fox|owl|cat}")
    pc.image("a fox alone")
    pc.sweep("{1|2|3|4|5|6|7|8|9} hares")
    wait_until_idle(panel)
    assert len(shown(panel)) == 16
    assert not panel.gallery.older.disabled
    hares, alone, styles = panel.gallery.sections.grids
    assert [len(grid.items) for grid in (hares, alone, styles)] == [9, 1, 6]
    styles.settle(30)
    assert [(axis["name"], axis["values"]) for axis in styles.axes] == [
        ("style", ["oil", "neon"]),
        ("fox|owl|cat", ["fox", "owl", "cat"]),
    ]
    assert alone.axes == []
    panel.gallery.older.click()
    wait_until_idle(panel)
    assert shown(panel) == ["the oldest fox"]


def test_the_gallery_is_filtered_by_session_and_by_sweep(pc: Playcut, panel: Panel) -> None:
    pc.sweep("a {red|blue} fox")
    pc.sweep("a {red|green} fox")  # the red one is that of the first
    pc.image("an owl in a session of its own", session="owls")
    wait_until_idle(panel)
    filters = panel.gallery.filters
    assert [label for label, _ in filters.sweep.options] == ["all", "a {red|green} fox (2)", "a {red|blue} fox (2)"]
    filters.sweep.label = "a {red|green} fox (2)"
    wait_until_idle(panel)
    assert shown(panel) == ["a green fox", "a red fox"]
    pc.sweep("a {pink|white} fox")
    wait_until_idle(panel)
    assert filters.sweep.label == "a {red|green} fox (2)"
    assert shown(panel) == ["a green fox", "a red fox"]
    filters.sweep.label, filters.session.label = "all", "owls"
    assert filters.sweep.index == 0
    wait_until_idle(panel)
    assert shown(panel) == ["an owl in a session of its own"]
    panel.gallery.kind.value = "speech"
    wait_until_idle(panel)
    assert panel.gallery.message.value.count("Nothing matches.") == 1


def test_a_sweep_of_an_earlier_kernel_is_copied_whole_and_used_from_its_tile(pc: Playcut, panel: Panel) -> None:
    pc.sweep("a {red|blue} fox", aspect_ratio=["1:1", "16:9"])
    wait_until_idle(panel)
    (grid,) = panel.gallery.sections.grids
    for name in ("copy", "use"):
        grid._handle_custom_msg({"do": name, "ids": [str(grid.items[3].id)]}, [])
    grid.settle(30)
    assert panel.cell_box.source.value == "%%playcut image -a 1:1,16:9\na {red|blue} fox"
    assert panel.form.prompt.value == "a blue fox"
    assert panel.form.options["aspect_ratio"].value == "16:9"


def test_a_caption_tells_the_kind_and_marks_where_the_prompt_is_cut(pc: Playcut, panel: Panel) -> None:
    prompt = "a long caption about a fox that goes on and on and on through the autumn wood until nightfall"
    generation = pc.image(prompt)
    pc.image("x" * 100)
    pc.image("a short caption")
    wait_until_idle(panel)
    short, endless, long = (tile.caption.value for tile in panel.gallery.tiles)
    assert f"#{generation.id} · image" in long
    assert long.endswith("a long caption about a fox that goes on and on and on through the autumn wood…</div>")
    assert f'title="{prompt}"' in long
    assert endless.endswith(f">{'x' * 79}…</div>")
    assert short.endswith(">a short caption</div>")


def test_a_search_is_followed_while_it_is_typed_and_the_last_word_counts(pc: Playcut, panel: Panel) -> None:
    pc.sweep("searched {fox|owl}")
    wait_until_idle(panel)
    turn = threading.Event()

    def wait() -> None:
        assert turn.wait(30)

    panel.gallery.worker.submit(wait)
    filled: list[object] = []
    panel.gallery.page.observe(lambda change: filled.append(change["new"]), "children")
    assert panel.gallery.search.continuous_update
    for letters in ("s", "searched", "searched f"):
        panel.gallery.search.value = letters
    turn.set()
    wait_until_idle(panel)
    assert shown(panel) == ["searched fox"]
    assert len(filled) == 1


def test_two_quick_clicks_turn_two_pages(pc: Playcut, panel: Panel) -> None:
    for letter in "uvwxy":
        pc.sweep(f"many {{a|b|c|d|e|f}} {letter}")
    wait_until_idle(panel)
    first = shown(panel)
    panel.gallery.older.click()
    panel.gallery.older.click()
    wait_until_idle(panel)
    assert len(shown(panel)) == 6
    panel.gallery.newer.click()
    wait_until_idle(panel)
    middle = shown(panel)
    assert len(middle) == 12
    assert not set(first) & set(middle)
    panel.gallery.newer.click()
    wait_until_idle(panel)
    assert shown(panel) == first


def test_what_is_opened_is_shown_large_and_saved(pc: Playcut, panel: Panel, tmp_path: Path) -> None:
    fox = pc.image("a saved fox")
    wait_until_idle(panel)
    panel.gallery.tiles[0].view.click()
    wait_until_idle(panel)
    assert "playcut-full" in panel.viewer.content.value
    assert panel.viewer.path.value == f"image-{fox.id}.png"
    panel.viewer.path.value = str(tmp_path / "kept.png")
    panel.viewer.save.click()
    wait_until_idle(panel)
    assert "Saved: " in panel.viewer.message.value
    assert (tmp_path / "kept.png").read_bytes() == fox.assets[0].data
    panel.viewer.path.value = "/proc/nowhere/kept.png"
    panel.viewer.save.click()
    wait_until_idle(panel)
    assert "InvalidInput" in panel.viewer.message.value
    panel.viewer.close_button.click()
    assert panel.viewer.layout.display == "none"


def test_the_viewer_follows_the_marks_of_what_it_shows(pc: Playcut, panel: Panel) -> None:
    (card,) = generate(panel, "a fox in a card", 1)
    panel.gallery.tiles[0].star.click()
    wait_until_idle(panel)
    card.view.click()
    wait_until_idle(panel)
    assert panel.viewer.star.description == "Unstar"
    panel.gallery.tiles[0].star.click()
    wait_until_idle(panel)
    assert panel.viewer.star.description == "Star"
    panel.viewer.star.click()
    wait_until_idle(panel)
    assert pc.get(card.generation.id or 0).starred


def test_what_has_no_result_is_opened_in_the_panels_words_and_offers_nothing_to_save(pc: Playcut, panel: Panel) -> None:
    generation = pc.submit("image", "a [stuck] fox that is opened")
    until_submitted(generation)
    generation.stop_waiting()
    with pytest.raises(StoppedWaiting):
        generation.wait(30)
    wait_until_idle(panel)
    panel.gallery.tiles[0].view.click()
    wait_until_idle(panel)
    assert "STOPPED" in panel.viewer.content.value
    assert "“Resume” fetches it" in panel.viewer.content.value
    assert "%playcut" not in panel.viewer.content.value
    assert panel.viewer.save_row.layout.display == "none"


def test_what_a_cell_makes_stars_and_hides_is_seen_without_asking(pc: Playcut, panel: Panel) -> None:
    made = pc.image("a fox that nobody asked for")
    until(panel.gallery.page, "children", bool)
    made.star()
    until(panel.gallery.tiles[0].caption, "value", lambda html: "★ starred" in html)
    made.hide()
    until(panel.gallery.page, "children", lambda children: not children)
    panel.gallery.hidden.value = True
    until(panel.gallery.page, "children", bool)
    wait_until_idle(panel)
    panel.gallery.tiles[0].hide.click()
    wait_until_idle(panel)
    assert not pc.get(made.id or 0).hidden


def test_a_sound_and_a_clip_are_played_in_their_places(pc: Playcut, panel: Panel) -> None:
    pc.speech("A tile that speaks.")
    pc.video("a tile that moves", resolution="480p", duration=4)
    wait_until_idle(panel)
    clip, voice = panel.gallery.tiles[:2]
    assert "playcut-poster" in clip.picture.value
    for tile, tag in ((clip, "<video"), (voice, "<audio")):
        assert tag not in tile.picture.value
        tile.play.click()
        until(tile.picture, "value", holding(tag))


def test_a_page_on_which_something_plays_holds_still(pc: Playcut, panel: Panel) -> None:
    pc.speech("A voice that goes on.")
    wait_until_idle(panel)
    (voice,) = panel.gallery.tiles
    voice.play.click()
    wait_until_idle(panel)
    player = voice.picture.value
    voice.star.click()
    pc.image("a newcomer beside the voice")
    wait_until_idle(panel)
    assert panel.gallery.tiles == [voice]
    assert voice.picture.value == player
    assert "★ starred" in voice.caption.value
    assert panel.gallery.more.description == "Show 1 new"
    panel.gallery.more.click()
    wait_until_idle(panel)
    assert shown(panel) == ["a newcomer beside the voice", "A voice that goes on."]
    assert panel.gallery.more.layout.display == "none"
    voice.play.click()
    wait_until_idle(panel)
    assert "<audio" not in voice.picture.value


def test_a_click_means_what_was_seen_though_others_arrived(pc: Playcut, panel: Panel) -> None:
    seen = pc.image("a fox that is seen")
    wait_until_idle(panel)
    (tile,) = panel.gallery.tiles
    pc.image("a newcomer")
    wait_until_idle(panel)
    tile.hide.click()
    wait_until_idle(panel)
    assert shown(panel) == ["a newcomer"]
    assert pc.get(seen.id or 0).hidden


def test_what_is_under_way_is_not_in_the_gallery_as_if_it_had_stopped(pc: Playcut, panel: Panel) -> None:
    pc.image("a fox that is done")
    generation = pc.submit("image", "a [stuck] fox")
    until_submitted(generation)
    panel.gallery.refresh()
    wait_until_idle(panel)
    assert shown(panel) == ["a fox that is done"]
    generation.stop_waiting()
    with pytest.raises(StoppedWaiting):
        generation.wait(30)
    wait_until_idle(panel)
    assert shown(panel) == ["a [stuck] fox", "a fox that is done"]
    assert "STOPPED" in panel.gallery.tiles[0].caption.value


def test_the_saved_gallery_is_what_the_gallery_shows(pc: Playcut, panel: Panel) -> None:
    generation = pc.image("a <b>bold</b> fox")
    wait_until_idle(panel)
    html = str(saved_gallery.html([generation.snapshot]))
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<b>bold" not in html
    assert 'src="data:image/' in html
    assert "Run this cell" in html
