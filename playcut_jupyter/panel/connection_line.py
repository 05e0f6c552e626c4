"""The first line of the panel: what it is connected to, credits spent, and what waits to be fetched; and the budget."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.engine import Engine
from playcut_jupyter.errors import InvalidInput, NotConnected, PlaycutError
from playcut_jupyter.jobs import job_factory
from playcut_jupyter.jobs.active_jobs import active_in_this_process
from playcut_jupyter.library.records import Record, is_orphan
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.messages import error_text
from playcut_jupyter.panel.threads import CoalescedTask, ShowMessage, Worker
from playcut_jupyter.panel.widgets import MessageLine, WorkerButton, row, show_if
from playcut_jupyter.results.generations import Generation, Sweep


class ConnectionLine(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The connection, and how much it may spend: the field for that, and its message, stand in the form.

    Args:
        engine: the connection.
        worker: reads and connects.
        on_resume: called with what was resumed.
        on_switch: called when another service is used.
        show_error: shows what goes wrong.
    """

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        on_resume: Callable[[Sweep], None],
        on_switch: Callable[[], None],
        show_error: ShowMessage,
    ) -> None:
        self._engine, self._on_resume, self._on_switch = engine, on_resume, on_switch
        self._origin: str | None = None
        self._shown_budget: float | None = None
        self._lock = threading.RLock()
        self.facts, self.budget_message = ipywidgets.HTML(), MessageLine()
        self.budget = ipywidgets.Text(
            description="budget",
            placeholder="no limit",
            tooltip="Credits that may be spent through this connection",
            continuous_update=False,
            layout={"width": "120px"},
        )
        self.sandbox = WorkerButton("Use the sandbox", self._use_sandbox, worker, show_error)
        self.resume = WorkerButton("Resume", self._resume, worker, show_error)
        self._task = CoalescedTask(worker, self._update)
        show_if(False, self.sandbox, self.resume)
        super().__init__([row(self.facts, self.sandbox, self.resume)])
        self.add_class(css_classes.CONNECTION)
        self.budget.observe(self._set_budget, "value")
        self.refresh()

    def refresh(self) -> None:
        """Bring the line up to date soon."""
        self._task.schedule()

    def _update(self) -> None:
        self._show_budget()
        try:
            connection = self._engine.connection
        except NotConnected as error:
            self._origin = ""
            text = Markup("<span> {}</span>").format(error_text(error))
            self.facts.value = str(_badge("none", "NOT CONNECTED") + text)
            show_if(True, self.sandbox)
            show_if(False, self.resume)
            return
        show_if(False, self.sandbox)
        self.facts.value = str(_facts(connection))
        unfinished = _unfinished(connection)
        self.resume.description = f"Resume {len(unfinished)} unfinished"
        self.resume.enable(bool(unfinished))
        show_if(bool(unfinished), self.resume)
        before, self._origin = self._origin, connection.settings.origin
        if before not in (None, self._origin):  # the first one is no switch: voices may have been asked for already
            self._on_switch()

    def _use_sandbox(self) -> None:
        self._engine.switch(sandbox=True)
        self._update()

    def _resume(self) -> None:
        connection = self._engine.connection
        generations = [Generation(job_factory.resume(connection, record)) for record in _unfinished(connection)]
        if generations:
            self._on_resume(Sweep(generations))
        self._update()

    # -- the budget -------------------------------------------------------------------------------------------

    def _show_budget(self) -> None:
        """Show the budget if it was changed elsewhere; what was just typed is not overwritten."""
        with self._lock:
            budget = self._engine.budget
            if budget != self._shown_budget:
                self._shown_budget = budget
                self.budget.value = "" if budget is None else amount(budget)

    def _set_budget(self, _: object) -> None:
        with self._lock:
            try:
                budget = _credits(self.budget.value)
                if budget != self._engine.budget:
                    self._shown_budget = budget
                    self._engine.budget = budget
            except PlaycutError as error:
                self.budget_message.show(error_text(error))
            else:
                self.budget_message.show("")


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
            f"A budget is a number of credits, not {text.strip()!r}.",
            hint="The budget is unchanged. Leave the field empty for no limit.",
        )
    return budget


def _unfinished(connection: Connection) -> list[Record]:
    """Return what was submitted and not fetched, and that no job here or in another kernel waits for."""
    busy = active_in_this_process(connection.library)
    records = connection.library.unfetched(connection.settings.origin)
    return [record for record in records if record.id not in busy and is_orphan(record.owner)]


def _facts(connection: Connection) -> Markup:
    settings, account = connection.settings, connection.account
    limit, left = connection.rate_limit
    kind, label = ("sandbox", "SANDBOX: offline, free") if settings.is_sandbox else ("live", "LIVE: costs credits")
    if settings.is_frozen:
        kind, label = "frozen", "FROZEN: library only"
    facts = [
        settings.masked_key,
        f"{in_credits(account.spent)} so far (estimate)",
        f"{left} of {limit} requests a minute left" if limit else "",
    ]
    return _badge(kind, label) + Markup("<span> {}</span>").format(" · ".join(filter(None, facts)))


def _badge(kind: str, label: str) -> Markup:
    """Return a badge that is told by its words and its shape: dashed and round for free, solid for what costs."""
    return Markup('<span class="{0} {0}-{1}">{2}</span>').format(css_classes.BADGE, kind, label)
