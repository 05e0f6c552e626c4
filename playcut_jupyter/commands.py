"""What `%playcut WORD ...` does: the connection, the library, and the one-line form of a cell."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from playcut_jupyter import arguments, grid, live, render
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.export import FORMATS
from playcut_jupyter.generations import Generations
from playcut_jupyter.runs import Generation
from playcut_jupyter.sweeps import Sweep
from playcut_jupyter.tools import KINDS
from playcut_jupyter.underway import waited_for_here

if TYPE_CHECKING:
    from playcut_jupyter.magics import PlaycutMagics

COMMANDS: dict[str, str] = {
    "status": "the connection, the key (masked), credits so far, rate limit, jobs under way",
    "connect": "say what it is connected to, and check the key (costs nothing)",
    "sandbox [off]": "use the sandbox: offline, free, everything it makes is marked",
    "session [new TITLE | use ID]": "show, create or choose the session that generations go into",
    "voices [FILTER]": "the voices for speech",
    "history [-n N] [--starred] [--search TEXT]": "what was made, newest first",
    "compare ID ID ...": "side by side, with the words and parameters that differ",
    "panel": "the same for clicking: prompt, watch, star",
    "pick": "blind rounds of A or B over the last sweep, and which values win",
    "star [ID] [off]": "star a generation (or the last one), for history, contact sheet and export",
    "hide [ID] [off]": "leave a generation out of the gallery",
    "tree [ID]": "what was made from what (`--from`), with thumbnails",
    "show ID": "one generation of the history",
    "resume": "fetch everything that was submitted and not fetched, from this or any earlier kernel",
    "wait TASK_ID": "wait for a task by its id",
    "again": "the last cell once more, bought anew",
    "export [ID | last | starred] --as FORMAT": "for production: a curl, python or typescript program, or json",
    "help": "this text",
}


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
        word = word or "status"
        known: dict[str, Callable[[str], None]] = {
            name.split()[0]: getattr(self, f"_{name.split()[0]}") for name in COMMANDS
        }
        if word in known:
            known[word](rest.strip())
        elif word in KINDS or "-" in word.strip("-"):
            self._one_line(word, rest)
        else:
            near = get_close_matches(word, [*known, *KINDS], 1, 0.5)
            raise InvalidInput(
                f"There is no %playcut {word}." + (f" Did you mean {near[0]}?" if near else ""),
                hint="`%playcut help` lists the commands.",
            )

    def _one_line(self, kind: str, rest: str) -> None:
        parsed, prompt = arguments.parse_one_line(kind, rest, self._magics.variables)
        self._magics.make(parsed, prompt)

    def _status(self, _: str) -> None:
        pc = self._magics.pc
        connection = pc.connection
        limit, left = connection.rate_limit
        account = connection.account
        rows = {
            "connected to": _place(pc),
            "key": connection.settings.masked_key,
            "session": connection.session_id or "none yet (made with the first generation)",
            "credits so far": f"{account.spent:g} (estimate)"
            + (f" of a budget of {account.budget:g}" if account.budget is not None else ""),
            "rate limit": f"{left} of {limit} requests a minute left" if limit else "not known yet",
            "under way": str(len(waited_for_here())),
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
        if verb == "new" and name.strip():
            print(f"New session {pc.new_session(name.strip())}: {name.strip()}")
        elif verb == "use" and name.strip():
            print(f"Session {pc.use_session(name.strip())}")
        elif not rest:
            connection = pc.connection
            print(connection.session_id or "No session yet: one is made with the first generation.")
        else:
            raise InvalidInput(
                f"`%playcut session {rest}` is not known.",
                hint="Use `session new TITLE` or `session use ID`.",
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
        limit, search, starred = _history_options(rest)
        found = self._magics.pc.history(search=search, limit=limit, starred=starred)
        live.tell({"text/html": str(grid.history(found)), "text/plain": repr(found)})

    def _show(self, rest: str) -> None:
        if not rest.isdecimal():
            raise InvalidInput(f"{rest!r} is not a number of the history.", hint="`%playcut history` lists them.")
        run = self._magics.pc.get(int(rest))
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

    def _pick(self, rest: str) -> None:
        sweep = self._magics.variables.get("_playcut")
        if rest or not isinstance(sweep, Sweep):
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
            print("Nothing to resume: everything that was submitted is fetched.")
            return
        self._magics.variables["_playcut"] = sweep
        live.watch(sweep, *grid.views(sweep))
        sweep.raise_if_incomplete()

    def _wait(self, rest: str) -> None:
        run = self._magics.pc.start_wait(rest)
        self._magics.variables["_playcut"] = run
        live.watch([run], lambda: render.bundle(run))
        if run.error is not None:
            raise run.error

    def _again(self, _: str) -> None:
        self._magics.again()

    def _export(self, rest: str) -> None:
        which, format_ = _export_options(rest)
        last = self._magics.variables.get("_playcut")
        if which == "starred":
            starred = self._magics.pc.history(starred=True, limit=1_000)
            if not starred:
                raise InvalidInput("Nothing has a star yet.", hint="Star what is good first: `%playcut star ID`.")
            print(starred.export(format_))
        elif which == "last" and isinstance(last, Generations):
            print(last.export(format_))
        else:
            print(self._magics.find(which).export(format_))

    def _help(self, _: str) -> None:
        width = max(map(len, COMMANDS))
        lines = [f"  %playcut {name:<{width}}  {text}" for name, text in COMMANDS.items()]
        print("%%playcut [KIND] [options]\nPROMPT, one or more lines\n")
        print("KIND is image (default), video, speech, or a tool's own name with its JSON input as the cell.\n")
        print(arguments.parser().format_help().split("\n\n", 1)[1])
        print("\n".join(lines))


def _place(pc: Any) -> str:
    connection = pc.connection
    return f"the SANDBOX at {connection.settings.base_url}" if pc.connector.is_sandbox else connection.settings.base_url


def _history_options(rest: str) -> tuple[int, str | None, bool]:
    limit, search, starred = 20, None, False
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    while words:
        word = words.pop(0)
        if word == "-n" and words and words[0].isdecimal() and int(words[0]) > 0:
            limit = int(words.pop(0))
        elif word == "--starred":
            starred = True
        elif word == "--search" and words:
            search, words = " ".join(words), []
        else:
            raise InvalidInput(
                f"`history {rest}` is not known.", hint="Use `history [-n N] [--starred] [--search TEXT]`."
            )
    return limit, search, starred


def _export_options(rest: str) -> tuple[str, str]:
    words = rest.replace("--as=", "--as ").split()
    which, format_ = "last", "python"
    if words and not words[0].startswith("-"):
        which = words.pop(0)
    if words[:1] == ["--as"] and len(words) == 2:
        format_ = words.pop()
        words.pop()
    if words:
        raise InvalidInput(
            f"`export {rest}` is not known.",
            hint=f"Use `export [ID | last | starred] --as FORMAT`, where FORMAT is {', '.join(FORMATS)}.",
        )
    return which, format_


def _print_rows(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    print("\n".join(f"{name:<{width}}  {text}" for name, text in rows.items()))
