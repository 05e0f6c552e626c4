"""The Python API in a marimo notebook, which is edited, run, stopped, and opened again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.frontends.marks import shows, slow

from .lab import START_S, served

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

CELLS = (
    "from playcut_jupyter import Playcut\n    pc = Playcut()",
    'pc.image("a fox in marimo")',
    'pc.speech("Hello from marimo.")',
    'pc.video("a hare in marimo", resolution="480p", duration_seconds=1)',
    'pc.image("a fox that fails in marimo [fail]")',
    'stuck = pc.submit("image", "a fox that is stopped [stuck]")\n    print("it is under way")\n    stuck.wait()',
)
_CELL = "\n\n@app.cell\ndef _():\n    {}\n    return\n"


def check_results(page: Page) -> None:
    """Assert that picture, sound and clip are there and play, and why the next cell failed."""
    page.locator("img.playcut-image").wait_for(timeout=START_S * 1000)
    assert page.locator("img.playcut-image").evaluate("img => img.decode().then(() => img.naturalWidth)") == 1024
    for tag in ("audio", "video"):
        page.locator(f"{tag}.playcut-{tag}").evaluate("player => player.play()")
        page.wait_for_function(f"() => document.querySelector('{tag}').currentTime > 0.2")
    page.get_by_text("The task failed: The model could not make this.").first.wait_for()


@slow
@shows("marimo", "picture", "sound", "clip", "error", "stop", "reopened")
def test_a_marimo_notebook_shows_results_and_errors_is_stopped_and_opened_again(
    browser: BrowserContext, tmp_path: Path
) -> None:
    pytest.importorskip("marimo")
    notebook = tmp_path / "notebook.py"
    notebook.write_text("import marimo\n\napp = marimo.App()\n" + "".join(map(_CELL.format, CELLS)))
    command = ["marimo", "edit", str(notebook), "--headless", "--no-token", "--skip-update-check"]
    for server in ("first", "second"):
        (tmp_path / server).mkdir()
        with served(tmp_path / server, command) as url:
            page = browser.new_page()
            page.goto(url)
            if server == "first":
                page.locator("[data-testid='run-button']:not(.inactive-button)").last.click()  # its kernel is there
                page.get_by_text("it is under way", exact=True).wait_for(timeout=START_S * 1000)
                page.get_by_test_id("interrupt-button").click()
                page.get_by_text(re.compile("Stopped waiting; the task goes on at Playcut")).first.wait_for()
            check_results(page)
            page.close()
