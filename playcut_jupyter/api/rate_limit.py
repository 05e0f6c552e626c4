"""The rate limiter that every request of a client passes, controlled by the server's headers.

The API counts requests per key in a sliding window, and reports the remaining number with each answer. The limiter
keeps its own log of the window, because answers are out of order with many requests in flight, and adds the requests
of other clients according to the server. Waits and downloads for accepted tasks have priority over submissions;
progress polls only use spare capacity. Missing, wrong or contradictory headers can make the limiter too permissive
until the next 429, which pauses all requests for its `Retry-After`.
"""

from __future__ import annotations

import heapq
import itertools
import math
import time
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import IntEnum

import anyio

WINDOW_S = 60.0
"""The documented window, seconds."""
_FIRST_BURST = 8
"""The number of concurrent requests before the first answer reports the limit."""
_MARGIN_S = 0.03
_LATE_ANSWER_S = 2.0
"""An answer this long after its own reset is late, not wrong."""
_MAX_RETRY_AFTER_S = 86_400.0

Notify = Callable[[float], None]


class Priority(IntEnum):
    """The order of queued requests, smallest first."""

    FINISH = 0
    START = 1


@dataclass(eq=False, slots=True)
class Permit:
    """A request that was let through: when it was sent, and the latest time at which the server counted it."""

    sent_at: float
    counted_at: float


