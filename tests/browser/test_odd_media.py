"""Chromium shows what the product shows of odd media files, as large as the product says, and plays it to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from playcut_jupyter.display import media_html
from tests.display.pages import asset_of
from tests.media.corpus import FILES, Odd

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SHOWN = """
async () => {
  const shown = document.querySelector("img.playcut-image, audio, video");
  if (!shown) return { tag: "card" };
  if (shown.tagName === "IMG") {
    const works = await shown.decode().then(() => true, () => false);
    return { tag: "img", works, size: [shown.naturalWidth, shown.naturalHeight] };
  }
  shown.preload = "auto";
  shown.muted = true;
  shown.load();
  const works = await new Promise((done) => {
    shown.onloadeddata = () => done(true);
    shown.onerror = () => done(false);
    setTimeout(() => done(false), 10_000);
  });
  return { tag: shown.tagName.toLowerCase(), works, duration: shown.duration,
           size: [shown.videoWidth, shown.videoHeight] };
}
"""
# One in seven: all of them take a minute.
SOME = [odd for number, odd in enumerate(FILES) if odd.shown != "card" and number % 7 == 0]


@pytest.fixture(scope="module")
def page(browser: BrowserContext) -> Page:
    return browser.new_page()


@pytest.mark.parametrize("odd", SOME, ids=lambda odd: odd.id)
def test_chromium_shows_it(page: Page, odd: Odd) -> None:
    page.set_content(str(media_html.asset(asset_of(odd.data), "a fox", 640)))
    seen = page.evaluate(SHOWN)
    assert seen["tag"] == odd.shown
    assert seen["works"]
    if odd.size is not None:
        assert seen["size"] == list(odd.size)
    if odd.duration_s is not None:
        assert seen["duration"] == pytest.approx(odd.duration_s, abs=0.1)
