"""The renderer: makes the media of tasks in worker threads, and caches them.

Media are deterministic, so what no longer fits into the cache is made again when it is needed.
"""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from playcut_jupyter.sandbox.errors import MediaError, MediaUnavailable, RenderingCancelled
from playcut_jupyter.sandbox.media import Media, MediaRequest, clip, picture, speech

log = logging.getLogger(__name__)

CACHE_BYTES: Final = 128 * 2**20
THREADS: Final = 2


class Renderer:
    """Makes media in two worker threads, once for equal requests, and caches the most recent ones."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="playcut-sandbox-media")
        # Requests queue here and not in the executor: at exit the interpreter waits for everything that was
        # submitted to an executor.
        self._free_threads = asyncio.Semaphore(THREADS)
        self._closed = threading.Event()
        self._cache_bytes = cache_bytes
        self._cache: OrderedDict[MediaRequest, Media] = OrderedDict()
        self._in_progress: dict[MediaRequest, asyncio.Task[Media]] = {}

    async def render(self, request: MediaRequest) -> Media:
        """Return the media for a request. Raises `MediaError`."""
        if request in self._cache:
            self._cache.move_to_end(request)
            return self._cache[request]
        if request not in self._in_progress:
            self._in_progress[request] = asyncio.create_task(self._render(request))
        return await asyncio.shield(self._in_progress[request])

    async def close(self) -> None:
        """Drop queued requests. Does not wait for the threads: a clip in progress ends at its next frame."""
        self._closed.set()
        self._executor.shutdown(wait=False, cancel_futures=True)
        for rendering in (in_progress := list(self._in_progress.values())):
            rendering.cancel()
        await asyncio.gather(*in_progress, return_exceptions=True)

    async def _render(self, request: MediaRequest) -> Media:
        try:
            async with self._free_threads:
                loop = asyncio.get_running_loop()
                made = await loop.run_in_executor(self._executor, _make, request, self._closed.is_set)
        except RuntimeError:
            # The interpreter is shutting down. The task has not failed: a later sandbox may finish it.
            raise asyncio.CancelledError from None
        finally:
            del self._in_progress[request]
        self._cache[request] = made
        total = sum(len(media.data) for media in self._cache.values())
        while total > self._cache_bytes and len(self._cache) > 1:
            total -= len(self._cache.popitem(last=False)[1].data)
        return made


def _make(request: MediaRequest, is_cancelled: Callable[[], bool]) -> Media:
    """Make one piece of media; runs in a worker thread. Raises `MediaError`."""
    makers: dict[str, Callable[..., Media]] = {
        "image": picture,
        "video": partial(clip, is_cancelled=is_cancelled),
        "speech": speech,
    }
    try:
        return makers[request.kind](request.text, seed=request.seed, tiny=request.tiny, **dict(request.options))
    except MediaUnavailable as error:
        raise MediaError("MEDIA_UNAVAILABLE", str(error)) from error
    except ValueError as error:
        raise MediaError("INVALID_INPUT", str(error)) from error
    except RenderingCancelled as error:
        raise MediaError("CANCELLED", "The sandbox was stopped.") from error
    except Exception as error:
        # Any other failure must end the task too: clients wait for it.
        log.exception("the sandbox could not make the %s", request.kind)
        raise MediaError("SANDBOX_ERROR", f"The sandbox could not make the {request.kind}: {error!r}") from error
