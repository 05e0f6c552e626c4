"""Displays that change: when they draw, what they draw last, and what ends them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from playcut_jupyter.background import change_signal
from playcut_jupyter.connection.account import Account
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import front_ends, live, status, targets
from playcut_jupyter.display.background_updates import update_in_background
from playcut_jupyter.display.bundles import Bundle, mime_bundle
from playcut_jupyter.display.live import MAX_MESSAGES_PER_S, LiveDisplay, watch
from playcut_jupyter.display.saving import save_when_done
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.jobs.events import Progressed, Retrying
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.library.store import Store
from playcut_jupyter.settings import Settings
from tests.display.pages import asset_of, png, waiting
from tests.waiting import until

BELOW = ("draws the grid", "draws the grid a last time")


class Screen:
    """A target that remembers what was drawn, and calls *seen* after each drawing but the last."""

    def __init__(self, seen: Callable[[int], None] = lambda _: None) -> None:
        self.drawn: list[str] = []
        self.last: list[str] = []
        self._seen = seen
        self.underneath: Screen | None = None

    def draw(self, bundle: Bundle) -> None:
        self.drawn.append(bundle["text/plain"])
        self._seen(len(self.drawn))

    def finish(self, bundle: Bundle) -> None:
        self.last.append(bundle["text/plain"])

    def below(self) -> Screen:
        self.underneath = Screen()
        return self.underneath


def below(is_last: bool) -> Bundle:
    return mime_bundle("", BELOW[is_last])


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return a job that nobody works on."""
    settings = Settings(api_key="pk_live_" + "0" * 40, base_url="https://api.example/api/v1", home=tmp_path / "home")
    return Job(Connection(settings, Account()), waiting(task_id="task_1"))


def line_of(job: Job) -> Callable[[], Bundle]:
    return lambda: status.summary_bundle(job.snapshot)


def end(job: Job) -> None:
    job.update(done=True, status="COMPLETED", assets=(asset_of(png()),))


# -- while a cell waits -------------------------------------------------------------------------------------------


def test_a_job_is_drawn_as_it_is_until_it_is_done_and_once_more_then(job: Job) -> None:
    def go_on(count: int) -> None:
        if count == 1:
            job.emit(Progressed("PROCESSING", 42.0))
        else:
            end(job)

    screen = Screen(go_on)
    watch([job], line_of(job), below, screen)

    assert [text.split(" ")[0] for text in screen.drawn] == ["SUBMITTING", "PROCESSING"]
    assert "42 %" in screen.drawn[1]
    (last,) = screen.last
    assert last.startswith("COMPLETED · image · 40 x 30")
    assert screen.underneath is not None
    assert set(screen.underneath.drawn) == {BELOW[False]}
    assert screen.underneath.last == [BELOW[True]]


def test_what_is_done_already_is_drawn_once(job: Job) -> None:
    end(job)
    screen = Screen()
    watch([job], line_of(job), below, screen)
    assert (screen.drawn, len(screen.last)) == ([], 1)


def test_who_subscribes_while_a_job_ends_still_hears_of_it(job: Job) -> None:
    class Subscriber:
        """Finds the job not done yet when others hear of its end, as another thread may at that moment."""

        def __init__(self) -> None:
            self.heard: list[bool] = []

        def subscribe(self) -> None:
            self.heard.append(job.done)
            job.on_change(lambda: self.heard.append(job.done))

    subscriber = Subscriber()
    change_signal.on_change(subscriber.subscribe)
    end(job)
    assert subscriber.heard == [False, True]


def test_an_interrupt_draws_the_end_and_tells_how_to_go_on(job: Job) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    screen = Screen(interrupt)
    with pytest.raises(StoppedWaiting, match="goes on at Playcut") as stopped:
        watch([job], line_of(job), below, screen)
    assert stopped.value.task_id == "task_1"
    assert len(screen.last) == 1
    job.emit(Progressed("PROCESSING", None))  # nothing listens any more
    assert len(screen.last) == 1


