"""Retries of what is paid for: until when it is waited for and fetched, and how the status line says so."""

from __future__ import annotations

import time
from collections.abc import Callable

from playcut_jupyter.api.downloads import FetchFailed
from playcut_jupyter.api.retry_policy import RetryPolicy
from playcut_jupyter.jobs.events import Emit, Retrying, Throttled

_MIN_FETCH_S = 60.0
"""A task that ends shortly before its deadline is fetched for as long as this, or for as long as the deadline."""
_SAME_FAILURES = 4
"""How many downloads may fail in a way that time alone doesn't mend."""


def retry_until(ends_at: float, emit: Emit) -> RetryPolicy:
    """Return the policy that retries until *ends_at* (monotonic clock), and tells what is tried again."""

    def on_retry(error: Exception, wait_s: float | None) -> None:
        reason = str(getattr(error, "message", error))
        text = f"The download failed: {reason.rstrip('.')}." if isinstance(error, FetchFailed) else reason
        emit(Throttled(wait_s, text) if wait_s else Retrying(text))

    return RetryPolicy(ends_at, on_retry)


def fetching_ends_at(deadline_s: float, waiting_since: float) -> float:
    """Return until when the assets of a completed task are fetched, on the monotonic clock."""
    return max(waiting_since + deadline_s, time.monotonic() + min(_MIN_FETCH_S, deadline_s))


def download_retry_rule() -> Callable[[Exception], bool]:
    """Return the rule for one asset's failures: transient ones are retried, any others a few times."""
    failures = 0

    def should_retry(error: Exception) -> bool:
        nonlocal failures
        if not isinstance(error, FetchFailed) or not error.retryable:
            return False
        failures += not error.transient
        return failures < _SAME_FAILURES

    return should_retry
