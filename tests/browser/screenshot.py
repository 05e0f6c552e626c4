"""Make the README's picture of a real JupyterLab: `python -m tests.browser.screenshot`, in the repository's folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from . import lab as labs

TARGET = Path("docs/screenshot.png")
MAX_BYTES = 600_000
HEIGHT = 936
"""Two inputs, a picture of 1024 x 576 and a status fit in."""

_FIRST = '%load_ext playcut_jupyter\nanimal = "red fox"'
_PICTURE = "%%playcut image --aspect-ratio 16:9\nA {animal} in a snowy forest at sunset"
_CLIP = "%%playcut video -a 16:9 -r 480p -d 4\nThe {animal} looks up, snow begins to fall, slow pan"


def take(temp: Path, target: Path) -> None:
    """Run the cells, and take the picture while the last one waits."""
    with labs.running(temp) as lab, sync_playwright() as playwright:
        lab.write("storyboard.ipynb", [labs.code(source) for source in (_FIRST, _PICTURE, _CLIP)])
        notebook = labs.Notebook(lab, labs.launch(playwright), "storyboard.ipynb")
        notebook.page.set_viewport_size({"width": labs.VIEWPORT[0], "height": HEIGHT})
        notebook.open()
        notebook.command("application:toggle-left-area")
        notebook.command("statusbar:toggle")
        notebook.cell(0).box.locator(".cm-content").click()
        for number in (0, 1):
            notebook.page.keyboard.press("Shift+Enter")
            notebook.cell(number).wait_until_run()
        notebook.cell(1).wait_for_pictures()
        clip = notebook.cell(2)
        notebook.page.keyboard.press("Control+Enter")
        clip.wait_for("cell => cell.querySelector('.playcut-status progress')?.value > 0")
        notebook.page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, 0)")
        target.parent.mkdir(exist_ok=True)
        notebook.page.screenshot(path=target)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="playcut-") as temp:
        take(Path(temp), TARGET)
    size = TARGET.stat().st_size
    sys.stdout.write(f"{TARGET}: {size:,} bytes\n")
    return 0 if size <= MAX_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
