"""`%%playcut` and `%playcut`: a line and a cell become generations, shown where they were asked for.

Only IPython is imported here; everything that connects, draws or parses is loaded when a magic is first used.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Bool, Enum, Float, Int, Unicode, observe

from playcut_jupyter import settings

if TYPE_CHECKING:
    from playcut_jupyter.connection.connection import Connection
    from playcut_jupyter.magics.commands import Commands
    from playcut_jupyter.playcut import Playcut
    from playcut_jupyter.runs.generation import Generation
    from playcut_jupyter.runs.sweep import Sweep
    from playcut_jupyter.syntax.cell_line import Line

RESULT = "_playcut"
"""The variable that always holds the last result."""
_ADJUSTABLE = ("progress", "request_timeout_s", "deadline_s", "max_download_mb", "preview_px")
"""Settings that a connection takes over while it is in use."""


@magics_class
class PlaycutMagics(Magics):
    """The magics and their settings (`%config PlaycutMagics.budget = 500`)."""

    base_url = Unicode("", help="Where the API is; empty: PLAYCUT_BASE_URL, else the documented address.").tag(
        config=True
    )
    home = Unicode("", help="The library's folder; empty: PLAYCUT_HOME, else the user data folder.").tag(config=True)
    reuse = Bool(True, help="Show what was bought before instead of buying it again.").tag(config=True)
    budget = Float(None, allow_none=True, min=0, help="Credits this kernel may spend; None for no limit.").tag(
        config=True
    )
    max_generations = Int(16, min=1, help="The largest sweep without --max.").tag(config=True)
    preview_px = Int(1024, min=16, help="Longest side of an embedded picture, pixels.").tag(config=True)
    progress = Enum(["auto", "off"], "auto", help='"off": wait-for-task alone, no side polling.').tag(config=True)
    request_timeout_s = Float(30.0, min=0.1, help="For any request but a held wait, seconds.").tag(config=True)
    deadline_s = Float(
        None, allow_none=True, min=0.1, help="How long a task is waited for, seconds; None: by kind."
    ).tag(config=True)
    max_download_mb = Float(512.0, min=0.001, help="The largest asset that is fetched, MB.").tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        # Before the settings are read: what a configuration file says is observed already.
        self._pc: Playcut | None = None
        self._use_sandbox: bool | None = None
        self._last_made: tuple[Line, str] | None = None
        super().__init__(shell=shell)

    @property
    def pc(self) -> Playcut:
        """The connection that the magics share, as a `Playcut`."""
        if self._pc is None:
            from playcut_jupyter.playcut import Playcut

            self._pc = Playcut(
                base_url=self.base_url or None,
                home=self.home or None,
                sandbox=self._use_sandbox,
                reuse=self.reuse,
                budget=self.budget,
                **{name: getattr(self, name) for name in _ADJUSTABLE},
            )
        return self._pc

    @observe("reuse", "budget", "base_url", "home", *_ADJUSTABLE)
    def _adjust(self, change: Any) -> None:
        """Tell the connection, if there is one, what alone has changed."""
        if self._pc is None:
            return
        name, value = change["name"], change["new"]
        if name in ("reuse", "budget"):
            setattr(self._pc, name, value)
        elif name in _ADJUSTABLE:
            self._pc.configure(**{name: value})
        else:
            self._pc.connector.switch(**{name: value or None})

    def connect_to(self, *, sandbox: bool | None) -> Playcut:
        """Go over to the sandbox (True), to the API (False), or to what the environment says (None)."""
        self._use_sandbox = sandbox
        self.pc.switch(sandbox=sandbox)
        return self.pc

    # -- the two magics -----------------------------------------------------------------------------------

    @no_var_expand
    @line_cell_magic
    def playcut(self, line: str, cell: str | None = None) -> Any:
        """Make pictures, speech and video with Playcut; `%playcut help` tells all."""
        if cell is None:
            return self._commands().run(line.strip())
        from playcut_jupyter.syntax import cell_line

        return self.make(cell_line.parse_cell_line(line, self.variables), cell.strip("\n"))

    def _commands(self) -> Commands:
        from playcut_jupyter.magics.commands import Commands

        return Commands(self)

    def again(self) -> None:
        """Make once more what a cell or a line made last, bought anew.

        Raises:
            InvalidInput: nothing was made yet.
        """
        from playcut_jupyter.errors import InvalidInput

        if self._last_made is None:
            raise InvalidInput("There is no cell to run again.", hint="Run a %%playcut cell first.")
        line, body = self._last_made
        self.make(replace(line, fresh=True), body)

    @property
    def connection(self) -> Connection | None:
        """The connection, if it has been made."""
        return self._pc.connector.open_connection if self._pc is not None else None

    @property
    def place(self) -> tuple[Path, str]:
        """The library's folder, and what a connection made now would be filed under in it."""
        home = Path(self.home).expanduser() if self.home else settings.default_home()
        url = self.base_url or os.environ.get("PLAYCUT_BASE_URL") or settings.BASE_URL
        sandbox = settings.sandbox_asked_for() if self._use_sandbox is None else self._use_sandbox
        return home, settings.SANDBOX_ORIGIN if sandbox else url.strip().rstrip("/")

    @property
    def variables(self) -> dict[str, Any]:
        """The notebook's variables."""
        return self.shell.user_ns if self.shell is not None else {}

    # -- making -------------------------------------------------------------------------------------------

    def make(self, line: Line, body: str) -> None:
        """Make what *line* and *body* ask for, show it, and leave it in `_playcut`.

        Raises:
            PlaycutError: it failed; what succeeded is shown and kept all the same.
        """
        from playcut_jupyter.design import lineage, planning
        from playcut_jupyter.library import store
        from playcut_jupyter.magics.help import help_on_cells

        if line.help:
            print(help_on_cells())
            return
        if line.save:
            store.check_target(line.save)
        parent = self.find(line.parent) if line.parent else None
        if parent is not None and parent.id is not None:
            line = replace(line, parent=str(parent.id))  # `again` builds on the same one, whatever is last then
        self._last_made = line, body
        if line.is_raw:
            self._make_raw(line, body)
            return
        kind = line.kind or (lineage.kind_of_child(parent) if parent is not None else "image")
        plan = planning.plan(kind, body, self.variables, line.inputs, parent)
        if line.sample is not None:
            # Always seeded: the same cell run again takes the same sample, which is in the library.
            plan = plan.sample(line.sample, line.seed or 0)
        limit = line.max_generations or self.max_generations
        if line.dry_run:
            expected = self.pc.forecast(plan, kind, line.count, line.fresh, limit)
            alike = f"With {plan.same_for_all}" if plan.same_for_all else ""
            print("\n".join(filter(None, [str(expected), alike, "Nothing was sent (--dry-run)."])))
            return
        sweep = self.pc.start_plan(
            plan,
            kind,
            count=line.count,
            max_generations=limit,
            fresh=line.fresh,
            session=line.session,
            parent_id=parent.id if parent is not None else None,
            announce=True,
        )
        if len(sweep) == 1:
            self._show_one(sweep[0], line)
        else:
            self._show_many(sweep, line)

    def find(self, which: str) -> Generation:
        """Return the generation that *which* names: `last`, a number (`5` or `#5`), a variable, or a task's id.

        Raises:
            InvalidInput: there is none.
        """
        from playcut_jupyter.magics import lookup

        return lookup.generation(which, self.pc, self.variables, RESULT, self.place[1])

    def _make_raw(self, line: Line, body: str) -> None:
        from playcut_jupyter import tools
        from playcut_jupyter.display import render
        from playcut_jupyter.syntax import values

        tool_input = {**values.tool_input(body), **line.inputs}
        if line.dry_run:
            request = tools.raw_request(line.kind, tool_input, line.session)
            print(f"{line.kind}\n{render.data_text(dict(request.inputs))}")
            return
        self._show_one(self.pc.submit_tool(line.kind, tool_input, line.session, line.fresh), line)

    def _show_one(self, run: Generation, line: Line) -> None:
        from playcut_jupyter.display import live, render, saving

        self._leave(run, line)
        if not line.wait and not run.done:
            live.follow([run], lambda: render.bundle(run), then=saving.later([run], line.save))
            return
        live.watch([run], lambda: render.bundle(run))
        if run.error is not None:
            raise run.error
        if line.save and run.assets:
            print(saving.save([run], line.save))

    def _show_many(self, sweep: Sweep, line: Line) -> None:
        from playcut_jupyter.display import grid, live, saving

        self._leave(sweep, line)
        if not line.wait and not sweep.done:
            live.follow(sweep, *grid.views(sweep), then=saving.later(sweep, line.save))
            return
        live.watch(sweep, *grid.views(sweep))
        if line.save:
            print(saving.save(sweep, line.save))
        sweep.raise_if_incomplete("_playcut")

    def _leave(self, result: Generation | Sweep, line: Line) -> None:
        """Leave the result in its variables before waiting, so that an interrupted cell has it too."""
        self.variables[RESULT] = result
        if line.out:
            self.variables[line.out] = result
