"""The panel, driven by its widgets: what a click does, and what is shown where."""

from __future__ import annotations

import ast
import dataclasses
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from playcut_jupyter import Playcut, tools
from playcut_jupyter.cells import arguments, values
from playcut_jupyter.errors import InvalidInput, NotConnected, PlaycutError, PromptError, StoppedWaiting
from playcut_jupyter.panel import Panel, spelling, still
from playcut_jupyter.panel.card import Card
from playcut_jupyter.panel.words import told
from playcut_jupyter.panel.work import Clock
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.tools import Request


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


def worked_off(panel: Panel) -> None:
    """Wait until the workers have done what they were given."""
    for _ in range(2):  # what one does may give another more to do
        for worker in panel.workers:
            done = threading.Event()
            worker.do(done.set)
            assert done.wait(30)


@pytest.fixture
def panel(pc: Playcut) -> Panel:
    made = pc.panel()
    worked_off(made)
    return made


def until_submitted(run: Any) -> None:
    """Wait until the service has taken *run*."""
    taken = threading.Event()
    forget = run.on_change(lambda: taken.set() if run.task_id else None)
    assert run.task_id or taken.wait(30)
    forget()


def generate_done(panel: Panel, prompt: str) -> None:
    """Make one, and wait until it is done, whatever else runs."""
    panel.compose.prompt.value = prompt
    panel.compose.button.click()
    worked_off(panel)
    until(panel.jobs.batches[0].cards[0].stop, "disabled", bool)


def widgets() -> list[Any]:
    """Return all widgets that are open."""
    from ipywidgets.widgets.widget import _instances

    return list(_instances.values())


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


def generate(panel: Panel, prompt: str, cards: int) -> list[Card]:
    """Write a prompt, press the button, and return the cards once all are done."""
    panel.compose.prompt.value = prompt
    panel.compose.button.click()
    worked_off(panel)
    ended(panel)
    assert len(panel.jobs.cards) >= cards, panel.compose.note.value
    return panel.jobs.cards


def ended(panel: Panel) -> None:
    """Wait until all that runs has ended, and is shown to have."""
    for batch in panel.jobs.batches:
        until(batch.stop.layout, "display", lambda display: display == "none")
    worked_off(panel)


def shown(panel: Panel) -> list[str]:
    return [tile.run.prompt for tile in panel.gallery.tiles]


