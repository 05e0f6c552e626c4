"""What a sandbox counts about its clients. The server's thread writes; any thread may read."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Counters:
    """Counts that stay readable after `Sandbox.stop`, so that a test can check them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._submissions = 0
        self._leaked_authorization = 0
        self._held_waits = 0

    def count_request(self, tool: str) -> None:
        """Count a request for a tool, successful or not."""
        with self._lock:
            self._requests[tool] += 1

    def count_submission(self) -> None:
        """Count a task that was created."""
        with self._lock:
            self._submissions += 1

    def count_leaked_authorization(self) -> None:
        """Count a key that was sent to the storage."""
        with self._lock:
            self._leaked_authorization += 1

    @contextmanager
    def count_held_wait(self) -> Iterator[None]:
        """Count a wait for as long as its connection is held."""
        with self._lock:
            self._held_waits += 1
        try:
            yield
        finally:
            with self._lock:
                self._held_waits -= 1

    @property
    def requests(self) -> Counter[str]:
        """A copy of the number of requests by tool."""
        with self._lock:
            return self._requests.copy()

    @property
    def submissions(self) -> int:
        """The number of tasks that were created."""
        return self._submissions

    @property
    def leaked_authorization(self) -> int:
        """The number of keys that were sent to the storage."""
        return self._leaked_authorization

    @property
    def held_waits(self) -> int:
        """The number of waits that are held now."""
        return self._held_waits
