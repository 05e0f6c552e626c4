"""The button "Generate", which acts once the kernel knows what the fields say.

Where the panel's script runs, it sends the fields with the click. Without it a front end sends a click at once, but
holds back what is typed until the kernel has answered the last change: "t" arrives, the click, and then "the fox". So a
click without fields is answered with a number, which the page sends back through a link between two hidden widgets.
What it held back comes before that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets

from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.design.forecast import Forecast
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.widgets import AUTO

PAGE_TIMEOUT_S = 3.0
"""How long a page may take to send the number back. By then the fields have arrived; without the number, it acts."""


class GenerateButton(ipywidgets.Button):  # type: ignore[misc]  # ipywidgets has no types
    """A button that acts on fields of the page.

    Args:
        act: called once for each click, or several quick ones.
        page_timeout_s: `PAGE_TIMEOUT_S`, or less in tests.
    """

    def __init__(self, act: Callable[[], None], page_timeout_s: float = PAGE_TIMEOUT_S) -> None:
        self._act, self._page_timeout_s = act, page_timeout_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._number = 0
        self.is_shut = False
        super().__init__(description="Generate", button_style="primary", tooltip="Ctrl+Enter", layout=AUTO)
        self.add_class(css_classes.GENERATE_BUTTON)
        self.on_click(lambda _: act())
        self.question, self.answer = ipywidgets.IntText(), ipywidgets.IntText()
        ipywidgets.jslink((self.question, "value"), (self.answer, "value"))
        self.answer.observe(lambda change: self._act_on(change["new"]), "value")

    def _handle_button_msg(self, _: Any, content: Any, __: Any) -> None:
        """Handle a click in a page, where `click()` is one of Python's."""
        if content.get("event") != "click":
            return
        with self._lock:
            self._number += 1
            number = self._number
            self._stop_timer()
            self._timer = threading.Timer(self._page_timeout_s, self._act_on, [number])
            self._timer.daemon = True
            self._timer.start()
        self.question.value = number

    def _act_on(self, number: int) -> None:
        with self._lock:
            if self._timer is None or number != self._number:
                return
            self._stop_timer()
        self._act()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def show(self, total: int = 1, expected: Forecast | None = None) -> None:
        """Say how many a press generates and for how much; where that is over budget it is red, and says so.

        It stays open then: a press sends nothing, says why, and leaves the focus where it is.

        Args:
            total: how many it generates.
            expected: their price; None while it isn't known.
        """
        is_over = expected is not None and expected.is_over_budget
        what = "Generate" if total == 1 else f"Generate {total:,}"
        price = _price(expected) if expected is not None else ""
        self.description = f"Over budget: {price}" if is_over else ", ".join(filter(None, (what, price)))
        self.is_shut = is_over
        self.button_style = "danger" if is_over else "primary"

    def close(self) -> None:
        """Take it from its page."""
        with self._lock:
            self._stop_timer()
        super().close()


def _price(expected: Forecast) -> str:
    """Return the price in a few words; "" if it isn't known."""
    if expected.credits is not None:
        return f"about {in_credits(expected.credits)}{' or more' if expected.unpriced else ''}"
    return "0 credits" if expected.in_library == expected.looked_up else ""
