"""What a plan will come to, before anything is sent: how many, of what, how much, and what the library already has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from playcut_jupyter.api.client import encoded
from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.display import bundles
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.records import fingerprint
from playcut_jupyter.tools import GenerationRequest, Tool

_MOST = 2_000
"""The most expansions that are looked up one by one; of a larger plan so many are taken at random."""


@dataclass(frozen=True)
class Forecast:
    """What a request will come to.

    Attributes:
        request: what is asked for.
        looked_up: how many generations the next three were counted among; less than all of a very large plan.
        in_library: how many of those the library has already: 0 credits.
        unpriced: how many of the others have no known price.
        credits: what all that is new was estimated at when the same was last bought, scaled up from those that were
            looked up; None if nothing is known.
        budget: credits that may be spent; None for any number.
        spent: how many of them are.
    """

    request: SweepRequest
    looked_up: int
    in_library: int
    unpriced: int
    credits: float | None
    budget: float | None = None
    spent: float = 0.0

    @property
    def price(self) -> str:
        """The credits in words; "" where nothing is known."""
        new = self.looked_up - self.in_library
        parts = []
        if self.credits is not None:
            basis = "" if self.looked_up == self.request.total else f", from {self.looked_up:,} of them taken at random"
            parts.append(f"about {in_credits(self.credits)} (estimate{basis})")
            if self.unpriced:
                parts.append(f"without {self.unpriced:,} whose price is not known yet")
        elif new:
            parts.append("the price is known with the first acknowledgement")
        if self.in_library:
            parts.append(f"{self.in_library:,} from your library, 0 credits")
        return "; ".join(parts)

    @property
    def over_budget(self) -> str:
        """After how many generations the budget is reached, in words; "" if it suffices."""
        if self.budget is None or self.credits is None or self.spent + self.credits <= self.budget:
            return ""
        left = max(0.0, self.budget - self.spent)
        priced = (self.looked_up - self.in_library - self.unpriced) * self.request.total / self.looked_up
        spent = f" ({amount(self.spent)} spent)" if self.spent else ""
        return f"passes your budget of {amount(self.budget)}{spent} after about {int(left * priced / self.credits)}"

    def __str__(self) -> str:
        headline, *rest = self.request.plan.describe().split("\n")
        if self.request.count > 1:
            headline += f" x {self.request.count} of each = {self.request.total:,} generations"
        return "\n".join(["; ".join(filter(None, (headline, self.price, self.over_budget))), *rest])

    def bundle(self) -> bundles.Bundle:
        """Return it as a MIME bundle: a quiet block of lines."""
        html = Markup('<div class="playcut-plan" style="white-space:pre-wrap;font-size:0.9em;opacity:0.8;">{}</div>')
        return bundles.mime_bundle(html.format(str(self)), str(self))


def forecast(connection: Connection, request: SweepRequest, *, reuse: bool = True) -> Forecast:
    """Look up what *request* will come to. A library that can't be read knows nothing; nothing is sent.

    Raises:
        InvalidInput: an input can't be sent as JSON.
    """
    tool, plan, origin = request.tool, request.plan, connection.settings.origin
    wanted: Counter[str] = Counter()
    inputs_of: dict[str, Mapping[str, object]] = {}
    for expansion in plan if len(plan) <= _MOST else plan.sample(_MOST, seed=0):
        inputs = {tool.prompt_field: expansion.prompt, **expansion.inputs}
        encoded(tool.name, inputs)  # raises for what can't be sent, and so has no fingerprint either
        key = fingerprint(origin, tool.name, inputs)
        wanted[key] += request.count
        inputs_of[key] = inputs
    in_library, unpriced, prices = 0, 0, []
    for key, number in wanted.items():
        saved = _saved(connection, tool, inputs_of[key], number) if reuse and not request.fresh else 0
        in_library += saved
        price = connection.expected_credits(GenerationRequest(tool, inputs_of[key]))
        if price is None:
            unpriced += number - saved
        elif number > saved:
            prices.append(price * (number - saved))
    looked_up = wanted.total()
    return Forecast(
        request,
        looked_up,
        in_library,
        unpriced,
        credits=sum(prices) * request.total / looked_up if prices else None,
        budget=connection.account.budget,
        spent=connection.account.spent,
    )


def _saved(connection: Connection, tool: Tool, inputs: Mapping[str, object], number: int) -> int:
    try:
        return len(connection.library.saved(connection.settings.origin, tool.name, inputs, number))
    except PlaycutError:
        return 0
