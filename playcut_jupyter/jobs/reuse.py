"""What the library has for a request: shown again, shared while it runs, or resumed. Frozen, there is nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import NotInLibrary, PlaycutError
from playcut_jupyter.jobs import job_factory
from playcut_jupyter.jobs.active_jobs import active_in_this_process
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.purchases import next_number, unknown_to_library
from playcut_jupyter.library import ratings
from playcut_jupyter.library.records import Record, fingerprint
from playcut_jupyter.text import truncate
from playcut_jupyter.tools import GenerationRequest


class ReusePool:
    """The generations that several requests can reuse, as they were before the first request started.

    Each is used once.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._active = active_in_this_process(connection.library)
        self._begun_at = next_number()
        self._taken: dict[str, int] = {}

    def take(self, request: GenerationRequest) -> Job | None:
        """Return a job for the next generation with the inputs of *request*; None if there is no other."""
        origin, tool = self._connection.settings.origin, request.tool.name
        key = fingerprint(origin, tool, request.inputs)
        taken = self._taken.get(key, 0)
        saved: Sequence[Record] = ()
        warning = ""
        try:
            saved = self._connection.library.saved(origin, tool, request.inputs, taken + 1, self._active)
            unsaved = unknown_to_library(self._connection, request, saved, self._begun_at)
        except PlaycutError as error:
            warning = str(error)
            unsaved = unknown_to_library(self._connection, request, None, self._begun_at)
        if taken >= len(saved) + len(unsaved):
            return None
        self._taken[key] = taken + 1
        if taken < len(saved):
            return self._start(request, saved[taken])
        return job_factory.from_purchase(self._connection, unsaved[taken - len(saved)], request, warning)

    def _start(self, request: GenerationRequest, record: Record) -> Job:
        labels: dict[str, Any] = {"labels": request.labels}
        if record.id in self._active:
            return job_factory.share_result_of(self._active[record.id], request)
        if record.state == "acknowledged" or not record.has_files:
            return job_factory.resume(self._connection, record, **labels)
        if request.parent_id is not None:
            with suppress(PlaycutError):  # a read-only library can still serve the result
                ratings.link(self._connection.library, record.id, request.parent_id)
        return job_factory.from_record(self._connection, record, reused=True, **labels)


def all_from_library(connection: Connection, requests: Sequence[GenerationRequest]) -> list[Job]:
    """Return finished jobs with what the library has; what it lacks is a failed one among the others."""
    taken: Counter[str] = Counter()
    jobs: list[Job] = []
    found = False
    for request in requests:
        key = fingerprint("", request.tool.name, request.inputs)
        records = _kept(connection, request, taken[key] + 1)
        if taken[key] < len(records):
            found = True
            jobs.append(job_factory.from_record(connection, records[taken[key]], reused=True, labels=request.labels))
            taken[key] += 1
        else:
            jobs.append(job_factory.failed(connection, request, _not_in_library(request)))
    if not found and jobs:
        if len(requests) == 1:
            raise _not_in_library(requests[0])
        raise NotInLibrary(
            f"Frozen: the library has none of these {len(requests)} generations, and frozen mode makes none."
        )
    return jobs


def _kept(connection: Connection, request: GenerationRequest, limit: int) -> list[Record]:
    return connection.library.kept(connection.settings.origin, request.tool.name, request.inputs, limit)


def _not_in_library(request: GenerationRequest) -> NotInLibrary:
    told = f": {truncate(request.prompt, 80)!r}" if request.prompt else ""
    wanted = f"this {request.tool.kind}" if request.tool.is_known else f"what {request.tool.name} answers to this"
    return NotInLibrary(f"Frozen: the library does not have {wanted}{told}. Nothing was sent.", tool=request.tool.name)


def answer_in_library(connection: Connection, request: GenerationRequest) -> Any:
    """Return what a tool that starts no task answered to the same input, from the library.

    Raises:
        NotInLibrary: it is not there.
    """
    for record in _kept(connection, request, 1):
        if record.state == "answered":
            return record.answer
    raise _not_in_library(request)
