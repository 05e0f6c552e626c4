"""What goes on behind the panel: threads, clocks, and how errors are told."""

from __future__ import annotations

import sys
import threading

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import InvalidInput, NotConnected, PlaycutError, PromptError, StoppedWaiting
from playcut_jupyter.panel import Panel
from playcut_jupyter.panel.messages import told
from playcut_jupyter.panel.threads import Redrawer
from tests.panel.hands import worked_off


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

    clock = Redrawer(draw, said.append)
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
        (
            StoppedWaiting("It goes on.", hint="`%playcut wait 12` goes on, `%playcut resume` fetches all."),
            "It goes on. “Retry” goes on, “Resume” fetches all.",
        ),
        (StoppedWaiting("`%playcut resume` goes on with it."), "StoppedWaiting: “Resume” goes on with it."),
        (
            InvalidInput("-p 'seed' is not key=value.", hint="For example -p seed=7 or -p 'style=oil paint'."),
            "InvalidInput: 'seed' is not key=value. For example seed=7 or 'style=oil paint'.",
        ),
        (InvalidInput("No voice.", hint="`%playcut voices` lists them."), "Choose one in the field “voice”."),
    ],
)
def test_an_error_is_told_once_and_names_the_panels_fields(error: PlaycutError, words: str) -> None:
    assert words in told(error)
    assert told(error).count(words) == 1
    assert "%playcut" not in told(error)


def test_where_there_are_no_widgets_it_is_one_sentence(panel: Panel) -> None:
    assert panel._repr_mimebundle_()["text/plain"].count(".") == 1
