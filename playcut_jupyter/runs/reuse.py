"""Decides for each wanted generation whether it is shown from the library, taken up, or bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from playcut_jupyter.api.client import encoded
from playcut_jupyter.connection.connection import Connection, checked_session
from playcut_jupyter.errors import PlaycutError, SubmissionUncertain, TaskFailed
from playcut_jupyter.library import ratings
from playcut_jupyter.library.records import Record, fingerprint
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.handle import Handle
from playcut_jupyter.runs.underway import active_in_this_process, interrupt
from playcut_jupyter.tools import GenerationRequest


def start_all(
    connection: Connection, requests: Sequence[GenerationRequest], *, reuse: bool, alone: bool = False
) -> list[Generation]:
    """Start all *requests*, each from the library where it has been bought before and *reuse* is on.

    The n-th request with the same inputs is the n-th saved one. What is under way in this process is waited for, and
    a task that was submitted, and that nobody waits for any more, is taken up: neither is bought again. What may not
    be bought (the budget) is a failed generation among the others, or raised where it is *alone*.

    Raises:
        InvalidInput: an input can't be sent as JSON.
        BudgetExceeded: the one that is *alone* is known to pass the budget.
        StoppedWaiting: interrupted; those that were started are stopped, and can be taken up.
    """
    for request in requests:  # raises for what can't be sent, before any of them is
        encoded(request.tool.name, request.inputs)
        checked_session(request.session)
    shelf = ReusePool(connection) if reuse else None
    runs: list[Generation] = []
    try:
        for request in requests:
            found = shelf.take(request) if shelf else None
            runs.append(found or _bought_or_failed(connection, request, alone=alone))
    except KeyboardInterrupt:
        raise interrupt(runs) from None
    return runs


def start_again(connection: Connection, run: Generation, *, uncertain: bool = False) -> Generation:
    """Start a generation that failed once more, and return what takes its place.

    What was bought is never bought again: its result is shown if it has been fetched since, and its task is waited
    for where it has one. What may have been bought is submitted again only if *uncertain*, else returned as it is.
    """
    if not run.done or run.error is None:
        return run
    record = _record_of(connection, run)
    task_id = run.task_id or (record.task_id if record else None)
    doubtful = isinstance(run.error, SubmissionUncertain) or (
        record is not None and record.state in ("sending", "uncertain")
    )
    goes_on = task_id is not None and not isinstance(run.error, TaskFailed)
    if record is not None and record.state == "fetched" and record.has_files:
        again = _shown(connection, record)
    elif task_id is not None and goes_on:
        again = (
            Generation.taken_up(connection, record)
            if record is not None and record.task_id == task_id
            else Generation.unrecorded(connection, task_id, run.warning, run.request)
        )
    elif doubtful and not uncertain:
        return run
    else:
        again = _bought_or_failed(connection, run.request, alone=False)
    again.labels, again.credits_before = run.labels, run.credits_before
    if again.reused or not goes_on:  # else it is the same purchase still
        again.credits_before += run.estimated_credits or 0.0
    return again


def _record_of(connection: Connection, run: Generation) -> Record | None:
    with suppress(PlaycutError):
        return connection.library.get(run.id) if run.id is not None else None
    return None


def _bought_or_failed(connection: Connection, request: GenerationRequest, *, alone: bool) -> Generation:
    """Buy; of several, one that may not be bought fails by itself and stops none of the others."""
    try:
        return Generation.bought(connection, request)
    except PlaycutError as error:
        if alone:
            raise
        run = Generation(connection, request)
        run.fail(error)
        return run


def _shown(connection: Connection, record: Record) -> Generation:
    run = Generation.from_record(connection, record)
    run.reused = True
    return run


class ReusePool:
    """What need not be bought, as it was before the first of several requests is started; each is taken once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._under_way: Mapping[int, Handle] = active_in_this_process(connection.library)
        self._taken: dict[str, int] = {}

    def take(self, request: GenerationRequest) -> Generation | None:
        """Return the next one with the inputs of *request*, or None if there is no further one."""
        origin, tool = self._connection.settings.origin, request.tool.name
        key = fingerprint(origin, tool, request.inputs)
        wanted = self._taken.get(key, 0)
        try:
            saved = self._connection.library.saved(origin, tool, request.inputs, wanted + 1, self._under_way)
        except PlaycutError:
            return None
        if len(saved) <= wanted:
            return None
        self._taken[key] = wanted + 1
        run = self._started(request, saved[wanted])
        run.labels = request.labels
        return run

    def _started(self, request: GenerationRequest, record: Record) -> Generation:
        if record.id in self._under_way:
            return Generation.following(self._connection, request, self._under_way[record.id])
        if record.state == "acknowledged" or not record.has_files:
            return Generation.taken_up(self._connection, record)
        if request.parent_id is not None:
            with suppress(PlaycutError):  # a library that can't be written still shows what it has
                ratings.link(self._connection.library, record.id, request.parent_id)
        return _shown(self._connection, record)
