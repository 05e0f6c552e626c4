"""What people see and do in JupyterLab, in a real one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.frontends.marks import shows

from .lab import Lab, code, text, until
from .looks import STICKING_OUT
from .notebook import LAST_SOURCE, Cell, Notebook, Pages

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


# What several tests show: the second time it comes from the library, at once.
PICTURE = "%%playcut image -a 16:9\nA red fox in the snow [slow]"
VOICE = "%%playcut speech\nThe quick brown fox jumps over the lazy dog."
CLIP = "%%playcut video -a 16:9 -r 480p -d 4\nA lighthouse in a storm"


@shows("JupyterLab", "live", "picture")
def test_the_status_word_changes_while_the_cell_waits_and_the_picture_loads(notebook: Notebook) -> None:
    cell = notebook.run(PICTURE.replace("image", "image --fresh"), watched=True)
    cell.wait_for_pictures()

    words = list(dict.fromkeys(note["word"] for note in cell.seen))
    in_order = [word for word in ("SUBMITTING", "PENDING", "PROCESSING", "FETCHING", "COMPLETED", "") if word in words]
    assert words == in_order
    # The submission takes milliseconds here: a busy page may never have drawn its word.
    assert {"PENDING", "PROCESSING", ""} <= set(words)
    assert all("SANDBOX" in note["text"] for note in cell.seen)
    seconds = [float(note["text"].split(" s ")[0].rpartition(" ")[2]) for note in cell.seen[:-1]]
    assert seconds == sorted(seconds)
    assert cell.seen[-1]["state"] == "completed"
    assert re.search(r"image · 1024 x 576 · [\d.]+ s · 80 credits \(estimate\) · [0-9a-f]+….png", cell.text)


@shows("JupyterLab", "sound", "clip")
@pytest.mark.parametrize(("source", "tag"), [(VOICE, "audio"), (CLIP, "video")], ids=["speech", "video"])
def test_a_player_waits_to_be_asked_and_then_plays(notebook: Notebook, source: str, tag: str) -> None:
    cell = notebook.run(source)
    cell.wait_for_player(tag)
    player = cell.media(tag)

    assert player.evaluate("player => player.controls && player.paused && !player.autoplay && player.currentTime === 0")
    player.evaluate("player => player.play()")
    cell.wait_for(f"cell => cell.querySelector('{tag}').currentTime > 0.2", within_s=10)
    if tag == "video":
        assert player.evaluate("player => player.videoWidth / player.videoHeight") == pytest.approx(16 / 9, rel=0.01)


_TIME_THE_STOP = """
cell => {
  let pressed = null;  // JupyterLab's button acts at this, and the cell may have ended when it is let go
  document.addEventListener('pointerdown', () => { pressed ??= performance.now(); }, {capture: true});
  const look = () => {
    if (pressed && /\\[\\d+\\]/.test(cell.querySelector('.jp-InputArea-prompt').textContent)) {
      window.stoppedAfter ??= (performance.now() - pressed) / 1000;
    }
  };
  new MutationObserver(look).observe(cell, {childList: true, subtree: true, characterData: true});
}
"""


@shows("JupyterLab", "stop")
def test_the_stop_button_ends_the_cell_and_the_task_can_be_picked_up_again(notebook: Notebook) -> None:
    cell = notebook.start("%%playcut image\nA lazy cat in a garden [slow]")
    cell.media(".playcut-status-processing").wait_for()
    cell.evaluate(_TIME_THE_STOP)
    notebook.click_toolbar("notebook:interrupt-kernel")
    cell.wait_until_run()

    assert notebook.page.evaluate("window.stoppedAfter") < 2
    lines = cell.media(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").inner_text().splitlines()
    assert lines[0].startswith("StoppedWaiting: ")
    assert len(lines) <= 4
    pick_up = re.search(r"%playcut wait \w+", "\n".join(lines))
    assert pick_up

    notebook.run(pick_up[0]).wait_for_pictures()


def test_in_a_narrow_window_and_in_both_themes_all_is_readable_and_nothing_sticks_out(notebook: Notebook) -> None:
    def check(*cells: Cell) -> None:
        for cell in cells:
            cell.check_looks()

    with notebook.narrow():
        with notebook.dark():
            clip = notebook.start("%%playcut video -r 480p -d 4 --no-wait\nA paper boat on a river [slow]")
            voice = notebook.start("%%playcut speech --no-wait\nIt is dark in here [slow].")
            sweep = notebook.start("%%playcut image -a 16:9\nA {tree|barn} in {spring|autumn} [slow]")
            clip.media("progress").wait_for()
            check(clip, voice)
            sweep.media(".playcut-tile-waiting b").get_by_text("PROCESSING").first.wait_for()
            check(sweep)
            voice.wait_for_player("audio")
            clip.wait_for_player("video")
            sweep.wait_for_pictures(4)
            check(clip, voice, sweep)
        check(clip, voice, sweep)


def test_a_submitted_generation_shows_itself_live_where_it_was_displayed(notebook: Notebook) -> None:
    notebook.run("from playcut_jupyter import Playcut\npc = Playcut()")
    shown = notebook.run('run = pc.submit("image", "A heron by a pond [slow]")\nrun', watched=True)
    other = notebook.run("sum(range(10))")
    assert not shown.media("img.playcut-image").count()
    assert other.text.strip().endswith("45")

    shown.wait_for_pictures()
    assert {"PENDING", "PROCESSING"} <= {note["word"] for note in shown.seen}
    assert shown.seen[-1]["state"] == "completed"
    assert not other.media(".playcut-status, img").count()


def test_tab_completes_the_commands(notebook: Notebook) -> None:
    from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

    notebook.write("%playcut re")
    offered = notebook.page.locator(".jp-Completer-item")

    def tab() -> list[str]:
        # JupyterLab gives a kernel one second to answer, and then offers nothing: the first time may take longer.
        if not offered.count():
            notebook.page.keyboard.press("Tab")
        with suppress(PlaywrightTimeoutError):
            offered.first.wait_for(timeout=2000)
        return offered.all_inner_texts()

    assert any("resume" in name.split() for name in until(tab, "something is offered"))
    offered.filter(has_text="resume").first.click()
    notebook.page.wait_for_function(f"({LAST_SOURCE})() === '%playcut resume'")
    notebook.page.keyboard.press("Shift+Enter")


@shows("JupyterLab", "error")
def test_a_failing_cell_stops_run_all(lab: Lab, open_notebook: Callable[[str], Notebook]) -> None:
    sources = ["%load_ext playcut_jupyter", "%%playcut imgae\nA red fox", 'print("reached")']
    lab.write("run-all.ipynb", [code(source) for source in sources])
    notebook = open_notebook("run-all.ipynb")
    notebook.page.get_by_role("menubar").get_by_text("Run", exact=True).click()
    notebook.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    failed, after = notebook.cell(1).wait_until_run(), notebook.cell(2)

    assert "'imgae' is not a kind. Did you mean image?" in failed.text
    until(lambda: after.prompt == "[ ]:", "the cell after it is not run")
    assert not after.media(".jp-OutputArea-output").count()


_NOTE_TILES = """
cell => {
  const counts = window.counts = [];
  const count = what => cell.querySelectorAll(what).length;
  const note = () => counts.push([count('img.playcut-image'), count('.playcut-tile-waiting')]);
  new MutationObserver(note).observe(cell, {childList: true, subtree: true});
}
"""


def test_a_sweep_fills_its_grid_while_it_runs(notebook: Notebook) -> None:
    cell = notebook.write("%%playcut image -a 1:1\nA {red|white} {fox|hare [slow]}")
    cell.evaluate(_NOTE_TILES)
    notebook.page.keyboard.press("Shift+Enter")
    cell.wait_until_run()
    cell.wait_for_pictures(4)

    counts = [tuple(count) for count in notebook.page.evaluate("window.counts")]
    assert {(0, 4), (4, 0)} <= set(counts)
    assert any(0 < there < 4 and there + waiting == 4 for there, waiting in counts)
    assert cell.media("table.playcut-grid img.playcut-image").count() == 4
    table = cell.media("table.playcut-grid").inner_text()
    assert all(word in table for word in ("red", "white", "fox", "hare"))


_HEIGHT = "cell => cell.nextElementSibling.getBoundingClientRect().top - cell.getBoundingClientRect().top"
"""From the top of a cell to what follows it."""


@pytest.mark.parametrize(
    ("first_line", "body", "what", "count"),
    [
        ("image -a 16:9", "One {big|small} {cow|sheep [slow]}", "img.playcut-image", 4),
        ("image -a 1:1,9:16", "One {cow|sheep [slow]}", "img.playcut-image", 4),
        ("speech", "One {big|small} {cow|sheep [slow]}", "audio", 4),
        ("image -a 9:16", "One horse [slow]", "img.playcut-image", 1),
        ("video -a 16:9 -r 480p -d 4", "One duck [slow]", "video", 1),
    ],
    ids=["wide", "ratios", "voices", "picture", "clip"],
)
def test_what_follows_does_not_move_when_results_come(
    notebook: Notebook, first_line: str, body: str, what: str, count: int
) -> None:
    cell = notebook.start(f"%%playcut {first_line} --fresh\n{body}")
    cell.media(".playcut-box").first.wait_for()
    waiting = cell.evaluate(_HEIGHT)
    cell.wait_until_run()
    until(lambda: cell.media(what).count() == count, "all are there")
    if what.startswith("img"):
        cell.wait_for_pictures(count)
    else:
        cell.wait_for_player(what)

    assert cell.evaluate(_HEIGHT) == pytest.approx(waiting, abs=1)


@pytest.fixture(scope="module")
def untrusted(lab: Lab, browser: BrowserContext, pages: Pages) -> Iterator[Notebook]:
    """A copy of a notebook with a picture, a voice and a clip, opened anew: not trusted, and without a kernel."""
    notebook = pages.notebook("original.ipynb").new()
    notebook.run("%load_ext playcut_jupyter")
    notebook.run(PICTURE).wait_for_pictures()
    notebook.run(VOICE).wait_for_player("audio")
    notebook.run(CLIP).wait_for_player("video")
    notebook.save()
    pages.close(notebook)
    # A copy of the same content would be trusted as well: one more cell makes it another notebook.
    lab.write("copy.ipynb", [text("A copy"), *lab.read(notebook.name)[-4:-1]], kernel=False)
    cells = lab.api("GET", "contents/copy.ipynb")["content"]["cells"]
    assert not any(cell["metadata"].get("trusted") for cell in cells)

    copy = Notebook(lab, browser.new_page(), "copy.ipynb").open(kernel=False)
    copy.page.locator(".jp-Dialog .jp-mod-reject").click()  # no kernel, please
    yield copy
    assert lab.sessions(copy.name) == []
    copy.close()


@shows("JupyterLab", "reopened", "untrusted")
def test_an_untrusted_copy_shows_pictures_and_plays_without_a_kernel(untrusted: Notebook) -> None:
    untrusted.cell(1).wait_for_pictures()
    for number, tag in ((2, "audio"), (3, "video")):
        cell = untrusted.cell(number)
        cell.wait_for_player(tag)
        cell.media(tag).evaluate("player => player.play()")
        cell.wait_for(f"cell => cell.querySelector('{tag}').currentTime > 0.2", within_s=10)


def test_an_untrusted_copy_keeps_its_looks_in_a_narrow_window(untrusted: Notebook) -> None:
    with untrusted.narrow():
        for number in (1, 2, 3):
            cell = untrusted.cell(number)
            badge = cell.media(".playcut-status .playcut-sandbox")
            assert badge.evaluate("badge => getComputedStyle(badge).borderTopStyle") == "solid"
            assert cell.evaluate(STICKING_OUT) == []