class Clock:
    """Time that passes only when it is told to, so that a busy machine changes nothing."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize("has_below", [False, True])
def test_no_second_has_more_messages_than_the_limit_even_with_the_last_drawing(
    job: Job, has_below: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, screen = Clock(), Screen()
    monkeypatch.setattr(live, "time", clock)
    display = LiveDisplay([job], line_of(job), below if has_below else None, screen)
    sent_at: list[float] = []
    for step in range(300):
        clock.now = step / 100
        job.emit(Progressed("PROCESSING", step % 100))
        sent_at += [clock.now] * display.tick()
    end(job)
    sent_at += [clock.now] * display.finish()

    busiest = max(sum(start <= moment < start + 1 for moment in sent_at) for start in sent_at)
    assert 2 <= busiest <= MAX_MESSAGES_PER_S
    assert len(sent_at) >= 3 * 2
    assert screen.underneath is not None
    assert len(sent_at) == sum(len(one.drawn) + len(one.last) for one in (screen, screen.underneath))


def test_what_lies_below_is_drawn_again_only_when_a_state_has_changed(job: Job) -> None:
    screen = Screen()
    display = LiveDisplay([job], line_of(job), below, screen)
    assert screen.underneath is not None

    def has_ticked(is_enough: Callable[[], bool]) -> bool:
        job.emit(Progressed(job.snapshot.status, 50.0))
        display.tick()
        return is_enough()

    until(lambda: has_ticked(lambda: len(screen.drawn) == 4))  # seconds pass, and nothing else
    assert len(screen.underneath.drawn) == 1
    job.emit(Retrying("The wait was cut."))
    assert display.tick() == 0  # not due yet
    job.emit(Progressed("PROCESSING", 50.0))
    drawn = screen.underneath.drawn
    until(lambda: has_ticked(lambda: len(drawn) == 2))


def test_the_message_at_the_end_stands_under_the_line_and_the_end_comes_once(job: Job) -> None:
    screen, calls = Screen(), iter(["Saved: fox.png"])
    display = LiveDisplay([job], line_of(job), None, screen, lambda: next(calls))
    end(job)
    assert (display.finish(), display.finish(), display.tick()) == (1, 0, 0)
    assert screen.last[0].splitlines()[1:] == ["Saved: fox.png"]


# -- where nobody can see an update -------------------------------------------------------------------------------


def test_only_the_end_is_printed_where_nothing_can_be_updated(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    timer = threading.Timer(0.3, end, [job])
    timer.start()
    watch([job], line_of(job), below)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("COMPLETED · image")


def test_what_does_not_change_is_printed_outside_of_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    assert not front_ends.in_kernel()
    targets.show_once({"text/html": "<b>words</b>", "text/plain": "words"})
    assert capsys.readouterr().out == "words\n"


def test_what_is_not_waited_for_is_saved_in_the_folder_of_the_cell_that_asked(
    job: Job, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save = save_when_done([job], "fox")
    assert save is not None
    assert save_when_done([job], None) is None
    messages: list[str] = []
    told = threading.Event()

    def save_and_tell() -> str:
        messages.append(save())
        told.set()
        return messages[0]

    update_in_background([job], line_of(job), below, save_and_tell)
    assert capsys.readouterr().out.startswith("SUBMITTING · image")
    monkeypatch.chdir("/")
    job.update(done=True, status="COMPLETED", assets=(asset_of(png(), store),))
    assert told.wait(10)
    assert messages == [f"Saved: {tmp_path / 'fox.png'}"]
    assert (tmp_path / "fox.png").read_bytes() == png()


def test_what_can_not_be_saved_is_told(job: Job, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    save = save_when_done([job], f"{tmp_path}/file/fox.png")
    end(job)
    assert save is not None
    assert save().startswith("Not saved: ")


def test_a_display_that_fails_does_not_stop_the_others(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    told = threading.Event()

    def tell() -> str:
        told.set()
        return ""

    def no_line() -> Bundle:
        raise OSError("no such display")

    with caplog.at_level(logging.WARNING, "playcut_jupyter"):
        update_in_background([job], no_line, then=tell)
        update_in_background([job], line_of(job), then=tell)
        end(job)
        assert told.wait(10)
    assert "A display failed (OSError: no such display)" in caplog.text


def test_what_fails_at_the_end_is_told_below_the_line(job: Job) -> None:
    def fail() -> str:
        raise OSError("no such folder")

    screen = Screen()
    display = LiveDisplay([job], line_of(job), target=screen, then=fail)
    end(job)
    display.finish()
    assert "failed (OSError: no such folder)" in screen.last[0]
