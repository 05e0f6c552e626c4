"""The first line of the panel: what it is connected to, what was spent, the budget, and what waits to be fetched."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import InvalidInput, NotConnected, PlaycutError
from playcut_jupyter.library.records import Record, is_orphan
from playcut_jupyter.panel.messages import note, told
from playcut_jupyter.panel.threads import CoalescedTask, Show, Worker
from playcut_jupyter.panel.widgets import Action, row, show_if
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.sweep import Sweep
from playcut_jupyter.runs.underway import active_in_this_process


class ConnectionLine(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Where this is, and how much it may cost.

    Args:
        playcut: the connection.
        worker: reads and connects.
        resumed: called with what was taken up.
        moved: called when another service is used.
        tell: says what goes wrong.
    """

    def __init__(
        self,
        playcut: Playcut,
        worker: Worker,
        resumed: Callable[[Sweep], None],
        moved: Callable[[], None],
        tell: Show,
    ) -> None:
        self._playcut, self._resumed, self._moved = playcut, resumed, moved
        self._origin: str | None = None
        self._shown_budget: float | None = None
        self._lock = threading.RLock()
        self.facts, self.budget_note = ipywidgets.HTML(), ipywidgets.HTML()
        self.budget = ipywidgets.Text(
            description="budget", placeholder="no limit", continuous_update=False, layout={"width": "120px"}
        )
        self.sandbox = Action("Use the sandbox", self._go_to_sandbox, worker, tell)
        self.resume = Action("Resume", self._resume, worker, tell)
        self._look = CoalescedTask(worker, self.look)
        show_if(False, self.sandbox, self.resume)
        super().__init__([row(self.facts, self.sandbox, self.resume, self.budget), self.budget_note])
        self.add_class("playcut-panel-connection")
        self.budget.observe(self._set_budget, "value")
        self.refresh()

    def refresh(self) -> None:
        """See to it that the line says what is so."""
        self._look.ask()

    def look(self) -> None:
        """Say what is so: on the worker."""
        self._follow_budget()
        try:
            connection = self._playcut.connection
        except NotConnected as error:
            self.facts.value = str(_badge("none", "NOT CONNECTED") + Markup("<span> {}</span>").format(told(error)))
            show_if(True, self.sandbox)
            show_if(False, self.resume)
            return
        show_if(False, self.sandbox)
        self.facts.value = str(_facts(connection))
        waiting = left_over(connection)
        self.resume.description = f"Resume {len(waiting)} unfinished"
        self.resume.allow(bool(waiting))
        show_if(bool(waiting), self.resume)
        if connection.settings.origin != self._origin:
            self._origin = connection.settings.origin
            self._moved()

    def _go_to_sandbox(self) -> None:
        self._playcut.switch(sandbox=True)
        self.look()

    def _resume(self) -> None:
        connection = self._playcut.connection
        runs = [Generation.taken_up(connection, record) for record in left_over(connection)]
        if runs:
            self._resumed(Sweep(connection, runs))
        self.look()

    # -- the budget -------------------------------------------------------------------------------------------

    def _follow_budget(self) -> None:
        """Show the budget, if it was changed elsewhere; what is just typed is not written over."""
        with self._lock:
            budget = self._playcut.budget
            if budget != self._shown_budget:
                self._shown_budget = budget
                self.budget.value = "" if budget is None else amount(budget)

    def _set_budget(self, _: object) -> None:
        with self._lock:
            try:
                budget = _credits(self.budget.value)
                if budget != self._playcut.budget:
                    self._shown_budget = budget
                    self._playcut.budget = budget
            except PlaycutError as error:
                self.budget_note.value = note(told(error))
            else:
                self.budget_note.value = ""


def _credits(text: str) -> float | None:
    """Read a budget; nothing is no limit."""
    if not text.strip():
        return None
    try:
        budget = float(text.replace(",", ""))
    except ValueError:
        budget = math.nan
    if not math.isfinite(budget) or budget < 0:
        raise InvalidInput(
            f"A budget is a number of credits, not {text.strip()!r}.", hint="The one before holds. Empty: no limit."
        )
    return budget


def left_over(connection: Connection) -> list[Record]:
    """Return what was submitted and not fetched, and that no job here or in another kernel waits for."""
    busy = active_in_this_process(connection.library)
    rows = connection.library.unfetched(connection.settings.origin)
    return [row for row in rows if row.id not in busy and is_orphan(row.owner)]


def _facts(connection: Connection) -> Markup:
    settings, account = connection.settings, connection.account
    limit, left = connection.rate_limit
    kind, words = ("sandbox", "SANDBOX: offline, free") if settings.is_sandbox else ("live", "LIVE: costs credits")
    facts = [
        settings.masked_key,
        f"{in_credits(account.spent)} so far (estimate)",
        f"{left} of {limit} requests a minute left" if limit else "",
    ]
    return _badge(kind, words) + Markup("<span> {}</span>").format(" · ".join(filter(None, facts)))


def _badge(kind: str, words: str) -> Markup:
    """Return a mark that is told by its word and its shape: dashed and round for free, solid for what costs."""
    return Markup('<span class="playcut-panel-badge playcut-panel-badge-{}">{}</span>').format(kind, words)
