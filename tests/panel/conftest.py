"""A panel on the product's own sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets
import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel.view import Panel
from tests.panel.helpers import wait_until_idle


@pytest.fixture(autouse=True)
def closed_widgets() -> Iterator[None]:
    """Close what a test opened: a panel that is left open follows what the tests after it generate."""
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture
def panel(pc: Playcut) -> Iterator[Panel]:
    made = pc.panel()
    wait_until_idle(made)
    yield made
    made.close()  # before the library is: what its workers still read would open it again
