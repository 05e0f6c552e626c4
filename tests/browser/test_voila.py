"""What cells show in a Voila page, which draws each one's end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.frontends.marks import shows, slow

from .lab import START_S, voila

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

CELLS = [
    "%load_ext playcut_jupyter",
    "%%playcut image\na fox in a page",
    "%%playcut speech\nHello from a page.",
    "%%playcut video -r 480p -d 1\na hare in a page",
    "%%playcut image\na fox that fails in a page [fail]",
]


@slow
@shows("Voila", "picture", "sound", "clip")
def test_a_voila_page_has_players_that_play_and_says_what_failed(browser: BrowserContext, tmp_path: Path) -> None:
    with voila(tmp_path, CELLS) as url:
        page = browser.new_page()
        page.goto(url)
        page.get_by_text("There was an error when executing cell").wait_for(timeout=START_S * 1000)
        assert page.locator(".playcut-status-failed").inner_text().startswith("FAILED")
        assert page.locator("img.playcut-image").evaluate("img => img.complete && img.naturalWidth") == 1024
        for tag in ("audio", "video"):
            page.locator(tag).evaluate("player => player.play()")
            page.wait_for_function(f"() => document.querySelector('{tag}').currentTime > 0.2")
        page.close()
