"""The error of a sweep of which some have no result: how many, why, and what to do."""

from __future__ import annotations

from playcut_jupyter.errors import (
    BudgetExceeded,
    NotInLibrary,
    PlaycutError,
    StoppedWaiting,
    SubmissionUncertain,
    SweepIncomplete,
)
from playcut_jupyter.jobs.active_jobs import stopped_error
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.job_view import JobView
from playcut_jupyter.text import truncate


def error_of(sweep: Generations[JobView], name: str = ".sweep") -> PlaycutError | None:
    """Return `StoppedWaiting` if some of *sweep* were stopped, else `SweepIncomplete` if some failed, else None.

    If all that failed is not in the frozen library, it is `NotInLibrary`.

    Args:
        sweep: the generations.
        name: the expression for the sweep in the error's hint.
    """
    failed = [generation for generation in sweep if generation.done and generation.error is not None]
    if not failed:
        return None
    stopped = [generation.job for generation in failed if isinstance(generation.error, StoppedWaiting)]
    if stopped:
        return stopped_error(stopped)
    lacking = [generation for generation in failed if isinstance(generation.error, NotInLibrary)]
    if len(lacking) == len(failed):
        prompts = "; ".join(repr(truncate(generation.prompt, 60)) for generation in lacking[:3])
        more = " ..." if len(lacking) > 3 else "."
        return NotInLibrary(
            f"Frozen: the library lacks {len(lacking)} of these {len(sweep)} generations: {prompts}{more}"
        )
    errors = [generation.error for generation in failed if generation.error is not None]
    reasons = list(dict.fromkeys(f"{type(error).__name__}: {error.message}" for error in errors))
    hint = f"`{name}.retry_failed()` {'of this error ' if name == '.sweep' else ''}retries only the failed ones."
    if any(isinstance(error, SubmissionUncertain) for error in errors):
        hint += " Those that may have been bought are submitted again only with `retry_failed(uncertain=True)`."
    if any(isinstance(error, BudgetExceeded) for error in errors):
        hint += " Raise the budget first."
    message = f"{len(failed)} of {len(sweep)} generations failed: {'; '.join(reasons[:3])}"
    return SweepIncomplete(message, hint=hint, sweep=sweep)
