"""What a plan will come to, before anything is sent: how many, of what, how much, and what the library already has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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
        left: credits that may still be spent; None for any number.
    """

    request: SweepRequest
    looked_up: int
    in_library: int
    unpriced: int
    credits: float | None
    left: float | None = None

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
    def shortfall(self) -> str:
        """What is missing in the budget, in words; "" if nothing is."""
        if self.left is None or self.credits is None or not self.is_over_budget:
            return ""
        fits = "; as many as fit are generated" if self.request.within_budget else ""
        return f"over budget: needs about {in_credits(self.credits)}, {amount(self.left)} are left{fits}"

    @property
    def is_over_budget(self) -> bool:
        """True if what is known of the prices does not fit what is left of the budget."""
        return self.left is not None and (self.credits or 0.0) > self.left

    def __str__(self) -> str:
        headline, *rest = self.request.plan.describe().split("\n")
        if self.request.count > 1:
            headline += f" x {self.request.count} of each = {self.request.total:,} generations"
        return "\n".join(["; ".join(filter(None, (headline, self.price, self.shortfall))), *rest])

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
        left=connection.account.left,
    )


def affordable(
    connection: Connection, requests: Sequence[GenerationRequest], *, reuse: bool = True
) -> list[GenerationRequest]:
    """Return those of *requests*, in their order, that fit what is left of the budget, as far as prices are known."""
    left, origin = connection.account.left, connection.settings.origin
    if left is None:
        return list(requests)
    wanted: Counter[str] = Counter()
    fitting = []
    for request in requests:
        key = fingerprint(origin, request.tool.name, request.inputs)
        wanted[key] += 1
        is_saved = reuse and _saved(connection, request.tool, request.inputs, wanted[key]) == wanted[key]
        price = 0.0 if is_saved else connection.expected_credits(request) or 0.0
        if price <= left:
            left -= price
            fitting.append(request)
    return fitting


def _saved(connection: Connection, tool: Tool, inputs: Mapping[str, object], number: int) -> int:
    try:
        return len(connection.library.saved(connection.settings.origin, tool.name, inputs, number))
    except PlaycutError:
        return 0
