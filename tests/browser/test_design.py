"""What is clicked on while a prompt is designed: blind picks and the slider between two pictures."""

from __future__ import annotations

import re

from .notebook import Notebook

_SLIDER_AND_PICTURE = """
cell => {
  const picture = cell.querySelector('.playcut-blend'), box = picture.getBoundingClientRect();
  const slider = cell.querySelector('.widget-slider').getBoundingClientRect();
  return {
    above: slider.bottom <= box.top,
    inWindow: box.bottom - slider.top < window.innerHeight - 130,
    upscaled: box.width > picture.naturalWidth || box.height > picture.naturalHeight,
    stretched: Math.abs(box.width / box.height - picture.naturalWidth / picture.naturalHeight) > 0.02,
  };
}
"""


def test_three_rounds_are_clicked_through_and_the_table_is_shown(notebook: Notebook) -> None:
    notebook.run("%%playcut image\na clicked {red|blue} {fox|owl}").wait_until_run()
    cell = notebook.run("_playcut.pick()")
    cell.wait_for_text("Round 1 of at most 6")
    for number in range(2, 5):
        cell.click("A is better")
        cell.wait_for_text(f"Round {number} of at most 6")
    cell.click("Show the result")
    cell.wait_for_text("3 rounds; most often picked")
    assert re.search(r"red\s+\d of \d\s+(\d+%|not judged)", cell.text)

    table = notebook.run("_playcut.picks()").wait_until_run()
    assert "3 rounds; most often picked" in table.text


def test_one_picture_slides_into_the_other(notebook: Notebook) -> None:
    notebook.run("%%playcut image\na sliding {fox|owl}").wait_until_run()
    cell = notebook.run("from playcut_jupyter import Playcut\nPlaycut(sandbox=True).compare(*_playcut).blend()")
    cell.wait_for("cell => cell.querySelector('.playcut-blend')?.naturalWidth > 100")
    assert cell.evaluate(_SLIDER_AND_PICTURE) == {
        "above": True,
        "inWindow": True,
        "upscaled": False,
        "stretched": False,
    }
    before = cell.evaluate("cell => cell.querySelector('.playcut-blend').src")
    cell.click("show the second")
    cell.wait_for(f"cell => cell.querySelector('.playcut-blend').src !== {before!r}")
