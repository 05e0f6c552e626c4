"""Whether a request may be sent: its size and its price, checked before anything is."""

from __future__ import annotations

from collections.abc import Callable

from playcut_jupyter.connection.account import over_budget
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.design.forecast import Forecast, affordable, forecast
from playcut_jupyter.errors import InvalidInput, NotConnected
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import GenerationRequest


def check_can_buy(connection: Connection, what: str) -> None:
    """Raise an error if nothing can be bought now, whatever it is.

    Args:
        connection: the connection that would buy it.
        what: what would be done, in the error.

    Raises:
        NotInLibrary: frozen.
        NotConnected: there is no key and no sandbox.
    """
    connection.settings.check_online(what)
    if not connection.settings.api_key:
        raise NotConnected("There is no API key, and the sandbox is off.")


def admit(
    connection: Connection, request: AnySweepRequest, *, reuse: bool, announce: Callable[[Forecast], None] | None = None
) -> list[GenerationRequest]:
    """Return the generations of *request* that may be sent.

    Args:
        connection: the connection whose library and budget count.
        request: the request.
        reuse: True to take what the library has for 0 credits.
        announce: called with the forecast, if there is more than one prompt.

    Raises:
        InvalidInput: it has too many generations, or an input that can't be sent.
        BudgetExceeded: its known price exceeds the budget; with `within_budget`, even one generation does.
    """
    is_limited = request.is_too_large or connection.account.budget is not None
    expected = forecast(connection, request, reuse=reuse) if announce is not None or is_limited else None
    if request.is_too_large:
        total = request.total
        raise InvalidInput(
            f"This makes {total} generations, more than {request.max_generations}; nothing was sent. {expected}",
            hint=("If that is what you want, ", Remedy(Action.RAISE_LIMIT, str(total)), "."),
        )
    generations = request.generations()
    if expected is not None and expected.is_over_budget:
        is_reused = reuse and not request.fresh
        generations = affordable(connection, generations, reuse=is_reused) if request.within_budget else []
        if not generations:
            several = () if request.prompts == 1 else (", or ", Remedy(Action.STAY_WITHIN_BUDGET))
            raise over_budget(expected.credits, expected.left or 0.0, *several)
    if announce is not None and expected is not None and request.prompts > 1:
        announce(expected)
    return generations