class RateLimiter:
    """Lets requests through as fast as the rate limit allows. Lives on one event loop.

    Args:
        learns_window: accept a shorter window than the documented minute if the headers show one, as a sandbox's may.
            The exact meaning of the API's `X-RateLimit-Reset` is not documented, so the API's window is not learned.

    Attributes:
        limit: requests per window, from the server; None before its first answer.
        server_remaining: the remaining requests in the server's last answer.
        expected: requests that unfinished jobs still need, for which progress polls leave capacity.
    """

    def __init__(self, *, learns_window: bool = True) -> None:
        self._learns_window = learns_window
        self.limit: int | None = None
        self.server_remaining: int | None = None
        self.expected = 0
        self._window_s = WINDOW_S
        self._log: list[Permit] = []
        self._others = 0
        self._others_until = 0.0
        self._paused_until = 0.0
        self._round_trip_s = 0.1
        self._answered = False
        self._unanswered = 0
        self._queue: list[tuple[Priority, int]] = []
        self._numbers = itertools.count()
        self._changed = anyio.Event()

    @property
    def pause_s(self) -> float:
        """Seconds until a 429's pause ends; 0 if there is none."""
        return max(0.0, self._paused_until - time.monotonic())

    async def acquire(self, priority: Priority, notify: Notify | None = None) -> Permit:
        """Wait until a request may be sent, and return its permit.

        Args:
            priority: its priority among queued requests.
            notify: called with the expected seconds of any noticeable wait, and with 0 at its end.
        """
        ticket = (priority, next(self._numbers))
        heapq.heappush(self._queue, ticket)
        notified = False
        try:
            while (delay := self._delay()) > 0 or self._queue[0] != ticket:
                if notify and 0.2 < delay < math.inf:
                    notify(delay)
                    notified = True
                is_next = self._queue[0] == ticket and math.isfinite(delay)
                with anyio.move_on_after(delay if is_next else None):
                    await self._changed.wait()
        finally:
            self._queue.remove(ticket)
            heapq.heapify(self._queue)
            self._wake()
        if notified and notify:
            notify(0.0)
        self._unanswered += 1
        now = time.monotonic()
        permit = Permit(now, now + self._round_trip_s)
        insort(self._log, permit, key=lambda entry: entry.counted_at)
        return permit

    def _delay(self) -> float:
        """Return the seconds until a request may be sent; infinite until an outstanding answer arrives."""
        now = time.monotonic()
        if self._paused_until > now:
            return self._paused_until - now
        self._expire(now)
        if self.limit is None:
            return math.inf if not self._answered and self._unanswered >= _FIRST_BURST else 0.0
        if len(self._log) + self._others < self.limit:
            return 0.0
        ends = [self._others_until] if self._others else []
        if self._log:
            ends.append(self._log[0].counted_at + self._window_s + _MARGIN_S)
        return max(min(ends, default=now) - now, 0.001)

    def _expire(self, now: float) -> None:
        horizon = now - self._window_s - _MARGIN_S
        while self._log and self._log[0].counted_at <= horizon:
            self._log.pop(0)
        if self._others_until <= now:
            self._others = 0

    def has_spare_capacity(self) -> bool:
        """Return True if a progress poll takes no capacity from requests that are still expected."""
        self._expire(time.monotonic())
        if self.limit is None:
            return self._answered and self.pause_s == 0
        free = self.limit - len(self._log) - self._others
        return self.pause_s == 0 and not self._queue and free > self.expected + self.limit // 4

    def release(self) -> None:
        """Report that a request has ended, with or without an answer."""
        self._unanswered -= 1
        self._wake()

    def observe(self, headers: Mapping[str, str], permit: Permit, *, held: bool = False) -> None:
        """Update the limit from an answer's `X-RateLimit-*` headers; a *held* answer's count may be minutes old."""
        now = time.monotonic()
        self._answered = True
        if not held:
            round_trip_s = min(now - permit.sent_at, 2.0)
            self._round_trip_s = 0.7 * self._round_trip_s + 0.3 * round_trip_s
            self._set_counted_at(permit, now)
        limit = _whole(headers.get("x-ratelimit-limit"))
        if limit is not None and limit > 0:
            self.limit = limit
            remaining = _whole(headers.get("x-ratelimit-remaining"))
            if remaining is not None and not held:
                self._count_others(limit, remaining, headers, now)
        self._wake()

    def _set_counted_at(self, permit: Permit, counted_at: float) -> None:
        if permit in self._log:
            self._log.remove(permit)
            permit.counted_at = counted_at
            insort(self._log, permit, key=lambda entry: entry.counted_at)

    def _count_others(self, limit: int, remaining: int, headers: Mapping[str, str], now: float) -> None:
        self.server_remaining = remaining
        reset_in = _seconds_to_reset(headers)
        if self._learns_window and reset_in and remaining == limit - 1:
            # Ours is the only request in the window, so its end reveals the window's length. Near the documented
            # minute, the difference is only the clocks' inaccuracy.
            self._window_s = WINDOW_S if reset_in > 0.8 * WINDOW_S else max(reset_in, 0.05)
        self._expire(now)
        self._others = max(0, limit - remaining - len(self._log))
        self._others_until = now + (reset_in if reset_in is not None else self._window_s) + _MARGIN_S

    def pause(self, seconds: float) -> None:
        """Pause all requests for *seconds*, after a 429."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


def is_rate_limit(headers: Mapping[str, str]) -> bool:
    """Return True if a 429 with these headers is a rate limit, which time alone ends; not one for want of credits."""
    return retry_after_s(headers, default=-1) >= 0 or _whole(headers.get("x-ratelimit-remaining")) == 0


def retry_after_s(headers: Mapping[str, str], default: float) -> float:
    """Return the seconds of a `Retry-After` header (a number or a date); *default* if it is missing or invalid."""
    text = headers.get("retry-after", "").strip()
    seconds = _finite(text)
    if seconds is None and text:
        seconds = _seconds_until_date(text, headers.get("date", ""))
    if seconds is None or seconds < 0:
        return default
    return min(seconds, _MAX_RETRY_AFTER_S)


def _seconds_until_date(text: str, server_date: str) -> float | None:
    try:
        then = parsedate_to_datetime(text).timestamp()
        now = parsedate_to_datetime(server_date).timestamp() if server_date else time.time()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return then - now


def _seconds_to_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to `X-RateLimit-Reset` (documented as Unix milliseconds); None unless within the window.

    An answer may reach us just after its reset: then 0, for what it counted is over. If our clock differs from the
    server's `Date` header by more than 2 s, the header replaces our clock.
    """
    reset_ms = _finite(headers.get("x-ratelimit-reset", ""))
    if reset_ms is None:
        return None
    now = time.time()
    try:
        server_now = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        server_now = now
    if abs(server_now - now) > 2:
        now = server_now
    seconds = reset_ms / 1000 - now
    return max(seconds, 0.0) if -_LATE_ANSWER_S <= seconds <= WINDOW_S + 1 else None


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(text: str | None) -> int | None:
    value = _finite(text or "")
    return int(value) if value is not None and 0 <= value <= 1_000_000 else None
