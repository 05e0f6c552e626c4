"""Runs a cell or its one-line form: parse, plan, start, show, and leave the result in its variables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from playcut_jupyter.design import planning
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.display import live, saving, status, sweep_grid, text_html
from playcut_jupyter.display.background_updates import update_in_background
from playcut_jupyter.display.targets import show_once
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library import store
from playcut_jupyter.magics import help as help_pages
from playcut_jupyter.magics import lookup
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.results.generation import Generation
from playcut_jupyter.results.sweep import Sweep
from playcut_jupyter.syntax import cell_line, values
from playcut_jupyter.syntax.cell_line import CellLine
from playcut_jupyter.tools import raw_request

RESULT = "_playcut"
"""The variable that always holds the last result."""


class CellRunner:
    """Runs cells with one `Playcut` and the notebook's variables.

    Attributes:
        pc: the connection.
        variables: the notebook's.
    """

    def __init__(self, pc: Playcut, variables: dict[str, Any]) -> None:
        self.pc = pc
        self.variables = variables
        self._last: tuple[CellLine, str] | None = None

    def run_cell(self, line: str, body: str) -> None:
        """Run `%%playcut LINE` with *body* below it; see `run`."""
        self.run(cell_line.parse_cell_line(line, self.variables), body.strip("\n"))

    def run_line(self, kind: str, rest: str) -> None:
        """Run `%playcut KIND [options] PROMPT`; see `run`."""
        self.run(*cell_line.parse_one_line(kind, rest, self.variables))

    def run_again(self) -> None:
        """Run the last cell or line again, ignoring the library.

        Raises:
            InvalidInput: nothing was made yet.
        """
        if self._last is None:
            raise InvalidInput("There is no cell to run again.", hint="Run a %%playcut cell first.")
        line, body = self._last
        self.run(replace(line, fresh=True), body)

    def run(self, line: CellLine, body: str) -> None:
        """Generate what *line* and *body* ask for, show it, and leave it in `_playcut`.

        Raises:
            PlaycutError: it failed; what succeeded is shown and kept all the same.
        """
        if line.help:
            print(help_pages.help_on_cells())
            return
        if line.save:
            store.check_target(line.save)
        parent = self.find(line.parent) if line.parent else None
        if parent is not None and parent.id is not None:
            line = replace(line, parent=str(parent.id))  # again, it builds on the same one, whatever is last then
        self._last = line, body
        if line.is_raw:
            self._run_tool(line, body)
            return
        request = self._request(line, body, parent)
        if line.dry_run:
            alike = f"With {request.plan.same_for_all}" if request.plan.same_for_all else ""
            limit = f"It needs `--max {request.total}`." if request.is_too_large else ""
            expected = str(self.pc.forecast(request))
            print("\n".join(filter(None, [expected, alike, limit, "Nothing was sent (--dry-run)."])))
            return
        sweep = self.pc.start(request, announce=lambda expected: show_once(expected.bundle()))
        if len(sweep) == 1:
            self._show_one(sweep[0], line)
        else:
            self._show_sweep(sweep, line)

    def _request(self, line: CellLine, body: str, parent: Generation | None) -> SweepRequest:
        return planning.plan_sweep(
            line.kind,
            body,
            self.variables,
            line.inputs,
            parent=parent.snapshot if parent is not None else None,
            # Always seeded: the same cell run again takes the same sample, which is in the library.
            sample=line.sample,
            sample_seed=line.seed or 0,
            count=line.count,
            fresh=line.fresh,
            session=line.session,
            max_generations=line.max_generations or self.pc.max_generations,
        )

    def find(self, which: str) -> Generation:
        """Return the generation that *which* names: `last`, a number (`5` or `#5`), a variable, or a task's id.

        Raises:
            InvalidInput: there is none.
        """
        return lookup.generation(which, self.pc, self.variables, RESULT)

    def _run_tool(self, line: CellLine, body: str) -> None:
        tool_input = {**values.tool_input(body), **line.inputs}
        if line.dry_run:
            request = raw_request(line.kind, tool_input, line.session)
            print(f"{line.kind}\n{text_html.data_text(dict(request.inputs))}")
            return
        self._show_one(self.pc.start_tool(line.kind, tool_input, line.session, line.fresh), line)

    def _show_one(self, generation: Generation, line: CellLine) -> None:
        job = generation.job
        self._leave(generation, line)
        if not line.wait and not job.done:
            then = saving.save_when_done([job], line.save)
            update_in_background([job], lambda: status.bundle(job.snapshot), then=then)
            return
        live.watch([job], lambda: status.bundle(job.snapshot))
        if generation.error is not None:
            raise generation.error
        if line.save and generation.assets:
            print(saving.saved_message(saving.save([generation.snapshot], line.save)))

    def _show_sweep(self, sweep: Sweep, line: CellLine) -> None:
        self._leave(sweep, line)
        views = sweep_grid.live_views(lambda: sweep.snapshot)
        if not line.wait and not sweep.done:
            update_in_background(sweep.jobs, *views, then=saving.save_when_done(sweep.jobs, line.save))
            return
        live.watch(sweep.jobs, *views)
        if line.save:
            print(saving.saved_message(saving.save(sweep.snapshots, line.save)))
        sweep.raise_if_incomplete("_playcut")

    def _leave(self, result: Generation | Sweep, line: CellLine) -> None:
        """Leave the result in its variables before waiting, so that an interrupted cell has it too."""
        self.variables[RESULT] = result
        if line.out:
            self.variables[line.out] = result
