"""The viewer: one generation as large as there is room for, its neighbours, and a place to save it to."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.display import render
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.panel.card import state_of
from playcut_jupyter.panel.front_end import PLACE, SHUT, VIEWER
from playcut_jupyter.panel.messages import note
from playcut_jupyter.panel.threads import CoalescedTask, DoubleClickGuard, Worker
from playcut_jupyter.panel.widgets import AUTO, Action, row, show_if
from playcut_jupyter.runs.generation import Generation


class Viewer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What was opened; hidden until then.

    Args:
        around: gives the generations among which the neighbours are, newest first.
        marks: the worker that writes stars.
        use: takes words and options into the form.
        reveal: brings it into sight; told whether a place to save to is asked for.
        clock: tells a double click from two.
    """

    def __init__(
        self,
        around: Callable[[], Sequence[Generation]],
        marks: Worker,
        use: Callable[[Generation], None],
        reveal: Callable[[bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._around, self._use, self._reveal = around, use, reveal
        self._run: Generation | None = None
        self._repeats = DoubleClickGuard(clock)
        self.worker = Worker(self.tell)
        self._look = CoalescedTask(self.worker, self._follow)
        self.previous = Action("Previous", lambda: self._step(-1), self.worker, self.tell)
        self.next = Action("Next", lambda: self._step(1), self.worker, self.tell)
        self.star = Action("Star", self._star, marks, self.tell)
        self.use = ipywidgets.Button(description="Use this prompt", layout=AUTO)
        self.shut = ipywidgets.Button(description="Close", layout=AUTO)
        self.shut.add_class(SHUT)
        self.path = ipywidgets.Text(description="save as", layout={"width": "320px", "max_width": "100%"})
        self.path.add_class(PLACE)
        self.save = Action("Save", self._save, self.worker, self.tell)
        self.place = row(self.path, self.save)
        self.note, self.content = ipywidgets.HTML(), ipywidgets.HTML(layout={"width": "auto"})
        self.use.on_click(lambda _: self._used())
        self.shut.on_click(lambda _: self._shut())
        buttons = row(self.previous, self.next, self.star, self.use, self.shut)
        super().__init__([buttons, self.place, self.note, self.content], layout={"display": "none"})
        self.add_class(VIEWER)

    def show(self, run: Generation, *, to_save: bool = False) -> None:
        """Show *run* soon, and bring it into sight: its files are read on a worker."""

        def show() -> None:
            self._show(run)
            self._reveal(to_save)

        self.worker.do(show)

    def refresh(self) -> None:
        """See to it that it shows the marks that what was opened has by now."""
        self._look.ask()

    def tell(self, text: str) -> None:
        """Say something above the picture."""
        self.note.value = note(text)

    def _show(self, run: Generation) -> None:
        self._run = run
        suffix = next((item.suffix for item in run.assets), "")
        self.path.value = f"{run.kind}-{run.id}{suffix}" if run.id is not None else f"{run.kind}{suffix}"
        self.content.value = str(render.message(f"#{run.id} · {run.prompt}") + _content(run))
        show_if(bool(run.assets), self.place)
        self.tell("")
        show_if(True, self)
        self._follow()

    def _follow(self) -> None:
        """Take over the marks that the library has: what was opened may have been read before they were made."""
        run = self._run
        record = run.library.get(run.id) if run is not None and run.id is not None else None
        if run is not None and record is not None:
            run.starred, run.hidden = record.starred, record.hidden
        self._draw()

    def _draw(self) -> None:
        run = self._run
        self.star.description = "Unstar" if run is not None and run.starred else "Star"
        self.previous.allow(self._neighbour(-1) is not None)
        self.next.allow(self._neighbour(1) is not None)

    def _neighbour(self, step: int) -> Generation | None:
        """Return the generation beside this one on the gallery's page."""
        runs = list(self._around())
        places = [place for place, run in enumerate(runs) if self._run is not None and run.id == self._run.id]
        place = places[0] + step if places else -1
        return runs[place] if 0 <= place < len(runs) else None

    def _step(self, step: int) -> None:
        beside = self._neighbour(step)
        if beside is not None:
            self._show(beside)

    def _star(self) -> None:
        if self._run is not None:
            self._run.star(not self._run.starred)
            self._draw()

    def _save(self) -> None:
        run, place = self._run, self.path.value.strip()
        if run is None or self._repeats.is_repeat((run.id, place)):
            return
        if not place:
            raise InvalidInput("There is no place to save it to.", hint="Write a file's name in “save as”.")
        written = run.save(Path(place).expanduser())
        paths = written if isinstance(written, list) else [written]
        self.tell("Saved: " + ", ".join(str(path.resolve()) for path in paths))

    def _used(self) -> None:
        if self._run is not None:
            self._use(self._run)

    def _shut(self) -> None:
        show_if(False, self)
        self._run, self.content.value = None, ""


def _content(run: Generation) -> Markup:
    if run.assets:
        return Markup("<br>").join(render.full(item) for item in run.assets)
    return state_of(run) if run.error is not None else render.generation(run)
