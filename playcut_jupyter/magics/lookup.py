"""Looks up what a user typed: generations of the library, a sweep, or a task id."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.magics.scope import RESULT, Scope
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.results.history import History
from playcut_jupyter.results.references import References
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


def parents(references: str, pc: Playcut, scope: Scope) -> list[Generation]:
    """Return the generations that `--from` names, each once, in the order in which they are named.

    Args:
        references: `starred`, what `generation` takes, or variables that hold several; with commas between them.
        pc: the `Playcut` whose library is used.
        scope: the variables.

    Raises:
        InvalidInput: there is no such generation, nothing is written at a comma, or there is none in all.
    """
    found: dict[object, Generation] = {}
    for part in references.split(","):
        reference = part.strip()
        if not reference:
            raise InvalidInput(
                f"`--from {references}` has nothing at a comma.", hint="Write one comma between two: `--from 3,5,9`."
            )
        for member in _members(reference, pc, scope):
            found.setdefault(member.id if member.id is not None else member, member)
    return list(found.values())


def _members(reference: str, pc: Playcut, scope: Scope) -> Sequence[Generation]:
    if reference == "starred":
        return _starred_parents(pc)
    value = scope.names.get(reference) if reference != "last" else None
    if isinstance(value, Generations | list | tuple) and all(isinstance(item, Generation | int) for item in value):
        several = [pc.get(item) if isinstance(item, int) else item for item in value]
        members = [member for member in several if member.error is None]
        if not members:
            raise InvalidInput(
                f"`{reference}` holds no generation that can be built on ({len(value)} failed).",
                hint="Retry what failed (`.retry_failed()`), or name others.",
            )
        return members
    if reference == "last" and isinstance(scope.result, Generations) and len(scope.result) > 1:
        try:
            return [generation(reference, pc, scope)]
        except InvalidInput as error:
            raise error.with_context(hint=f"`--from {RESULT}` takes all of them. {error.hint}") from None
    return [generation(reference, pc, scope)]


def _starred_parents(pc: Playcut) -> Sequence[Generation]:
    """Return what has a star, oldest first; the sandbox's only where nothing is paid for building on them."""
    starred_ = starred(pc)
    is_free = pc.connector.is_sandbox or pc.connector.is_frozen
    usable = [member for member in starred_ if is_free or not member.is_sandbox]
    if not usable:
        raise InvalidInput(
            f"Only results of the sandbox have a star ({len(starred_)}), and building on them here costs credits.",
            hint="To do so, name them by number: `--from 3,5`; `%playcut history --starred` lists them.",
        )
    return usable[::-1]


def starred(pc: Playcut) -> History:
    """Return what has a star, newest first.

    Raises:
        InvalidInput: nothing has.
    """
    found = pc.history(starred=True, limit=1_000)
    if not found:
        raise InvalidInput("Nothing has a star yet.", hint="Star the good ones first: `%playcut star ID`.")
    return found


def sweep(name: str, scope: Scope, command: str) -> Sweep:
    """Return the sweep in the variable *name*, without a name the last result.

    Raises:
        InvalidInput: there is none.
    """
    value = scope.names.get(name) if name else scope.result
    if isinstance(value, Sweep):
        return value
    where = f"`{name}` is not one" if name else f"`{RESULT}`, the last result, is not one"
    raise InvalidInput(
        f"`%playcut {command}` needs a sweep, but {where}.",
        hint=f"Run a cell that generates several, or name a sweep's variable: `%playcut {command} NAME`.",
    )


def _by_task_id(task_id: str, pc: Playcut) -> Generation:
    origin = None if pc.connector.is_frozen else pc.connector.origin
    record = pc.connector.offline_connection.library.by_task(origin, task_id)
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
