"""What `%load_ext playcut_jupyter` does: the magics, Tab, and a word about what waits to be fetched.

Only IPython is imported here; what Tab offers is loaded when it is first asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from IPython.core.completer import CompletionContext, IPCompleter, SimpleCompletion, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.cells.magics import PlaycutMagics

if TYPE_CHECKING:
    from IPython.core.completer import SimpleMatcherResult

_MATCHER = "playcut"
_OUR_LINE = re.compile(r"\s*%%?playcut\s")


def load(shell: InteractiveShell) -> None:
    """Register the magics and Tab completion, and mention what waits to be resumed."""
    magics = PlaycutMagics(shell)
    shell.register_magics(magics)
    _complete_with(shell.Completer, magics)
    waiting = _waiting_for_resume(magics)
    if waiting:
        things = "generation was" if waiting == 1 else "generations were"
        print(f"{waiting} {things} submitted and not fetched: `%playcut resume` brings them, at no cost.")


def _complete_with(completer: IPCompleter, magics: PlaycutMagics) -> None:
    """Let Tab offer our words on our lines, and nothing of Python's; loading the extension again changes nothing."""

    @context_matcher(identifier=_MATCHER, priority=1_000)  # type: ignore[untyped-decorator]  # IPython has no types here
    def match(context: CompletionContext) -> SimpleMatcherResult:
        typed, words = _candidates(context, magics)
        completions = [SimpleCompletion(word, type="playcut") for word in words]
        return {"completions": completions, "matched_fragment": typed, "suppress": True, "ordered": True}

    others = [one for one in completer.custom_matchers if getattr(one, "matcher_identifier", "") != _MATCHER]
    completer.custom_matchers = [*others, match]


def _candidates(context: CompletionContext, magics: PlaycutMagics) -> tuple[str, list[str]]:
    line = context.text_until_cursor
    if not _OUR_LINE.match(line) or (line.startswith("%%") and context.cursor_line > 0):
        return "", []
    from playcut_jupyter.cells.completion import Known, candidates

    try:
        home, origin = magics.place
        return candidates(line, Known(home, origin, magics.connection))
    except Exception:  # noqa: BLE001 - a Tab must never print a traceback into somebody's cell
        return "", []


def _waiting_for_resume(magics: PlaycutMagics) -> int:
    """Return how many tasks of earlier kernels wait to be fetched; a library that can't be read has none."""
    home, origin = magics.place
    if not (home / "library.sqlite3").exists():
        return 0
    from playcut_jupyter.errors import PlaycutError
    from playcut_jupyter.library.database import Library
    from playcut_jupyter.library.records import is_orphan

    library = Library(home)
    try:
        return sum(is_orphan(record.owner) for record in library.unfetched(origin))
    except PlaycutError:
        return 0
    finally:
        library.close()
