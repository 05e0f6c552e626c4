"""A panel on the product's own sandbox."""

from __future__ import annotations

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.panel import Panel
from tests.panel.hands import worked_off


@pytest.fixture
def panel(pc: Playcut) -> Panel:
    made = pc.panel()
    worked_off(made)
    return made
