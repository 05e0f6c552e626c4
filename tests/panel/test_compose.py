"""The form of the panel: what is written there, and what a press of its button asks for."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel import Panel
from playcut_jupyter.sandbox import Sandbox
from tests.panel.hands import Hand, ended, generate, until, worked_off


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
        ("extra", "prompt=an entirely different owl", "would take the place of the prompt", "extra_note"),
        ("extra", "aspect_ration=1:1", "Did you mean aspect_ratio?", "extra_note"),
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


def test_the_price_follows_what_the_library_and_the_budget_have_by_now(pc: Playcut, panel: Panel) -> None:
    generate(panel, "a {red|blue} fox with a price", 2)
    worked_off(panel)
    assert "2 from your library, 0 credits" in panel.compose.price.value
    panel.compose.prompt.value = "a {white|black} fox with a price"
    worked_off(panel)
    assert "about 160 credits (estimate)" in panel.compose.price.value
    assert "budget" not in panel.compose.price.value
    panel.connection.budget.value = "240"
    worked_off(panel)
    assert "passes your budget of 240 (160 spent) after about 1" in panel.compose.price.value


def test_where_there_is_an_error_there_is_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY", raising=False)
    with Playcut() as pc:
        panel = pc.panel()
        panel.compose.prompt.value = "a fox that nobody can make"
        worked_off(panel)
        assert "price is known" in panel.compose.price.value
        panel.compose.button.click()
        worked_off(panel)
        panel.connection.refresh()
        panel.compose.refresh()
        worked_off(panel)
        assert "NotConnected" in panel.compose.note.value
        assert panel.compose.price.value == ""


@pytest.mark.parametrize("name", ["count", "most"])
def test_a_number_is_followed_while_it_is_typed(panel: Panel, name: str) -> None:
    assert getattr(panel.compose, name).continuous_update


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


def test_two_voices_with_commas_in_their_names_speak_one_each(pc: Playcut, panel: Panel) -> None:
    panel.compose.kind.value = "speech"
    worked_off(panel)
    first, second = pc.voices()[:2]
    assert "," in first.name
    panel.compose.voice.field.value = f"{panel.compose.voice.field.options[0]}, {second.name}"
    cards = generate(panel, "Two panels that speak.", 2)
    assert [card.run.inputs["voiceId"] for card in cards] == [first.id, second.id]


def test_a_voice_is_heard_by_what_a_cell_calls_it(pc: Playcut, panel: Panel) -> None:
    panel.compose.kind.value = "speech"
    worked_off(panel)
    name = pc.voices()[0].name
    begun = name.split(" (")[0]
    for typed, words in (
        (begun, f"no sample of {name}"),
        (f"{begun[:-1]}X (English, US)", "Did you mean"),
        ("nobody of that name", "Choose one in the field “voice”"),
    ):
        panel.compose.voice.field.value = typed
        panel.compose.voice.hear.click()
        worked_off(panel)
        assert words in panel.compose.voice.note.value
        assert "%playcut" not in panel.compose.voice.note.value


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
