"""Looks up what a user typed: a generation of the library, or a task id."""

from __future__ import annotations

import re

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.magics.scope import Scope
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.results.generation import Generation
from playcut_jupyter.results.references import References
from playcut_jupyter.results.sweep import Sweep
from playcut_jupyter.syntax.cell_line import unquoted

_NUMBER = re.compile(r"#?([0-9]{1,18})")
"""A number that SQLite can store; a longer one may be a task id."""
_TASK_ID = re.compile(r"""[^\s{}"'$]+""")


def generation(reference: str, pc: Playcut, scope: Scope) -> Generation:
    """Return the generation that *reference* names.

    Args:
        reference: `last`, a number (`5` or `#5`), a variable, or a task id.
        pc: the `Playcut` whose library is used.
        scope: the variables.

    Raises:
        InvalidInput: there is no such generation, or the variable holds several.
    """
    number = _NUMBER.fullmatch(reference)
    if number:
        return pc.get(int(number[1]))
    value = last(pc, scope) if reference == "last" else scope.names.get(reference)
    if not isinstance(value, Generation | Sweep):
        return _by_task_id(reference, pc)
    if isinstance(value, Sweep) and len(value) != 1:
        numbers = ", ".join(str(member.id) for member in list(value)[:8]) + (" ..." if len(value) > 8 else ".")
        hint = f"Name one by its number: {numbers}" if len(value) else "`%playcut history` lists what there is."
        raise InvalidInput(f"`{reference}` holds {len(value)} generations.", hint=hint)
    generation = value[0] if isinstance(value, Sweep) else value
    # From the library, which has its ratings and its parent; one that could not be saved is returned as it is.
    return pc.get(generation.id) if generation.id is not None else generation


def last(pc: Playcut, scope: Scope) -> Generation | Sweep:
    """Return the last result: of this notebook, else of the library.

    Raises:
        InvalidInput: there is none.
    """
    result = scope.result
    if isinstance(result, Generation) or (isinstance(result, Sweep) and len(result)):
        return result
    return pc.newest()


def references(pc: Playcut, scope: Scope) -> References:
    """Return what finds the results that typed values name."""
    return References(pc.connector, pc.get, lambda: last(pc, scope), scope.names)


def _by_task_id(task_id: str, pc: Playcut) -> Generation:
    origin = None if pc.connector.is_frozen else pc.connector.origin
    record = pc.connector.offline_library.library.by_task(origin, task_id)
    if record is None:
        raise InvalidInput(
            f"{task_id!r} is neither `last`, nor a number, nor a variable that holds a generation, nor a task's id.",
            hint="`%playcut history` lists them with their numbers.",
        )
    return pc.get(record.id)


def task_id(text: str) -> str:
    """Return the task id in *text*, without its quotes if it has some. Only the service knows whether it exists.

    Raises:
        InvalidInput: *text* is empty, or can't be a task id.
    """
    id_ = unquoted(text)
    if not id_:
        raise InvalidInput(
            "`%playcut wait` needs a task's id.",
            hint="`%playcut history` shows the ids; `%playcut resume` fetches all unfetched tasks.",
        )
    if not _TASK_ID.fullmatch(id_):
        raise InvalidInput(
            f"{id_!r} can't be a task's id.",
            hint="Write the id itself; for an id in a variable, use Python: `pc.wait(generation.task_id)`.",
        )
    return id_
