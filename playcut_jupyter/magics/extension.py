"""Loads and unloads the extension: the magics, the line transformer, tab completion, and a note on unfetched tasks.

`%reload_ext` unloads and loads in one cell. The magics survive that, with the connection, the session, the credits
spent and the last cell.

Only IPython is imported here; the completion is loaded when it is first used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from IPython.core.completer import CompletionContext, IPCompleter, SimpleCompletion, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import settings
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.magics import line_transform
from playcut_jupyter.magics.magics import PlaycutMagics

if TYPE_CHECKING:
    from IPython.core.completer import SimpleMatcherResult

_MATCHER = "playcut"
_OUR_LINE = re.compile(r"\s*%%?playcut\s")
_IN_BRACES = re.compile(r"\{\w*$")

_unloaded: dict[InteractiveShell, PlaycutMagics] = {}
"""The magics that were unloaded in the running cell."""


def load(shell: InteractiveShell) -> None:
    """Register the magics and tab completion, and print how many tasks can be resumed."""
    reloaded = _unloaded.pop(shell, None)
    magics = reloaded or PlaycutMagics(shell)
    shell.register_magics(magics)
    line_transform.install(shell.input_transformer_manager)
    _complete_with(shell.Completer, magics)
    if reloaded is not None:
        return
    count = _count_unfetched(magics)
    if count:
        subject = "generation was" if count == 1 else "generations were"
        print(f"{count} {subject} submitted and not fetched: `%playcut resume` fetches them at no cost.")


def unload(shell: InteractiveShell) -> None:
    """Remove everything that `load` registered; close the connections after the cell, unless it is reloaded there."""
    registry = shell.magics_manager.registry
    magics = registry.pop(PlaycutMagics.__name__, None)
    for functions in shell.magics_manager.magics.values():
        functions.pop("playcut", None)
    line_transform.uninstall(shell.input_transformer_manager)
    shell.Completer.custom_matchers = _other_matchers(shell.Completer)
    if magics is not None:
        _unloaded[shell] = magics
        shell.events.register("post_run_cell", _close_unloaded)  # registered only once


def _close_unloaded(_: object = None) -> None:
    for shell in list(_unloaded):
        magics = _unloaded.pop(shell)
        shell.configurables[:] = [other for other in shell.configurables if not isinstance(other, PlaycutMagics)]
        magics.close()


def _complete_with(completer: IPCompleter, magics: PlaycutMagics) -> None:
    """Complete `%playcut` lines with the magics' words alone, and leave all other lines to IPython."""

    @context_matcher(identifier=_MATCHER, priority=1_000)  # type: ignore[untyped-decorator]  # IPython has no types here
    def match(context: CompletionContext) -> SimpleMatcherResult:
        candidates = _candidates(context, magics)
        if candidates is None:
            return {"completions": []}
        typed, words = candidates
        completions = [SimpleCompletion(word, type="playcut") for word in words] or _NoCompletions()
        return {"completions": completions, "matched_fragment": typed, "suppress": True, "ordered": True}

    completer.custom_matchers = [*_other_matchers(completer), match]


def _other_matchers(completer: IPCompleter) -> list[Any]:
    return [other for other in completer.custom_matchers if getattr(other, "matcher_identifier", "") != _MATCHER]


class _NoCompletions(Sequence[SimpleCompletion]):
    """No completions, with a length of 1, because IPython asks other matchers if the length is 0."""

    def __len__(self) -> int:
        return 1

    @overload
    def __getitem__(self, index: int) -> SimpleCompletion: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SimpleCompletion]: ...
    def __getitem__(self, index: int | slice) -> SimpleCompletion | Sequence[SimpleCompletion]:
        raise IndexError(index)


def _candidates(context: CompletionContext, magics: PlaycutMagics) -> tuple[str, list[str]] | None:
    """Return the typed part of a word and its completions; None for lines and names that IPython completes itself."""
    line = context.text_until_cursor
    is_ours = _OUR_LINE.match(line) and not (line.startswith("%%") and context.cursor_line > 0)
    if not is_ours or _IN_BRACES.search(line):
        return None
    from playcut_jupyter.magics.completion import CompletionSources, candidates  # keeps `%load_ext` quick

    try:
        home, origin = magics.home_and_origin
        return candidates(line, CompletionSources(home, origin, magics.connection, magics.variables))
    except Exception:  # noqa: BLE001 - completion must never print a traceback into a cell
        return "", []


def _count_unfetched(magics: PlaycutMagics) -> int:
    """Return the number of unfetched tasks of earlier kernels; 0 if the library can't be read."""
    try:
        home, origin = magics.home_and_origin
        if settings.is_frozen(magics.frozen) or not (home / "library.sqlite3").exists():
            return 0
        # Imported only if there is a library: keeps `%load_ext` quick.
        from playcut_jupyter.library.database import Library
        from playcut_jupyter.library.records import is_orphan

        library = Library(home)
        try:
            return sum(is_orphan(record.owner) for record in library.unfetched(origin))
        finally:
            library.close()
    except (PlaycutError, OSError):
        return 0
