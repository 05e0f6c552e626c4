"""Grids of tiles in the panel. Only a page with the panel's script shows them; others show plain widgets instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.actions import PanelActions
from playcut_jupyter.results.generations import Generation
from playcut_jupyter.widgets.tile import Item
from playcut_jupyter.widgets.tile_actions import Handler
from playcut_jupyter.widgets.tile_grid import BAR_BUTTONS, Buttons, TileGrid

_TILE_BUTTONS = (("star", "Star"), ("open", "Open"), ("use", "Use"), ("copy", "Copy as cell"))


def panel_grid(
    generations: Sequence[Generation],
    axes: Mapping[str, Sequence[object]],
    title: str,
    actions: PanelActions,
    *,
    more_buttons: Buttons = (),
    handlers: Mapping[str, Handler] | None = None,
    hides: bool = False,
) -> TileGrid:
    """Return a grid of *generations* with what the panel can do with each.

    Args:
        generations: what it shows.
        axes: of their sweep; empty for a flow of tiles.
        title: what it is called.
        actions: what the panel does with a generation.
        more_buttons: for what is selected, beside the usual ones.
        handlers: does what those ask for.
        hides: True to leave out what is hidden.
    """

    def use(items: Sequence[Item], _: object) -> None:
        for generation in _generations(items)[:1]:
            actions.use_prompt(generation)

    def copy(items: Sequence[Item], _: object) -> None:
        for generation in _generations(items)[:1]:
            actions.copy_as_cell(generation)

    grid = TileGrid(
        generations,
        axes,
        title=title,
        tile_buttons=_TILE_BUTTONS,
        bar_buttons=(*BAR_BUTTONS, *more_buttons),
        handlers={"use": use, "copy": copy, **(handlers or {})},
        ratio=1.0,
        hides=hides,
    )
    grid.add_class(css_classes.GRID)
    return grid


def _generations(items: Sequence[Item]) -> list[Generation]:
    return [item for item in items if isinstance(item, Generation)]
