"""`Explorer`: a sweep as a living grid, to judge it, vary it, and go on from it; variants appear as grids beneath."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.background import change_signal
from playcut_jupyter.connection.account import in_credits, over_budget
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.admission import check_can_buy
from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.design.forecast import forecast
from playcut_jupyter.design.planning import SweepRequest, plan_variants
from playcut_jupyter.display import sweep_grid
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library import ratings
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.widgets import tile_actions
from playcut_jupyter.widgets.still import Still
from playcut_jupyter.widgets.sweep_like import SweepLike
from playcut_jupyter.widgets.tile import Item, name_of, names_of
from playcut_jupyter.widgets.tile_actions import Handler
from playcut_jupyter.widgets.tile_grid import BAR_BUTTONS, Message, TileGrid

VARIANTS = 4
"""How many variants one press makes."""
_TILE_BUTTONS = (("star", "Star"), ("open", "Open"), ("vary", "Vary"), ("compare", "Compare"))
_BAR_BUTTONS = (*BAR_BUTTONS, ("refine", "Refine"))
_MISSING = (
    "The script of this grid is missing in the page. Install anywidget where Jupyter itself runs "
    "(`pip install anywidget`), and reload this page."
)
_NO_SCRIPT = Markup(
    "<style>.playcut-no-script{{animation:playcut-late 0s 4s both}}"
    "@keyframes playcut-late{{from{{visibility:hidden;position:absolute}}}}"
    ".playcut-explorer:has([data-playcut-script]) .playcut-no-script{{display:none}}</style>"
    '<div class="playcut-no-script">{}</div>'
).format(_MISSING)


class Explorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A sweep to look at, judge and vary on one surface.

    Args:
        sweep: what is explored; it may still run.
        start: starts the generations of a request without waiting for them.

    Attributes:
        grids: the grid of the sweep, and one for each set of variants, oldest first.
    """

    def __init__(self, sweep: SweepLike, start: Callable[[Connection, AnySweepRequest], SweepLike]) -> None:
        self._sweep, self._start = sweep, start
        self._offers: dict[str, tuple[Item, SweepRequest]] = {}
        self._still_of: object = None
        self._jobs = [item.job for item in sweep]
        self.grids = [self._grid(sweep, "Sweep")]
        self._still = Still(Markup(""), "")
        note = ipywidgets.HTML(str(_NO_SCRIPT), layout={"margin": "0"})
        self._parts = [note, *self.grids]
        super().__init__(self._parts)
        self.add_class("playcut-explorer")
        self._draw_still()
        self.grids[0].observe(lambda _: self._draw_still(), "tiles")
        self._unsubscribe = change_signal.on_change(self._follow_retries)

    def _grid(self, sweep: SweepLike, title: str) -> TileGrid:
        handlers: dict[str, Handler] = {
            "vary": lambda items, _: self._offer(grid, items),
            "buy": lambda _, message: self._buy(grid, message),
            "refine": lambda items, _: self._refine(grid, sweep, items),
            "sheet": lambda items, message: self._sheet(grid, sweep, items, message),
        }
        grid = TileGrid(
            list(sweep),
            sweep.axes,
            title=title,
            tile_buttons=_TILE_BUTTONS,
            bar_buttons=_BAR_BUTTONS if sweep is self._sweep else BAR_BUTTONS,
            handlers=handlers,
        )
        return grid

    @staticmethod
    def _sheet(grid: TileGrid, sweep: SweepLike, items: Sequence[Item], message: Message) -> None:
        """Write a contact sheet; that of the whole sweep has its prompt for a title, and what won is marked."""
        if items and len(items) < len(sweep):
            tile_actions.built_in(grid)["sheet"](items, message)
        else:
            path = sweep.contact_sheet(tile_actions.sheet_name(sweep.snapshot))
            grid.say(tile_actions.sheet_message(path))

    # -- the next cell --------------------------------------------------------------------------------------

    def _refine(self, grid: TileGrid, sweep: SweepLike, items: Sequence[Item]) -> None:
        """Show the next cell: with the values of what is selected, else of what wins in picks, else of the stars."""
        starred = [item for item in sweep if item.snapshot.starred]
        if items:
            text, kept = sweep.refine(_values(sweep, items)), f"values of {names_of(items)}"
        elif self._rounds(sweep) or not starred:
            text, kept = sweep.refine(), "better half of the values, by picks and stars"
        else:
            text, kept = sweep.refine(_values(sweep, starred)), f"values of the starred {names_of(starred)}"
        grid.reply({"type": "text", "title": "The next cell", "text": text, "told": f"It keeps the {kept}."})

    @staticmethod
    def _rounds(sweep: SweepLike) -> int:
        items = list(sweep)
        numbers = [item.id for item in items if item.id is not None]
        return len(ratings.picks(items[0].library, numbers)) if numbers else 0

    # -- variants -------------------------------------------------------------------------------------------

    def _offer(self, grid: TileGrid, items: Sequence[Item]) -> None:
        """Ask before variants are bought: the price is on the button."""
        if not items:
            raise InvalidInput("Nothing is selected.", hint="Press Vary on one tile.")
        item = items[0]
        connection = item.job.connection
        check_can_buy(connection, "generating variants")
        request = plan_variants(item.snapshot, VARIANTS, max_generations=MAX_GENERATIONS)
        expected = forecast(connection, request, reuse=False)
        if expected.is_over_budget:
            raise over_budget(expected.credits, expected.left or 0.0)
        known = expected.credits
        price = "price not known yet" if known is None else f"about {in_credits(known)} (estimate)"
        name, token = name_of(item.snapshot), secrets.token_hex(8)
        self._offers = {token: (item, request)}  # only the last one can be taken up, and only once
        grid.reply(
            {
                "type": "confirm",
                "title": f"Vary {name}",
                "text": f"Generates {VARIANTS} new results with the prompt and options of {name}, in a grid below.",
                "button": f"Vary {VARIANTS}, {price}",
                "message": {"do": "buy", "ids": [], "token": token},
            }
        )

    def _buy(self, grid: TileGrid, message: Message) -> None:
        """Start the variants that were offered, once, and show them below; waits for none of them."""
        offer = self._offers.pop(str(message.get("token")), None)
        if offer is None:
            return
        item, request = offer
        variants = self._start(item.job.connection, request)
        title = f"Variants of {name_of(item.snapshot)}"
        heading = ipywidgets.HTML(str(Markup("<b>{}</b>").format(title)))
        self.grids.append(self._grid(variants, title))
        self._parts += [heading, self.grids[-1]]
        self.children = tuple(self._parts)
        grid.say(f"Generating {len(variants)} variants of {name_of(item.snapshot)}, in a grid below.")

    # -- being shown ----------------------------------------------------------------------------------------

    def _follow_retries(self) -> None:
        """Show what the sweep holds now, if that is not what it held: after a retry it holds others."""
        jobs = [item.job for item in self._sweep]
        if jobs != self._jobs:
            self._jobs = jobs
            self.grids[0].show(list(self._sweep), self._sweep.axes)

    def close(self) -> None:
        """Take it from its page, and end its threads. What it started goes on."""
        self._unsubscribe()
        for grid in self.grids:
            grid.close()
        super().close()

    def _draw_still(self) -> None:
        """Draw the still again where a result or a star is new; not at every change of a status."""
        sweep = self._sweep.snapshot
        state = [(one.id, one.done, one.starred) for one in sweep.generations]
        if state != self._still_of:
            self._still_of = state
            shown = sweep_grid.bundle(sweep)
            self._still.draw(Markup(shown["text/html"]), str(shown["text/plain"]))  # noqa: S704 - made of Markup

    def __repr__(self) -> str:
        return "This grid needs a front end with widgets; run its cell again to show it here."

    def _ipython_display_(self) -> None:
        self._still.show_below(self)


def _values(sweep: SweepLike, items: Sequence[Item]) -> dict[str, list[str]]:
    """Return for each axis with several values those that *items* have."""
    axes = [name for name, values in sweep.axes.items() if len(values) > 1]
    return {
        axis: list(dict.fromkeys(str(item.snapshot.labels[axis]) for item in items if axis in item.snapshot.labels))
        for axis in axes
    }
