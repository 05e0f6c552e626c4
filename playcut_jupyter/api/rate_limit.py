"""The rate limiter: every request of a client passes it, and the server's headers drive it.

The API counts requests in a sliding window per key and says in each answer how many are left. The limiter keeps
its own log of the window, because answers arrive out of step with many requests in flight, and corrects it
by what the server says others used. Finishing what is bought (waits, downloads) goes before buying more;
progress polls only use what nobody else will need. Absent, wrong or contradictory headers loosen the limiter at
most until the next 429, which stops all requests for as long as it says.
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
"""The documented window. A shorter one is believed if the headers show it."""
_FIRST_BURST = 8
"""How many requests may be under way before the first answer tells the limit."""
_MARGIN_S = 0.03
_MAX_RETRY_AFTER_S = 86_400.0

Notify = Callable[[float], None]


class Priority(IntEnum):
    """Who goes first when requests queue."""

    FINISH = 0
    START = 1


@dataclass(eq=False, slots=True)
class Permit:
    """A request let through: when it was sent, and the latest moment at which the server can have counted it."""

    sent_at: float
    counted_at: float


class RateLimiter:
    """Lets requests through as fast as the rate limit allows, no faster. Lives on one event loop.

    With *learns_window* a window shorter than the documented minute is believed if the headers show one: for a
    sandbox. What the API's Reset means exactly is not documented, so there the minute stands.

    Attributes:
        limit: requests a window, as the server says; None until it has said so.
        server_remaining: what the last answer said was left.
        expected: requests that jobs under way will still need; progress polls leave room for them.
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

    async def enter(self, priority: Priority, notify: Notify | None = None) -> Permit:
        """Wait for this request's turn.

        *notify* is called with the expected seconds whenever waiting takes a noticeable time, and with 0 when
        it is over.
        """
        ticket = (priority, next(self._numbers))
        heapq.heappush(self._queue, ticket)
        told = False
        try:
            while (delay := self._delay()) > 0 or self._queue[0] != ticket:
                if notify and 0.2 < delay < math.inf:
                    notify(delay)
                    told = True
                is_next = self._queue[0] == ticket and math.isfinite(delay)
                with anyio.move_on_after(delay if is_next else None):
                    await self._changed.wait()
        finally:
            self._queue.remove(ticket)
            heapq.heapify(self._queue)
            self._wake()
        if told and notify:
            notify(0.0)
        self._unanswered += 1
        now = time.monotonic()
        admitted = Permit(now, now + self._round_trip_s)
        insort(self._log, admitted, key=lambda entry: entry.counted_at)
        return admitted

    def _delay(self) -> float:
        """Seconds until a request may be sent; infinite if only an answer can tell."""
        now = time.monotonic()
        if self._paused_until > now:
            return self._paused_until - now
        self._forget(now)
        if self.limit is None:
            return math.inf if not self._answered and self._unanswered >= _FIRST_BURST else 0.0
        if len(self._log) + self._others < self.limit:
            return 0.0
        ends = [self._others_until] if self._others else []
        if self._log:
            ends.append(self._log[0].counted_at + self._window_s + _MARGIN_S)
        return max(min(ends, default=now) - now, 0.001)

    def _forget(self, now: float) -> None:
        horizon = now - self._window_s - _MARGIN_S
        while self._log and self._log[0].counted_at <= horizon:
            self._log.pop(0)
        if self._others_until <= now:
            self._others = 0

    def has_room_to_spare(self) -> bool:
        """True if a progress poll takes nothing from the requests that are still to come."""
        self._forget(time.monotonic())
        if self.limit is None:
            return self._answered and self.pause_s == 0
        free = self.limit - len(self._log) - self._others
        return self.pause_s == 0 and not self._queue and free > self.expected + self.limit // 4

    def release(self) -> None:
        """Say that a request that was let through is over, with or without an answer."""
        self._unanswered -= 1
        self._wake()

    def observe(self, headers: Mapping[str, str], admitted: Permit, *, held: bool = False) -> None:
        """Learn from an answer's `X-RateLimit-*` headers. A *held* answer's count may be minutes old."""
        now = time.monotonic()
        self._answered = True
        if not held:
            round_trip_s = min(now - admitted.sent_at, 2.0)
            self._round_trip_s = 0.7 * self._round_trip_s + 0.3 * round_trip_s
            self._settle(admitted, now)
        limit = _whole(headers.get("x-ratelimit-limit"))
        if limit is not None and limit > 0:
            self.limit = limit
            remaining = _whole(headers.get("x-ratelimit-remaining"))
            if remaining is not None and not held:
                self._compare(limit, remaining, headers, now)
        self._wake()

    def _settle(self, admitted: Permit, counted_at: float) -> None:
        if admitted in self._log:
            self._log.remove(admitted)
            admitted.counted_at = counted_at
            insort(self._log, admitted, key=lambda entry: entry.counted_at)

    def _compare(self, limit: int, remaining: int, headers: Mapping[str, str], now: float) -> None:
        self.server_remaining = remaining
        reset_in = _seconds_to_reset(headers)
        if self._learns_window and reset_in is not None and remaining == limit - 1:
            # Ours is the only request in the window, so its end tells how long the window is.
            # Near the documented minute the documented minute it is: clocks are not that good.
            self._window_s = WINDOW_S if reset_in > 0.8 * WINDOW_S else max(reset_in, 0.05)
        self._forget(now)
        self._others = max(0, limit - remaining - len(self._log))
        self._others_until = now + (reset_in if reset_in is not None else self._window_s) + _MARGIN_S

    def pause(self, seconds: float) -> None:
        """Stop all requests for *seconds*, as a 429 asks."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


def retry_after_s(headers: Mapping[str, str], default: float) -> float:
    """Return the seconds of a `Retry-After` header (a number or a date); *default* if it makes no sense."""
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
    """Seconds to `X-RateLimit-Reset` (documented: Unix milliseconds); None unless within the window.

    Our clock may be wrong; the server's `Date`, good to a second, then stands in for it.
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
    return seconds if 0 < seconds <= WINDOW_S + 1 else None


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(text: str | None) -> int | None:
    value = _finite(text or "")
    return int(value) if value is not None and 0 <= value <= 1_000_000 else None
