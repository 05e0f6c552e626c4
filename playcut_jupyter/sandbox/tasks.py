"""The life of a task: PENDING, PROCESSING with rising progress, then COMPLETED or FAILED.

Everything about a task is decided when it is submitted: how long it takes, whether it fails, which assets it
makes. Until it ends, its document depends on the clock alone, so another sandbox can continue it from its
submission record. Its media are made while it is "processing".

The statuses, the document's fields and the type ``GEMINI_TEXT_TO_IMAGE`` are documented. The other types, the
error codes and the length of each phase are the sandbox's own.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from playcut_jupyter.sandbox.errors import MediaError
from playcut_jupyter.sandbox.media import MediaRequest
from playcut_jupyter.sandbox.renderer import Renderer

PENDING_UNTIL: Final = 0.15
QUEUED_UPSTREAM_UNTIL: Final = 0.4
HALFWAY: Final = 0.5
"""Fractions of a task's latency: the end of PENDING, the end of ``[unknown-status]``, the time at which
``[early]`` and ``[cut]`` end a wait."""

DEADLINES_S: Final = {"image": 300.0, "video": 600.0, "speech": 300.0}
"""How long after the submission a wait is held, at most (documented for image and video)."""


@dataclass
class Task:
    """One submitted generation. Its times are Unix times, because another process may continue it."""

    id: str
    kind: str
    type: str
    markers: frozenset[str]
    created_at: float
    latency_s: float
    attempt: int
    """How often the same input was submitted before."""
    assets: dict[str, MediaRequest]
    """Asset id -> the media in it."""
    status: str | None = None
    """The terminal status; None before the end."""
    error: dict[str, object] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    loaded_at: float = field(default_factory=time.time)
    """When this sandbox received the task, or read it from the state file."""
    waits: int = 0
    """How many ``wait-for-task`` requests were held for it."""
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def document(self) -> dict[str, object]:
        """Return the documented task document as of now."""
        document: dict[str, object] = {"taskId": self.id, "type": self.type, "status": self.current_status()}
        if self.status == "COMPLETED":
            document["output"] = {"assetIds": list(self.assets)}
            document["processingInfo"] = {"progress": 100}
        elif self.status == "FAILED":
            # The documented example of a failed task has its id under this name.
            document["id"] = self.id
            if self.error is not None:
                document["error"] = self.error
        elif document["status"] == "PROCESSING":
            document["processingInfo"] = {"progress": min(99, int(100 * self._elapsed_fraction()))}
        return document

    def current_status(self) -> str:
        """Return the status as of now."""
        if self.status is not None:
            return self.status
        elapsed = self._elapsed_fraction()
        if elapsed < PENDING_UNTIL:
            return "PENDING"
        if "unknown-status" in self.markers and elapsed < QUEUED_UPSTREAM_UNTIL:
            return "QUEUED_UPSTREAM"
        return "PROCESSING"

    def end(self, status: str, error: dict[str, object] | None = None) -> None:
        """Make the task terminal and release every wait."""
        self.status, self.error = status, error
        self.ended.set()

    def is_first(self, action: str, asset_id: str) -> bool:
        """Tell whether this is the first call with this action and asset."""
        first = (action, asset_id) not in self._seen
        self._seen.add((action, asset_id))
        return first

    def seconds_until(self, fraction: float) -> float:
        """Return the seconds until this fraction of the latency has passed, at least 0."""
        return max(0.0, self.created_at + fraction * self.latency_s - time.time())

    def seconds_until_deadline(self) -> float:
        """Return the seconds for which a wait may still be held, at least 0."""
        return max(0.0, self.loaded_at + DEADLINES_S[self.kind] - time.time())

    def _elapsed_fraction(self) -> float:
        return (time.time() - self.created_at) / self.latency_s if self.latency_s > 0 else 1.0


async def run_task(task: Task, renderer: Renderer) -> None:
    """Bring a task to its end: at its latency, or when its media are ready if that is later."""
    fails, error = _planned_failure(task)
    needs_media = not fails and not task.markers & {"empty", "wrong-type", "stuck"}
    # Rendering starts now, so that the media are usually ready when the latency is over.
    rendering = asyncio.gather(*(renderer.render(request) for request in task.assets.values() if needs_media))
    try:
        await asyncio.sleep(task.seconds_until(1.0))
        if "stuck" in task.markers:
            await asyncio.Event().wait()
        await rendering
    except MediaError as reason:
        fails, error = True, _error(reason.code, str(reason), retryable=False)
    finally:
        rendering.cancel()
        await asyncio.gather(rendering, return_exceptions=True)  # otherwise asyncio logs an unretrieved exception
    task.end("FAILED" if fails else "COMPLETED", error)


def _planned_failure(task: Task) -> tuple[bool, dict[str, object] | None]:
    """Tell whether the task's markers make it fail, and with which error object."""
    if "fail-silently" in task.markers:
        return True, None
    if "fail" in task.markers:
        return True, _error("GENERATION_FAILED", "The model could not make this. (marker [fail])", retryable=False)
    if "flaky" in task.markers and task.attempt == 0:
        message = "The model was overloaded; submit the same input again. (marker [flaky])"
        return True, _error("MODEL_OVERLOADED", message, retryable=True)
    return False, None


def _error(code: str, message: str, *, retryable: bool) -> dict[str, object]:
    return {"code": code, "message": message, "retryable": retryable}
