"""What goes on behind the panel: workers, and what redraws it."""

from __future__ import annotations

import sys
import threading

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.background import change_signal
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.panel.threads import Redrawer
from playcut_jupyter.panel.view import Panel
from tests.panel.helpers import wait_until_idle
from tests.waiting import until_submitted


def test_nothing_is_read_from_disk_or_network_where_clicks_are_handled(
    pc: Playcut, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.image("a fox for clicks")
    wait_until_idle(panel)
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
    panel.form.prompt.value = "a clicked {fox|owl}"
    for button in (
        panel.form.button,
        tile.star,
        tile.view,
        panel.gallery.older,
        panel.connection.resume,
        panel.viewer.save,
    ):
        button.click()
    panel.gallery.search.value = "fox"
    panel.form.kind.value = "speech"
    panel.form.voice.play.click()
    watching = False
    wait_until_idle(panel)
    with pc.connection.library.transaction() as db:
        db.set_trace_callback(None)
    assert touched == []


def test_a_redrawer_goes_on_after_what_goes_wrong_and_misses_nothing() -> None:
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

    redrawer = Redrawer(draw, said.append)
    redrawer.start()
    assert inside.wait(30)
    redrawer.start()  # something new, while the last draw of what was before is under way
    go_on.set()
    assert last.wait(30)
    assert "a card that can't be drawn" in said[0]


def test_whoever_waited_for_a_generation_finds_the_panel_notified(pc: Playcut) -> None:
    class Listener:
        def note(self) -> None:
            ended_before.append(generation.done)

    ended_before: list[bool] = []
    listener = Listener()
    generation = pc.submit("image", "a [stuck] fox that is waited for")
    until_submitted(generation)
    change_signal.on_change(listener.note)
    generation.stop_waiting()
    with pytest.raises(StoppedWaiting):
        generation.wait(30)
    assert ended_before == [False]


def test_a_button_at_work_keeps_the_focus_and_acts_again_after_an_error(pc: Playcut, panel: Panel) -> None:
    pc.image("a fox that can not be kept there")
    wait_until_idle(panel)
    panel.gallery.tiles[0].view.click()
    wait_until_idle(panel)
    panel.viewer.path.value = "/proc/nowhere/kept.png"
    said: list[str] = []
    panel.viewer.message.observe(lambda change: said.append(change["new"]), "value")
    for _ in range(2):
        panel.viewer.save.click()
        assert not panel.viewer.save.disabled
        wait_until_idle(panel)
        panel.viewer.path.value = "/proc/elsewhere/kept.png"
    assert sum("InvalidInput" in text for text in said) == 2


def test_where_there_are_no_widgets_it_is_one_sentence(panel: Panel) -> None:
    assert panel._repr_mimebundle_()["text/plain"].count(".") == 1


def test_a_closed_panel_ends_its_threads_and_follows_nothing_any_more(pc: Playcut, panel: Panel) -> None:
    workers = [thread for thread in threading.enumerate() if thread.name.startswith("playcut-panel-worker")]
    assert workers
    panel.close()
    for worker in workers:
        worker.join(30)
    assert not any(worker.is_alive() for worker in workers)
    pc.image("a fox that a closed panel does not show")
    assert not panel.gallery.generations
