"""The life of a task: PENDING, PROCESSING with rising progress, then COMPLETED or FAILED.

A task's whole future is decided when it is submitted: how long it takes, whether it fails, which assets it
makes. So its document is a function of the clock alone until it ends, and its submission record is enough for
another sandbox to take it over. The media are deterministic too: the `Workshop` draws them in worker threads
while the task is "processing", and once more if someone asks for bytes that it no longer keeps.

The statuses, the document's fields and the type ``GEMINI_TEXT_TO_IMAGE`` are documented; the other types, the
error codes and the proportions of a life are this sandbox's own.
"""

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from playcut_jupyter.sandbox.media import Media

log = logging.getLogger(__name__)

KEPT_BYTES: Final = 128 * 2**20
"""How much finished media a sandbox keeps in memory; older ones are made again when they are asked for."""

THREADS: Final = 2

QUEUED_UNTIL: Final = 0.15
QUEUED_UPSTREAM_UNTIL: Final = 0.4
HALF_WAY: Final = 0.5
"""Parts of a task's latency: where PENDING ends, where ``[unknown-status]`` ends, where waits go wrong."""

DEADLINES_S: Final = {"image": 300.0, "video": 600.0, "speech": 300.0}
"""Hard deadlines: how long waits are held after the submission (documented for image and video)."""


class DrawingError(Exception):
    """Some media cannot be made; ``code`` and the message go into the task's error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Order:
    """Everything that decides the bytes of one asset."""

    kind: str
    text: str
    seed: int
    options: tuple[tuple[str, Any], ...] = ()


class Workshop:
    """Makes media in two worker threads, each order once, and keeps the latest ones."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="playcut-sandbox-media")
        # The queue is ours, not the executor's: at exit the interpreter waits for all that an executor
        # was given.
        self._free = asyncio.Semaphore(THREADS)
        self._closed = threading.Event()
        self._kept_bytes = kept_bytes
        self._shelf: OrderedDict[Order, Media] = OrderedDict()
        self._voices: list[dict[str, object]] | None = None
        self._in_work: dict[Order, asyncio.Task[Media]] = {}

    async def media(self, order: Order) -> "Media":
        """Return the media of an order. Raises `DrawingError`."""
        if order in self._shelf:
            self._shelf.move_to_end(order)
            return self._shelf[order]
        if order not in self._in_work:
            self._in_work[order] = asyncio.create_task(self._make(order))
        return await asyncio.shield(self._in_work[order])

    async def voices(self) -> list[dict[str, object]]:
        """Return the voices; none where no speech engine is installed."""
        if self._voices is None:
            # Not in the workers' queue: the list is not to wait for somebody's clip.
            self._voices = await asyncio.to_thread(_voices)
        return self._voices

    async def close(self) -> None:
        """Drop what waits for a thread, and wait for no thread: a clip in work ends at its next frame."""
        self._closed.set()
        self._executor.shutdown(wait=False, cancel_futures=True)
        for making in (works := list(self._in_work.values())):
            making.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    async def _make(self, order: Order) -> "Media":
        try:
            async with self._free:
                drawing = asyncio.get_running_loop().run_in_executor(self._executor, _draw, order, self._closed.is_set)
                made = await drawing
        except RuntimeError:
            # The interpreter is on its way out. The task has not failed: a later sandbox may finish it.
            raise asyncio.CancelledError from None
        finally:
            del self._in_work[order]
        self._shelf[order] = made
        kept = sum(len(media.data) for media in self._shelf.values())
        while kept > self._kept_bytes and len(self._shelf) > 1:
            kept -= len(self._shelf.popitem(last=False)[1].data)
        return made


def _draw(order: Order, is_abandoned: "Callable[[], bool]") -> "Media":
    """Make one piece of media; runs in a worker thread."""
    from playcut_jupyter.sandbox import media

    makers: dict[str, Callable[..., Media]] = {
        "image": media.picture,
        "video": partial(media.clip, is_abandoned=is_abandoned),
        "speech": media.speech,
    }
    try:
        return makers[order.kind](order.text, seed=order.seed, **dict(order.options))
    except media.MediaUnavailable as error:
        raise DrawingError("MEDIA_UNAVAILABLE", str(error)) from error
    except ValueError as error:
        raise DrawingError("INVALID_INPUT", str(error)) from error
    except media.Abandoned as error:
        raise DrawingError("ABANDONED", "The sandbox was stopped.") from error
    except Exception as error:
        # Whatever goes wrong in here must end the task: people are waiting for it.
        log.exception("the sandbox could not make a %s", order.kind)
        raise DrawingError("SANDBOX_ERROR", f"The sandbox could not make this {order.kind}: {error!r}") from error


