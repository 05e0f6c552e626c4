"""Starts the generations that were admitted, and writes down the cell that asks for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.design.refinement import whole_cell
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.start import start_all
from playcut_jupyter.library import sweeps
from playcut_jupyter.tools import GenerationRequest


def start_sweep(
    connection: Connection, request: AnySweepRequest, generations: Sequence[GenerationRequest], *, reuse: bool
) -> list[Job]:
    """Start the *generations* of *request* that were admitted, and return their jobs at once; see `start_all`.

    Args:
        connection: the connection to use.
        request: the request.
        generations: those of it that may be sent.
        reuse: True to take what the library has for 0 credits, unless the request is to be fresh.

    Raises:
        BudgetExceeded: the budget does not allow a single generation.
        NotInLibrary: frozen, and the library has none of them.
        StoppedWaiting: interrupted; the jobs started so far are stopped and can be resumed.
    """
    jobs = start_all(connection, generations, reuse=reuse and not request.fresh)
    numbers = [job.id for job in jobs if job.id is not None]
    if len(numbers) > 1 and (cell := whole_cell(request)) is not None:
        with suppress(PlaycutError):  # a library that can't be written: each is copied by itself
            sweeps.keep_cell(connection.library, numbers, cell)
    return jobs
