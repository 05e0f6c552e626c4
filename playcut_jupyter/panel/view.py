"""`Panel`: connection, form, batches, viewer and gallery, put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import ipywidgets
from IPython import get_ipython

from playcut_jupyter.background import change_signal
from playcut_jupyter.design import cell_source, refinement
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.display.front_ends import in_headless_run
from playcut_jupyter.engine import Engine
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import sweeps
from playcut_jupyter.panel import css_classes, saved_gallery
from playcut_jupyter.panel.batch import Batch
from playcut_jupyter.panel.batch_list import BatchList
from playcut_jupyter.panel.cell_box import CellBox
from playcut_jupyter.panel.connection_line import ConnectionLine
from playcut_jupyter.panel.form import Form
from playcut_jupyter.panel.front_end import MISSING, STATIC, FrontEnd
from playcut_jupyter.panel.gallery import Gallery
from playcut_jupyter.panel.threads import Worker
from playcut_jupyter.panel.viewer import Viewer
from playcut_jupyter.panel.widgets import MessageLine
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.widgets.still import Still

_STILL_S = 20.0
"""The longest that a cell of an executed notebook waits for the pictures of the saved gallery, seconds."""
_CSS = (STATIC / "panel.css").read_text(encoding="utf-8")


class Panel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Write prompts, watch what they generate, and sort it, without writing code.

    Args:
        engine: the connection to use.
        clock: the seconds that tell a double click.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self.engine, self._clock = engine, clock
        self.message = MessageLine()
        # Generations and quick writes: nothing slow may stand before them.
        self.worker = Worker(self.message.show)
        self.voice_worker = Worker(self.message.show)
        self.still = Still(saved_gallery.html([]), saved_gallery.text([]))
        self.connection = ConnectionLine(engine, self.worker, self._watch, self._switched, self.message.show)
        budget = (self.connection.budget, self.connection.budget_message)
        self.form = Form(engine, self.voice_worker, self._start, self._announce, budget, clock)
        self.batch_list = BatchList(self._ended, self.message.show)
        self.gallery = Gallery(engine, self.worker, self, self._draw_still)
        self.cell_box = CellBox()
        self.front_end = FrontEnd(self.form.submit, self.cell_box.confirm_copied)
        self.form.button.observe(self._mark_shut, "button_style")
        self.form.undo.on_click(lambda _: self.front_end.reveal_form())  # the button is gone, and with it the focus
        self.connection.budget_message.observe(lambda change: self.form.fields.open_more(bool(change["new"])), "value")
        self.viewer = Viewer(
            lambda: self.gallery.generations, self.worker, self.use_prompt, self.front_end.reveal_viewer, clock
        )
        self.workers = (
            self.worker,
            self.voice_worker,
            self.form.price_worker,
            self.gallery.worker,
            self.viewer.worker,
        )
        # The style is no part of `FrontEnd`: without anywidget the panel looks the same, and only that part is missing.
        unseen = ipywidgets.VBox(
            [ipywidgets.HTML(f"<style>{_CSS}</style>"), self.front_end], layout={"display": "none"}
        )
        no_script = MessageLine()
        no_script.show(MISSING)
        no_script.add_class(css_classes.NO_SCRIPT)
        super().__init__(
            [
                no_script,
                self.connection,
                self.form,
                self.message,
                self.cell_box,
                self.batch_list,
                self.viewer,
                self.gallery,
                unseen,
            ]
        )
        self.add_class(css_classes.PANEL)
        self._unsubscribe = change_signal.on_change(self._refresh)

    def close(self) -> None:
        """Take the panel from its page, and end its threads. What it started goes on."""
        self._unsubscribe()
        for worker in self.workers:
            worker.close()
        self.batch_list.close_grids()
        self.gallery.sections.close_grids()
        self.form.button.close()
        shell = get_ipython()
        if shell is not None and self._settle in shell.events.callbacks["post_run_cell"]:
            shell.events.unregister("post_run_cell", self._settle)
        super().close()

    # -- what changes -------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Show what is new, whoever made it: cells, too."""
        self.gallery.refresh()
        self.viewer.refresh()
        self.form.refresh_price()
        self.connection.refresh()

    def _switched(self) -> None:
        """Another service has other voices."""
        self.form.voice.reset()
        self.form.update()

    # -- generating ---------------------------------------------------------------------------------------------

    def _start(self, request: SweepRequest, prompt: str) -> None:
        def start() -> None:
            self._watch(self.engine.start(request), prompt)
            self.form.update()

        self.message.show("")
        self.form.message.show("Starting …")
        self.worker.submit(start, self.form.refuse)

    def _watch(self, sweep: Sweep, title: str = "resumed") -> None:
        self.batch_list.add(Batch(sweep, title, self, self.worker, self.batch_list.redraw, self._clock))
        self.connection.refresh()

    def _ended(self, batch: Batch) -> None:
        self.connection.refresh()
        if batch.grid is None:  # which announces its end itself
            self._announce(batch.news)

    def _announce(self, text: str) -> None:
        self.front_end.announce(text)

    def _mark_shut(self, _: object) -> None:
        self.front_end.is_shut = self.form.button.is_shut

    # -- with one generation --------------------------------------------------------------------------------------

    def use_prompt(self, generation: Generation) -> None:
        """Take the prompt and the options of *generation* into the form."""
        self.form.use(generation.snapshot)
        self.front_end.reveal_form()

    def view(self, generation: Generation) -> None:
        """Show *generation* in the viewer."""
        self.viewer.show(generation)

    def save_as(self, generation: Generation) -> None:
        """Show *generation* in the viewer, and ask where to save it."""
        self.viewer.show(generation, to_save=True)

    def copy_as_cell(self, generation: Generation) -> None:
        """Show the cell that asks for *generation*, or for its whole sweep; the page may put it on the clipboard."""
        batch = self.batch_list.batch_of(generation)
        whole = refinement.whole_cell(batch.request) if batch is not None else _kept_cell(generation)
        source = whole or cell_source.cell(generation.snapshot)
        self.cell_box.show(source)
        self.front_end.copy(source)

    # -- being shown ----------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return "The Playcut panel needs a front end with widgets; run its cell again to show it here."

    def _ipython_display_(self) -> None:
        self._settle()
        self.still.show_below(self)
        shell = get_ipython()
        if shell is not None and in_headless_run():
            shell.events.register("post_run_cell", self._settle)  # registered only once

    def _draw_still(self, snapshots: Sequence[Snapshot]) -> None:
        self.still.draw(saved_gallery.html(snapshots), saved_gallery.text(snapshots))

    def _settle(self, _: object = None) -> None:
        """Where a program executes the notebook, draw the saved gallery before the cell ends: it takes no more then."""
        if in_headless_run():
            self.gallery.settle(_STILL_S)


def _kept_cell(generation: Generation) -> str | None:
    """Return the cell of the sweep that a generation of the library is part of."""
    with suppress(PlaycutError):
        for sweep in sweeps.of(generation.library, [generation.id or 0]).values():
            kept = sweeps.get(generation.library, sweep)
            return kept.cell if kept is not None else None
    return None
