"""The rate limit: a sliding log of the moments at which requests were accepted.

Documented: a limit per key in a sliding window of 60 seconds; every answer carries
``X-RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (Unix time in milliseconds), a 429 also
``Retry-After`` (seconds). Not documented, and decided here: a refused request takes no place in the
window, ``Reset`` is the moment at which the oldest request leaves it (one place is free again), and the
headers tell the state at the moment of the answer: a wait that was held for long brings fresh ones.
"""

import math
import time
from collections import deque
from collections.abc import Callable


class SlidingWindow:
    """At most ``limit`` requests in any ``window_s`` seconds. Used on the server's loop only."""

    def __init__(self, limit: int, window_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        if limit < 1 or window_s <= 0:
            raise ValueError("a rate needs at least one request and a window longer than 0 seconds")
        self.limit = limit
        self.window_s = window_s
        self._clock = clock
        self._accepted: deque[float] = deque()

    def take(self) -> float | None:
        """Take a place; return None, or the seconds until one is free."""
        wait = self._until_reset()
        if len(self._accepted) >= self.limit:
            return wait
        self._accepted.append(self._clock())
        return None

    def headers(self) -> dict[str, str]:
        """Return the three ``X-RateLimit`` headers as they stand now."""
        reset_s = time.time() + self._until_reset()
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - len(self._accepted)),
            "X-RateLimit-Reset": str(math.ceil(reset_s * 1000)),
        }

    def _until_reset(self) -> float:
        """Forget what has left the window; return the seconds until the next request leaves it."""
        now = self._clock()
        while self._accepted and self._accepted[0] + self.window_s <= now:
            self._accepted.popleft()
        return self._accepted[0] + self.window_s - now if self._accepted else 0.0


def retry_after(wait_s: float) -> str:
    """Write a delay as ``Retry-After`` wants it: whole seconds, never too few, at least one."""
    return str(max(1, math.ceil(wait_s)))
