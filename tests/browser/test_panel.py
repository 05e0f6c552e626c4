"""The panel in a real JupyterLab: composed and clicked, while cells run, and after the kernel was restarted."""

from __future__ import annotations

import re
from collections.abc import Callable

from .lab import Cell, Lab, Notebook, code


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
    cell.click("Generate")
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
