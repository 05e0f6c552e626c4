"""Runs a cell or its one-line form: parses, plans, starts, displays, and sets the result variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playcut_jupyter.design.children import AnySweepRequest, plan_request
from playcut_jupyter.display import live, saving, status, sweep_grid, text_html
from playcut_jupyter.display.background_updates import update_in_background
from playcut_jupyter.display.targets import say, show_once
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library import copies
from playcut_jupyter.magics import help as help_pages
from playcut_jupyter.magics import lookup
from playcut_jupyter.magics.scope import RESULT, Scope
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.syntax import cell_line, near_options, values
from playcut_jupyter.syntax.cell_line import CellLine
from playcut_jupyter.tools import raw_request


class CellRunner:
    """Runs cells with one `Playcut`, each in its scope.

    Attributes:
        pc: the `Playcut` that all cells share.
    """

    def __init__(self, pc: Playcut) -> None:
        self.pc = pc
        self._last: tuple[CellLine, str, Scope] | None = None

    def run_cell(self, line: str, body: str, scope: Scope) -> None:
        """Run `%%playcut LINE` with *body* below it; see `run`."""
        parsed = cell_line.parse_cell_line(line, scope.names)
        if not (parsed.literal or parsed.is_raw):
            near_options.check_body(body)
        self.run(parsed, body.strip("\n"), scope)

    def run_line(self, kind: str, rest: str, scope: Scope) -> Generation | Sweep | None:
        """Run `%playcut KIND [options] PROMPT`; see `run`."""
        line, prompt = cell_line.parse_one_line(kind, rest, scope.names)
        return self.run(line, prompt, scope)

    def run_again(self) -> Generation | Sweep | None:
        """Run the last cell or line again, ignoring the library.

        Raises:
            InvalidInput: there is no last cell.
        """
        if self._last is None:
            raise InvalidInput("There is no cell to run again.", hint="Run a %%playcut cell first.")
        line, body, scope = self._last
        return self.run(replace(line, fresh=True), body, scope)

    def run(self, line: CellLine, body: str, scope: Scope) -> Generation | Sweep | None:
        """Generate what *line* and *body* describe, display it, and return it; set `_playcut` and the `--out` variable.

        Returns:
            The generation or sweep; None if nothing was to be generated (`--help`, `--dry-run`).

        Raises:
            PlaycutError: a generation failed; all others are displayed and saved.
        """
        if line.help:
            say(help_pages.help_on_cells())
            return None
        if line.save:
            copies.check_target(line.save)
        parents = lookup.parents(line.parent, self.pc, scope) if line.parent else []
        if parents and all(parent.id is not None for parent in parents):
            line = replace(line, parent=",".join(str(parent.id) for parent in parents))  # the same ones with `again`
        # What `@last` names now, it names in `again` too.
        last = lookup.last(self.pc, scope) if _names_last(line, body) else None
        self._last = line, body, scope.copy(last)
        if line.is_raw:
            return self._run_tool(line, body, scope)
        request = self._request(line, body, parents, scope)
        if line.dry_run:
            shared = f"With {request.same_for_all}" if request.same_for_all else ""
            limit = f"It needs `--max {request.total}`." if request.is_too_large else ""
            forecast = str(self.pc.forecast(request))
            say("\n".join(filter(None, [forecast, shared, limit, "Nothing was sent (--dry-run)."])))
            return None
        sweep = self.pc.start(request, announce=lambda forecast: show_once(forecast.bundle()))
        if len(sweep) == 1:
            return self._show_one(sweep[0], line, scope)
        return self.show_sweep(sweep, line, scope)

    def _request(self, line: CellLine, body: str, parents: Sequence[Generation], scope: Scope) -> AnySweepRequest:
        return plan_request(
            line.kind,
            body,
            scope.names,
            lookup.references(self.pc, scope).in_options(line.inputs),
            parents=[parent.snapshot for parent in parents] or None,
            # Always seeded, so that the same cell takes the same sample again, which is then in the library.
            sample=line.sample,
            sample_seed=line.seed or 0,
            literal=line.literal,
            count=line.count,
            fresh=line.fresh,
            session=line.session,
            max_generations=line.max_generations or self.pc.max_generations,
            within_budget=line.within_budget,
        )

    def _run_tool(self, line: CellLine, body: str, scope: Scope) -> Generation | None:
        tool_input = lookup.references(self.pc, scope).in_tool_input({**values.tool_input(body), **line.inputs})
        if line.dry_run:
            request = raw_request(line.kind, tool_input, line.session)
            say(f"{line.kind}\n{text_html.data_text(dict(request.inputs))}")
            return None
        return self._show_one(self.pc.start_tool(line.kind, tool_input, line.session, line.fresh), line, scope)

    def _show_one(self, generation: Generation, line: CellLine, scope: Scope) -> Generation:
        job = generation.job
        scope.set_result(generation, line.out)  # before waiting, so that an interrupted cell sets it too
        if not line.wait and not job.done:
            then = saving.save_when_done([job], line.save)
            update_in_background([job], lambda: status.bundle(job.snapshot), then=then)
            return generation
        live.watch([job], lambda: status.bundle(job.snapshot, error_follows=True))
        if generation.error is not None:
            raise generation.error
        if line.save and generation.assets:
            say(saving.saved_message(saving.save([generation.snapshot], line.save), line.save))
        return generation

    def show_sweep(self, sweep: Sweep, line: CellLine, scope: Scope) -> Sweep:
        """Display *sweep*, wait for it as *line* says, and set the result variables.

        Raises:
            SweepIncomplete, StoppedWaiting: some failed, or were stopped.
        """
        scope.set_result(sweep, line.out)
        views = sweep_grid.live_views(lambda: sweep.snapshot, error_follows=line.wait)
        if not line.wait and not sweep.done:
            update_in_background(sweep.jobs, *views, then=saving.save_when_done(sweep.jobs, line.save))
            return sweep
        live.watch(sweep.jobs, *views)
        if line.save:
            say(saving.saved_message(saving.save(sweep.snapshots, line.save), line.save))
        sweep.raise_if_incomplete(RESULT)
        return sweep


def _names_last(line: CellLine, body: str) -> bool:
    """Tell whether `@last` may be a value: in a prompt it is text."""
    return "@last" in repr(dict(line.inputs)) or (line.is_raw and "@last" in body)
