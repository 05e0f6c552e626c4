"""The panel in a real JupyterLab: composed and clicked, while cells run, and after the kernel was restarted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .lab import START_S, Cell, Lab, Notebook, code, voila

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def compose(cell: Cell, prompt: str) -> None:
    cell.output.get_by_label("prompt", exact=True).fill(prompt)


def test_three_run_side_by_side_while_a_cell_runs_and_are_starred(
    lab: Lab, open_notebook: Callable[..., Notebook]
) -> None:
    lab.write("panel.ipynb", [code("")])
    notebook = open_notebook("panel.ipynb")
    notebook.run("%load_ext playcut_jupyter").wait_until_run()
    cell = notebook.run("%playcut panel")
    cell.wait_for_text("SANDBOX: offline, free")
    compose(cell, "a panelled [slow] {fox|owl|cat}")
    cell.wait_for_text("3 generations: fox|owl|cat (3)")
    cell.output.get_by_label("prompt", exact=True).press("Control+Enter")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card').length === 3")

    other = notebook.run("import time; time.sleep(1.5); print('another cell', 'is done')")
    cell.wait_for("cell => cell.querySelector('.playcut-card .playcut-status-processing')")
    cell.evaluate("cell => { window.before = cell.querySelector('.playcut-card .playcut-status').textContent; }")
    cell.wait_for("cell => cell.querySelector('.playcut-card .playcut-status').textContent !== window.before")
    other.wait_for_text("another cell is done")

    cell.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length === 3")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-tile img').length >= 3")
    cell.output.get_by_role("button", name="Star", exact=True).first.click()
    cell.wait_for_text("★ starred")
    cell.output.get_by_role("button", name="Copy as cell").first.click()
    copied = "%%playcut image\\na panelled [slow] cat"
    cell.wait_for(f"cell => [...cell.querySelectorAll('textarea')].some(area => area.value === '{copied}')")


def test_in_a_new_kernel_the_gallery_is_back_and_the_unfinished_one_is_resumed(
    lab: Lab, open_notebook: Callable[..., Notebook]
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
_FOCUSED = "() => document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent"


@pytest.fixture
def panel(lab: Lab, open_notebook: Callable[..., Notebook]) -> tuple[Notebook, Cell]:
    """A notebook with two pictures, a voice, and the panel in its last cell."""
    lab.write("gallery.ipynb", [code("")])
    notebook = open_notebook("gallery.ipynb")
    notebook.run("%load_ext playcut_jupyter")
    notebook.run("%%playcut image\nA {red|white} fox in a gallery").wait_for_pictures(2)
    notebook.run("%%playcut speech\nA voice in a gallery.").wait_for_player("audio")
    cell = notebook.run("%playcut panel")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-tile img').length >= 2")
    return notebook, cell


def test_a_picture_opens_large_and_a_voice_plays_in_its_place(panel: tuple[Notebook, Cell]) -> None:
    _, cell = panel
    cell.media(".playcut-panel-picture img").first.click(force=True)
    cell.wait_for("cell => cell.querySelector('.playcut-panel-viewer img.playcut-full')?.naturalWidth > 1000")
    cell.click("Close")
    cell.wait_for("cell => !cell.querySelector('.playcut-full')")
    cell.output.get_by_role("button", name="Play", exact=True).first.click()
    cell.wait_for_player(".playcut-panel-tile audio")


def test_it_is_used_by_keyboard_and_all_its_controls_have_names(panel: tuple[Notebook, Cell]) -> None:
    notebook, cell = panel
    assert cell.evaluate(_NAMELESS) == []
    cell.output.get_by_label("prompt", exact=True).focus()
    order = []
    for _ in range(8):
        notebook.page.keyboard.press("Tab")
        order.append(notebook.page.evaluate(_FOCUSED).strip())
    assert order == ["kind", "aspect ratio", "size", "count", "at most", "session", "inputs", "Generate"]


def test_in_a_narrow_window_and_in_both_themes_it_can_be_read(panel: tuple[Notebook, Cell]) -> None:
    notebook, cell = panel
    with notebook.narrow():
        with notebook.dark():
            cell.check_looks()
        cell.check_looks()


def test_without_its_kernel_a_saved_notebook_shows_the_gallery_as_it_was(
    panel: tuple[Notebook, Cell], lab: Lab, open_notebook: Callable[..., Notebook]
) -> None:
    notebook, cell = panel
    assert not cell.media(".playcut-panel-still").is_visible()
    cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-still img').length >= 2")
    notebook.save()
    notebook.close()
    again = open_notebook("gallery.ipynb", kernel=False)
    saved = again.cell(3)
    saved.wait_for_text("The panel's gallery as it was.")
    assert saved.media(".playcut-panel-still img").count() >= 2
    assert "rror" not in saved.text


def test_it_is_used_in_voila(browser: BrowserContext, tmp_path: Path) -> None:
    with voila(tmp_path, ["%load_ext playcut_jupyter", "%playcut panel"]) as url:
        page = browser.new_page()
        page.goto(url)
        page.get_by_text("SANDBOX: offline, free").wait_for(timeout=START_S * 1000)
        prompt = page.get_by_label("prompt", exact=True)
        prompt.fill("a fox in {spring|autumn|winter} [slow]")
        prompt.press("Control+Enter")
        page.wait_for_function(
            "() => document.querySelectorAll('.playcut-card .playcut-status-processing').length === 3"
        )
        seen = page.locator(".playcut-card .playcut-status").first.inner_text()
        page.wait_for_function(
            "seen => document.querySelector('.playcut-card .playcut-status').innerText !== seen", arg=seen
        )
        page.wait_for_function(
            "() => document.querySelectorAll('.playcut-card .playcut-status-completed').length === 3"
        )
        page.wait_for_function("() => document.querySelectorAll('.playcut-panel-tile img').length === 3")
        page.get_by_role("button", name="Star", exact=True).first.click()
        page.get_by_text("★ starred").wait_for()
        assert not page.locator(".playcut-panel-still").is_visible()
        page.close()
