"""One attempt for all who want the same thing at once: a session, the list of voices.

Whoever asks first makes the attempt, the others wait for it. Its result is kept; its failure is told to all who waited
for it, and whoever asks later makes a new attempt. One who is cancelled leaves the attempt to the next in line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from typing import Generic, TypeVar

import anyio

from playcut_jupyter.background.portal import renew_with_loop
from playcut_jupyter.errors import PlaycutError

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Something that is made once; `value` is None until it is there."""

    def __init__(self) -> None:
        self.value: T | None = None
        self._lock = anyio.Lock()
        self._failures = 0
        self._failure: PlaycutError | None = None
        renew_with_loop(self)

    def renew(self) -> None:
        """Whoever made the attempt is gone with the loop."""
        self._lock = anyio.Lock()

    async def get(self, make: Callable[[], Awaitable[T]]) -> T:
        """Return it, making it if nobody has.

        Raises:
            PlaycutError: what the attempt that was waited for met.
        """
        failures = self._failures
        async with self._lock:
            if self.value is not None:
                return self.value
            if self._failure is not None and self._failures > failures:
                raise copy(self._failure)
            try:
                self.value = await make()
            except PlaycutError as error:
                self._failures, self._failure = self._failures + 1, error
                raise
            return self.value
