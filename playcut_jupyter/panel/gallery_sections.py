"""A page of the gallery as grids of tiles: each sweep by its axes, and what was made alone between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.actions import PanelActions
from playcut_jupyter.panel.tiles import panel_grid
from playcut_jupyter.results.generations import Generation
from playcut_jupyter.text import one_line, truncate
from playcut_jupyter.widgets.tile_grid import TileGrid

_MAX_TITLE = 120
_Key: TypeAlias = tuple[str, int]
"""What a section is of: a sweep and its number, or what was made alone and its place in the page."""


class GallerySections(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The grids of a page.

    Args:
        actions: what the panel does with a generation.
    """

    def __init__(self, actions: PanelActions) -> None:
        self._actions = actions
        self._grids: dict[_Key, TileGrid] = {}
        self._headings: list[Any] = []
        super().__init__([])
        self.add_class(css_classes.GRID)

    @property
    def grids(self) -> list[TileGrid]:
        """The grids that are shown, newest first."""
        return list(self._grids.values())

    def show(self, generations: Sequence[Generation], sweep_of: Mapping[int, int], titles: Mapping[int, str]) -> None:
        """Show another page; what was there stays.

        Args:
            generations: the page, newest first.
            sweep_of: the sweep of each that is part of one, by number.
            titles: what each sweep is called.
        """
        shown: dict[_Key, TileGrid] = {}
        parts: list[Any] = []
        for key, group in _groups(generations, sweep_of):
            kind, number = key
            items = sorted(group, key=lambda one: one.id or 0) if kind == "sweep" else group
            axes = _axes(items) if kind == "sweep" else {}
            title = truncate(one_line(titles.get(number, "")), _MAX_TITLE) if kind == "sweep" else ""
            if title:
                parts.append(ipywidgets.HTML(str(Markup("<b>{}</b> · {} results").format(title, len(items)))))
            if (grid := self._grids.get(key)) is None:
                grid = panel_grid(items, axes, f"Sweep: {title}" if title else "Gallery", self._actions)
            else:
                grid.show(items, axes)
            shown[key] = grid
            parts.append(grid)
        before, headings = self._grids, self._headings
        self._grids, self._headings = shown, [part for part in parts if part not in shown.values()]
        self.children = tuple(parts)
        for heading in headings:
            heading.close()
        for key in before.keys() - shown.keys():
            before[key].close()

    def close_grids(self) -> None:
        """End the threads of its grids."""
        for grid in self._grids.values():
            grid.close()


def _groups(generations: Sequence[Generation], sweep_of: Mapping[int, int]) -> list[tuple[_Key, list[Generation]]]:
    """Return the sections: a sweep stands where its newest result does; one of which only one is left is none."""
    sizes: dict[int, int] = {}
    for generation in generations:
        if (sweep := sweep_of.get(generation.id or 0)) is not None:
            sizes[sweep] = sizes.get(sweep, 0) + 1
    groups: dict[_Key, list[Generation]] = {}
    alone: _Key | None = None
    for generation in generations:
        sweep = sweep_of.get(generation.id or 0)
        if sweep is not None and sizes[sweep] > 1:
            if ("sweep", sweep) not in groups:
                alone = None
            groups.setdefault(("sweep", sweep), []).append(generation)
        else:
            alone = alone or ("alone", len(groups))
            groups.setdefault(alone, []).append(generation)
    return list(groups.items())


def _axes(generations: Sequence[Generation]) -> dict[str, list[object]]:
    """Return the axes of a sweep, as far as all of *generations* have a value on them."""
    labels = [generation.snapshot.labels for generation in generations]
    names = [name for name in labels[0] if all(name in one for one in labels)]
    return {name: list(dict.fromkeys(one[name] for one in labels)) for name in names}
