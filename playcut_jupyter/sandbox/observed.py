"""What a sandbox has seen of its clients; written by the server's thread, read by any."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Observed:
    """Counts that outlive the server, so that a test can look at them after `Sandbox.stop`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._submissions = 0
        self._leaks = 0
        self._held_waits = 0

    def request(self, tool: str) -> None:
        """Count a request for a tool, whatever became of it."""
        with self._lock:
            self._requests[tool] += 1

    def submission(self) -> None:
        """Count a task that was created."""
        with self._lock:
            self._submissions += 1

    def leak(self) -> None:
        """Count a key that was sent to the storage."""
        with self._lock:
            self._leaks += 1

    @contextmanager
    def held_wait(self) -> Iterator[None]:
        """Count a wait for as long as it is held."""
        with self._lock:
            self._held_waits += 1
        try:
            yield
        finally:
            with self._lock:
                self._held_waits -= 1

    @property
    def requests(self) -> Counter[str]:
        """A copy of the requests by tool."""
        with self._lock:
            return self._requests.copy()

    @property
    def submissions(self) -> int:
        """The number of tasks that were created."""
        return self._submissions

    @property
    def leaks(self) -> int:
        """The number of keys that were sent to the storage."""
        return self._leaks

    @property
    def held_waits(self) -> int:
        """The number of waits that are held at the moment."""
        return self._held_waits
