"""The form of the panel: what is written there, and what a press of its button asks for."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel.view import Panel
from playcut_jupyter.sandbox import Sandbox
from tests.panel.helpers import ManualClock, generate, until, wait_until_ended, wait_until_idle


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


def test_there_is_one_panel_for_a_connection(pc: Playcut) -> None:
    first = pc.panel()
    assert pc.panel() is first
    first.close()
    assert pc.panel() is not first


def test_the_count_is_shown_while_one_types_and_nothing_is_sent(panel: Panel, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    panel.form.prompt.value = "a typed {red|blue} {fox|owl}"
    panel.form.count.value = 2
    assert "= 8 generations" in panel.form.message.value
    panel.form.options["aspect_ratio"].value = "1:1,16:9"
    panel.form.max_generations.value = 10
    assert "= 16 generations, more than the 10 allowed" in panel.form.message.value
    assert sandbox.submissions == before


@pytest.mark.parametrize(
    ("field", "value", "words", "where"),
    [
        ("prompt", "a {fxo} in a form", "fxo", "message"),
        ("extra_inputs", "seed", "is not key=value", "extra_message"),
        ("extra_inputs", "prompt=an entirely different owl", "would take the place of the prompt", "extra_message"),
        ("extra_inputs", "aspect_ration=1:1", "Did you mean aspect_ratio?", "extra_message"),
    ],
)
def test_what_can_not_be_understood_is_said_at_the_form(
    panel: Panel, field: str, value: str, words: str, where: str
) -> None:
    panel.form.prompt.value = "a fox in a form"
    getattr(panel.form, field).value = value
    assert words in getattr(panel.form, where).value
    panel.form.button.click()
    wait_until_idle(panel)
    assert words in panel.form.message.value
    assert not panel.form.button.disabled
    assert panel.batch_list.cards == []


def test_an_empty_prompt_and_too_many_are_told_and_buy_nothing(panel: Panel, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    panel.form.button.click()
    wait_until_idle(panel)
    assert "prompt is empty" in panel.form.message.value
    panel.form.prompt.value = "too {1|2|3|4|5} many {a|b|c|d}"
    panel.form.button.click()
    wait_until_idle(panel)
    assert "20 generations, more than 16" in panel.form.message.value
    assert sandbox.submissions == before


@pytest.mark.parametrize("gap_s", [0.0, 0.05, 0.25, 0.9])
def test_a_double_click_buys_once(pc: Playcut, sandbox: Sandbox, gap_s: float) -> None:
    clock = ManualClock()
    panel = Panel(pc, clock)
    before = sandbox.submissions
    panel.form.prompt.value = f"a doubly clicked fox {gap_s}"
    panel.form.fresh.value = True
    panel.form.button.click()
    wait_until_idle(panel)
    clock.now = gap_s
    panel.form.button.click()
    wait_until_idle(panel)
    wait_until_ended(panel)
    assert sandbox.submissions - before == 1
    clock.now = 2
    panel.form.button.click()
    wait_until_idle(panel)
    wait_until_ended(panel)
    assert sandbox.submissions - before == 2


def test_what_was_clicked_is_bought_whatever_is_typed_before_its_turn_comes(panel: Panel) -> None:
    turn = threading.Event()

    def wait() -> None:
        assert turn.wait(30)

    panel.worker.submit(wait)
    panel.form.prompt.value = "a fox as clicked"
    panel.form.button.click()
    panel.form.prompt.value = "an owl that is being ty"
    panel.form.count.value = 3
    turn.set()
    wait_until_idle(panel)
    assert [card.generation.prompt for card in panel.batch_list.cards] == ["a fox as clicked"]


def test_what_the_page_says_of_its_fields_goes_before_what_is_known_of_them(panel: Panel) -> None:
    panel.form.prompt.value = "a fox half ty"
    panel.form.submit(
        {
            "prompt": "a fox half typed",
            "count": "2",
            "fresh": True,
            "aspect_ratio": "1:1",
            "kind": "image",
            "max_generations": 7,
            "no": "!",
        }
    )
    wait_until_idle(panel)
    generations = [card.generation for card in panel.batch_list.cards]
    assert [generation.prompt for generation in generations] == ["a fox half typed"] * 2
    assert generations[0].inputs["aspectRatio"] == "1:1"


def test_the_price_follows_what_the_library_and_the_budget_have_by_now(pc: Playcut, panel: Panel) -> None:
    generate(panel, "a {red|blue} fox with a price", 2)
    wait_until_idle(panel)
    assert "2 from your library, 0 credits" in panel.form.price.value
    panel.form.prompt.value = "a {white|black} fox with a price"
    wait_until_idle(panel)
    assert "about 160 credits (estimate)" in panel.form.price.value
    assert panel.form.button.description == "Generate 2, about 160 credits"
    assert "budget" not in panel.form.price.value
    panel.connection.budget.value = "240"
    wait_until_idle(panel)
    assert "over budget: needs about 160 credits, 80 are left" in panel.form.price.value
    assert panel.form.button.description == "Over budget: about 160 credits"
    assert "raise the budget under “More”" in panel.form.price.value
    assert panel.front_end.is_shut


def test_what_is_over_budget_is_refused_without_cards(pc: Playcut, panel: Panel) -> None:
    generate(panel, "a red fox to price", 1)
    panel.connection.budget.value = "200"
    panel.form.prompt.value = "a {white|black} fox to refuse"
    wait_until_idle(panel)
    panel.form.button.click()
    wait_until_idle(panel)
    assert "needs about 160 credits, 120 are left" in panel.form.message.value
    assert len(panel.batch_list.batches) == 1
    panel.form.prompt.value = "a white fox to allow"
    wait_until_idle(panel)
    assert panel.form.button.description == "Generate, about 80 credits"
    assert not panel.front_end.is_shut


@pytest.mark.parametrize(
    ("field", "value", "opens"),
    [("extra_inputs", "seed", True), ("session", "{nobody}", True), ("max_generations", 1, True), ("count", 3, False)],
)
def test_a_field_under_more_that_is_wrong_opens_it(panel: Panel, field: str, value: object, opens: bool) -> None:
    panel.form.prompt.value = "a {red|blue} fox"
    getattr(panel.form, field).value = value
    assert panel.form.more.value is opens


def test_a_budget_that_is_no_number_opens_more_and_changes_nothing(pc: Playcut, panel: Panel) -> None:
    panel.connection.budget.value = "a lot"
    assert panel.form.more.value
    assert pc.budget is None


def test_what_stood_in_the_form_before_another_prompt_was_used_is_brought_back_once(pc: Playcut, panel: Panel) -> None:
    pc.image("a fox of before", aspect_ratio="16:9", seed=7)
    wait_until_idle(panel)
    panel.form.kind.value, panel.form.prompt.value = "speech", "Half a sentence that"
    written = panel.form.values()
    assert panel.form.undo.layout.display == "none"
    panel.gallery.tiles[0].use.click()
    assert panel.form.prompt.value == "a fox of before"
    assert panel.form.undo.layout.display is None
    panel.form.undo.click()
    assert panel.form.values() == written
    assert panel.form.undo.layout.display == "none"


def test_the_chips_follow_their_field_and_offer_what_it_offers(panel: Panel) -> None:
    field = panel.form.options["aspect_ratio"]
    chips = panel.form.fields.chips["aspect_ratio"]
    assert chips.values == ["16:9", "1:1", "9:16", "4:3", "3:4"]
    field.value = "4:3"
    assert chips.value == "4:3"
    panel.form.kind.value = "speech"
    wait_until_idle(panel)
    assert chips.label == "aspect ratio"
    assert panel.form.fields.chips["voice"].values == list(panel.form.options["voice"].options)[:8]


def test_where_there_is_an_error_there_is_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY", raising=False)
    with Playcut() as pc:
        panel = pc.panel()
        panel.form.prompt.value = "a fox that nobody can make"
        wait_until_idle(panel)
        assert "price is known" in panel.form.price.value
        panel.form.button.click()
        wait_until_idle(panel)
        panel.connection.refresh()
        panel.form.refresh_price()
        wait_until_idle(panel)
        assert "NotConnected" in panel.form.message.value
        assert panel.form.price.value == ""


@pytest.mark.parametrize("name", ["count", "max_generations"])
def test_a_number_is_followed_while_it_is_typed(panel: Panel, name: str) -> None:
    assert getattr(panel.form, name).continuous_update


def test_what_was_bought_is_bought_anew_only_when_asked_for(panel: Panel, sandbox: Sandbox) -> None:
    generate(panel, "a fox bought anew", 1)
    before = sandbox.submissions
    panel.form.update()
    wait_until_idle(panel)
    assert "1 from your library, 0 credits" in panel.form.price.value
    panel.form.fresh.value = True
    wait_until_idle(panel)
    assert "about 80 credits (estimate)" in panel.form.price.value
    assert "library" not in panel.form.price.value
    generate(panel, "a fox bought anew", 2)
    assert sandbox.submissions == before + 1


def test_the_voices_are_listed_when_speech_is_chosen_and_one_speaks(pc: Playcut, panel: Panel) -> None:
    offered = panel.form.voice.field
    assert offered.options == ()
    panel.form.kind.value = "speech"
    wait_until_idle(panel)
    voices = pc.voices()
    assert offered.options == tuple(f"{voice.name} · {voice.language}" for voice in voices)
    offered.value = offered.options[1]
    (card,) = generate(panel, "A panel that speaks.", 1)
    assert card.generation.inputs["voiceId"] == voices[1].id
    offered.value = ""
    card.use.click()
    assert offered.value == offered.options[1]
    assert card.generation.assets[0].kind == "audio"


def test_two_voices_with_commas_in_their_names_speak_one_each(pc: Playcut, panel: Panel) -> None:
    panel.form.kind.value = "speech"
    wait_until_idle(panel)
    first, second = pc.voices()[:2]
    assert "," in first.name
    panel.form.voice.field.value = f"{panel.form.voice.field.options[0]}, {second.name}"
    cards = generate(panel, "Two panels that speak.", 2)
    assert [card.generation.inputs["voiceId"] for card in cards] == [first.id, second.id]


def test_a_voice_is_heard_by_what_a_cell_calls_it(pc: Playcut, panel: Panel) -> None:
    panel.form.kind.value = "speech"
    wait_until_idle(panel)
    name = pc.voices()[0].name
    begun = name.split(" (")[0]
    for typed, words in (
        (begun, f"no sample of {name}"),
        (f"{begun[:-1]}X (English, US)", "Did you mean"),
        ("nobody of that name", "Choose one in the field “voice”"),
    ):
        panel.form.voice.field.value = typed
        panel.form.voice.play.click()
        wait_until_idle(panel)
        assert words in panel.form.voice.message.value
        assert "%playcut" not in panel.form.voice.message.value


def test_a_voices_sample_is_heard_where_there_is_one(
    pc: Playcut, panel: Panel, tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    panel.form.kind.value = "speech"
    wait_until_idle(panel)
    panel.form.voice.field.value = panel.form.voice.field.options[0]
    panel.form.voice.play.click()
    wait_until_idle(panel)
    assert "The API gives no sample" in panel.form.voice.message.value

    sound = pc.speech("What I sound like.").assets[0].data
    listed = pc.voices()
    listed[0] = dataclasses.replace(listed[0], sample_url=served(sound))
    listed[1] = dataclasses.replace(listed[1], sample_url=served(b"<script>alert(1)</script>"))
    panel.form.voice.play.click()
    wait_until_idle(panel)
    assert "<audio" in panel.form.voice.message.value
    panel.form.voice.field.value = pc.voices()[1].name
    panel.form.voice.play.click()
    wait_until_idle(panel)
    assert "is no sound" in panel.form.voice.message.value
    assert "<script" not in panel.form.voice.message.value


def test_a_literal_prompt_is_no_template(panel: Panel) -> None:
    panel.form.prompt.value = "a {red|blue} fox --ar 16:9"
    assert "Midjourney" in panel.form.message.value
    panel.form.literal.value = True
    assert panel.form.message.value.count("1 generation") == 1
    (card,) = generate(panel, "a {red|blue} fox --ar 16:9", 1)
    assert card.generation.prompt == "a {red|blue} fox --ar 16:9"
    panel.form.literal.value = False
    card.use.click()
    assert panel.form.literal.value
    assert panel.form.prompt.value == "a {red|blue} fox --ar 16:9"


def test_generate_does_not_wait_for_the_gallery(panel: Panel) -> None:
    turn = threading.Event()

    def wait() -> None:
        assert turn.wait(30)

    panel.gallery.worker.submit(wait)
    panel.form.prompt.value = "a fox that waits for no picture"
    panel.form.button.click()
    until(panel.batch_list.list, "children", bool)
    turn.set()
    wait_until_ended(panel)


@pytest.mark.usefixtures("no_pauses")
def test_voices_that_can_not_be_had_are_asked_for_once_and_again_only_when_told(
    tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    url = served(b"").rsplit("/", 1)[0]  # it answers no POST: 501
    with Playcut(api_key="pk_live_none", base_url=f"{url}/api/v1", home=tmp_path) as pc:
        asked = []
        panel = pc.panel()
        panel.form.voice.message.observe(lambda change: asked.append(change["new"]), "value")
        panel.form.kind.value = "speech"
        wait_until_idle(panel)
        for end in range(1, 10):
            panel.form.prompt.value = "Hello you."[:end]
        wait_until_idle(panel)
        assert len([text for text in asked if text]) == 1
        panel.form.voice.retry.click()
        wait_until_idle(panel)
        assert len([text for text in asked if text]) == 2
        assert not panel.form.voice.retry.disabled