class Hand:
    """A clock that stands still until it is moved, so that a double click has no need of speed."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


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
    assert panel.jobs.cards == []


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
    assert all("data:image" in tile.picture.value for tile in panel.gallery.tiles)
    assert sorted(shown(panel)) == ["a panel cat", "a panel fox", "a panel owl"]
    assert "credits so far (estimate)" in panel.connection.facts.value
    assert "LIVE" in panel.connection.facts.value


@pytest.mark.parametrize("gap_s", [0.0, 0.05, 0.25, 0.9])
def test_a_double_click_buys_once(pc: Playcut, sandbox: Sandbox, gap_s: float) -> None:
    clock = Hand()
    panel = Panel(pc, clock)
    before = sandbox.submissions
    panel.compose.prompt.value = f"a doubly clicked fox {gap_s}"
    panel.compose.fresh.value = True
    panel.compose.button.click()
    worked_off(panel)
    clock.now = gap_s
    panel.compose.button.click()
    worked_off(panel)
    ended(panel)
    assert sandbox.submissions - before == 1
    clock.now = 2
    panel.compose.button.click()
    worked_off(panel)
    ended(panel)
    assert sandbox.submissions - before == 2


def test_what_was_clicked_is_bought_whatever_is_typed_before_its_turn_comes(panel: Panel) -> None:
    turn = threading.Event()

    def wait() -> None:
        assert turn.wait(30)

    panel.worker.do(wait)
    panel.compose.prompt.value = "a fox as clicked"
    panel.compose.button.click()
    panel.compose.prompt.value = "an owl that is being ty"
    panel.compose.count.value = 3
    turn.set()
    worked_off(panel)
    assert [card.run.prompt for card in panel.jobs.cards] == ["a fox as clicked"]


def test_what_the_page_says_of_its_fields_goes_before_what_is_known_of_them(panel: Panel) -> None:
    panel.compose.prompt.value = "a fox half ty"
    panel.compose.press(
        {"prompt": "a fox half typed", "count": "2", "fresh": True, "-a": "1:1", "kind": "image", "most": 7, "no": "!"}
    )
    worked_off(panel)
    runs = [card.run for card in panel.jobs.cards]
    assert [run.prompt for run in runs] == ["a fox half typed"] * 2
    assert runs[0].inputs["aspectRatio"] == "1:1"


def test_what_was_bought_is_bought_anew_only_when_asked_for(panel: Panel, sandbox: Sandbox) -> None:
    generate(panel, "a fox bought anew", 1)
    before = sandbox.submissions
    panel.compose.look()
    worked_off(panel)
    assert "1 from your library, 0 credits" in panel.compose.price.value
    panel.compose.fresh.value = True
    worked_off(panel)
    assert "about 80 credits (estimate)" in panel.compose.price.value
    assert "library" not in panel.compose.price.value
    generate(panel, "a fox bought anew", 2)
    assert sandbox.submissions == before + 1


def test_what_a_cell_made_is_in_the_gallery_and_is_starred_and_hidden_there(pc: Playcut, panel: Panel) -> None:
    fox, owl = pc.image("a cell's fox"), pc.image("a cell's owl")
    panel.gallery.refresh()
    worked_off(panel)
    assert shown(panel) == ["a cell's owl", "a cell's fox"]
    panel.gallery.tiles[1].star.click()
    worked_off(panel)
    assert pc.get(fox.id or 0).starred
    assert "★ starred" in panel.gallery.tiles[1].caption.value
    panel.gallery.tiles[0].hide.click()
    worked_off(panel)
    assert shown(panel) == ["a cell's fox"]
    assert pc.get(owl.id or 0).hidden


def test_the_gallery_is_paged_and_filtered(pc: Playcut, panel: Panel) -> None:
    pc.sweep("paged {a|b|c|d|e|f|g} {x|y}")
    panel.gallery.begin()
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
    assert "Nothing matches" in panel.gallery.note.value


def test_two_quick_clicks_turn_two_pages(pc: Playcut, panel: Panel) -> None:
    pc.sweep("many {a|b|c|d|e|f} {u|v|w|x|y}", max_generations=30)
    worked_off(panel)
    first = shown(panel)
    panel.gallery.older.click()
    panel.gallery.older.click()
    worked_off(panel)
    assert len(shown(panel)) == 6
    panel.gallery.newer.click()
    worked_off(panel)
    middle = shown(panel)
    assert len(middle) == 12
    assert not set(first) & set(middle)
    panel.gallery.newer.click()
    worked_off(panel)
    assert shown(panel) == first


def test_a_failure_stays_in_its_card_and_only_what_may_be_retried_is(panel: Panel) -> None:
    (failed,) = generate(panel, "a panel [fail]", 1)
    assert "FAILED" in failed.status.value
    assert failed.retry.disabled
    flaky, _ = generate(panel, "a panel [flaky]", 2)
    assert not flaky.retry.disabled
    flaky.retry.click()
    until(flaky.view, "disabled", lambda disabled: not disabled)
    assert flaky.run.assets


def test_a_double_click_on_retry_buys_once(pc: Playcut, sandbox: Sandbox) -> None:
    panel = Panel(pc, Hand())
    (card,) = generate(panel, "a retried [crash]", 1)
    before = sandbox.submissions
    card.retry.click()
    worked_off(panel)
    ended(panel)
    card.retry.click()
    worked_off(panel)
    ended(panel)
    assert len(pc.history(search="a retried [crash]")) == 2
    assert sandbox.submissions == before
    card.use.click()
    assert panel.compose.prompt.value == "a retried [crash]"


def test_a_retry_of_what_is_waited_for_already_waits_for_it_once(panel: Panel) -> None:
    panel.compose.prompt.value = "a [stuck] one, resumed and retried"
    panel.compose.button.click()
    worked_off(panel)
    (card,) = panel.jobs.cards
    until(card.status, "value", lambda html: "SUBMITTING" not in html)
    card.stop.click()
    ended(panel)
    until(panel.connection.resume.layout, "display", lambda display: display is None)
    panel.connection.resume.click()
    panel.connection.resume.click()
    card.retry.click()
    worked_off(panel)
    assert len(panel.jobs.cards) == 2
    assert "waited for already" in card.note.value
    assert card.run.done
    panel.jobs.cards[0].stop.click()
    ended(panel)


def test_a_sweep_is_stopped_and_tried_again_as_one(panel: Panel) -> None:
    panel.compose.most.value = 50
    panel.compose.prompt.value = "[stuck] {1|2|3|4|5|6|7|8|9|10} {a|b|c|d|e}"
    panel.compose.button.click()
    worked_off(panel)
    (batch,) = panel.jobs.batches
    assert "0 of 50 done · 50 under way" in batch.summary.value
    assert len(batch.cards) == 8
    for run in batch.runs:
        until_submitted(run)
    batch.stop.click()
    ended(panel)
    assert "0 of 50 done · 50 stopped" in batch.summary.value
    tasks = {run.task_id for run in batch.runs}
    batch.retry.click()
    worked_off(panel)
    until(batch.stop.layout, "display", lambda display: display is None)
    assert {run.task_id for run in batch.runs} == tasks
    panel.jobs.clear.click()
    assert panel.jobs.batches == [batch]
    batch.stop.click()
    ended(panel)
    panel.jobs.clear.click()
    assert panel.jobs.batches == []


def test_what_is_cleared_is_closed_and_what_runs_is_never_dropped(panel: Panel) -> None:
    others = set(widgets())
    panel.compose.prompt.value = "a [stuck] one that stays"
    panel.compose.button.click()
    worked_off(panel)
    (stuck,) = panel.jobs.batches
    generate_done(panel, "a first done")
    for number in range(25):
        generate_done(panel, f"done {number}")
    assert stuck in panel.jobs.batches
    assert len(panel.jobs.batches) == 22
    panel.gallery.search.value = "a first done"
    worked_off(panel)
    panel.jobs.clear.click()
    assert panel.jobs.batches == [stuck]
    assert not stuck.cards[0].run.done
    # Some tiles are kept, to turn back to; of the cards nothing is.
    assert not [one for one in set(widgets()) - others if isinstance(one, Card) and one is not stuck.cards[0]]
    stuck.cards[0].stop.click()
    ended(panel)


def test_a_refused_prompt_is_told_in_the_contracts_words(panel: Panel) -> None:
    (card,) = generate(panel, "a panel [refuse]", 1)
    assert "refused" in card.status.value
    assert not panel.compose.button.disabled


def test_a_stopped_one_can_be_resumed(panel: Panel) -> None:
    panel.compose.prompt.value = "a stopped [stuck] panel"
    panel.compose.button.click()
    worked_off(panel)
    (card,) = panel.jobs.cards
    until(card.status, "value", lambda html: "SUBMITTING" not in html)
    assert not card.stop.disabled
    card.stop.click()
    until(panel.connection.resume.layout, "display", lambda display: display is None)
    worked_off(panel)
    assert "Resume 1 unfinished" in panel.connection.resume.description
    panel.connection.resume.click()
    worked_off(panel)
    assert len(panel.jobs.cards) == 2
    resumed = panel.jobs.cards[0]
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prompt=st.text(min_size=1).filter(str.strip),
    inputs=st.dictionaries(
        st.text(min_size=1).filter(lambda name: name not in ("prompt", "workerId")),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    ),
)
def test_a_copied_cell_asks_for_the_very_same(pc: Playcut, prompt: str, inputs: dict[str, object]) -> None:
    wanted = {**inputs, "prompt": prompt}
    run = Generation(pc.connection, Request(tools.IMAGE, wanted))
    line, body = magic(spelling.cell(run))
    parsed = arguments.parse_cell_line(line, {"fox": "a variable"})
    if parsed.is_raw:
        assert parsed.kind == "generate-image-from-text"
        assert values.tool_input(body) == wanted
    else:
        plan = pc.plan(parsed.kind, body.strip("\n"), {}, parsed.inputs)
        assert [{"prompt": one.prompt, **one.inputs} for one in plan] == [wanted]


def magic(cell: str) -> tuple[str, str]:
    """Return the line and the body of a cell magic, as IPython takes it apart."""
    call = ast.parse(TransformerManager().transform_cell(cell)).body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    _, line, body = (ast.literal_eval(argument) for argument in call.value.args)
    return line, body


@pytest.mark.parametrize(
    ("inputs", "cell"),
    [
        ({}, "%%playcut image\na fox"),
        ({"aspectRatio": "16:9"}, "%%playcut image -p aspectRatio=16:9\na fox"),
        ({"style": "oil, gold", "n": 7}, "%%playcut image -p 'style=\"oil, gold\"' -p n=7\na fox"),
        ({"lit": "{fox}", "code": "7"}, "%%playcut image -p 'lit=\"{fox}\"' -p 'code=\"7\"'\na fox"),
    ],
)
def test_a_copied_cell_is_as_short_as_it_can_be(pc: Playcut, inputs: dict[str, object], cell: str) -> None:
    run = Generation(pc.connection, Request(tools.IMAGE, {**inputs, "prompt": "a fox"}))
    assert spelling.cell(run) == cell


def test_words_and_options_are_used_again_from_a_tile_and_from_the_viewer(pc: Playcut, panel: Panel) -> None:
    pc.video("a {wave}", aspect_ratio="16:9", duration_seconds=4, seed=7, style="oil, gold")
    pc.image("a second thing")
    worked_off(panel)
    panel.gallery.tiles[1].use.click()
    form = panel.compose.form()
    assert (form.kind, form.prompt) == ("video", "a {{wave}}")
    assert (form.options["-a"], form.options["-d"]) == ("16:9", "4")
    assert form.extra.splitlines() == ["seed=7", 'style="oil, gold"']
    panel.gallery.tiles[1].view.click()
    worked_off(panel)
    assert panel.viewer.next.disabled
    panel.viewer.previous.click()
    worked_off(panel)
    assert "a second thing" in panel.viewer.content.value
    assert panel.viewer.previous.disabled
    panel.viewer.star.click()
    worked_off(panel)
    assert panel.viewer.star.description == "Unstar"
    assert "★ starred" in panel.gallery.tiles[0].caption.value
    panel.viewer.use.click()
    assert panel.compose.form().line == "image"
    assert panel.compose.prompt.value == "a second thing"


def test_without_a_key_it_says_so_and_offers_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY", raising=False)
    with Playcut() as pc:
        panel = pc.panel()
        worked_off(panel)
        assert "NOT CONNECTED" in panel.connection.facts.value
        assert panel.connection.sandbox.layout.display is None
        panel.connection.sandbox.click()
        until(panel.connection.facts, "value", lambda html: "SANDBOX" in html)
        generate(panel, "a fox without a key", 1)
        assert shown(panel) == ["a fox without a key"]
        panel.playcut.close()


def test_the_budget_follows_the_connections_both_ways(pc: Playcut, panel: Panel) -> None:
    budget, said = panel.connection.budget, panel.connection.budget_note
    assert (budget.value, budget.placeholder) == ("", "no limit")
    budget.value = "50"
    assert pc.budget == 50
    for wrong in ("-5", "a lot", "nan", "inf"):
        budget.value = wrong
        worked_off(panel)
        assert wrong in said.value
        assert budget.value == wrong
        assert pc.budget == 50
    pc.budget = 70
    worked_off(panel)
    assert budget.value == "70"
    assert said.value == ""
    budget.value = ""
    worked_off(panel)
    assert pc.budget is None
    budget.value = "0"
    worked_off(panel)
    assert pc.budget == 0


def test_the_voices_are_listed_when_speech_is_chosen_and_one_speaks(pc: Playcut, panel: Panel) -> None:
    offered = panel.compose.voice.field
    assert offered.options == ()
    panel.compose.kind.value = "speech"
    worked_off(panel)
    voices = pc.voices()
    assert offered.options == tuple(f"{voice.name} · {voice.language}" for voice in voices)
    offered.value = offered.options[1]
    (card,) = generate(panel, "A panel that speaks.", 1)
    assert card.run.inputs["voiceId"] == voices[1].id
    offered.value = ""
    card.use.click()
    assert offered.value == offered.options[1]
    assert card.run.assets[0].kind == "audio"


def test_a_voices_sample_is_heard_where_there_is_one(
    pc: Playcut, panel: Panel, tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    panel.compose.kind.value = "speech"
    worked_off(panel)
    panel.compose.voice.field.value = panel.compose.voice.field.options[0]
    panel.compose.voice.hear.click()
    worked_off(panel)
    assert "The API gives no sample" in panel.compose.voice.note.value

    sound = pc.speech("What I sound like.").assets[0].data
    listed = pc.voices()
    listed[0] = dataclasses.replace(listed[0], sample_url=served(sound))
    listed[1] = dataclasses.replace(listed[1], sample_url=served(b"<script>alert(1)</script>"))
    panel.compose.voice.hear.click()
    worked_off(panel)
    assert "<audio" in panel.compose.voice.note.value
    panel.compose.voice.field.value = pc.voices()[1].name
    panel.compose.voice.hear.click()
    worked_off(panel)
    assert "is no sound" in panel.compose.voice.note.value
    assert "<script" not in panel.compose.voice.note.value


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
    until(panel.gallery.page, "children", bool)
    made.star()
    until(panel.gallery.tiles[0].caption, "value", lambda html: "★ starred" in html)
    made.hide()
    until(panel.gallery.page, "children", lambda children: not children)
    panel.gallery.hidden.value = True
    until(panel.gallery.page, "children", bool)
    worked_off(panel)
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


def test_a_page_on_which_something_plays_holds_still(pc: Playcut, panel: Panel) -> None:
    pc.speech("A voice that goes on.")
    worked_off(panel)
    (voice,) = panel.gallery.tiles
    voice.play.click()
    worked_off(panel)
    player = voice.picture.value
    voice.star.click()
    pc.image("a newcomer beside the voice")
    worked_off(panel)
    assert panel.gallery.tiles == [voice]
    assert voice.picture.value == player
    assert "★ starred" in voice.caption.value
    assert panel.gallery.more.description == "Show 1 new"
    panel.gallery.more.click()
    worked_off(panel)
    assert shown(panel) == ["a newcomer beside the voice", "A voice that goes on."]
    assert panel.gallery.more.layout.display == "none"
    voice.play.click()
    worked_off(panel)
    assert "<audio" not in voice.picture.value


def test_a_click_means_what_was_seen_though_others_arrived(pc: Playcut, panel: Panel) -> None:
    seen = pc.image("a fox that is seen")
    worked_off(panel)
    (tile,) = panel.gallery.tiles
    pc.image("a newcomer")
    worked_off(panel)
    tile.hide.click()
    worked_off(panel)
    assert shown(panel) == ["a newcomer"]
    assert pc.get(seen.id or 0).hidden


def test_what_is_under_way_is_not_in_the_gallery_as_if_it_had_stopped(pc: Playcut, panel: Panel) -> None:
    pc.image("a fox that is done")
    run = pc.submit("image", "a [stuck] fox")
    until_submitted(run)
    panel.gallery.begin()
    worked_off(panel)
    assert shown(panel) == ["a fox that is done"]
    run.stop_waiting()
    with pytest.raises(StoppedWaiting):
        run.wait(30)
    worked_off(panel)
    assert shown(panel) == ["a [stuck] fox", "a fox that is done"]
    assert "STOPPED" in panel.gallery.tiles[0].caption.value


def test_generate_does_not_wait_for_the_gallery(panel: Panel) -> None:
    turn = threading.Event()

    def wait() -> None:
        assert turn.wait(30)

    panel.gallery.worker.do(wait)
    panel.compose.prompt.value = "a fox that waits for no picture"
    panel.compose.button.click()
    until(panel.jobs.list, "children", bool)
    turn.set()
    ended(panel)


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
    for button in (
        panel.compose.button,
        tile.star,
        tile.view,
        panel.gallery.older,
        panel.connection.resume,
        panel.viewer.save,
    ):
        button.click()
    panel.gallery.search.value = "fox"
    panel.compose.kind.value = "speech"
    panel.compose.voice.hear.click()
    watching = False
    worked_off(panel)
    with pc.connection.library.transaction() as db:
        db.set_trace_callback(None)
    assert touched == []


@pytest.mark.usefixtures("no_pauses")
def test_a_server_that_is_gone_is_told_at_the_form_and_in_the_card(tmp_path: Path) -> None:
    with Playcut(api_key="pk_live_none", base_url="http://127.0.0.1:9/api/v1", home=tmp_path) as pc:
        panel = pc.panel()
        worked_off(panel)
        panel.compose.kind.value = "speech"
        until(panel.compose.voice.note, "value", lambda html: "127.0.0.1" in html)
        worked_off(panel)
        assert panel.compose.voice.again.layout.display is None
        assert panel.compose.voice.field.options == ()
        panel.compose.kind.value = "image"
        (card,) = generate(panel, "a fox for nobody", 1)
        assert "127.0.0.1" in card.status.value
        assert not card.retry.disabled
        assert not panel.compose.button.disabled


@pytest.mark.usefixtures("no_pauses")
def test_voices_that_can_not_be_had_are_asked_for_once_and_again_only_when_told(
    tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    url = served(b"").rsplit("/", 1)[0]  # it answers no POST: 501
    with Playcut(api_key="pk_live_none", base_url=f"{url}/api/v1", home=tmp_path) as pc:
        asked = []
        panel = pc.panel()
        panel.compose.voice.note.observe(lambda change: asked.append(change["new"]), "value")
        panel.compose.kind.value = "speech"
        worked_off(panel)
        for end in range(1, 10):
            panel.compose.prompt.value = "Hello you."[:end]
        worked_off(panel)
        assert len([text for text in asked if text]) == 1
        panel.compose.voice.again.click()
        worked_off(panel)
        assert len([text for text in asked if text]) == 2
        assert not panel.compose.voice.again.disabled


def test_a_clock_goes_on_after_what_goes_wrong_and_misses_nothing() -> None:
    said: list[str] = []
    drawn: list[str] = []
    inside, go_on, last = threading.Event(), threading.Event(), threading.Event()

    def draw() -> bool:
        drawn.append("")
        if len(drawn) == 1:
            inside.set()
            assert go_on.wait(30)
            return False
        if len(drawn) == 2:
            raise RuntimeError("a card that can't be drawn")
        last.set()
        return False

    clock = Clock(draw, said.append)
    clock.start()
    assert inside.wait(30)
    clock.start()  # something new, while the last draw of what was before is under way
    go_on.set()
    assert last.wait(30)
    assert "a card that can't be drawn" in said[0]


def test_a_button_is_open_again_after_an_error(pc: Playcut, panel: Panel) -> None:
    pc.image("a fox that can not be kept there")
    worked_off(panel)
    panel.gallery.tiles[0].view.click()
    worked_off(panel)
    panel.viewer.path.value = "/proc/nowhere/kept.png"
    panel.viewer.save.click()
    assert panel.viewer.save.disabled
    worked_off(panel)
    assert not panel.viewer.save.disabled


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PromptError("It is empty.", hint="Why."), "PromptError: It is empty. Why."),
        (NotConnected("There is no key."), "press “Use the sandbox”"),
        (
            InvalidInput("Too many.", hint="If that is what you want, add `--max 20` (in Python: x)."),
            "“at most” to 20.",
        ),
        (StoppedWaiting("It goes on.", hint="`%playcut wait 12` goes on."), "It goes on. “Retry” or “Resume” goes on."),
    ],
)
def test_an_error_is_told_once_and_names_the_panels_fields(error: PlaycutError, words: str) -> None:
    assert words in told(error)
    assert told(error).count(error.message) == 1


def test_where_there_are_no_widgets_it_is_one_sentence(panel: Panel) -> None:
    assert panel._repr_mimebundle_()["text/plain"].count(".") == 1


def test_a_wrong_key_is_told_in_the_card(sandbox: Sandbox, tmp_path: Path) -> None:
    with Playcut(api_key="pk_live_wrong", base_url=sandbox.base_url, home=tmp_path) as pc:
        panel = pc.panel()
        worked_off(panel)
        (card,) = generate(panel, "a fox without rights", 1)
        assert type(card.run.error).__name__ == "AuthenticationError"
        assert "key" in card.status.value


def test_a_budget_stops_the_panel_before_it_buys(panel: Panel, pc: Playcut, sandbox: Sandbox) -> None:
    generate(panel, "the first fox of a budget", 1)
    panel.connection.budget.value = "100"
    worked_off(panel)
    before = sandbox.submissions
    cards = generate(panel, "the second fox of a budget", 0)
    assert sandbox.submissions == before
    said = panel.compose.note.value + "".join(card.status.value for card in cards)
    assert "budget" in said
    assert not panel.compose.button.disabled
