"""Make the README's pictures of a real JupyterLab: `python -m tests.browser.screenshot`, in the repository's folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from .lab import code, running
from .notebook import VIEWPORT, Notebook, launch

MAX_BYTES = 600_000

_CELLS = (
    "from playcut_jupyter import Playcut",
    'template = "a {style=watercolour|neon|paper-cut} {animal=fox|owl|hare} in the snow"\n'
    'foxes = Playcut().sweep(template, aspect_ratio="16:9")\nfoxes.explore()',
)
_LATENCY_S = 3.0
"""Long enough to take a picture of a task at work."""
_GRID_HEIGHT = 1130
"""Two inputs and three rows of pictures fit in."""

_SWEEP = "%%playcut image\nA paper-cut {red|blue} fox"
_CLIP = "%%playcut video -r 480p -d 4\nA paper-cut boat at sunset"
FILLED = "cell => [...cell.querySelectorAll('.playcut-tile-picture')].filter(one => one.naturalWidth).length === {}"
"""How many pictures of a living grid are there."""
_PANEL_WIDTH, _PANEL_HEIGHT = 1000, 2400


def take_grid(notebook: Notebook, target: Path) -> None:
    """Explore a sweep, star two of it, and take the picture with the pointer on a third."""
    notebook.lab.write(notebook.name, [code(source) for source in _CELLS])
    notebook.page.set_viewport_size({"width": VIEWPORT[0], "height": _GRID_HEIGHT})
    notebook.open()
    notebook.command("application:toggle-left-area")
    notebook.command("statusbar:toggle")
    notebook.command("notebook:run-all-cells")
    cell = notebook.cell(1).wait_until_run()
    cell.wait_for(FILLED.format(9))
    tiles = cell.output.locator(".playcut-tile")
    for number in (1, 5):
        tiles.nth(number).focus()
        notebook.page.keyboard.press("s")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-tile-starred').length === 2")
    tiles.nth(4).hover()
    notebook.page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, 0)")
    notebook.page.screenshot(path=target)


def take_panel(notebook: Notebook, target: Path) -> None:
    """Fill the gallery, start a sweep in the panel, and take the picture when it has filled in part."""
    notebook.new()
    notebook.page.set_viewport_size({"width": _PANEL_WIDTH, "height": _PANEL_HEIGHT})
    notebook.command("application:toggle-left-area")
    notebook.run("%load_ext playcut_jupyter")
    notebook.run(_SWEEP).wait_for_pictures(2)
    notebook.run(_CLIP)
    cell = notebook.run("%playcut panel")
    cell.output.locator(".playcut-panel-gallery .playcut-tile img[src]").nth(2).wait_for()
    prompt = cell.output.get_by_label("prompt", exact=True)
    prompt.fill("A neon {cat|owl} {at dawn|at night}")
    cell.wait_for_text("about 320 credits (estimate)")
    prompt.press("Control+Enter")
    cell.output.locator(".playcut-panel-batch .playcut-tile img[src]").nth(1).wait_for()
    cell.output.locator(".playcut-panel").screenshot(path=target)


def main() -> int:
    sizes = []
    for take, target in ((take_grid, Path("docs/screenshot.png")), (take_panel, Path("docs/panel.png"))):
        with (
            tempfile.TemporaryDirectory(prefix="playcut-") as temp,
            running(Path(temp), _LATENCY_S) as lab,
            sync_playwright() as playwright,
        ):
            take(Notebook(lab, launch(playwright).new_page(), "storyboard.ipynb"), target)
        with Image.open(target) as taken:
            fewer = taken.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
        fewer.save(target, optimize=True)
        sizes.append(target.stat().st_size)
        sys.stdout.write(f"{target}: {sizes[-1]:,} bytes\n")
    return 0 if max(sizes) <= MAX_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
