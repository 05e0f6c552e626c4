"""A panel on the product's own sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from playcut_jupyter import Playcut
from playcut_jupyter.panel.view import Panel
from tests.panel.helpers import wait_until_idle


@pytest.fixture(autouse=True)
def closed_widgets(pc: Playcut) -> Iterator[None]:
    """Close what a test opened, before *pc* is closed: what a worker still asks would open connections anew.

    A panel that is left open follows what the tests after it generate.
    """
    yield
    panels = [widget for widget in list(_instances.values()) if isinstance(widget, Panel)]
    for panel in panels:
        if panel.comm is not None:
            wait_until_idle(panel)
            panel.close()
    ipywidgets.Widget.close_all()


@pytest.fixture
def panel(pc: Playcut) -> Panel:
    made = pc.panel()
    wait_until_idle(made)
    return made
