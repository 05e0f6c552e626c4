"""The rate limit: a sliding window over the times of accepted requests.

Documented: a limit per key in a sliding window of 60 seconds; every response carries
``X-RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (Unix time in milliseconds), a 429 also
``Retry-After`` (seconds). Not documented, and decided here: a refused request does not count; ``Reset`` is
the time at which the oldest request leaves the window and one more is accepted; the headers are computed
when the response is sent, so a long wait returns current values.
"""

import math
import time
from collections import deque
from collections.abc import Callable


class SlidingWindow:
    """At most ``limit`` requests in any ``window_s`` seconds. Used on the server's event loop only."""

    def __init__(self, limit: int, window_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        if limit < 1 or window_s <= 0:
            raise ValueError("a rate limit needs at least one request and a window longer than 0 seconds")
        self.limit = limit
        self.window_s = window_s
        self._clock = clock
        self._accepted: deque[float] = deque()

    def acquire(self) -> float | None:
        """Accept a request and return None; if the window is full, return the seconds until it is not."""
        wait_s = self._seconds_until_reset()
        if len(self._accepted) >= self.limit:
            return wait_s
        self._accepted.append(self._clock())
        return None

    def headers(self) -> dict[str, str]:
        """Return the three ``X-RateLimit`` headers with their current values."""
        reset_s = time.time() + self._seconds_until_reset()
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - len(self._accepted)),
            "X-RateLimit-Reset": str(math.ceil(reset_s * 1000)),
        }

    def _seconds_until_reset(self) -> float:
        """Remove requests that have left the window; return the seconds until the next one leaves it."""
        now = self._clock()
        while self._accepted and self._accepted[0] + self.window_s <= now:
            self._accepted.popleft()
        return self._accepted[0] + self.window_s - now if self._accepted else 0.0


def retry_after(wait_s: float) -> str:
    """Format a delay for ``Retry-After``: whole seconds, rounded up, at least one."""
    return str(max(1, math.ceil(wait_s)))
