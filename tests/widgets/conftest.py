"""Living grids are drawn without the pauses that a page needs, and closed in the end."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets
import pytest

from playcut_jupyter.widgets import tile_grid


@pytest.fixture(autouse=True)
def closed_widgets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened: a grid that is left open follows what the tests after it star."""
    monkeypatch.setattr(tile_grid, "REDRAW_S", 0)
    yield
    ipywidgets.Widget.close_all()
