"""The living grid in a real page: it fills, is moved through with keys, keeps the focus, and opens what is in it."""

from __future__ import annotations

from .notebook import Notebook

_FILLED = "cell => [...cell.querySelectorAll('.playcut-tile-picture')].filter(one => one.naturalWidth).length === {}"
_BOXES = """
cell => [...cell.querySelectorAll('.playcut-tile-box')].map(box => {
  const { width, height } = box.getBoundingClientRect();
  return `${Math.round(width)} x ${Math.round(height)}`;
})
"""
_FOCUSED = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
_HEADINGS = "cell => [...cell.querySelectorAll('.playcut-tiles-column')].map(one => one.textContent)"
_NAMELESS = """
cell => [...cell.querySelectorAll('.playcut-tiles :is(input, select, button)')]
  .filter(one => one.offsetParent && !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label')))
  .map(one => one.outerHTML)
"""
_OPENED = "cell => cell.querySelector('.playcut-lightbox[open] img')?.naturalWidth === 1024"


def press(notebook: Notebook, *keys: str) -> str:
    """Press keys, and return what has the focus then."""
    for key in keys:
        notebook.page.keyboard.press(key)
    return str(notebook.page.evaluate(_FOCUSED))


def test_it_fills_is_used_by_keys_keeps_the_focus_and_can_be_read(notebook: Notebook) -> None:
    notebook.run(
        "%%playcut image -a 16:9 --no-wait -o explored\nan explored {colour=red|blue} {animal=fox|owl [stuck]}"
    )
    cell = notebook.run("%playcut explore explored")
    cell.wait_for(_FILLED.format(2))
    assert len(set(cell.evaluate(_BOXES))) == 1  # what runs has the size of what is there
    assert cell.output.locator(".playcut-tile[data-state=running]").count() == 2
    assert cell.evaluate(_NAMELESS) == []
    cells = notebook.page.locator(".jp-Notebook .jp-Cell").count()

    cell.output.locator(".playcut-tile").first.focus()
    assert "colour: red, animal: owl" in press(notebook, "ArrowRight")
    assert "colour: blue, animal: owl" in press(notebook, "ArrowDown", "ArrowDown")
    assert "colour: blue, animal: fox" in press(notebook, "Home")
    press(notebook, "s")
    notebook.page.wait_for_function(f"({_FOCUSED})().includes('starred')")
    assert "colour: blue, animal: fox" in press(notebook, "x")
    cell.wait_for_text("1 selected")
    press(notebook, "Escape")
    cell.wait_for_text("All 4")

    # The lightbox has all there is to say, and gives the focus back.
    press(notebook, "Enter")
    cell.wait_for(_OPENED)
    cell.wait_for("cell => cell.querySelector('.playcut-lightbox dl').textContent.includes('80 credits')")
    press(notebook, "ArrowLeft", "ArrowLeft", "ArrowLeft")
    cell.wait_for("cell => cell.querySelector('.playcut-lightbox h2').textContent.startsWith('#')")
    cell.wait_for(_OPENED)
    press(notebook, "s")
    assert "colour: red, animal: fox" in press(notebook, "Escape")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-tile-starred').length === 2")

    # Stars that are made elsewhere are followed, under what has the focus too.
    notebook.run("import threading; threading.Timer(1, lambda: explored[0].star(False)).start()").wait_until_run()
    cell.output.locator(".playcut-tile").first.focus()
    cell.wait_for("cell => cell.querySelectorAll('.playcut-tile-starred').length === 1")
    assert "colour: red, animal: fox" in press(notebook)
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells + 1  # no key was a command of the notebook

    press(notebook, "x", "ArrowDown", "x")
    cell.click("Compare")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-dialog-compare[open] img').length === 2")
    assert press(notebook, "Escape") == "Compare"
    cell.output.get_by_label("columns", exact=True).select_option("colour")
    assert cell.evaluate(_HEADINGS) == ["red", "blue"]

    # Variants show their price before they are bought, and fill a grid beneath.
    tile = cell.output.get_by_role("gridcell", name="colour: red, animal: fox")
    tile.hover()
    tile.get_by_role("button", name="Vary").click()
    cell.click("Vary 4, about 320 credits (estimate)")
    cell.wait_for(_FILLED.format(6))

    # All words can be read, and nothing sticks out, as narrow as a phone and dark too.
    cell.check_looks()
    with notebook.narrow(), notebook.dark():
        cell.wait_for("cell => cell.querySelector('.playcut-tile-box').getBoundingClientRect().width >= 118")
        cell.check_looks()
    notebook.run("for generation in explored: generation.stop_waiting()").wait_until_run()
    cell.wait_for_text("2 of 4 done, 2 failed.")
