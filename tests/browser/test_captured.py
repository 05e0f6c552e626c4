"""Displays that take no updates, and a page without the panel's script, in a real JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.frontends.marks import shows

from .lab import Lab
from .notebook import Notebook

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

IN_AN_OUTPUT = """
import ipywidgets
out = ipywidgets.Output()
display(out)
with out:
    print('before')
    get_ipython().run_line_magic('playcut', 'image a fox in an output [slow]')
    print('after')
"""
BY_A_BUTTON = """
button, below = ipywidgets.Button(description='Draw'), ipywidgets.Output()
def draw(_):
    with below:
        pc.image('a fox by a button [slow]')
button.on_click(draw)
display(button, below)
"""
INTERACTING = "@ipywidgets.interact(n=(0, 3))\ndef draw(n=1):\n    display(pc.image(f'an interactive fox {n}'))"


def test_an_output_widget_shows_the_states_and_then_the_end_once(notebook: Notebook) -> None:
    cell = notebook.start(IN_AN_OUTPUT, watched=True)
    cell.wait_until_run()
    cell.wait_for_pictures()
    assert "processing" in [noted["state"] for noted in cell.seen]
    assert cell.evaluate("cell => [...cell.querySelectorAll('.playcut-status')].map(one => one.className)") == [
        "playcut-status playcut-status-completed"
    ]
    assert cell.text.index("before") < cell.text.index("completed") < cell.text.index("after")


def test_a_buttons_handler_and_interact_show_the_end(notebook: Notebook) -> None:
    notebook.run("import ipywidgets\nfrom playcut_jupyter import Playcut\npc = Playcut()")
    cell = notebook.run(BY_A_BUTTON)
    cell.click("Draw")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-status-completed').length === 1")
    notebook.run(INTERACTING).wait_for_pictures()


def test_what_is_not_waited_for_in_an_output_widget_comes_to_its_end_there(notebook: Notebook) -> None:
    notebook.run("import ipywidgets")
    source = IN_AN_OUTPUT.replace("image a fox", "image --no-wait a later fox")
    notebook.run(source).wait_for_pictures()


@pytest.fixture
def without_script(lab: Lab, browser: BrowserContext) -> Iterator[Notebook]:
    """A notebook in a page that can't load anywidget, as where it is not installed beside Jupyter itself."""
    page = browser.new_page()
    page.route("**/extensions/anywidget/**", lambda route: route.abort())
    notebook = Notebook(lab, page, "no-script.ipynb").new()
    yield notebook
    notebook.close()


@shows("JupyterLab", "live")
def test_without_its_script_the_panel_makes_what_is_typed_and_says_what_is_missing(without_script: Notebook) -> None:
    without_script.run("%load_ext playcut_jupyter")
    cell = without_script.run("%playcut panel")
    cell.wait_for_text("SANDBOX: offline, free")
    for prompt in ("the first thing that is typed", "and another one"):
        field = cell.output.get_by_label("prompt", exact=True)
        field.fill("")
        field.press_sequentially(prompt)
        cell.output.get_by_role("button", name=re.compile("^Generate")).click()
        cell.output.locator(".playcut-card").get_by_text(prompt, exact=True).wait_for()
    cell.wait_for("cell => cell.querySelectorAll('.playcut-card .playcut-status-completed').length === 2")
    assert cell.output.locator(".playcut-card").count() == 2
    cell.wait_for_text("The panel's script is missing")
