"""The panel, driven by its widgets: what a click does, and what is shown where."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel import Panel, still
from playcut_jupyter.panel.work import Worker
from playcut_jupyter.sandbox import Sandbox


def until(widget: Any, trait: str, wanted: Callable[[Any], bool]) -> None:
    """Wait until a trait is as *wanted*; no longer than a test may take."""
    arrived = threading.Event()

    def look(_: Any = None) -> None:
        if wanted(getattr(widget, trait)):
            arrived.set()

    widget.observe(look, trait)
    look()
    assert arrived.wait(30), getattr(widget, trait)
    widget.unobserve(look, trait)


def holding(text: str) -> Callable[[str], bool]:
    return lambda html: text in html


def worked_off(panel: Panel, worker: Worker | None = None) -> None:
    """Wait until the worker has done what it was given."""
    for _ in range(2):  # what it does may give it more to do
        done = threading.Event()
        (worker or panel.worker).do(done.set)
        assert done.wait(30)


@pytest.fixture
def panel(pc: Playcut) -> Panel:
    made = pc.panel()
    worked_off(made)
    return made


@pytest.fixture
def served() -> Iterator[Callable[[bytes], str]]:
    """Serve bytes on this machine: call it with them, and get their URL."""
    bodies: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(bodies[self.path])))
            self.end_headers()
            self.wfile.write(bodies[self.path])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def serve(body: bytes) -> str:
        path = f"/{len(bodies)}"
        bodies[path] = body
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield serve
    server.shutdown()
    server.server_close()
    thread.join()


def generate(panel: Panel, prompt: str, cards: int) -> list[Any]:
    """Write a prompt, press the button, and return the cards once all are done."""
    panel.compose.prompt.value = prompt
    panel.compose.button.click()
    until(panel.cards, "children", lambda children: len(children) >= cards)
    for card in panel.cards.children:
        until(card.stop, "disabled", bool)
    worked_off(panel)
    return list(panel.cards.children)


def shown(panel: Panel) -> list[str]:
    return [tile.run.prompt for tile in panel.gallery.tiles if tile.run is not None]


def test_there_is_one_panel_for_a_connection(pc: Playcut) -> None:
    assert pc.panel() is pc.panel()


def test_the_count_is_shown_while_one_types_and_nothing_is_sent(panel: Panel, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    panel.compose.prompt.value = "a typed {red|blue} {fox|owl}"
    panel.compose.count.value = 2
    assert "= 8 generations" in panel.compose.note.value
    panel.compose.options["-a"].value = "1:1,16:9"
    panel.compose.most.value = 10
    assert "= 16 generations, more than the 10 allowed" in panel.compose.note.value
    assert sandbox.submissions == before


@pytest.mark.parametrize(
    ("field", "value", "message", "note"),
    [
        ("prompt", "a {fxo} in a form", "fxo", "note"),
        ("extra", "seed", "is not key=value", "extra_note"),
    ],
)
def test_what_can_not_be_understood_is_said_at_the_form(
    panel: Panel, field: str, value: str, message: str, note: str
) -> None:
    panel.compose.prompt.value = "a fox in a form"
    getattr(panel.compose, field).value = value
    assert message in getattr(panel.compose, note).value
    panel.compose.button.click()
    worked_off(panel)
    assert message in panel.compose.note.value
    assert not panel.compose.button.disabled
    assert panel.cards.children == ()


def test_an_empty_prompt_and_too_many_are_told_and_buy_nothing(panel: Panel, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    panel.compose.button.click()
    worked_off(panel)
    assert "prompt is empty" in panel.compose.note.value
    panel.compose.prompt.value = "too {1|2|3|4|5} many {a|b|c|d}"
    panel.compose.button.click()
    worked_off(panel)
    assert "20 generations, more than 16" in panel.compose.note.value
    assert sandbox.submissions == before


def test_three_at_once_become_cards_and_then_the_gallery(panel: Panel) -> None:
    cards = generate(panel, "a panel {fox|owl|cat}", 3)
    assert len(cards) == 3
    assert all("credits (estimate)" in card.status.value for card in cards)
    until(panel.gallery.tiles[2].picture, "value", lambda html: "data:image" in html)
    assert sorted(shown(panel)) == ["a panel cat", "a panel fox", "a panel owl"]
    assert "credits so far (estimate)" in panel.connection.value
    assert "SANDBOX" not in panel.connection.value or "offline" in panel.connection.value


def test_a_double_click_buys_once(panel: Panel, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    panel.compose.prompt.value = "a doubly clicked fox"
    panel.compose.button.click()
    panel.compose.button.click()
    until(panel.cards, "children", bool)
    worked_off(panel)
    until(panel.cards.children[0].stop, "disabled", bool)
    assert sandbox.submissions - before == 1


def test_what_a_cell_made_is_in_the_gallery_and_is_starred_and_hidden_there(pc: Playcut, panel: Panel) -> None:
    fox, owl = pc.image("a cell's fox"), pc.image("a cell's owl")
    panel.gallery.refresh()
    worked_off(panel)
    assert shown(panel) == ["a cell's owl", "a cell's fox"]
    panel.gallery.tiles[1].star.click()
    worked_off(panel)
    assert pc.get(fox.id or 0).starred
    assert "★ starred" in panel.gallery.tiles[1].picture.value
    panel.gallery.tiles[0].hide.click()
    worked_off(panel)
    assert shown(panel) == ["a cell's fox"]
    assert pc.get(owl.id or 0).hidden


def test_the_gallery_is_paged_and_filtered(pc: Playcut, panel: Panel) -> None:
    pc.sweep("paged {a|b|c|d|e|f|g} {x|y}")
    panel.gallery.refresh(first=True)
    worked_off(panel)
    assert len(shown(panel)) == 12
    newest = shown(panel)[0]
    panel.gallery.older.click()
    worked_off(panel)
    assert len(shown(panel)) == 2
    panel.gallery.newer.click()
    worked_off(panel)
    assert shown(panel)[0] == newest
    panel.gallery.search.value = "PAGED A"
    worked_off(panel)
    assert sorted(shown(panel)) == ["paged a x", "paged a y"]
    panel.gallery.kind.value = "video"
    worked_off(panel)
    assert shown(panel) == []


def test_a_failure_stays_in_its_card_and_only_what_may_be_retried_is(panel: Panel) -> None:
    (failed,) = generate(panel, "a panel [fail]", 1)
    assert "FAILED" in failed.status.value
    assert failed.retry.disabled
    flaky, _ = generate(panel, "a panel [flaky]", 2)
    assert not flaky.retry.disabled
    flaky.retry.click()
    until(flaky.view, "disabled", lambda disabled: not disabled)
    assert flaky.run.assets


def test_a_refused_prompt_is_told_in_the_contracts_words(panel: Panel) -> None:
    (card,) = generate(panel, "a panel [refuse]", 1)
    assert "refused" in card.status.value
    assert not panel.compose.button.disabled


def test_a_stopped_one_can_be_resumed(panel: Panel) -> None:
    panel.compose.prompt.value = "a stopped [stuck] panel"
    panel.compose.button.click()
    until(panel.cards, "children", bool)
    (card,) = panel.cards.children
    until(card.status, "value", lambda html: "SUBMITTING" not in html)
    assert not card.stop.disabled
    card.stop.click()
    until(panel.resume.layout, "display", lambda display: display is None)
    assert "Resume 1 unfinished" in panel.resume.description
    panel.resume.click()
    until(panel.cards, "children", lambda children: len(children) == 2)
    resumed = panel.cards.children[0]
    assert resumed.run.task_id == card.run.task_id
    assert not resumed.run.done
    resumed.stop.click()
    until(resumed.retry, "disabled", lambda disabled: not disabled)


def test_a_card_is_copied_as_a_cell_and_its_prompt_used_again(panel: Panel) -> None:
    panel.compose.options["-a"].value = "16:9"
    (card,) = generate(panel, "a {{literal}} fox", 1)
    card.copy.click()
    assert panel.cell.value == "%%playcut image -p aspectRatio=16:9\na {{literal}} fox"
    panel.compose.prompt.value = ""
    card.use.click()
    assert panel.compose.prompt.value == "a {{literal}} fox"
    card.view.click()
    until(panel.viewer.content, "value", lambda html: "data:image" in html)


def test_without_a_key_it_says_so_and_offers_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY", raising=False)
    with Playcut() as pc:
        panel = pc.panel()
        worked_off(panel)
        assert "NOT CONNECTED" in panel.connection.value
        assert panel.sandbox.layout.display is None
        panel.sandbox.click()
        until(panel.connection, "value", lambda html: "SANDBOX" in html)
        generate(panel, "a fox without a key", 1)
        assert shown(panel) == ["a fox without a key"]
        panel.playcut.close()


def test_the_budget_is_the_connections(pc: Playcut, panel: Panel) -> None:
    panel.budget.value = 50
    worked_off(panel)
    assert pc.budget == 50
    panel.budget.value = 0
    worked_off(panel)
    assert pc.budget is None


def test_the_voices_are_listed_when_speech_is_chosen_and_one_speaks(pc: Playcut, panel: Panel) -> None:
    assert not panel.compose.voices
    panel.compose.kind.value = "speech"
    worked_off(panel, panel.errands)
    assert panel.compose.voices == tuple(voice.id for voice in pc.voices())
    panel.compose.options["-v"].value = panel.compose.voices[1]
    (card,) = generate(panel, "A panel that speaks.", 1)
    assert card.run.inputs["voiceId"] == panel.compose.voices[1]
    assert card.run.assets[0].kind == "audio"


def test_a_voices_sample_is_heard_where_there_is_one(
    pc: Playcut, panel: Panel, tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    panel.compose.kind.value = "speech"
    worked_off(panel, panel.errands)
    panel.compose.options["-v"].value = panel.compose.voices[0]
    panel.compose.hear.click()
    worked_off(panel, panel.errands)
    assert "The API gives no sample" in panel.compose.sample.value

    sound = pc.speech("What I sound like.").assets[0].data
    listed = pc.voices()
    listed[0] = dataclasses.replace(listed[0], sample_url=served(sound))
    listed[1] = dataclasses.replace(listed[1], sample_url=served(b"<script>alert(1)</script>"))
    panel.compose.hear.click()
    worked_off(panel, panel.errands)
    assert "<audio" in panel.compose.sample.value
    panel.compose.options["-v"].value = panel.compose.voices[1]
    panel.compose.hear.click()
    worked_off(panel, panel.errands)
    assert "is no sound" in panel.compose.sample.value
    assert "<script" not in panel.compose.sample.value


def test_what_is_opened_is_shown_large_and_saved(pc: Playcut, panel: Panel, tmp_path: Path) -> None:
    fox = pc.image("a saved fox")
    worked_off(panel)
    panel.gallery.tiles[0].view.click()
    worked_off(panel)
    assert "playcut-full" in panel.viewer.content.value
    assert panel.viewer.path.value == f"image-{fox.id}.png"
    panel.viewer.path.value = str(tmp_path / "kept.png")
    panel.viewer.save.click()
    worked_off(panel)
    assert "Saved: " in panel.viewer.note.value
    assert (tmp_path / "kept.png").read_bytes() == fox.assets[0].data
    panel.viewer.path.value = "/proc/nowhere/kept.png"
    panel.viewer.save.click()
    worked_off(panel)
    assert "InvalidInput" in panel.viewer.note.value
    panel.viewer.shut.click()
    assert panel.viewer.layout.display == "none"


def test_what_a_cell_makes_stars_and_hides_is_seen_without_asking(pc: Playcut, panel: Panel) -> None:
    made = pc.image("a fox that nobody asked for")
    until(panel.gallery.tiles[0].picture, "value", lambda html: "nobody asked for" in html)
    made.star()
    until(panel.gallery.tiles[0].picture, "value", lambda html: "★ starred" in html)
    made.hide()
    until(panel.gallery.tiles[0].box.layout, "display", lambda display: display == "none")
    panel.gallery.hidden.value = True
    until(panel.gallery.tiles[0].box.layout, "display", lambda display: display is None)
    panel.gallery.tiles[0].hide.click()
    worked_off(panel)
    assert not pc.get(made.id or 0).hidden


def test_a_sound_and_a_clip_are_played_in_their_places(pc: Playcut, panel: Panel) -> None:
    pc.speech("A tile that speaks.")
    pc.video("a tile that moves", resolution="480p", duration=4)
    worked_off(panel)
    clip, voice = panel.gallery.tiles[:2]
    assert "playcut-poster" in clip.picture.value
    for tile, tag in ((clip, "<video"), (voice, "<audio")):
        assert tag not in tile.picture.value
        tile.play.click()
        until(tile.picture, "value", holding(tag))


def test_the_still_picture_is_what_the_gallery_shows(pc: Playcut, panel: Panel) -> None:
    run = pc.image("a <b>bold</b> still")
    worked_off(panel)
    html = str(still.picture([run]))
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<b>bold" not in html
    assert "data:image/webp" in html
    assert "Run this cell" in html


def test_nothing_is_read_from_disk_or_network_where_clicks_are_handled(
    pc: Playcut, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.image("a fox for clicks")
    worked_off(panel)
    here = threading.get_ident()
    touched: list[str] = []

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if watching and threading.get_ident() == here and event in ("open", "sqlite3.connect", "socket.connect"):
            touched.append(f"{event} {arguments[0]}")

    def statement(sql: str) -> None:
        if watching and threading.get_ident() == here:
            touched.append(sql)

    watching = False
    sys.addaudithook(audit)
    with pc.connection.library.transaction() as db:
        db.set_trace_callback(statement)
    watching = True
    tile = panel.gallery.tiles[0]
    panel.compose.prompt.value = "a clicked {fox|owl}"
    for button in (panel.compose.button, tile.star, tile.view, panel.gallery.older, panel.resume, panel.viewer.save):
        button.click()
    panel.gallery.search.value = "fox"
    panel.compose.kind.value = "speech"
    panel.compose.hear.click()
    watching = False
    worked_off(panel)
    with pc.connection.library.transaction() as db:
        db.set_trace_callback(None)
    assert touched == []


def test_a_server_that_is_gone_is_told_at_the_form_and_in_the_card(tmp_path: Path) -> None:
    with Playcut(api_key="pk_live_none", base_url="http://127.0.0.1:9/api/v1", home=tmp_path) as pc:
        panel = pc.panel()
        worked_off(panel)
        panel.compose.kind.value = "speech"
        until(panel.compose.note, "value", lambda html: "127.0.0.1" in html)
        assert panel.compose.voices == ()
        panel.compose.kind.value = "image"
        (card,) = generate(panel, "a fox for nobody", 1)
        assert "127.0.0.1" in card.status.value
        assert not card.retry.disabled
        assert not panel.compose.button.disabled


def test_a_wrong_key_is_told_in_the_card(sandbox: Sandbox, tmp_path: Path) -> None:
    with Playcut(api_key="pk_live_wrong", base_url=sandbox.base_url, home=tmp_path) as pc:
        panel = pc.panel()
        worked_off(panel)
        (card,) = generate(panel, "a fox without rights", 1)
        assert type(card.run.error).__name__ == "AuthenticationError"
        assert "key" in card.status.value


def test_a_budget_stops_the_panel_before_it_buys(panel: Panel, pc: Playcut, sandbox: Sandbox) -> None:
    generate(panel, "the first fox of a budget", 1)
    panel.budget.value = 100
    worked_off(panel)
    before = sandbox.submissions
    cards = generate(panel, "the second fox of a budget", 1)
    assert sandbox.submissions == before
    said = panel.compose.note.value + "".join(card.status.value for card in cards)
    assert "budget" in said
    assert not panel.compose.button.disabled
