"""What the generations at one service were estimated at so far, and the budget that they must not pass, in credits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playcut_jupyter.background import forks
from playcut_jupyter.errors import BudgetExceeded, InvalidInput
from playcut_jupyter.remedies import Action, Remedy


class Account:
    """What this kernel's generations were estimated at, and the budget they must not pass, in credits.

    Several jobs ask at once, so what is about to be submitted is set aside first. Where the price is not known
    yet, one submission goes ahead and the others wait for what it was estimated at (`Connection.priced`).

    Attributes:
        budget: credits; None for no limit.
        spent: credits, as the server estimated them.
        prices: `cost_key` of inputs -> what they were last estimated at, also where no library can be written.
    """

    def __init__(self, budget: float | None = None) -> None:
        self.budget = checked_budget(budget)
        self.spent = 0.0
        self.prices: dict[str, float] = {}
        self._set_aside = 0.0
        self._lock = threading.Lock()
        forks.renew_in_child(self)

    def renew_in_child(self) -> None:
        """What the parent is about to submit is the parent's; what it has spent counts in the child too."""
        self._set_aside = 0.0
        self._lock = threading.Lock()

    @property
    def left(self) -> float | None:
        """Credits that may still be spent, without what is set aside; None for any number."""
        if self.budget is None:
            return None
        with self._lock:
            return max(0.0, self.budget - self.spent - self._set_aside)

    def check(self, expected: float | None) -> None:
        """Raise `BudgetExceeded` if a submission of *expected* credits would pass the budget."""
        with self._lock:
            self._check(expected)

    @contextmanager
    def setting_aside(self, expected: float | None, key: str) -> Iterator[Callable[[float | None], None]]:
        """Check, and keep *expected* credits from others until they are spent, or the end of the block.

        The function that is yielded is called with the server's estimate, which becomes the price of the `cost_key`.
        """
        kept = expected or 0.0
        with self._lock:
            self._check(expected)
            self._set_aside += kept

        def spend(credits_: float | None) -> None:
            nonlocal kept
            with self._lock:  # at once, or others would see them twice
                self._set_aside, kept = self._set_aside - kept, 0.0
                self.spent += credits_ or 0.0
                if credits_ is not None:
                    self.prices[key] = credits_

        try:
            yield spend
        finally:
            with self._lock:
                self._set_aside -= kept

    def _check(self, expected: float | None) -> None:
        if self.budget is None:
            return
        left = self.budget - self.spent - self._set_aside
        if left <= 0 or (expected or 0.0) > left:
            raise over_budget(expected, left)


def over_budget(expected: float | None, left: float, *more: str | Remedy) -> BudgetExceeded:
    """Return the error that what is expected to cost so many credits (None: unknown) does not fit what is left.

    *more* is what else can be done than to raise the budget.
    """
    needs = f"needs about {in_credits(expected)}" if expected else "needs credits"
    return BudgetExceeded(
        f"Over budget: {needs}, {amount(max(0.0, left))} are left (estimate). Nothing of it was sent.",
        hint=(Remedy(Action.RAISE_BUDGET), *more, "."),
    )


def amount(credits_: float) -> str:
    """Return *credits_* as people write a number, a million too."""
    return f"{credits_:.10g}"


def in_credits(credits_: float) -> str:
    """Return *credits_* in words: "1 credit", "80 credits"."""
    return f"{amount(credits_)} credit{'' if credits_ == 1 else 's'}"


def checked_budget(budget: float | None) -> float | None:
    """Return *budget*, credits, if it is one.

    Raises:
        InvalidInput: it is not a number of at least 0.
    """
    if budget is None or (isinstance(budget, int | float) and not isinstance(budget, bool) and budget >= 0):
        return budget
    raise InvalidInput(f"A budget is a number of credits, not {budget!r}.")
