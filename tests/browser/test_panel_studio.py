"""The panel as a studio: a sweep is generated, seen filling, explored, compared and found again; for everyone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .accessibility import grave_violations
from .lab import Lab, code
from .notebook import VIEWPORT, Cell, Notebook

_THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
_WIDTHS = (500, 1600)
_TOP_OF_GALLERY = """
cell => cell.querySelector('.playcut-panel-gallery').getBoundingClientRect().top
  - cell.querySelector('.playcut-panel').getBoundingClientRect().top
"""
_LETTERBOXED = """
cell => [...cell.querySelectorAll('.playcut-panel-gallery .playcut-tile')].every(tile => {
  const box = tile.querySelector('.playcut-tile-box').getBoundingClientRect(), picture = tile.querySelector('img');
  return Math.abs(box.width - box.height) < 2
    && (picture.hidden || getComputedStyle(picture).objectFit === 'contain');
})
"""
_TILES = ".playcut-panel-gallery .playcut-tile"
_FOCUSED = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


@pytest.fixture
def studio(lab: Lab, open_notebook: Callable[[str], Notebook]) -> Iterator[tuple[Notebook, Cell]]:
    """A notebook with pictures of two shapes, a voice and a failure, the panel in its last cell, and no side bar."""
    lab.write("studio.ipynb", [code("")])
    notebook = open_notebook("studio.ipynb")
    notebook.run("%load_ext playcut_jupyter")
    notebook.run("%%playcut image -a 16:9,9:16\nA lighthouse in a studio").wait_for_pictures(2)
    notebook.run("%%playcut speech\nA voice in a studio.").wait_for_player("audio")
    notebook.run("%%playcut image\nA [fail] in a studio").wait_for_text("TaskFailed")
    cell = notebook.run("%playcut panel")
    cell.output.locator(f"{_TILES} img[src]").nth(1).wait_for()
    notebook.command("application:toggle-left-area")
    yield notebook, cell
    notebook.command("application:toggle-left-area")


def check_for_everyone(notebook: Notebook) -> None:
    """Assert that nothing keeps anyone from using the panel, whatever the theme and the width of the window."""
    for theme in reversed(_THEMES):  # the light one last: it stays
        notebook.use_theme(theme)
        for width in _WIDTHS:
            notebook.page.set_viewport_size({"width": width, "height": VIEWPORT[1]})
            assert grave_violations(notebook.page, ".playcut-panel") == [], (theme, width)
    notebook.page.set_viewport_size({"width": VIEWPORT[0], "height": VIEWPORT[1]})


def test_a_sweep_is_generated_seen_filling_explored_compared_and_found_again_by_keyboard(
    studio: tuple[Notebook, Cell],
) -> None:
    notebook, cell = studio
    page, keys = notebook.page, notebook.page.keyboard

    # What failed, what sounds and what is seen are told apart, in boxes of one shape.
    tiles = cell.output.locator(_TILES)
    tiles.get_by_text("▶").first.wait_for()
    cell.output.locator(f"{_TILES}[data-state='failed']").get_by_text("FAILED: ").first.wait_for()
    assert cell.evaluate(_LETTERBOXED)

    # The button carries the price; what a chip says is in the field at once.
    prompt = cell.output.get_by_label("prompt", exact=True)
    prompt.fill("Studio {style=oil|neon} {fox|owl} [slow]")
    cell.output.get_by_role("radio", name="default").first.press("ArrowRight")
    assert cell.output.get_by_label("aspect ratio", exact=True).input_value() == "16:9"
    generate = cell.output.locator("button.playcut-panel-generate")
    generate.get_by_text("Generate 4, about 320 credits").wait_for()

    # It fills, nothing below moves, and the focus stays.
    prompt.press("Control+Enter")
    filling = cell.output.locator(".playcut-panel-batch .playcut-tile")
    filling.nth(3).wait_for()
    top = cell.evaluate(_TOP_OF_GALLERY)
    filling.first.focus()
    focused = page.evaluate(_FOCUSED).split(",")[0]
    cell.output.locator(".playcut-panel-batch .playcut-tile[data-state='done'] img[src]").nth(3).wait_for()
    cell.output.get_by_role("button", name="Explore", exact=True).wait_for()
    assert abs(cell.evaluate(_TOP_OF_GALLERY) - top) < 2
    assert page.evaluate(_FOCUSED).split(",")[0] == focused
    cell.output.locator(".playcut-panel-batch [role=status]").get_by_text("4 of 4 done.").wait_for()

    # Over budget it is red, keeps the focus, sends nothing and says what to do.
    cell.output.get_by_label("More", exact=True).press("Space")
    cell.output.get_by_label("budget", exact=True).fill("300")
    cell.output.get_by_label("budget", exact=True).press("Enter")
    prompt.fill("A studio {1|2|3}")
    generate.get_by_text("Over budget: about 240 credits").wait_for()
    generate.press("Enter")
    cell.output.locator(".playcut-panel-announcer").get_by_text("Raise the budget").wait_for(state="attached")
    assert generate.get_attribute("aria-disabled") == "true"
    assert page.evaluate(_FOCUSED) == "Over budget: about 240 credits"
    assert filling.count() == 4
    check_for_everyone(notebook)

    # One sweep is found again, two of it are compared, and a prompt is used and given back.
    sweep = cell.output.get_by_label("sweep", exact=True)
    sweep.select_option(label="Studio {style=oil|neon} {fox|owl} [slow] (4)")
    cell.wait_for(f"cell => cell.querySelectorAll('{_TILES}').length === 4")
    tiles.first.press("x")
    keys.press("ArrowRight")
    keys.press("x")
    cell.output.locator(".playcut-panel-gallery").get_by_role("button", name="Compare", exact=True).press("Enter")
    page.locator(".playcut-dialog-compare img").nth(1).wait_for()
    keys.press("Escape")
    tiles.first.hover()
    tiles.first.get_by_role("button", name="Use").click()
    cell.wait_for("() => document.activeElement.value === 'Studio oil fox [slow]'")
    cell.output.get_by_role("button", name="Undo", exact=True).press("Enter")
    cell.wait_for("() => document.activeElement.value === 'A studio {1|2|3}'")

    # Under the finished sweep the explorer opens.
    cell.output.get_by_role("button", name="Explore", exact=True).press("Enter")
    cell.output.locator(".playcut-explorer .playcut-tile img[src]").nth(3).wait_for()
    assert grave_violations(page, ".playcut-panel") == []
