"""Make the README's picture of the panel: `python -m tests.browser.panel_screenshot`, in the repository's folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from . import lab as labs
from .screenshot import MAX_BYTES

TARGET = Path("docs/panel.png")
WIDTH, HEIGHT = 1000, 1400
_SWEEP = "%%playcut image\nA paper-cut {red|blue} fox"
_CLIP = "%%playcut video -r 480p -d 4\nA paper-cut boat at sunset"


def take(temp: Path, target: Path) -> None:
    """Fill the gallery, start a sweep in the panel, and take the picture while it runs."""
    with labs.running(temp) as lab, sync_playwright() as playwright:
        notebook = labs.Notebook(lab, labs.launch(playwright), "panel.ipynb").new()
        notebook.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        notebook.command("application:toggle-left-area")
        notebook.run("%load_ext playcut_jupyter")
        notebook.run(_SWEEP).wait_for_pictures(2)
        notebook.run(_CLIP)
        cell = notebook.run("%playcut panel")
        cell.wait_for("cell => cell.querySelectorAll('.playcut-panel-tile img').length === 3")
        prompt = cell.output.get_by_label("prompt", exact=True)
        prompt.fill("A neon {cat|owl}")
        cell.wait_for_text("about 160 credits (estimate)")
        prompt.press("Control+Enter")
        cell.wait_for("cell => cell.querySelector('.playcut-card progress')?.value > 30")
        target.parent.mkdir(exist_ok=True)
        cell.output.locator(".playcut-panel").screenshot(path=target)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="playcut-") as temp:
        take(Path(temp), TARGET)
    size = TARGET.stat().st_size
    sys.stdout.write(f"{TARGET}: {size:,} bytes\n")
    return 0 if size <= MAX_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
