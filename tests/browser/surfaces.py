"""Take pictures of every surface at three widths, light and dark: `python -m tests.browser.surfaces FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from .lab import running
from .notebook import Cell, Notebook, launch
from .screenshot import FILLED

WIDTHS = (500, 900, 1600)
THEMES = ("JupyterLab Light", "JupyterLab Dark")
_HEIGHT = 2400
"""So much that an output is drawn whole."""

_SWEEP = "%%playcut image -a 16:9 -o foxes\na {style=oil|neon|ink} {animal=fox|owl|hare}"


def surfaces(notebook: Notebook) -> dict[str, Cell]:
    """Make the surfaces, and return the cell of each by name; the last grid fills while its picture is taken."""
    notebook.run("%load_ext playcut_jupyter")
    grid = notebook.run(_SWEEP)
    grid.wait_for_pictures(9)
    explorer = notebook.run("%playcut explore foxes")
    explorer.wait_for(FILLED.format(9))
    explorer.output.locator(".playcut-tile").nth(4).focus()
    for key in ("s", "ArrowRight", "x"):
        notebook.page.keyboard.press(key)
    explorer.wait_for("cell => cell.querySelectorAll('.playcut-tile-starred').length === 1")
    panel = notebook.run("%playcut panel")
    panel.wait_for_text("SANDBOX: offline")
    notebook.run("%%playcut image --no-wait -o filling\na {fox|owl|hare [stuck]} that {runs|sleeps}")
    filling = notebook.run("%playcut explore filling")
    filling.wait_for(FILLED.format(4))
    return {"grid": grid, "explore": explorer, "panel": panel, "filling": filling}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="playcut-") as temp,
        running(Path(temp)) as lab,
        sync_playwright() as playwright,
    ):
        notebook = Notebook(lab, launch(playwright).new_page(), "surfaces.ipynb").new()
        notebook.command("application:toggle-left-area")
        cells = surfaces(notebook)
        for theme in THEMES:
            notebook.use_theme(theme)
            for width in WIDTHS:
                notebook.page.set_viewport_size({"width": width, "height": _HEIGHT})
                for name, cell in cells.items():
                    target = folder / f"{name}-{width}-{theme.split()[-1].lower()}.png"
                    cell.output.scroll_into_view_if_needed()
                    cell.output.screenshot(path=target)
                    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/surfaces"))
