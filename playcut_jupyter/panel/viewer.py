"""The viewer: one generation as large as there is room for, its neighbours, and a place to save it to."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.display import render
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.panel.widgets import AUTO, Action, row, show_if
from playcut_jupyter.panel.words import note
from playcut_jupyter.panel.work import Repeats, Worker
from playcut_jupyter.runs.generation import Generation


class Viewer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What was opened; hidden until then.

    Args:
        around: gives the generations among which the neighbours are, newest first.
        marks: the worker that writes stars.
        use: takes words and options into the form.
        clock: tells a double click from two.
    """

    def __init__(
        self,
        around: Callable[[], Sequence[Generation]],
        marks: Worker,
        use: Callable[[Generation], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._around, self._use = around, use
        self._run: Generation | None = None
        self._repeats = Repeats(clock)
        self.worker = Worker(self.tell)
        self.previous = Action("Previous", lambda: self._step(-1), self.worker, self.tell)
        self.next = Action("Next", lambda: self._step(1), self.worker, self.tell)
        self.star = Action("Star", self._star, marks, self.tell)
        self.use = ipywidgets.Button(description="Use this prompt", layout=AUTO)
        self.shut = ipywidgets.Button(description="Close", layout=AUTO)
        self.path = ipywidgets.Text(description="save as", layout={"width": "320px", "max_width": "100%"})
        self.save = Action("Save", self._save, self.worker, self.tell)
        self.note, self.content = ipywidgets.HTML(), ipywidgets.HTML(layout={"width": "auto"})
        self.use.on_click(lambda _: self._used())
        self.shut.on_click(lambda _: self._shut())
        buttons = row(self.previous, self.next, self.star, self.use, self.shut)
        super().__init__([buttons, self.content, row(self.path, self.save), self.note], layout={"display": "none"})
        self.add_class("playcut-panel-viewer")

    def show(self, run: Generation) -> None:
        """Show *run* soon: its files are read on a worker."""
        self.worker.do(lambda: self._show(run))

    def tell(self, text: str) -> None:
        """Say something below the picture."""
        self.note.value = note(text)

    def _show(self, run: Generation) -> None:
        self._run = run
        suffix = next((item.suffix for item in run.assets), "")
        self.path.value = f"{run.kind}-{run.id}{suffix}" if run.id is not None else f"{run.kind}{suffix}"
        shown = [render.full(item) for item in run.assets] or [render.generation(run)]
        self.content.value = str(render.message(f"#{run.id} · {run.prompt}") + Markup("<br>").join(shown))
        self.tell("")
        self._draw()
        show_if(True, self)

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
