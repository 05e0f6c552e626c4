"""What this process has bought, beside the library: one that can't be written or read must not make it buy again.

Of what the library has taken only the task's id is kept here; the whole job, with what it brought, of what it has not.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playcut_jupyter.background.forks import on_fork
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.library.records import Record, fingerprint
from playcut_jupyter.tools import GenerationRequest


@dataclass(eq=False, slots=True)
class Purchase:
    """One generation that this process has bought, or is about to buy.

    Attributes:
        number: in the order in which they were asked for.
        job: its job; None once the library has all of it.
        task_id: its task, once that is known.
    """

    number: int
    job: Job | None
    task_id: str | None = None


_purchases: dict[tuple[Path, str], list[Purchase]] = {}
"""By library and fingerprint."""
_numbers = itertools.count()


def next_number() -> int:
    """Return a number that all purchases from now on are above."""
    return next(_numbers)


def remember(job: Job) -> None:
    """Remember what *job* is about to buy, until it turns out that it bought nothing."""
    purchase = Purchase(next_number(), job)
    alike = _purchases.setdefault(_key(job.connection, job.request), [])
    alike.append(purchase)

    def look() -> None:
        snapshot = job.snapshot
        purchase.task_id = snapshot.task_id
        if not snapshot.done:
            return
        unsubscribe()
        if snapshot.task_id is None or isinstance(snapshot.error, TaskFailed):
            alike.remove(purchase)
        elif not snapshot.warning:
            purchase.job = None

    unsubscribe = job.on_change(look)


def unknown_to_library(
    connection: Connection, request: GenerationRequest, records: Sequence[Record] | None, before: int
) -> list[Purchase]:
    """Return what was bought with the inputs of *request* and is not in the library, oldest first.

    Args:
        connection: which service and library.
        request: what is asked for.
        records: those that the library has; None if it can't be read.
        before: only purchases of smaller numbers.
    """
    bought = _purchases.get(_key(connection, request), ())
    alike = [purchase for purchase in bought if purchase.number < before]
    if records is None:
        return alike
    numbers = {record.id for record in records}
    return [purchase for purchase in alike if purchase.job is not None and _is_unrecorded(purchase.job, numbers)]


def _is_unrecorded(job: Job, numbers: set[int]) -> bool:
    return job.id is None or (bool(job.snapshot.warning) and job.id not in numbers)


def _key(connection: Connection, request: GenerationRequest) -> tuple[Path, str]:
    return connection.library.path, fingerprint(connection.settings.origin, request.tool.name, request.inputs)


def _forget_unfinished() -> None:
    """A forked child knows what its parent has, not what it has under way."""
    for alike in _purchases.values():
        alike[:] = [purchase for purchase in alike if purchase.job is None or purchase.job.done]


on_fork(in_child=_forget_unfinished)
