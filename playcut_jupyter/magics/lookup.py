"""From what is typed to what it names: a generation of the library, or a task's id."""

from __future__ import annotations

import re

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.magics.scope import Scope
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.results.generation import Generation
from playcut_jupyter.results.sweep import Sweep
from playcut_jupyter.syntax.cell_line import unquoted

_NUMBER = re.compile(r"#?([0-9]{1,18})")
"""What SQLite takes for one; what is longer may be a task's id."""
_TASK_ID = re.compile(r"""[^\s{}"'$]+""")


def generation(which: str, pc: Playcut, scope: Scope) -> Generation:
    """Return the generation that *which* names: `last`, a number (`5` or `#5`), a variable, or a task's id.

    Args:
        which: what was typed.
        pc: where it is kept.
        scope: the names that it may be.

    Raises:
        InvalidInput: there is none.
    """
    number = _NUMBER.fullmatch(which)
    if number:
        return pc.get(int(number[1]))
    found = scope.result if which == "last" else scope.names.get(which)
    if which != "last" and not isinstance(found, Generation | Sweep):
        return _of_task(which, pc)
    if isinstance(found, Sweep) and len(found) > 1:
        ids = ", ".join(str(one.id) for one in list(found)[:8]) + (" ..." if len(found) > 8 else ".")
        raise InvalidInput(
            f"`{which}` holds {len(found)} generations.", hint=f"Name the one you mean by its number: {ids}"
        )
    chosen = found[0] if isinstance(found, Sweep) and len(found) else found
    if not isinstance(chosen, Generation):
        chosen = next(iter(pc.history(limit=1)), None)
    if chosen is None:
        raise InvalidInput("Nothing has been made yet.", hint="Make something first: %%playcut image.")
    # From the library, where it has its stars and its parent; what could not be kept is as it is.
    return pc.get(chosen.id) if chosen.id is not None else chosen


def _of_task(which: str, pc: Playcut) -> Generation:
    record = pc.connector.offline_library.library.by_task(pc.connector.origin, which)
    if record is None:
        raise InvalidInput(
            f"{which!r} is neither `last`, nor a number, nor a variable that holds a generation, nor a task's id.",
            hint="`%playcut history` lists them with their numbers.",
        )
    return pc.get(record.id)


def task_id(text: str) -> str:
    """Return the task's id that *text* is, in quotes or not; the service knows whether there is such a task.

    Raises:
        InvalidInput: it is none, or can't be one.
    """
    found = unquoted(text)
    if not found:
        raise InvalidInput(
            "`%playcut wait` needs a task's id.",
            hint="`%playcut history` shows the ids; `%playcut resume` fetches everything that is open.",
        )
    if not _TASK_ID.fullmatch(found):
        raise InvalidInput(
            f"{found!r} can't be a task's id.",
            hint="Write the id itself; one that a variable holds goes to Python: `pc.wait(run.task_id)`.",
        )
    return found
