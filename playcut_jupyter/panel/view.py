"""`Panel`: connection, form, jobs, a viewer and the gallery, put together."""

from __future__ import annotations

import time
from collections.abc import Callable

import ipywidgets

from playcut_jupyter.background import change_signal
from playcut_jupyter.panel import cell_source
from playcut_jupyter.panel.batch import Batch
from playcut_jupyter.panel.compose import Compose
from playcut_jupyter.panel.connection_line import ConnectionLine
from playcut_jupyter.panel.form import Asked
from playcut_jupyter.panel.front_end import FrontEnd
from playcut_jupyter.panel.gallery import Gallery
from playcut_jupyter.panel.jobs import Jobs
from playcut_jupyter.panel.messages import note
from playcut_jupyter.panel.snapshot_image import LIVE_STYLE, Still
from playcut_jupyter.panel.style import STYLE
from playcut_jupyter.panel.threads import Worker
from playcut_jupyter.panel.viewer import Viewer
from playcut_jupyter.panel.widgets import AUTO, row, show_if
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.sweep import Sweep


class Panel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Prompt, watch and pick without writing code.

    Args:
        playcut: the connection to use; displayed twice, both displays stay in step.
        clock: seconds that tell a double click from two.
    """

    def __init__(self, playcut: Playcut, clock: Callable[[], float] = time.monotonic) -> None:
        self.playcut, self._clock = playcut, clock
        # What is bought, and quick writes: nothing slow may stand before them.
        self.worker = Worker(self.tell)
        self.voice_worker = Worker(self.tell)
        self.still = Still()
        self.message = ipywidgets.HTML()
        self.compose = Compose(playcut, self.voice_worker, self._generate, clock)
        self.connection = ConnectionLine(playcut, self.worker, self._resumed, self._moved, self.tell)
        self.jobs = Jobs(self.connection.refresh, self.tell)
        self.gallery = Gallery(playcut, self.worker, self, self.still.draw)
        self.front_end = FrontEnd(self.compose.press, self._copied)
        self.viewer = Viewer(lambda: self.gallery.runs, self.worker, self.use, self.front_end.reveal, clock)
        self.workers = (self.worker, self.voice_worker, *self.compose.workers, self.gallery.worker, self.viewer.worker)
        self._make_copy()
        super().__init__(
            [
                self.connection,
                self.compose,
                self.message,
                self.copied,
                self.jobs,
                self.viewer,
                self.gallery,
                # Out of sight, also where a front end has no anywidget and would say so in its place.
                ipywidgets.VBox([ipywidgets.HTML(STYLE + LIVE_STYLE), self.front_end], layout={"display": "none"}),
            ]
        )
        self.add_class("playcut-panel")
        change_signal.on_change(self._changed)

    def _make_copy(self) -> None:
        self.cell = ipywidgets.Textarea(description="cell", rows=4, layout=AUTO)
        self.copy_note = ipywidgets.HTML()
        shut = ipywidgets.Button(description="Close", layout=AUTO)
        self.copied = ipywidgets.VBox([self.cell, row(shut, self.copy_note, align_items="center")])
        shut.on_click(lambda _: show_if(False, self.copied))
        show_if(False, self.copied)

    def tell(self, text: str) -> None:
        """Say what belongs nowhere else."""
        self.message.value = note(text)

    # -- what changes -------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Show what is new, whoever made it: cells, too."""
        self.gallery.refresh()
        self.viewer.refresh()
        self.compose.refresh()
        self.connection.refresh()

    def _moved(self) -> None:
        """Another service has other voices."""
        self.compose.voice.forget()
        self.compose.look()

    # -- making -------------------------------------------------------------------------------------------------

    def _generate(self, asked: Asked, title: str) -> None:
        def start() -> None:
            line = asked.line
            sweep = self.playcut.start_plan(
                asked.plan,
                line.kind,
                count=line.count,
                max_generations=asked.most,
                fresh=line.fresh,
                session=line.session,
            )
            self._watch(sweep, title)
            self.compose.look()

        self.tell("")
        self.compose.tell("Starting …")
        self.worker.do(start, self.compose.refuse)

    def _resumed(self, sweep: Sweep) -> None:
        self._watch(sweep, "taken up again")

    def _watch(self, sweep: Sweep, title: str) -> None:
        self.jobs.watch(Batch(sweep, title, self, self.worker, self._started, self._clock))
        self.connection.refresh()

    def _started(self) -> None:
        self.jobs.clock.start()

    # -- with one generation --------------------------------------------------------------------------------------

    def use(self, run: Generation) -> None:
        """Take the words and the options of *run* into the form."""
        self.compose.use(run)

    def view(self, run: Generation) -> None:
        """Show *run* as large as there is room for."""
        self.viewer.show(run)

    def save(self, run: Generation) -> None:
        """Show *run*, and ask where to save it."""
        self.viewer.show(run, to_save=True)

    def copy(self, run: Generation) -> None:
        """Show the cell that asks for the same as *run*, and put it on the clipboard where the page may."""
        self.cell.value = cell_source.cell(run)
        self.copy_note.value = note("Copy it into a cell.")
        show_if(True, self.copied)
        self.front_end.copy(self.cell.value)

    def _copied(self) -> None:
        self.copy_note.value = note("Copied: paste it into a cell.")

    # -- being shown ----------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return "The panel of Playcut needs a front end with widgets; run its cell again to have it here."

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)
        self.still.show()
