"""`%%playcut` and `%playcut`, and their settings.

Only IPython is imported here; everything that connects, draws or parses is loaded when a magic is first used.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand
from traitlets import TraitError, observe, validate

from playcut_jupyter import environment, settings
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.magics.configuration import Configuration
from playcut_jupyter.magics.scope import Scope

if TYPE_CHECKING:
    from playcut_jupyter.connection.connection import Connection
    from playcut_jupyter.magics.cell_runner import CellRunner
    from playcut_jupyter.playcut import Playcut

_ADJUSTABLE = ("progress", "request_timeout_s", "deadline_s", "max_download_mb", "preview_px", "allow_storage")
"""Settings that can change while a connection is in use."""


@magics_class
class PlaycutMagics(Configuration, Magics):
    """The magics and their settings (`%config PlaycutMagics.budget = 500`)."""

    def __init__(self, shell: InteractiveShell) -> None:
        # Set first: reading a configuration file in `super().__init__` already triggers observers.
        self._runner: CellRunner | None = None
        self._relative_homes: dict[str, Path] = {}
        super().__init__(shell=shell)

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def playcut(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
        """Generate images, speech and video with Playcut, right in the notebook.

        %%playcut [KIND] [options]        KIND: image (default), video, speech, or a tool's own name
        PROMPT, one or more lines         {name} is a variable, a list is a sweep; {a|b} are alternatives, {style=a|b}
                                          names them

        %playcut KIND [options] PROMPT    the same on one line
        %playcut COMMAND                  status, history, show, compare, panel, resume, export, ...

        Examples:
            %%playcut image --aspect-ratio 16:9
            A golden retriever surfing at sunset, photorealistic

            %%playcut -a 1:1,16:9 -n 2 --out foxes
            a {red|blue} fox, {style}

            %playcut speech --voice Ada How are you today?

            %%playcut video --duration 8 --no-wait --save clips/
            waves at night, seen from above

            %%playcut --from last
            + at dusk
            - neon

            %%playcut --from starred -s 4K
            +

        A repeated prompt is served from the library for 0 credits; --fresh generates again. The stop button
        interrupts the wait, not the task. The result is left in `_playcut`.

        `%playcut help` lists all options and commands; `%playcut help WORD` explains one, with an example: a command,
        an option (`help --from`), a kind, a setting (`help budget`), or an error (`help TaskFailed`).
        """
        scope = Scope(self.variables, local_ns)
        if cell is not None:
            self.runner.run_cell(line, cell, scope)
            return None
        from playcut_jupyter.magics.commands import Commands  # loads what connects and draws

        result = Commands(self.runner, scope).run(line.strip())
        _show_no_more(result)
        return result

    @property
    def runner(self) -> CellRunner:
        """Runs cells and lines with one shared `Playcut`; made when first used."""
        if self._runner is None:
            from playcut_jupyter.magics.cell_runner import CellRunner  # loads what connects and draws
            from playcut_jupyter.playcut import Playcut

            pc = Playcut(
                base_url=self.base_url or None,
                home=self.home or self._relative_homes.get(environment.text("PLAYCUT_HOME")),
                reuse=self.reuse,
                budget=self.budget,
                frozen=self.frozen,
                **{name: getattr(self, name) for name in _ADJUSTABLE},
            )
            pc.max_generations = self.max_generations
            self._runner = CellRunner(pc)
        return self._runner

    @property
    def pc(self) -> Playcut:
        """The `Playcut` that all cells share."""
        return self.runner.pc

    def close(self) -> None:
        """Stop waiting for unfinished generations, and close the connections."""
        if self._runner is not None:
            self.pc.close()

    @validate("home")
    def _absolute(self, proposal: Any) -> str:
        """Resolve a relative folder against the current working folder."""
        if not proposal["value"].strip():
            return ""
        try:
            return str(settings.configured_home(proposal["value"]))
        except PlaycutError as error:
            raise TraitError(str(error)) from None

    @validate("allow_storage")
    def _readable(self, proposal: Any) -> str:
        """Refuse a list that can't be read, and keep the last one."""
        try:
            settings.checked_storage("allow_storage", proposal["value"])
        except PlaycutError as error:
            raise TraitError(str(error)) from None
        return str(proposal["value"])

    @observe("reuse", "budget", "frozen", "base_url", "home", "max_generations", *_ADJUSTABLE)
    def _adjust(self, change: Any) -> None:
        """Apply a changed setting to the `Playcut`, if it has been made."""
        if self._runner is None:
            return
        name, value = change["name"], change["new"]
        if name in ("reuse", "budget", "max_generations"):
            setattr(self.pc, name, value)
        elif name in _ADJUSTABLE:
            self.pc.configure(**{name: value})
        elif name == "frozen":
            self.pc.freeze(value)
        else:
            self.pc.connector.switch(**{name: value or None})

    # -- for completion and loading, without connecting ---------------------------------------------------------

    @property
    def connection(self) -> Connection | None:
        """The connection, if it has been made."""
        return self.pc.connector.open_connection if self._runner is not None else None

    @property
    def home_and_origin(self) -> tuple[Path, str]:
        """The library's folder, and the origin under which it lists generations of the connection."""
        if self._runner is not None:
            return self.pc.connector.home, self.pc.connector.origin
        home = settings.configured_home(self.home)
        variable = environment.text("PLAYCUT_HOME")
        if not self.home and variable and not Path(variable).is_absolute():
            home = self._relative_homes.setdefault(variable, home)  # the same folder after a later `%cd`
        return home, settings.configured_origin(self.base_url)

    @property
    def variables(self) -> dict[str, Any]:
        """The notebook's variables."""
        return self.shell.user_ns if self.shell is not None else {}


def _show_no_more(result: object) -> None:
    """Let `%%capture` keep what a line shows once: its display hook knows no semicolon, and would show it again."""
    from playcut_jupyter.display.front_ends import is_captured  # only when a line is run: keeps `%load_ext` quick

    if result is None or not is_captured():
        return
    show = sys.displayhook  # `%%capture` sets its own, and puts the other back in the end
    sys.displayhook = lambda value: None if value is result else show(value)
