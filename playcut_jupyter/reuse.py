"""Decides for each wanted generation whether it is shown from the library, taken up, or bought."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from playcut_jupyter import choices
from playcut_jupyter.client import encoded
from playcut_jupyter.connection import Connection
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.records import fingerprint
from playcut_jupyter.runs import Generation
from playcut_jupyter.tools import Request


def start_all(
    connection: Connection, requests: Sequence[Request], *, reuse: bool, alone: bool = False
) -> list[Generation]:
    """Start all *requests*, each from the library where it has been bought before and *reuse* is on.

    The n-th request with the same inputs is the n-th saved one. A task that was submitted, and that nobody waits
    for any more, is taken up instead of being bought again. What may not be bought (the budget) is a failed
    generation among the others, or raised where it is *alone*.

    Raises:
        InvalidInput: an input can't be sent as JSON.
        BudgetExceeded: the one that is *alone* is known to pass the budget.
    """
    for request in requests:
        encoded(request.tool.name, request.inputs)  # raises for what can't be sent, before any of them is
    taken: dict[str, int] = {}
    runs = []
    for request in requests:
        run = None
        if reuse:
            run = _from_library(connection, request, taken)
        runs.append(run or _bought_or_failed(connection, request, alone=alone))
    return runs


def _bought_or_failed(connection: Connection, request: Request, *, alone: bool) -> Generation:
    """Buy; of several, one that may not be bought fails by itself and stops none of the others."""
    try:
        return Generation.bought(connection, request)
    except PlaycutError as error:
        if alone:
            raise
        run = Generation(connection, request)
        run.fail(error)
        return run


def _from_library(connection: Connection, request: Request, taken: dict[str, int]) -> Generation | None:
    origin, tool = connection.settings.origin, request.tool.name
    key = fingerprint(origin, tool, request.inputs)
    wanted = taken.get(key, 0)
    try:
        saved = connection.library.saved(origin, tool, request.inputs, wanted + 1)
    except PlaycutError:
        return None
    if len(saved) <= wanted:
        return None
    taken[key] = wanted + 1
    record = saved[wanted]
    if record.state == "acknowledged":
        return Generation.taken_up(connection, record)
    if request.parent_id is not None:
        with suppress(PlaycutError):  # a library that can't be written still shows what it has
            choices.link(connection.library, record.id, request.parent_id)
    run = Generation.from_record(connection, record)
    run.reused = True
    return run
