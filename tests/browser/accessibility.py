"""What axe-core finds that keeps people from using what is on the screen."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

_GRAVE = """
async selector => {
  const found = await axe.run(selector, {resultTypes: ['violations']});
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)}`));
}
"""


def grave_violations(page: Page, selector: str) -> list[str]:
    """Return the serious and critical violations within *selector*, each with its element."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-core comes with axe-playwright-python")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(resources.files(package).joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(_GRAVE, selector)
    return [str(one) for one in found]
