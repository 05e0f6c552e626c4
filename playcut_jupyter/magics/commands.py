"""What `%playcut WORD ...` does: the connection, the library, and the one-line form of a cell."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from playcut_jupyter.connection.account import amount
from playcut_jupyter.connection.connection import LOOKS_LIKE_SESSION
from playcut_jupyter.display import grid, live, render
from playcut_jupyter.errors import InvalidInput, NotConnected, NotFound
from playcut_jupyter.export.writer import FORMATS
from playcut_jupyter.library.store import copy_out
from playcut_jupyter.magics import lookup
from playcut_jupyter.magics.help import help_on, unknown
from playcut_jupyter.redaction import mask
from playcut_jupyter.runs.collection import Generations
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.sweep import Sweep
from playcut_jupyter.runs.underway import active_in_this_process
from playcut_jupyter.syntax import cell_line
from playcut_jupyter.syntax.parsers import BARE_COMMANDS, COMMAND_NAMES, HELP_WORDS, export_parser, history_parser
from playcut_jupyter.tools import KINDS

if TYPE_CHECKING:
    from playcut_jupyter.magics.magics import PlaycutMagics


class Commands:
    """Runs one `%playcut` line for the magics."""

    def __init__(self, magics: PlaycutMagics) -> None:
        self._magics = magics

    def run(self, line: str) -> None:
        """Run a line.

        Raises:
            InvalidInput: no such command; the message names the nearest.
            PlaycutError: what the command met.
        """
        word, _, rest = line.partition(" ")
        word = "help" if word.lower() in HELP_WORDS else word or "status"
        known: dict[str, Callable[[str], None]] = {name: getattr(self, f"_{name}") for name in COMMAND_NAMES}
        if word in BARE_COMMANDS and rest.strip():
            raise InvalidInput(
                f"`%playcut {word}` is the whole command, and {rest.strip()!r} follows it; nothing was done.",
                hint=f"Leave it out; `%playcut help {word}` tells what it does.",
            )
        if word in known:
            known[word](rest.strip())
        elif word in KINDS or "-" in word.strip("-"):
            self._one_line(word, rest)
        else:
            raise unknown(word)

    def _one_line(self, kind: str, rest: str) -> None:
        parsed, prompt = cell_line.parse_one_line(kind, rest, self._magics.variables)
        self._magics.make(parsed, prompt)

    def _status(self, _: str) -> None:
        pc = self._magics.pc
        try:
            connection, place = pc.connection, _place(pc)
        except NotConnected as error:
            connection, place = pc.connector.archive, f"not connected: {error.message} {error.hint}"
        limit, left = connection.rate_limit
        account = connection.account
        rows = {
            "connected to": place,
            "key": _shown_key(connection.settings.api_key),
            "session": connection.session_id or "none yet (made with the first generation)",
            "credits so far": f"{amount(account.spent)} (estimate)"
            + (f" of a budget of {amount(account.budget)}" if account.budget is not None else ""),
            "rate limit": f"{left} of {limit} requests a minute left" if limit else "not known yet",
            "under way": str(len(active_in_this_process())),
            "library": str(pc.connector.home),
        }
        _print_rows(rows)

    def _connect(self, _: str) -> None:
        pc = self._magics.pc
        count = pc.check()
        print(f"Connected to {_place(pc)} with {pc.connection.settings.masked_key}; the key works ({count} voices).")

    def _sandbox(self, rest: str) -> None:
        if rest not in ("", "on", "off"):
            raise InvalidInput(
                f"`%playcut sandbox {rest}` is not known.",
                hint="Use `%playcut sandbox` or `%playcut sandbox off`.",
            )
        pc = self._magics.connect_to(sandbox=rest != "off")
        if rest == "off":
            print("The sandbox is off: generations go to the API and cost credits.")
            return
        connection = pc.connection
        print(
            f"SANDBOX: offline, at {connection.settings.base_url}. Nothing is paid, and all that it makes is marked. "
            "`%playcut sandbox off` goes back to the API."
        )

    def _session(self, rest: str) -> None:
        pc = self._magics.pc
        verb, _, name = rest.partition(" ")
        name = cell_line.unquoted(name)
        if verb == "new" and name:
            print(f"New session {pc.new_session(name)}: {name}")
        elif verb == "use" and name:
            self._check_session(name)
            print(f"Session {pc.use_session(name)}")
        elif not rest:
            connection = pc.connector.open_connection
            known = connection.session_id if connection is not None else None
            print(known or "No session yet: one is made with the first generation.")
        else:
            raise InvalidInput(
                f"`%playcut session {rest}` is not known.",
                hint="Use `session new TITLE` or `session use ID`.",
            )

    def _check_session(self, name: str) -> None:
        """Raise `InvalidInput` unless *name* is a title that the library knows, or can be an id."""
        connection = self._magics.pc.connection
        titles = connection.library.session_titles(connection.settings.origin)
        if name not in titles and not LOOKS_LIKE_SESSION.fullmatch(name):
            near = get_close_matches(name, titles, 1, 0.5)
            raise InvalidInput(
                f"No session is called {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""),
                hint="`%playcut session new TITLE` makes one; an id can be used as well.",
            )

    def _voices(self, rest: str) -> None:
        wanted = rest.casefold()
        rows = [
            (voice.id, voice.name, voice.language or "")
            for voice in self._magics.pc.voices()
            if wanted in f"{voice.id} {voice.name} {voice.language or ''}".casefold()
        ]
        if not rows:
            print(f"No voice matches {rest!r}." if rest else "The service lists no voices.")
            return
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        print("\n".join(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip() for row in rows))

    def _history(self, rest: str) -> None:
        wanted = _parsed(history_parser(), "history", rest)
        search = " ".join(wanted.search) if wanted.search else None
        found = self._magics.pc.history(search=search, limit=wanted.limit, starred=wanted.starred)
        if search and not found:
            print(f"Nothing matches {search!r}.")
            return
        live.tell({"text/html": str(grid.history(found)), "text/plain": repr(found)})

    def _show(self, rest: str) -> None:
        run = self._magics.find(rest or "last")
        self._magics.variables["_playcut"] = run
        words = f"#{run.id} · {run.kind} · {run.prompt}"
        bundle = render.bundle(run)
        live.tell(
            {
                "text/html": str(render.message(words)) + bundle["text/html"],
                "text/plain": f"{words}\n{bundle['text/plain']}",
            }
        )

    def _compare(self, rest: str) -> None:
        words = rest.replace(",", " ").split()
        found = [self._magics.find(word) for word in words] or self._magics.variables.get("_playcut", [])
        live.tell(self._magics.pc.compare(found)._repr_mimebundle_())

    def _panel(self, _: str) -> None:
        if not live.in_kernel():
            raise InvalidInput("The panel needs a notebook's widgets.", hint="Use it in JupyterLab or Notebook.")
        from IPython.display import display

        display(self._magics.pc.panel())

    def _pick(self, _: str) -> None:
        sweep = self._magics.variables.get("_playcut")
        if not isinstance(sweep, Sweep):
            raise InvalidInput(
                "`%playcut pick` is for the last sweep, and `_playcut` is none.",
                hint="Run a cell that makes several; of a sweep in a variable: `my_sweep.pick()`.",
            )
        if not live.in_kernel():
            raise InvalidInput("Picking needs a notebook's widgets.", hint="`_playcut.picks()` shows what was picked.")
        from IPython.display import display

        display(sweep.pick())

    def _star(self, rest: str) -> None:
        run, on = self._marked(rest)
        run.star(on)
        print(f"#{run.id} is starred." if on else f"#{run.id} has no star any more.")

    def _hide(self, rest: str) -> None:
        run, on = self._marked(rest)
        run.hide(on)
        print(f"#{run.id} is hidden from the gallery." if on else f"#{run.id} is shown in the gallery.")

    def _marked(self, rest: str) -> tuple[Generation, bool]:
        words = rest.split()
        on = words[-1:] != ["off"]
        named = words if on else words[:-1]
        if len(named) > 1:
            raise InvalidInput(f"{rest!r} is not one generation.", hint="Use `star [ID] [off]`, with ID or `last`.")
        return self._magics.find(named[0] if named else "last"), on

    def _tree(self, rest: str) -> None:
        family = self._magics.pc.tree(self._magics.find(rest).id if rest else None)
        live.tell(family._repr_mimebundle_())

    def _resume(self, _: str) -> None:
        sweep = self._magics.pc.start_resume()
        if not len(sweep):
            here = len(active_in_this_process(self._magics.pc.connection.library))
            why = f"; still under way here: {here}." if here else ": everything that was submitted is fetched."
            print(f"Nothing to resume{why}")
            return
        self._magics.variables["_playcut"] = sweep
        live.watch(sweep, *grid.views(sweep))
        sweep.raise_if_incomplete("_playcut")

    def _wait(self, rest: str) -> None:
        run = self._magics.pc.start_wait(lookup.task_id(rest))
        try:
            live.watch([run], lambda: render.bundle(run))
        finally:
            if not isinstance(run.error, NotFound):  # which leaves nothing that could be shown later
                self._magics.variables["_playcut"] = run
        if run.error is not None:
            raise run.error

    def _again(self, _: str) -> None:
        self._magics.again()

    def _export(self, rest: str) -> None:
        wanted = _parsed(export_parser(), "export", rest)
        program = self._exported(wanted.which).export(wanted.as_)
        if wanted.save is None:
            print(program)
        else:
            ending = PurePath(FORMATS[wanted.as_] or "playcut.json").suffix
            print(f"Saved: {copy_out(None, program.encode(), wanted.save, ending)}")

    def _exported(self, which: str) -> Generation | Generations:
        last = self._magics.variables.get("_playcut")
        if which == "last" and isinstance(last, Generations):
            return last
        if which != "starred":
            return self._magics.find(which)
        starred = self._magics.pc.history(starred=True, limit=1_000)
        if not starred:
            raise InvalidInput("Nothing has a star yet.", hint="Star what is good first: `%playcut star ID`.")
        return starred

    def _help(self, rest: str) -> None:
        print(help_on(rest))


def _place(pc: Any) -> str:
    connection = pc.connection
    return f"the SANDBOX at {connection.settings.base_url}" if pc.connector.is_sandbox else connection.settings.base_url


def _shown_key(used: str) -> str:
    """Return the key, masked, also where it is set and the address must not have it."""
    key = used or os.environ.get("PLAYCUT_API_KEY", "").strip()
    return mask(key) if key else "not set"


def _parsed(parser: ArgumentParser, command: str, rest: str) -> Namespace:
    """Return the options of a command, in whatever order they stand."""
    try:
        return parser.parse_intermixed_args(_words(rest))
    except InvalidInput as error:
        raise InvalidInput(f"`{command} {rest}` is not known. {error.message}", hint=error.hint) from None


def _words(rest: str) -> list[str]:
    try:
        return cell_line.split(rest)
    except InvalidInput:
        return rest.split()  # an apostrophe in a text that is looked for


def _print_rows(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    print("\n".join(f"{name:<{width}}  {text}" for name, text in rows.items()))
