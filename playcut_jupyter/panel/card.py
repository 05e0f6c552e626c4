"""One generation: its live status, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.errors import SubmissionUncertain, TaskFailed
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.actions import PanelActions
from playcut_jupyter.panel.status_html import status_html
from playcut_jupyter.panel.widgets import AUTO, MessageLine, row, show_if
from playcut_jupyter.results.generations import Generation
from playcut_jupyter.text import truncate

_MAX_PROMPT = 200
"""The most characters of a prompt that are shown."""


class Card(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A generation while it runs and after it.

    Args:
        generation: what is shown.
        actions: what the panel does with it.
        retry: called with the generation that is to be retried.
    """

    def __init__(self, generation: Generation, actions: PanelActions, retry: Callable[[Generation], None]) -> None:
        self.generation = generation
        self._stopping: Generation | None = None
        self.status, self.message = ipywidgets.HTML(), MessageLine()
        self.stop = self._button("Stop waiting", lambda _: self._stop())
        self.retry = self._button("Retry", retry)
        self.view = self._button("Open", actions.view)
        self.save = self._button("Save as", actions.save_as)
        self.use = self._button("Use this prompt", actions.use_prompt)
        self.copy = self._button("Copy as cell", actions.copy_as_cell)
        buttons = row(self.stop, self.retry, self.view, self.save, self.use, self.copy)
        super().__init__([self.status, self.message, buttons])
        self.add_class(css_classes.CARD)
        self.draw(generation)

    def _button(self, label: str, action: Callable[[Generation], None]) -> Any:
        tooltip = f"{label}: {self.generation.prompt[:60]}"
        button = ipywidgets.Button(description=label, layout=AUTO, tooltip=tooltip)
        button.on_click(lambda _: action(self.generation))
        return button

    def _stop(self) -> None:
        self._stopping, self.stop.disabled = self.generation, True
        self.generation.stop_waiting()

    def draw(self, generation: Generation) -> None:
        """Show how *generation* stands now: the same as before, or what has taken its place."""
        self.generation = generation
        snapshot = generation.snapshot
        prompt = truncate(snapshot.prompt, _MAX_PROMPT) or snapshot.tool
        heading = Markup('<div class="{}">{}</div>').format(css_classes.CARD_PROMPT, prompt)
        self.status.value = str(heading + status_html(snapshot))
        has_result = snapshot.done and bool(snapshot.assets)
        for button, is_possible in (
            (self.stop, not snapshot.done),
            (self.retry, may_retry(snapshot)),
            (self.view, has_result),
            (self.save, has_result),
        ):
            button.disabled = not is_possible or (button is self.stop and self._stopping is generation)
            show_if(is_possible, button)


def may_retry(snapshot: Snapshot) -> bool:
    """True if nothing was bought, the task can be resumed, or the service says that a retry may help."""
    if not snapshot.done or snapshot.error is None or isinstance(snapshot.error, SubmissionUncertain):
        return False
    if isinstance(snapshot.error, TaskFailed):
        return snapshot.error.retryable
    return True
