"""Many generations at once: without a rate limit in the way, and right at it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playcut_jupyter import Generation, Playcut
from tests.benchmarks import rawhttp
from tests.benchmarks.figures import Figure
from tests.benchmarks.service import Service, serving

CROWD = 100
TASK_S = 8.0
"""Pictures typically take 5 to 15 s."""
SWEEP, SWEPT_TASK_S = 40, 0.8
RATE = (60, 6.0)
"""The narrowest documented limit, 60 requests a minute, ten times as fast."""


def hundred() -> Iterator[Figure]:
    """Measure 100 generations at once against one."""
    with serving() as service, tempfile.TemporaryDirectory() as folder:  # noqa: SIM117 - each server has its own reason
        with Playcut(api_key=service.key, base_url=service.base_url, home=folder, reuse=False) as pc:
            _made(pc, 1, 0.1)
            one_s = _made(pc, 1, TASK_S)
            all_s = _made(pc, CROWD, TASK_S)
    with serving() as service:
        raw_s = _raw(service, CROWD)
    yield Figure(f"{CROWD} generations at once, {TASK_S:g} s each", all_s, "s", one_s, "s, one alone", None, 1.15)
    yield Figure("  what the others add to the one", all_s - one_s, "s", raw_s - one_s, "s, raw httpx")


def _made(pc: Playcut, count: int, seconds: float) -> float:
    begun = time.monotonic()
    runs = pc.submit("image", f"{count} of them", count=count, seconds=seconds)
    for run in [runs] if isinstance(runs, Generation) else runs:
        run.wait()
    return time.monotonic() - begun


def _raw(service: Service, count: int) -> float:
    begun = time.monotonic()
    rawhttp.run(service, [("generate-image-from-text", {"seconds": TASK_S})] * count)
    return time.monotonic() - begun


def limit() -> Iterator[Figure]:
    """Measure a sweep that the rate limit holds up, against the best that the limit allows."""
    with serving(RATE) as service, tempfile.TemporaryDirectory() as folder:
        with Playcut(api_key=service.key, base_url=service.base_url, home=Path(folder)) as pc:
            begun = time.monotonic()
            sweep = pc.submit("image", "a sweep", count=SWEEP, seconds=SWEPT_TASK_S)
            while not sweep.done:
                time.sleep(0.005)
            took_s = time.monotonic() - begun
        counts = service.counts()
    best_s = _best_s(1 + 3 * SWEEP)
    name = f"{SWEEP} generations at {RATE[0]} requests in {RATE[1]:g} s"
    yield Figure(name, took_s, "s", best_s, "s, all that the limit allows", None, 1.05)
    yield Figure("  requests refused (429)", counts.refused, "", None, "", 0)
    yield Figure("  generations failed", len(sweep.failed), "", None, "", 0)
    yield Figure("  API requests in all", counts.api_requests, "", 1 + 3 * SWEEP, "needed")


def _best_s(requests: int) -> float:
    """Return the seconds before which no client can send the last of *requests*, were every answer there at once.

    A window lets its whole limit through at its very beginning, and nothing until the first of those leaves it. The
    tasks cost no time beyond that: all are over before the second window opens, which has the last waits and all
    downloads but those that the limit leaves for the third.
    """
    return (requests - 1) // RATE[0] * RATE[1]
