"""How long something that buys nothing is tried again, and after what pause.

What is paid for is worth waiting for: it is tried again until its deadline, whatever stands in the way for the
moment. A free question is tried a few times. Pauses grow and are jittered (stamina), but a `Retry-After` of the server
is obeyed to the second; one above `MAX_RETRY_AFTER_S` ends the retries at once.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import stamina

from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.errors import ConnectionFailed, PlaycutError, RateLimited, ServerError

MAX_RETRY_AFTER_S = 120.0
"""A longer `Retry-After` is not waited for, seconds."""
_FREE_ATTEMPTS = 6
_FREE_S = 45.0
_MIN_PAUSE_S = 0.2
_MAX_PAUSE_S = 5.0

ShouldRetry = Callable[[Exception], bool]
OnRetry = Callable[[Exception, float | None], None]
"""Takes the error of an attempt that another one follows, and the seconds of its `Retry-After`, or None."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to stop trying.

    Attributes:
        ends_at: no attempt begins after this time of the monotonic clock; None for a call that buys nothing: up to 6
            attempts within 45 seconds.
        on_retry: called before each further attempt.
    """

    ends_at: float | None = None
    on_retry: OnRetry | None = None

    def attempts(self, name: str, should_retry: ShouldRetry | None = None) -> AsyncIterator[stamina.Attempt]:
        """Yield attempts until one succeeds, or fails for good; its error is raised then.

        Args:
            name: what is tried, for stamina's instrumentation.
            should_retry: whether another attempt may help after an error; by default as for a call of a tool.
        """
        retries = stamina.retry_context(
            on=lambda error: self._pause(error, should_retry or self._should_retry),
            attempts=_FREE_ATTEMPTS if self.ends_at is None else None,
            timeout=_FREE_S if self.ends_at is None else max(self.ends_at - time.monotonic(), 0.001),
            wait_initial=_MIN_PAUSE_S,
            wait_max=_MAX_PAUSE_S,
        )
        return aiter(retries.with_name(f"playcut_jupyter.{name}", (), {}))

    def _pause(self, raised: Exception, should_retry: ShouldRetry) -> bool | float:
        """Return whether another attempt may help, or after how many seconds."""
        error = raised.error if isinstance(raised, ResponseLost) else raised
        wait_s: float | None = getattr(error, "retry_after_s", None)
        if (wait_s is not None and wait_s > MAX_RETRY_AFTER_S) or not should_retry(error):
            return False
        if self.on_retry is not None:
            self.on_retry(error, wait_s)
        # A shorter wait than our own is no reason to ask again and again.
        return True if wait_s is None or wait_s < 1 else wait_s

    def _should_retry(self, error: Exception) -> bool:
        is_paid_for = self.ends_at is not None
        if not isinstance(error, PlaycutError):
            return False
        if isinstance(error, RateLimited) or error.from_gateway:
            return is_paid_for
        if isinstance(error, ConnectionFailed):
            return error.retryable
        return isinstance(error, ServerError) or error.retry_after_s is not None
