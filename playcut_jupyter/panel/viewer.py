"""The viewer: one generation as large as there is room for, and a place to save it to."""

from __future__ import annotations

from pathlib import Path

import ipywidgets
from markupsafe import Markup

from playcut_jupyter import render
from playcut_jupyter.panel.work import Worker
from playcut_jupyter.runs import Generation


class Viewer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What was opened; hidden until then."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._run: Generation | None = None
        self.content = ipywidgets.HTML(layout={"width": "100%"})
        self.path = ipywidgets.Text(description="save as", layout={"width": "420px", "max_width": "100%"})
        self.save = ipywidgets.Button(description="Save", layout={"width": "auto"})
        self.shut = ipywidgets.Button(description="Close", layout={"width": "auto"})
        self.note = ipywidgets.HTML()
        buttons = ipywidgets.HBox([self.path, self.save, self.shut], layout={"flex_flow": "row wrap"})
        super().__init__([buttons, self.note, self.content], layout={"display": "none"})
        self.save.on_click(lambda _: self._worker.do(self._save, self._tell))
        self.shut.on_click(lambda _: self._shut())
        self.add_class("playcut-panel-viewer")

    def show(self, run: Generation) -> None:
        """Show *run*: on the worker, for its files are read."""
        self._run = run
        suffix = next((item.suffix for item in run.assets), "")
        self.path.value = f"{run.kind}-{run.id}{suffix}" if run.id is not None else f"{run.kind}{suffix}"
        shown = [render.full(item) for item in run.assets] or [render.generation(run)]
        self.content.value = str(render.message(f"#{run.id} · {run.prompt}") + Markup("<br>").join(shown))
        self._tell("")
        self.layout.display = None

    def _save(self) -> None:
        if self._run is None:
            return
        written = self._run.save(Path(self.path.value.strip()).expanduser())
        paths = written if isinstance(written, list) else [written]
        self._tell("Saved: " + ", ".join(str(path.resolve()) for path in paths))

    def _shut(self) -> None:
        self.layout.display = "none"
        self.content.value = ""

    def _tell(self, text: str) -> None:
        self.note.value = str(render.message(text)) if text else ""
