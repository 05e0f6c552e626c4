"""What `%load_ext playcut_jupyter` does: the magics, their lines, Tab, and a word about what waits to be fetched.

`%unload_ext` takes all of it away again. `%reload_ext` is both, one after the other, in one cell: there the magics
survive, with the connection, the session, the credits spent and the last cell.

Only IPython is imported here; what Tab offers is loaded when it is first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from IPython.core.completer import CompletionContext, IPCompleter, SimpleCompletion, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.magics import line_transform
from playcut_jupyter.magics.magics import PlaycutMagics

if TYPE_CHECKING:
    from IPython.core.completer import SimpleMatcherResult

_MATCHER = "playcut"
_OUR_LINE = re.compile(r"\s*%%?playcut\s")
_IN_BRACES = re.compile(r"\{\w*$")

_unloaded: dict[InteractiveShell, PlaycutMagics] = {}
"""The magics that were unloaded in the cell that runs."""


def load(shell: InteractiveShell) -> None:
    """Register the magics and Tab completion, and mention what waits to be resumed; again, the same magics."""
    kept = _unloaded.pop(shell, None)
    magics = kept or PlaycutMagics(shell)
    shell.register_magics(magics)
    line_transform.install(shell.input_transformer_manager.token_transformers)
    _complete_with(shell.Completer, magics)
    if kept is not None:
        return
    waiting = _waiting_for_resume(magics)
    if waiting:
        things = "generation was" if waiting == 1 else "generations were"
        print(f"{waiting} {things} submitted and not fetched: `%playcut resume` brings them, at no cost.")


def unload(shell: InteractiveShell) -> None:
    """Take all of it away; unless it is loaded again in the same cell, its connections are closed after it."""
    registry = shell.magics_manager.registry
    magics = registry.pop(PlaycutMagics.__name__, None)
    for of_kind in shell.magics_manager.magics.values():
        of_kind.pop("playcut", None)
    line_transform.uninstall(shell.input_transformer_manager.token_transformers)
    shell.Completer.custom_matchers = _other_matchers(shell.Completer)
    if magics is not None:
        _unloaded[shell] = magics
        shell.events.register("post_run_cell", _close_unloaded)  # a second time changes nothing


def _close_unloaded(_: object = None) -> None:
    for shell in list(_unloaded):
        magics = _unloaded.pop(shell)
        shell.configurables[:] = [one for one in shell.configurables if not isinstance(one, PlaycutMagics)]
        magics.close()


def _complete_with(completer: IPCompleter, magics: PlaycutMagics) -> None:
    """Let Tab offer our words on our lines, and nothing of Python's; loading the extension again changes nothing."""

    @context_matcher(identifier=_MATCHER, priority=1_000)  # type: ignore[untyped-decorator]  # IPython has no types here
    def match(context: CompletionContext) -> SimpleMatcherResult:
        found = _candidates(context, magics)
        if found is None:
            return {"completions": []}
        typed, words = found
        completions = [SimpleCompletion(word, type="playcut") for word in words] or _Nothing()
        return {"completions": completions, "matched_fragment": typed, "suppress": True, "ordered": True}

    completer.custom_matchers = [*_other_matchers(completer), match]


def _other_matchers(completer: IPCompleter) -> list[Any]:
    return [one for one in completer.custom_matchers if getattr(one, "matcher_identifier", "") != _MATCHER]


class _Nothing(Sequence[SimpleCompletion]):
    """No words, said so that IPython hears it: it lets others speak wherever the words are of length 0."""

    def __len__(self) -> int:
        return 1

    @overload
    def __getitem__(self, index: int) -> SimpleCompletion: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SimpleCompletion]: ...
    def __getitem__(self, index: int | slice) -> SimpleCompletion | Sequence[SimpleCompletion]:
        raise IndexError(index)


def _candidates(context: CompletionContext, magics: PlaycutMagics) -> tuple[str, list[str]] | None:
    """Return what is typed of a word and what it can become; None where Python is to speak, which knows its names."""
    line = context.text_until_cursor
    is_ours = _OUR_LINE.match(line) and not (line.startswith("%%") and context.cursor_line > 0)
    if not is_ours or _IN_BRACES.search(line):
        return None
    from playcut_jupyter.magics.completion import CompletionSources, candidates  # keeps `%load_ext` quick

    try:
        home, origin = magics.place
        return candidates(line, CompletionSources(home, origin, magics.connection, magics.variables))
    except Exception:  # noqa: BLE001 - a Tab must never print a traceback into somebody's cell
        return "", []


def _waiting_for_resume(magics: PlaycutMagics) -> int:
    """Return how many tasks of earlier kernels wait to be fetched; a library that can't be read has none."""
    try:
        home, origin = magics.place
        if not (home / "library.sqlite3").exists():
            return 0
        # Only where there is a library: keeps `%load_ext` quick.
        from playcut_jupyter.library.database import Library
        from playcut_jupyter.library.records import is_orphan

        library = Library(home)
        try:
            return sum(is_orphan(record.owner) for record in library.unfetched(origin))
        finally:
            library.close()
    except (PlaycutError, OSError):
        return 0
