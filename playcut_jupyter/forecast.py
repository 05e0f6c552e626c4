"""What a plan will come to, before anything is sent: how many, of what, how much, and what the library already has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from markupsafe import Markup

from playcut_jupyter.connection import Connection
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.prompts import Plan
from playcut_jupyter.records import fingerprint
from playcut_jupyter.tools import Request, Tool

_MOST = 2_000
"""The most generations that are looked up one by one; what is more than that needs no price to be thought over."""


@dataclass(frozen=True)
class Forecast:
    """What a plan will come to.

    Attributes:
        plan: what is expanded.
        count: how many of each.
        in_library: how many the library has already: 0 credits.
        credits: what the others were estimated at when the same was last bought; None if nothing is known.
        unpriced: how many of them have no known price.
    """

    plan: Plan
    count: int
    in_library: int
    credits: float | None
    unpriced: int

    @property
    def total(self) -> int:
        """How many generations it makes."""
        return len(self.plan) * self.count

    @property
    def price(self) -> str:
        """The credits in words; "" where nothing is known."""
        new = self.total - self.in_library
        parts = []
        if self.credits is not None:
            parts.append(f"about {self.credits:g} credits (estimate)")
            if self.unpriced:
                parts.append(f"without {self.unpriced} whose price is not known yet")
        elif new:
            parts.append("the price is known with the first acknowledgement")
        if self.in_library:
            parts.append(f"{self.in_library} from your library, 0 credits")
        return "; ".join(parts)

    def __str__(self) -> str:
        headline, *rest = self.plan.describe().split("\n")
        if self.count > 1:
            headline += f" x {self.count} of each = {self.total:,} generations"
        return "\n".join([f"{headline}; {self.price}", *rest])

    def bundle(self) -> dict[str, Any]:
        """Return it as a MIME bundle: a quiet block of lines."""
        html = Markup('<div class="playcut-plan" style="white-space:pre-wrap;font-size:0.9em;opacity:0.8;">{}</div>')
        return {"text/html": str(html.format(str(self))), "text/plain": str(self)}


def forecast(connection: Connection, tool: Tool, plan: Plan, *, count: int = 1, reuse: bool = True) -> Forecast:
    """Look up what *plan* will come to. A library that can't be read knows nothing; nothing is sent."""
    wanted: Counter[str] = Counter()
    inputs_of: dict[str, Mapping[str, object]] = {}
    origin = connection.settings.origin
    for expansion in islice(plan, _MOST):
        inputs = {tool.prompt_field: expansion.prompt, **expansion.inputs}
        key = fingerprint(origin, tool.name, inputs)
        wanted[key] += count
        inputs_of[key] = inputs
    in_library, unpriced, prices = 0, 0, []
    for key, number in wanted.items():
        wanted_inputs = inputs_of[key]
        saved = _saved(connection, tool, wanted_inputs, number) if reuse else 0
        in_library += saved
        price = connection.expected_credits(Request(tool, wanted_inputs))
        if price is None:
            unpriced += number - saved
        elif number > saved:
            prices.append(price * (number - saved))
    return Forecast(plan, count, in_library, sum(prices) if prices else None, unpriced)


def _saved(connection: Connection, tool: Tool, inputs: Mapping[str, object], number: int) -> int:
    try:
        return len(connection.library.saved(connection.settings.origin, tool.name, inputs, number))
    except PlaycutError:
        return 0
