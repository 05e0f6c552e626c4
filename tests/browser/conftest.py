"""One JupyterLab and one Chromium for all of these tests, and one notebook for those that need none of their own."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from .lab import running
from .notebook import Notebook, Pages, chromium, launch

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from .lab import Lab

_NEEDED = ("playwright", "jupyterlab", "ipykernel", "av", "py_nanotts")


@pytest.fixture(scope="package")
def browser() -> Iterator[BrowserContext]:
    missing = [name for name in _NEEDED if not importlib.util.find_spec(name)]
    if missing:
        pytest.skip(f'{", ".join(missing)} not installed (pip install "playcut-jupyter[test]")')
    if chromium() is None:
        pytest.skip("there is no Chromium or Chrome on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    # Playwright leaves its event loop running in this thread until it is closed, so it must end with this package:
    # tests that come after it start loops of their own.
    with sync_playwright() as playwright:
        context = launch(playwright)
        yield context
        context.close()


@pytest.fixture(scope="package")
def lab(browser: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="package")
def pages(lab: Lab, browser: BrowserContext) -> Pages:
    return Pages(lab, browser)


@pytest.fixture(scope="package")
def desk(pages: Pages) -> Iterator[Callable[[], Notebook]]:
    """Give the notebook that is open, or a new one if the last test left that in disorder."""
    numbers = itertools.count(1)
    opened: list[Notebook] = []

    def notebook() -> Notebook:
        if opened and not opened[-1].is_at_rest:
            opened.pop().close()
        if not opened:
            opened.append(pages.notebook(f"desk-{next(numbers)}.ipynb").new())
            opened[-1].run("%load_ext playcut_jupyter")
        opened[-1].look_at()
        return opened[-1]

    yield notebook
    for left in opened:
        left.close()


@pytest.fixture
def notebook(desk: Callable[[], Notebook]) -> Notebook:
    """A notebook whose kernel has the magics and is idle; its last cell is empty."""
    return desk()


@pytest.fixture
def open_notebook(pages: Pages) -> Iterator[Callable[[str], Notebook]]:
    """Open notebooks that are in Lab's folder, until the test's end."""
    opened: list[Notebook] = []

    def open_(name: str) -> Notebook:
        opened.append(pages.notebook(name))
        return opened[-1].open()

    yield open_
    for notebook in opened:
        pages.close(notebook)


@pytest.fixture
def reopen_notebook(lab: Lab, browser: BrowserContext) -> Iterator[Callable[[str], Notebook]]:
    """Open saved notebooks as on another day, in pages that have shown nothing else; a kernel is not waited for."""
    opened: list[Notebook] = []

    def open_(name: str) -> Notebook:
        opened.append(Notebook(lab, browser.new_page(), name))
        return opened[-1].open(kernel=False)

    yield open_
    for notebook in opened:
        notebook.close()
