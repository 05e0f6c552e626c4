"""From an idea to a winner that is starred, refined and exported, in one cell; clicks and keys are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .notebook import Cell, Notebook

if TYPE_CHECKING:
    from playwright.sync_api import Locator

MAX_STEPS = 10

_IDEA = """
from playcut_jupyter import Playcut
story = Playcut(sandbox=True).sweep("a story of a {style=oil|neon|ink} {animal=fox|owl|hare}", aspect_ratio="16:9")
story.explore()
"""
_FILLED = "cell => [...cell.querySelectorAll('.playcut-tile-picture')].filter(one => one.naturalWidth).length === 9"
_TEXT = "cell => cell.querySelector('.playcut-dialog-text[open] textarea')?.value"


class Hand:
    """Clicks and presses keys, and counts both."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self.steps = 0

    def click(self, target: Locator) -> None:
        self.steps += 1
        target.click()

    def click_button(self, name: str, within: str = "") -> None:
        box = self._cell.output.locator(within) if within else self._cell.output
        self.click(box.get_by_role("button", name=name, exact=True))

    def press(self, key: str) -> None:
        self.steps += 1
        self._cell.page.keyboard.press(key)


def test_a_winner_is_starred_refined_and_exported_in_one_cell_and_ten_steps(notebook: Notebook) -> None:
    cell = notebook.run(_IDEA.strip())
    cell.wait_for(_FILLED)
    hand = Hand(cell)

    hand.click(cell.output.get_by_role("gridcell", name="style: neon, animal: owl").locator(".playcut-tile-picture"))
    cell.wait_for("cell => cell.querySelector('.playcut-lightbox[open] dl').textContent.includes('16:9')")
    hand.press("s")
    cell.wait_for_text("★ Starred")
    hand.click_button("Export", within=".playcut-lightbox")
    cell.wait_for(f"cell => ({_TEXT})(cell)?.includes('a story of a neon owl')")
    hand.click_button("Copy", within=".playcut-dialog-text")
    hand.press("Escape")
    hand.press("Escape")
    hand.click_button("Refine")
    cell.wait_for(f"cell => ({_TEXT})(cell) === '%%playcut image -a 16:9\\na story of a neon owl'")
    hand.click_button("Copy", within=".playcut-dialog-text")
    hand.press("Escape")
    assert hand.steps <= MAX_STEPS

    told = notebook.run("print([(one.labels['style'], one.labels['animal']) for one in story if one.starred])")
    told.wait_for_text("[('neon', 'owl')]")