def _voices() -> list[dict[str, object]]:
    from playcut_jupyter.sandbox import media

    try:
        return media.voices()
    except media.MediaUnavailable:
        return []


@dataclass
class Task:
    """One submitted generation. Times are Unix times: another process may take the task over."""

    id: str
    kind: str
    type: str
    markers: frozenset[str]
    created: float
    latency_s: float
    attempt: int
    orders: dict[str, Order]
    """Asset id -> what to draw."""
    status: str | None = None
    """The terminal status, once there is one."""
    error: dict[str, object] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    taken_in: float = field(default_factory=time.time)
    """When this sandbox got to know the task: at its submission, or when it took it over."""
    waits: int = 0
    """How many waits were held for it."""
    happened: set[tuple[str, str]] = field(default_factory=set)
    """What has happened to which asset (see `first_time`)."""

    def document(self) -> dict[str, object]:
        """Return the documented task document as of now."""
        document: dict[str, object] = {"taskId": self.id, "type": self.type, "status": self.status_now()}
        if self.status == "COMPLETED":
            document["output"] = {"assetIds": list(self.orders)}
            document["processingInfo"] = {"progress": 100}
        elif self.status == "FAILED":
            # One documented example of a failed task carries its id under this name.
            document["id"] = self.id
            if self.error is not None:
                document["error"] = self.error
        elif document["status"] == "PROCESSING":
            document["processingInfo"] = {"progress": min(99, int(100 * self._part()))}
        return document

    def status_now(self) -> str:
        """Return the status as of now."""
        if self.status is not None:
            return self.status
        if self._part() < QUEUED_UNTIL:
            return "PENDING"
        if "unknown-status" in self.markers and self._part() < QUEUED_UPSTREAM_UNTIL:
            return "QUEUED_UPSTREAM"
        return "PROCESSING"

    def end(self, status: str, error: dict[str, object] | None = None) -> None:
        """Make the task terminal and release everybody who waits for it."""
        self.status, self.error = status, error
        self.done.set()

    def first_time(self, asset_id: str, what: str) -> bool:
        """Tell whether ``what`` happens to the asset for the first time."""
        first = (asset_id, what) not in self.happened
        self.happened.add((asset_id, what))
        return first

    def seconds_until(self, part: float) -> float:
        """Return the seconds until this part of the latency has passed, at least 0."""
        return max(0.0, self.created + part * self.latency_s - time.time())

    def seconds_until_deadline(self) -> float:
        """Return the seconds for which a wait may still be held, at least 0."""
        return max(0.0, self.taken_in + DEADLINES_S[self.kind] - time.time())

    def _part(self) -> float:
        return (time.time() - self.created) / self.latency_s if self.latency_s > 0 else 1.0


def planned_failure(task: Task) -> tuple[bool, dict[str, object] | None]:
    """Tell whether the task's markers make it fail, and with which error object."""
    if "fail-silently" in task.markers:
        return True, None
    if "fail" in task.markers:
        return True, _error("GENERATION_FAILED", "The model could not make this. (marker [fail])", retryable=False)
    if "flaky" in task.markers and task.attempt == 0:
        message = "The model was overloaded; submit the same input again. (marker [flaky])"
        return True, _error("MODEL_OVERLOADED", message, retryable=True)
    return False, None


async def live(task: Task, workshop: Workshop) -> None:
    """Bring a task to its end: at its latency, or as soon after it as its media are ready."""
    fails, error = planned_failure(task)
    drawn = not fails and not task.markers & {"empty", "wrong-type", "stuck"}
    # Drawing starts now, so that the bytes are there when the latency is over.
    drawing = asyncio.gather(*(workshop.media(order) for order in task.orders.values() if drawn))
    try:
        await asyncio.sleep(task.seconds_until(1.0))
        if "stuck" in task.markers:
            await asyncio.Event().wait()
        await drawing
    except DrawingError as reason:
        fails, error = True, _error(reason.code, str(reason), retryable=False)
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)  # or asyncio complains of an end that nobody saw
    task.end("FAILED" if fails else "COMPLETED", error)


def _error(code: str, message: str, *, retryable: bool) -> dict[str, object]:
    return {"code": code, "message": message, "retryable": retryable}
