"""One job: its live state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from playcut_jupyter import render
from playcut_jupyter.errors import SubmissionUncertain, TaskFailed
from playcut_jupyter.runs import Generation


class Card(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A generation while it runs and after it."""

    def __init__(
        self,
        run: Generation,
        *,
        use: Callable[[Generation], None],
        again: Callable[[Card], None],
        copy: Callable[[Generation], None],
        view: Callable[[Generation], None],
    ) -> None:
        self.run = run
        self.is_settled = False
        self.status = ipywidgets.HTML()
        self.stop = self._button("Stop waiting", lambda: self._stop())
        self.retry = self._button("Retry", lambda: again(self))
        self.view = self._button("Open", lambda: view(self.run))
        self.save = self._button("Save as", lambda: view(self.run))  # the viewer asks for the place
        self.use = self._button("Use this prompt", lambda: use(self.run))
        self.copy = self._button("Copy as cell", lambda: copy(self.run))
        buttons = [self.stop, self.retry, self.view, self.use, self.copy, self.save]
        super().__init__([self.status, ipywidgets.HBox(buttons, layout={"flex_flow": "row wrap"})])
        self.layout.border = "1px solid rgba(128,128,128,0.4)"
        self.layout.padding = "4px"
        self.add_class("playcut-card")
        self.draw()

    def _button(self, text: str, action: Callable[[], None]) -> Any:
        button = ipywidgets.Button(description=text, layout={"width": "auto"})
        button.on_click(lambda _: action())
        return button

    def _stop(self) -> None:
        self.stop.disabled = True
        self.run.stop_waiting()

    def follow(self, run: Generation) -> None:
        """Go on with *run*, which takes the place of one that failed."""
        self.run = run
        self.draw()

    def draw(self) -> bool:
        """Show the state as it is now; return whether it will change."""
        run, done = self.run, self.run.done
        words = render.message(run.prompt[:200] or run.tool)
        error = render.message(f"{run.error} {run.error.hint or ''}") if run.error is not None else ""
        state = render.status(run) if not done or run.error is not None else render.final_line(run)
        self.status.value = str(words + state + error)
        self.stop.disabled, self.is_settled = done, done
        self.retry.disabled = not (done and _may_retry(run))
        self.view.disabled = self.save.disabled = not (done and run.assets)
        return not done


def _may_retry(run: Generation) -> bool:
    """True if nothing was bought, the task can be taken up, or the service says that trying again may help."""
    if run.error is None or isinstance(run.error, SubmissionUncertain):
        return False
    if isinstance(run.error, TaskFailed):
        return run.error.retryable
    return True
