"""The forecast of a request before anything is sent: its size, its price, and what the library already has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from playcut_jupyter.api.client import encoded
from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.display import bundles
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.records import fingerprint
from playcut_jupyter.tools import GenerationRequest

_MAX_LOOKUPS = 2_000
"""The largest number of expansions that are looked up; a larger plan is estimated from a random sample of this size."""


@dataclass(frozen=True)
class Forecast:
    """The size and price of a request.

    Attributes:
        request: the request.
        looked_up: how many of its generations were looked up, on which the next two count; a sample of a large plan.
        in_library: how many of those the library has already, for 0 credits.
        unpriced: how many of the others have no known price.
        credits: the estimate for all that are not in the library, from the last estimates for the same inputs, scaled
            up from a sample; None if no price is known.
        left: credits left in the budget; None without a budget.
        is_frozen: True if nothing is generated, and what the library lacks is refused.
    """

    request: AnySweepRequest
    looked_up: int
    in_library: int
    unpriced: int
    credits: float | None
    left: float | None = None
    is_frozen: bool = False

    @property
    def price(self) -> str:
        """The price as text; "" if there is nothing to say."""
        new = self.looked_up - self.in_library
        parts = []
        if self.is_frozen:
            parts += [f"{new:,} not in your library, which is frozen"] if new else []
        elif self.credits is not None:
            basis = "" if self.looked_up == self.request.total else f", from {self.looked_up:,} of them taken at random"
            parts.append(f"about {in_credits(self.credits)} (estimate{basis})")
            if self.unpriced:
                parts.append(f"plus {self.unpriced:,} with an unknown price")
        elif new:
            parts.append("the price is known after the first submission")
        if self.in_library:
            parts.append(f"{self.in_library:,} from your library, 0 credits")
        return "; ".join(parts)

    @property
    def shortfall(self) -> str:
        """How much the budget lacks, as text; "" if it is sufficient."""
        if self.left is None or self.credits is None or not self.is_over_budget:
            return ""
        fits = "; as many as fit are generated" if self.request.within_budget else ""
        return f"over budget: needs about {in_credits(self.credits)}, {amount(self.left)} are left{fits}"

    @property
    def is_over_budget(self) -> bool:
        """True if the known prices exceed what is left of the budget."""
        return self.left is not None and (self.credits or 0.0) > self.left

    def __str__(self) -> str:
        headline, *rest = self.request.describe().split("\n")
        return "\n".join(["; ".join(filter(None, (headline, self.price, self.shortfall))), *rest])

    def bundle(self) -> bundles.Bundle:
        """Return the forecast as a MIME bundle: lines of small text."""
        html = Markup('<div class="playcut-plan" style="white-space:pre-wrap;font-size:0.9em;opacity:0.8;">{}</div>')
        return bundles.mime_bundle(html.format(str(self)), str(self))


def forecast(connection: Connection, request: AnySweepRequest, *, reuse: bool = True) -> Forecast:
    """Look up size and price of *request*; sends nothing. A library that can't be read counts as empty.

    Raises:
        InvalidInput: an input can't be sent as JSON.
    """
    origin, is_frozen = connection.settings.origin, connection.settings.is_frozen
    counts: Counter[str] = Counter()
    requests: dict[str, GenerationRequest] = {}
    largest = max(1, _MAX_LOOKUPS // len(request.parts))
    for part in request.parts:
        for expansion in part.plan if len(part.plan) <= largest else part.plan.sample(largest, seed=0):
            one = GenerationRequest(part.tool, part.inputs_of(expansion))
            encoded(one.tool.name, one.inputs)  # raises for what is no JSON, which has no fingerprint either
            key = fingerprint(origin, one.tool.name, one.inputs)
            counts[key] += part.count
            requests[key] = one
    in_library, unpriced, prices = 0, 0, []
    for key, number in counts.items():
        is_reused = is_frozen or (reuse and not request.fresh)
        saved = _saved(connection, requests[key], number) if is_reused else 0
        in_library += saved
        price = connection.expected_credits(requests[key])
        if price is None:
            unpriced += number - saved
        elif number > saved:
            prices.append(price * (number - saved))
    looked_up = counts.total()
    return Forecast(
        request,
        looked_up,
        in_library,
        unpriced,
        credits=None if is_frozen else sum(prices) * request.total / looked_up if prices else None,
        left=connection.account.left,
        is_frozen=is_frozen,
    )


def affordable(
    connection: Connection, requests: Sequence[GenerationRequest], *, reuse: bool = True
) -> list[GenerationRequest]:
    """Return those of *requests*, in order, that the rest of the budget covers, as far as prices are known."""
    left, origin = connection.account.left, connection.settings.origin
    if left is None:
        return list(requests)
    counts: Counter[str] = Counter()
    fitting = []
    for request in requests:
        key = fingerprint(origin, request.tool.name, request.inputs)
        counts[key] += 1
        is_saved = reuse and _saved(connection, request, counts[key]) == counts[key]
        price = 0.0 if is_saved else connection.expected_credits(request) or 0.0
        if price <= left:
            left -= price
            fitting.append(request)
    return fitting


def _saved(connection: Connection, request: GenerationRequest, number: int) -> int:
    find = connection.library.kept if connection.settings.is_frozen else connection.library.saved
    try:
        return len(find(connection.settings.origin, request.tool.name, request.inputs, number))
    except PlaycutError:
        return 0
