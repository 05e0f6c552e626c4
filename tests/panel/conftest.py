"""A panel on the product's own sandbox."""

from __future__ import annotations

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel.view import Panel
from tests.panel.helpers import wait_until_idle


@pytest.fixture
def panel(pc: Playcut) -> Panel:
    made = pc.panel()
    wait_until_idle(made)
    return made
