"""Cells and the panel in Notebook 7, which shows outputs its own way."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.frontends.marks import shows, slow

from .lab import Lab
from .notebook import Notebook

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


_PICTURES = "cell => cell.querySelectorAll('.playcut-panel-gallery .playcut-tile img[src]').length === {}"


@pytest.fixture
def classic(lab: Lab, browser: BrowserContext) -> Iterator[Notebook]:
    if importlib.util.find_spec("notebook") is None:
        pytest.skip('notebook not installed (pip install "playcut-jupyter[test]")')
    opened = Notebook(lab, browser.new_page(), "classic.ipynb", "notebooks").new()
    yield opened
    opened.close()


@slow
@shows("Notebook", "live", "picture", "sound")
def test_cells_and_the_panel_are_used_in_notebook_7(classic: Notebook) -> None:
    classic.run("%load_ext playcut_jupyter")
    classic.run("%%playcut image\nA fox in Notebook 7").wait_for_pictures()
    classic.run("%%playcut speech\nA voice in Notebook 7.").wait_for_player("audio")
    sweep = classic.run("%%playcut image\nA {red|blue} {fox|owl} in Notebook 7")
    sweep.wait_for_pictures(4)

    panel = classic.run("%playcut panel")
    search = panel.output.get_by_label("search", exact=True)
    search.fill("in Notebook 7")
    search.press("Enter")
    panel.wait_for(_PICTURES.format(6))
    prompt = panel.output.get_by_label("prompt", exact=True)
    prompt.fill("A {hare|heron} in Notebook 7 [slow]")
    prompt.press("Control+Enter")
    panel.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-processing').length === 2")
    panel.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length === 2")
    panel.wait_for(_PICTURES.format(8))
    panel.output.locator(".playcut-panel-gallery .playcut-tile").first.press("s")
    panel.wait_for("cell => cell.querySelector('.playcut-panel-gallery .playcut-tile-starred')")
    panel.check_looks()


@slow
@shows("Notebook", "clip", "error", "stop")
def test_a_clip_plays_and_a_cell_fails_or_is_stopped_in_notebook_7(classic: Notebook) -> None:
    classic.run("%load_ext playcut_jupyter")
    classic.run("%%playcut video -r 480p -d 1\nA clip in Notebook 7").wait_for_player("video")
    classic.run("%%playcut image\nA fox that fails in Notebook 7 [fail]").wait_for_text("TaskFailed")
    stopped = classic.start("%%playcut image\nA fox that is stopped in Notebook 7 [stuck]")
    stopped.wait_for_text("PENDING")
    classic.command("notebook:interrupt-kernel")
    stopped.wait_until_run()
    stopped.wait_for_text("StoppedWaiting")


@slow
@shows("Notebook", "reopened", "untrusted")
def test_an_untrusted_copy_in_notebook_7_shows_its_pictures_without_a_kernel(
    classic: Notebook, lab: Lab, browser: BrowserContext
) -> None:
    classic.run("%load_ext playcut_jupyter")
    classic.run("%%playcut image\nA fox to be opened again").wait_for_pictures()
    classic.save()
    lab.write("classic-copy.ipynb", lab.read("classic.ipynb"), kernel=False)
    copy = Notebook(lab, browser.new_page(), "classic-copy.ipynb", "notebooks").open(kernel=False)
    copy.cell(1).wait_for_pictures()
    copy.close()
