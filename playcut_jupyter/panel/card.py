"""One generation: its live state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.display import render
from playcut_jupyter.errors import SubmissionUncertain, TaskFailed
from playcut_jupyter.panel.messages import cut, note, told
from playcut_jupyter.panel.widgets import AUTO, row, show_if
from playcut_jupyter.runs.generation import Generation

_WORDS = 200


class PanelActions(Protocol):
    """What the panel does with a generation."""

    def use(self, run: Generation) -> None:
        """Take its words and options into the form."""

    def copy(self, run: Generation) -> None:
        """Give the cell that asks for the same."""

    def view(self, run: Generation) -> None:
        """Show it as large as there is room for."""

    def save(self, run: Generation) -> None:
        """Show it, and ask where to save it."""


class Card(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A generation while it runs and after it.

    Args:
        run: the generation.
        hands: what the panel does with it.
        again: called with the run to try once more.
    """

    def __init__(self, run: Generation, hands: PanelActions, again: Callable[[Generation], None]) -> None:
        self.run = run
        self._stopping: Generation | None = None
        self.status, self.note = ipywidgets.HTML(), ipywidgets.HTML()
        self.stop = self._button("Stop waiting", lambda: self._stop())
        self.retry = self._button("Retry", lambda: again(self.run))
        self.view = self._button("Open", lambda: hands.view(self.run))
        self.save = self._button("Save as", lambda: hands.save(self.run))
        self.use = self._button("Use this prompt", lambda: hands.use(self.run))
        self.copy = self._button("Copy as cell", lambda: hands.copy(self.run))
        buttons = row(self.stop, self.retry, self.view, self.save, self.use, self.copy)
        super().__init__([self.status, self.note, buttons])
        self.add_class("playcut-card")
        self.draw()

    def _button(self, text: str, action: Callable[[], None]) -> Any:
        button = ipywidgets.Button(description=text, layout=AUTO, tooltip=f"{text}: {self.run.prompt[:60]}")
        button.on_click(lambda _: action())
        return button

    def _stop(self) -> None:
        self._stopping, self.stop.disabled = self.run, True
        self.run.stop_waiting()

    def tell(self, text: str) -> None:
        """Say something in the card."""
        self.note.value = note(text)

    def draw(self) -> None:
        """Show the state as it is now."""
        run, done = self.run, self.run.done
        self.status.value = str(_words(run) + state_of(run))
        for button, can in (
            (self.stop, not done),
            (self.retry, may_retry(run)),
            (self.view, done and bool(run.assets)),
            (self.save, done and bool(run.assets)),
        ):
            button.disabled = not can or (button is self.stop and self._stopping is run)
            show_if(can, button)


def _words(run: Generation) -> Markup:
    return Markup('<div class="playcut-card-words">{}</div>').format(cut(run.prompt, _WORDS) or run.tool)


def state_of(run: Generation) -> Markup:
    """Return how *run* is, or what became of it, in the panel's own words."""
    if not run.done:
        return render.status(run)
    if run.error is None:
        return _line(run, Markup("{}").format(" · ".join(_result_facts(run))))
    facts = [run.kind, render.elapsed(run), render.credits_text(run), f"task {run.task_id}" if run.task_id else ""]
    words = Markup("<b>{}</b> {}").format(run.state, " · ".join(filter(None, facts)))
    return _line(run, words) + Markup("<div>{}</div>").format(told(run.error))


def _line(run: Generation, words: Markup) -> Markup:
    warning = Markup("<div>Not kept: {}</div>").format(run.warning) if run.warning else ""
    return Markup('<div class="playcut-status playcut-status-{}">{} {}{}</div>').format(
        run.state.lower(), render.badge(run), words, warning
    )


def _result_facts(run: Generation) -> list[str]:
    """Return what is told of a result, in the words of the panel's own fields."""
    return [fact.replace("--fresh", "“fresh”") for fact in render.result_facts(run)]


def may_retry(run: Generation) -> bool:
    """True if nothing was bought, the task can be taken up, or the service says that trying again may help."""
    if not run.done or run.error is None or isinstance(run.error, SubmissionUncertain):
        return False
    if isinstance(run.error, TaskFailed):
        return run.error.retryable
    return True
