"""The panel in a real JupyterLab: composed and clicked, while cells run, and after the kernel was restarted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.frontends.marks import shows, slow

from .lab import START_S, Lab, code, voila
from .notebook import Cell, Notebook, Pages

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def write_prompt(cell: Cell, prompt: str) -> None:
    cell.output.get_by_label("prompt", exact=True).fill(prompt)


_NOTE_STATES = """
cell => {
  // What the cards say from now on, however soon it is over.
  window.states = new Set();
  window.words = new Set();
  const note = () => {
    for (const status of cell.querySelectorAll('.playcut-card .playcut-status')) {
      const state = [...status.classList].find(name => name.startsWith('playcut-status-'));
      window.states.add(state?.slice('playcut-status-'.length));
      window.words.add(status.textContent);
    }
  };
  new MutationObserver(note).observe(cell, {childList: true, subtree: true, characterData: true});
}
"""


def test_three_run_side_by_side_while_a_cell_runs_and_are_starred(
    lab: Lab, open_notebook: Callable[[str], Notebook]
) -> None:
    lab.write("panel.ipynb", [code("")])
    notebook = open_notebook("panel.ipynb")
    notebook.run("%load_ext playcut_jupyter").wait_until_run()
    cell = notebook.run("%playcut panel")
    cell.wait_for_text("SANDBOX: offline, free")
    write_prompt(cell, "a panelled [slow] {fox|owl|cat}")
    cell.wait_for_text("3 generations: fox|owl|cat (3)")
    cell.evaluate(_NOTE_STATES)
    cell.output.get_by_label("prompt", exact=True).press("Control+Enter")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card').length === 3")

    other = notebook.run("import time; time.sleep(1.5); print('another cell', 'is done')")
    other.wait_for_text("another cell is done")
    cell.wait_for("() => window.states.has('processing') && window.words.size > 3")

    cell.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length === 3")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-tile img').length >= 3")
    cell.output.locator(".playcut-panel-batch .playcut-tile").first.press("s")
    cell.wait_for("cell => cell.querySelector('.playcut-panel-gallery .playcut-tile-starred')")
    cell.output.get_by_role("button", name="Copy as cell", exact=True).first.click()
    copied = "%%playcut image\\na panelled [slow] {fox|owl|cat}"
    cell.wait_for(f"cell => [...cell.querySelectorAll('textarea')].some(area => area.value === '{copied}')")


def test_in_a_new_kernel_the_gallery_is_back_and_the_unfinished_one_is_resumed(
    lab: Lab, open_notebook: Callable[[str], Notebook]
) -> None:
    lab.write("panel-before.ipynb", [code("")])
    lab.write("panel-after.ipynb", [code("")])
    before = open_notebook("panel-before.ipynb")
    before.run("%load_ext playcut_jupyter").wait_until_run()
    before.run("%%playcut image\na fox of an earlier kernel").wait_for_pictures()
    before.run("%%playcut image --no-wait\na restarted [slow] panel").wait_for_text("PROCESSING")
    lab.stop_kernel("panel-before.ipynb")

    after = open_notebook("panel-after.ipynb")
    after.run("%load_ext playcut_jupyter").wait_until_run()
    cell = after.run("%playcut panel")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-tile img').length >= 1")
    cell.output.get_by_role("button", name=re.compile(r"Resume \d+ unfinished")).click()
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length >= 1")
    cell.wait_for_text("a restarted [slow] panel")


_NAMELESS = """
cell => [...cell.querySelectorAll('.playcut-panel :is(input, select, textarea, button)')]
  .filter(one => one.offsetParent && !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label')))
  .map(one => one.outerHTML)
"""
_COPIED_ELSEWHERE = """
cell => {
  // As another notebook of the same page, whose kernel is gone, shows it.
  const own = cell.querySelector('.playcut-still'), other = own.cloneNode(true);
  const area = document.createElement('div');
  area.className = 'jp-OutputArea';
  area.append(other);
  document.body.append(area);
  const seen = {own: own.offsetParent !== null, other: getComputedStyle(other).display !== 'none'};
  area.remove();
  return seen;
}
"""
_OUT_OF_SIGHT = """
cell => {
  // What of it is out of sight: of its buttons, its field and its picture.
  const parts = [...cell.querySelectorAll('.playcut-panel-viewer :is(button, input, .playcut-full)')];
  return parts.filter(part => {
    const { left, top, bottom } = part.getBoundingClientRect();
    const at = y => part.contains(document.elementFromPoint(left + 4, y));
    return !at(top + 4) || !at(bottom - 4);
  }).map(part => part.outerHTML.slice(0, 80));
}
"""
_PLACES = """
cell => {
  // Where the fields of the line are in the panel.
  const { left, top } = cell.querySelector('.playcut-panel').getBoundingClientRect();
  const fields = [...cell.querySelectorAll('.playcut-panel-form :is(input, select)')];
  return fields.filter(field => field.offsetParent).map(field => {
    const box = field.getBoundingClientRect();
    return [Math.round(box.left - left), Math.round(box.top - top)];
  });
}
"""
_SAID_BY_STYLE = """
cell => [...cell.querySelectorAll('.jupyter-widgets-disconnected')]
  .map(one => getComputedStyle(one, '::before').content).filter(content => content !== 'none')
"""
_FOCUSED = "() => document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent"


def fill(notebook: Notebook) -> Notebook:
    """Make two pictures and a voice."""
    notebook.run("%load_ext playcut_jupyter")
    notebook.run("%%playcut image\nA {red|white} fox in a gallery").wait_for_pictures(2)
    notebook.run("%%playcut speech\nA voice in a gallery.").wait_for_player("audio")
    return notebook


def show_panel(notebook: Notebook) -> Cell:
    """Show the panel in a cell of its own, and wait for its gallery."""
    cell = notebook.run("%playcut panel")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-tile img').length >= 2")
    return cell


@pytest.fixture(scope="module")
def gallery(pages: Pages) -> Iterator[Notebook]:
    """One notebook with two pictures and a voice, for all tests that leave it as it is."""
    notebook = pages.notebook("gallery.ipynb")
    yield fill(notebook.new())
    pages.close(notebook)


@pytest.fixture
def panel(gallery: Notebook) -> Iterator[tuple[Notebook, Cell]]:
    """That notebook, and the panel in a new cell of it; what it has opened is closed in the end."""
    gallery.look_at()
    yield gallery, show_panel(gallery)
    gallery.page.keyboard.press("Escape")


@pytest.fixture
def own_panel(lab: Lab, open_notebook: Callable[[str], Notebook]) -> tuple[Notebook, Cell]:
    """A notebook of the test's own with two pictures, a voice, and the panel in its last cell."""
    lab.write("own-gallery.ipynb", [code("")])
    notebook = fill(open_notebook("own-gallery.ipynb"))
    return notebook, show_panel(notebook)


def test_a_picture_opens_large_and_a_voice_plays_when_it_is_opened(panel: tuple[Notebook, Cell]) -> None:
    notebook, cell = panel
    tiles = cell.output.locator(".playcut-panel-gallery .playcut-tile")
    tiles.filter(has_not_text="▶").first.click()
    cell.wait_for("() => document.querySelector('.playcut-lightbox[open] img')?.naturalWidth > 1000")
    notebook.page.keyboard.press("Escape")
    tiles.filter(has_text="▶").first.press("Enter")
    cell.wait_for("() => document.querySelector('.playcut-lightbox[open] audio')?.currentTime > 0")


def test_what_is_opened_comes_into_sight_with_its_path_to_save_to_and_escape_closes_it(
    panel: tuple[Notebook, Cell],
) -> None:
    notebook, cell = panel
    for number in range(1, 4):
        write_prompt(cell, f"card {number} above the viewer")
        cell.output.get_by_label("prompt", exact=True).press("Control+Enter")
        cell.wait_for(f"cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length === {number}")
    cell.output.get_by_role("button", name="Save as", exact=True).first.click()
    cell.wait_for("() => document.activeElement.closest('.playcut-panel-save-path') !== null")
    assert cell.evaluate(_OUT_OF_SIGHT) == []
    notebook.page.keyboard.press("Escape")
    cell.wait_for("cell => !cell.querySelector('.playcut-full')")
    assert notebook.page.evaluate(_FOCUSED) == "Save as"


def test_it_is_used_by_keyboard_and_all_its_controls_have_names(panel: tuple[Notebook, Cell]) -> None:
    notebook, cell = panel
    assert cell.evaluate(_NAMELESS) == []
    assert not cell.media(".playcut-panel-no-script").is_visible()
    cell.output.get_by_label("prompt", exact=True).focus()
    order = []
    for _ in range(10):
        notebook.page.keyboard.press("Tab")
        order.append(notebook.page.evaluate(_FOCUSED).strip())
    assert order[0].startswith("Generate")
    assert order[1:6] == ["kind", "count", "fresh", "literal", "More"]
    assert order[6:] == ["default", "aspect ratio", "default", "size"]
    cell.output.get_by_label("More", exact=True).press("Space")
    cell.output.get_by_label("size", exact=True).focus()
    for field in ("session", "at most", "budget", "inputs"):
        notebook.page.keyboard.press("Tab")
        assert notebook.page.evaluate(_FOCUSED) == field


def test_what_is_said_of_a_voice_moves_no_field(panel: tuple[Notebook, Cell]) -> None:
    _, cell = panel
    cell.output.get_by_label("kind", exact=True).first.select_option("speech")
    cell.output.get_by_label("voice", exact=True).fill("nobody of that name")
    before = cell.evaluate(_PLACES)
    cell.click("Play sample")
    cell.wait_for_text("No voice is called")
    assert cell.evaluate(_PLACES) == before


def test_it_is_never_in_a_box_to_scroll_in(panel: tuple[Notebook, Cell]) -> None:
    notebook, cell = panel
    cell.box.locator(".jp-InputArea-prompt").click()
    notebook.command("notebook:enable-output-scrolling")  # Notebook 7 does so by itself
    cell.wait_for("cell => cell.classList.contains('jp-mod-outputsScrolled')")
    assert (
        cell.evaluate(
            "cell => { const area = cell.querySelector('.jp-Cell-outputArea');"
            " return area.scrollHeight - area.clientHeight; }"
        )
        <= 2
    )


def test_in_a_narrow_window_and_in_both_themes_it_can_be_read(panel: tuple[Notebook, Cell]) -> None:
    notebook, cell = panel
    with notebook.narrow():
        with notebook.dark():
            cell.check_looks()
        cell.check_looks()


def test_without_its_kernel_a_saved_notebook_shows_the_gallery_as_it_was(
    own_panel: tuple[Notebook, Cell], reopen_notebook: Callable[[str], Notebook]
) -> None:
    notebook, cell = own_panel
    assert not cell.media(".playcut-still").is_visible()
    cell.wait_for("cell => cell.querySelectorAll('.playcut-still img').length >= 2")
    notebook.save()
    notebook.close()
    again = reopen_notebook("own-gallery.ipynb")
    saved = again.cell(3)
    saved.wait_for_text("The panel's gallery as it was.")
    assert saved.media(".playcut-still img").count() >= 2
    assert "rror" not in saved.text


def test_what_is_written_when_the_keys_are_pressed_is_made_once(
    lab: Lab, open_notebook: Callable[[str], Notebook]
) -> None:
    lab.write("typed.ipynb", [code("")])
    notebook = open_notebook("typed.ipynb")
    notebook.run("%load_ext playcut_jupyter")
    cell = notebook.run("%playcut panel")
    cell.wait_for_text("SANDBOX: offline, free")
    blocking = notebook.start("import time; time.sleep(4)")
    blocking.wait_until_running()
    prompt = cell.output.get_by_label("prompt", exact=True)
    prompt.click()
    prompt.press_sequentially("a fox typed while a cell blocks [slow]")
    keyboard = notebook.page.keyboard
    keyboard.down("Control")
    for _ in range(5):  # held down, it repeats
        keyboard.down("Enter")
    keyboard.up("Enter")
    keyboard.up("Control")
    prompt.press_sequentially(", and more")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card').length === 1")
    cell.output.locator(".playcut-card").get_by_text("a fox typed while a cell blocks [slow]").wait_for()
    assert prompt.input_value() == "a fox typed while a cell blocks [slow], and more"
    blocking.wait_until_run()
    cell.output.get_by_role("button", name="Generate").dblclick()
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card').length === 2")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length === 2")
    assert cell.evaluate("cell => cell.querySelectorAll('.playcut-card').length") == 2


def test_when_its_kernel_is_restarted_it_says_so_once_and_shows_no_broken_links(
    own_panel: tuple[Notebook, Cell],
) -> None:
    notebook, cell = own_panel
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    cell.wait_for("cell => cell.querySelector('.playcut-panel.jupyter-widgets-disconnected')")
    said = cell.evaluate(_SAID_BY_STYLE)
    assert said == ['"The kernel is gone: run this cell again."']


def test_a_panel_hides_no_saved_gallery_but_its_own(panel: tuple[Notebook, Cell]) -> None:
    _, cell = panel
    cell.wait_for("cell => cell.querySelectorAll('.playcut-still img').length >= 2")
    assert cell.evaluate(_COPIED_ELSEWHERE) == {"own": False, "other": True}


@slow
@shows("Voila", "live", "picture")
def test_it_is_used_in_voila(browser: BrowserContext, tmp_path: Path) -> None:
    with voila(tmp_path, ["%load_ext playcut_jupyter", "%playcut panel"]) as url:
        page = browser.new_page()
        page.goto(url)
        page.get_by_text("SANDBOX: offline, free").wait_for(timeout=START_S * 1000)
        prompt = page.get_by_label("prompt", exact=True)
        prompt.fill("a fox in {spring|autumn|winter} [slow]")
        prompt.press("Control+Enter")
        running = page.locator(".playcut-panel-batch .playcut-tile[data-state='running']")
        running.get_by_text("processing").nth(2).wait_for()
        seen = running.first.inner_text()
        page.wait_for_function(
            "seen => document.querySelector('.playcut-panel-batch .playcut-tile').innerText !== seen", arg=seen
        )
        page.locator(".playcut-panel-batch .playcut-tile[data-state='done']").nth(2).wait_for()
        page.locator(".playcut-panel-gallery .playcut-tile img[src]").nth(2).wait_for()
        page.locator(".playcut-panel-batch .playcut-tile").first.press("s")
        page.locator(".playcut-panel-gallery .playcut-tile-starred").wait_for()
        assert not page.locator(".playcut-still").is_visible()
        page.close()
