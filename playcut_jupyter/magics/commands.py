"""The `%playcut` commands: the connection, the library, and the one-line form of a cell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import Any

from IPython import get_ipython
from IPython.display import display

from playcut_jupyter import environment
from playcut_jupyter.api.models import Voice
from playcut_jupyter.connection.account import amount
from playcut_jupyter.connection.connection import LOOKS_LIKE_SESSION
from playcut_jupyter.design.planning import plan_variants
from playcut_jupyter.display import live, status, sweep_grid, text_html
from playcut_jupyter.display.bundles import mime_bundle
from playcut_jupyter.display.front_ends import in_kernel
from playcut_jupyter.display.highlighting import show_program
from playcut_jupyter.display.saving import saved_message
from playcut_jupyter.display.targets import say, show_once
from playcut_jupyter.errors import InvalidInput, NotConnected, NotFound
from playcut_jupyter.export.writer import FORMATS
from playcut_jupyter.jobs.active_jobs import active_in_this_process
from playcut_jupyter.library.copies import copy_out
from playcut_jupyter.magics import lookup, pages
from playcut_jupyter.magics.cell_runner import CellRunner
from playcut_jupyter.magics.help import help_on, unknown
from playcut_jupyter.magics.scope import RESULT, Scope
from playcut_jupyter.magics.voice_filter import matching
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.redaction import mask
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.comparison import Comparison
from playcut_jupyter.results.effects import Effects
from playcut_jupyter.results.family_tree import Tree
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.results.history import History
from playcut_jupyter.syntax import cell_line
from playcut_jupyter.syntax.cell_line import CellLine
from playcut_jupyter.syntax.parsers import (
    BARE_COMMANDS,
    COMMAND_NAMES,
    HELP_WORDS,
    export_parser,
    history_parser,
    pack_parser,
    refine_parser,
    unpack_parser,
    vary_parser,
)
from playcut_jupyter.text import text_table
from playcut_jupyter.tools import KINDS


class Commands:
    """Runs one `%playcut` line in its scope. Each command displays and returns its result."""

    def __init__(self, runner: CellRunner, scope: Scope) -> None:
        self._runner = runner
        self._pc = runner.pc
        self._scope = scope

    def run(self, line: str) -> Any:
        """Run a line and return its result.

        Raises:
            InvalidInput: there is no such command; the message suggests the nearest.
            PlaycutError: the command failed.
        """
        word, *rest = line.split(maxsplit=1) or [""]
        rest_of_line = rest[0].strip() if rest else ""
        if not rest_of_line and word.endswith("?") and pages.find(word.rstrip("?")) is not None:
            word, rest_of_line = "help", word.rstrip("?")
        word = "help" if word.lower() in HELP_WORDS else word or "status"
        if word in BARE_COMMANDS and rest_of_line:
            raise InvalidInput(
                f"`%playcut {word}` takes no arguments, but {rest_of_line!r} follows it; nothing was done.",
                hint=f"Leave it out; `%playcut help {word}` explains the command.",
            )
        if word in COMMAND_NAMES:
            command: Callable[[str], Any] = getattr(self, f"_{word}")
            return command(rest_of_line)
        if word in KINDS or "-" in word.strip("-"):
            return self._runner.run_line(word, rest_of_line, self._scope)
        raise unknown(word)

    def _status(self, _: str) -> None:
        pc = self._pc
        try:
            connection, service = pc.connection, _service(pc)
        except NotConnected as error:
            connection, service = pc.connector.offline_connection, f"not connected: {error.message} {error.hint}"
        limit, left = connection.rate_limit
        is_frozen = connection.settings.is_frozen
        account = connection.account
        rows = {
            "connected to": service,
            "key": "none needed" if is_frozen else _masked_key(connection.settings.api_key),
            "session": connection.session_id or "none yet (created with the first generation)",
            "credits so far": f"{amount(account.spent)} (estimate)"
            + (f" of a budget of {amount(account.budget)}" if account.budget is not None else ""),
            "rate limit": f"{left} of {limit} requests a minute left" if limit else "not known yet",
            "running jobs": str(len(active_in_this_process())),
            # Where it is frozen, outputs are the same on every machine.
            "library": f".../{pc.connector.home.name}" if is_frozen else str(pc.connector.home),
        }
        say(text_table(list(rows.items())))

    def _connect(self, _: str) -> Playcut:
        if self._pc.connector.is_frozen:
            say(f"{_FROZEN} No key is needed.")
            return self._pc
        count, key = self._pc.check(), self._pc.connection.settings.masked_key
        say(f"Connected to {_service(self._pc)} with {key}; the key works ({count} voices).")
        warning = self._pc.storage_warning()
        if warning is not None:
            say(f"Warning: {warning}")
        return self._pc

    def _sandbox(self, rest: str) -> Playcut:
        if rest not in ("", "on", "off"):
            raise InvalidInput(
                f"`%playcut sandbox {rest}` is not known.",
                hint="Use `%playcut sandbox` or `%playcut sandbox off`.",
            )
        self._pc.switch(sandbox=rest != "off")
        if self._pc.connector.is_frozen:
            say(_FROZEN)
        elif rest == "off":
            say("The sandbox is off: generations go to the API and cost credits.")
        else:
            say(
                f"SANDBOX: offline, at {self._pc.connection.settings.base_url}. No credits are spent, and all results "
                "are marked. `%playcut sandbox off` switches back to the API."
            )
        return self._pc

    def _session(self, rest: str) -> str | None:
        pc = self._pc
        verb, name = [*rest.split(maxsplit=1), "", ""][:2]
        name = cell_line.unquoted(name)
        if verb == "new" and name:
            session_id = pc.new_session(name)
            say(f"New session {session_id}: {name}")
            return session_id
        if verb == "use" and name:
            self._check_session(name)
            session_id = pc.use_session(name)
            say(f"Session {session_id}")
            return session_id
        if rest:
            raise InvalidInput(
                f"`%playcut session {rest}` is not known.",
                hint="Use `session new TITLE` or `session use ID`.",
            )
        connection = pc.connector.open_connection
        known = connection.session_id if connection is not None else None
        say(known or "No session yet: one is created with the first generation.")
        return known

    def _check_session(self, name: str) -> None:
        """Raise `InvalidInput` unless *name* is a session title in the library or looks like an id."""
        connection = self._pc.connection
        titles = connection.library.session_titles(connection.settings.origin)
        if name not in titles and not LOOKS_LIKE_SESSION.fullmatch(name):
            near = get_close_matches(name, titles, 1, 0.5)
            raise InvalidInput(
                f"No session is called {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""),
                hint="`%playcut session new TITLE` creates one; `session use` also takes an id.",
            )

    def _voices(self, rest: str) -> list[Voice]:
        voices = matching(self._pc.voices(), rest)
        if voices:
            say(text_table([(voice.id, voice.name, voice.language or "") for voice in voices]))
        else:
            say(f"No voice matches {rest!r}." if rest else "The service lists no voices.")
        return voices

    def _history(self, rest: str) -> History:
        options = _parse(history_parser(), "history", rest)
        search = " ".join(options.search) if options.search else None
        history = self._pc.history(search=search, limit=options.limit, starred=options.starred)
        if search and not history:
            say(f"Nothing matches {search!r}.")
        else:
            show_once(history._repr_mimebundle_())
        return history

    def _show(self, rest: str) -> Generation:
        generation = self._find(rest or "last")
        self._scope.set_result(generation)
        title = f"#{generation.id} · {generation.kind} · {generation.prompt}"
        snapshot = generation.snapshot
        show_once(mime_bundle(text_html.message(title) + status.html(snapshot), f"{title}\n{status.text(snapshot)}"))
        return generation

    def _compare(self, rest: str) -> Comparison:
        references = rest.replace(",", " ").split()
        generations = [self._find(reference) for reference in references] or self._scope.result or []
        comparison = self._pc.compare(generations)
        show_once(comparison._repr_mimebundle_())
        return comparison

    def _panel(self, _: str) -> Any:
        if not in_kernel():
            raise InvalidInput(
                "The panel needs a notebook's widgets.", hint="Use it in JupyterLab, Notebook 7 or Voila."
            )
        panel = self._pc.panel()
        display(panel)
        return panel

    def _explore(self, rest: str) -> Any:
        sweep = lookup.sweep(rest, self._scope, "explore")
        if not in_kernel():
            raise InvalidInput(
                "Exploring needs a notebook's widgets.", hint="Use it in JupyterLab, Notebook 7 or Voila."
            )
        widget = sweep.explore()
        display(widget)
        return widget

    def _pick(self, rest: str) -> Any:
        sweep = lookup.sweep(rest, self._scope, "pick")
        if not in_kernel():
            raise InvalidInput(
                "Picking needs a notebook's widgets.", hint="`.picks()` of the sweep shows the results so far."
            )
        widget = sweep.pick()
        display(widget)
        return widget

    def _effects(self, rest: str) -> Effects:
        effects = lookup.sweep(rest, self._scope, "effects").effects()
        show_once(effects._repr_mimebundle_())
        return effects

    def _refine(self, rest: str) -> str:
        options = _parse(refine_parser(), "refine", rest)
        text = lookup.sweep(options.name, self._scope, "refine").refine(options.keep)
        shell = get_ipython()
        if shell is not None:
            shell.set_next_input(text)
        say("The next cell is written below." if in_kernel() else text)
        return text

    def _vary(self, rest: str) -> Sweep:
        options = _parse(vary_parser(), "vary", rest)
        generation = self._find(options.which)
        request = plan_variants(generation.snapshot, options.count, max_generations=self._pc.max_generations)
        return self._runner.show_sweep(self._pc.start(request), CellLine(generation.kind), self._scope)

    def _star(self, rest: str) -> Generation:
        generation, on = self._rating_target(rest)
        say(f"#{generation.id} is starred." if on else f"#{generation.id} is no longer starred.")
        return generation.star(on)

    def _hide(self, rest: str) -> Generation:
        generation, on = self._rating_target(rest)
        say(f"#{generation.id} is hidden from the gallery." if on else f"#{generation.id} is shown in the gallery.")
        return generation.hide(on)

    def _rating_target(self, rest: str) -> tuple[Generation, bool]:
        words = rest.split()
        on = words[-1:] != ["off"]
        references = words if on else words[:-1]
        if len(references) > 1:
            raise InvalidInput(f"{rest!r} is not one generation.", hint="Use `star [ID] [off]`, with ID or `last`.")
        return self._find(references[0] if references else "last"), on

    def _tree(self, rest: str) -> Tree:
        tree = self._pc.tree(self._find(rest).id if rest else None)
        show_once(tree._repr_mimebundle_())
        return tree

    def _resume(self, _: str) -> Sweep:
        sweep = self._pc.start_resume()
        if not len(sweep):
            active = len(active_in_this_process(self._pc.connection.library))
            reason = (
                f"; still running in this kernel: {active}."
                if active
                else ": everything that was submitted is fetched."
            )
            say(f"Nothing to resume{reason}")
            return sweep
        self._scope.set_result(sweep)
        live.watch(sweep.jobs, *sweep_grid.live_views(lambda: sweep.snapshot, error_follows=True))
        sweep.raise_if_incomplete(RESULT)
        return sweep

    def _wait(self, rest: str) -> Generation:
        generation = self._pc.start_wait(lookup.task_id(rest))
        try:
            live.watch([generation.job], lambda: status.bundle(generation.snapshot, error_follows=True))
        finally:
            if not isinstance(generation.error, NotFound):  # of an unknown task there is nothing to show later
                self._scope.set_result(generation)
        return generation.wait()

    def _again(self, _: str) -> Generation | Sweep | None:
        return self._runner.run_again()

    def _export(self, rest: str) -> str:
        options = _parse(export_parser(self._scope.names), "export", rest)
        program = self._named(options.which).export(options.as_)
        if options.save is None:
            show_program(program, options.as_)
        else:
            suffix = PurePath(FORMATS[options.as_] or "playcut.json").suffix
            say(saved_message([copy_out(program.encode(), options.save, suffix)]))
        return program

    def _pack(self, rest: str) -> Path:
        options = _parse(pack_parser(self._scope.names), "pack", _with_file("pack", rest))
        references = " ".join(options.which).replace(",", " ").split()
        targets = [self._named(reference) for reference in references]
        if len(targets) == 1:
            runs: Generation | Sequence[Generation] | None = targets[0]
        else:
            runs = [run for target in targets for run in (target if isinstance(target, Generations) else [target])]
        packed = self._pc.write_pack(options.file, runs if references else None)
        say(str(packed))
        return packed.copy.path

    def _unpack(self, rest: str) -> None:
        options = _parse(unpack_parser(self._scope.names), "unpack", _with_file("unpack", rest))
        say(str(self._pc.read_pack(options.file)))

    def _named(self, reference: str) -> Generation | Generations[Generation]:
        if reference == "starred":
            return lookup.starred(self._pc)
        named: object = self._scope.result if reference == "last" else self._scope.names.get(reference)
        return named if isinstance(named, Generations) and len(named) else self._find(reference)

    def _help(self, rest: str) -> None:
        say(help_on(rest))

    def _find(self, reference: str) -> Generation:
        return lookup.generation(reference, self._pc, self._scope)


_FROZEN = "FROZEN: only what the library has is shown; nothing is generated, and no request is made."


def _service(pc: Playcut) -> str:
    connection = pc.connection
    if connection.settings.is_frozen:
        return "nothing (frozen, library only: PLAYCUT_FROZEN, `%config PlaycutMagics.frozen`)"
    return f"the SANDBOX at {connection.settings.base_url}" if pc.connector.is_sandbox else connection.settings.base_url


def _masked_key(used: str) -> str:
    """Return the key, masked; also one in the environment that this connection does not use."""
    key = used or environment.text("PLAYCUT_API_KEY")
    return mask(key) if key else "not set"


def _with_file(command: str, rest: str) -> str:
    if not rest:
        hint = f"For example `%playcut {command} foxes.zip`."
        raise InvalidInput(f"`%playcut {command}` needs the name of a file.", hint=hint)
    return rest


def _parse(parser: ArgumentParser, command: str, rest: str) -> Namespace:
    """Return the options of a command, in any order."""
    try:
        return parser.parse_intermixed_args(_split(rest))
    except InvalidInput as error:
        raise InvalidInput(f"`{command} {rest}` is not known. {error.message}", hint=error.hint) from None


def _split(rest: str) -> list[str]:
    try:
        return cell_line.split(rest)
    except InvalidInput:
        return rest.split()  # an apostrophe in a search text
