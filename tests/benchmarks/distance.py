"""How long after its completion a picture is there, if the service is 50 ms away and speaks TLS."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import fmean, median

from playcut_jupyter import Generation, Playcut
from tests.benchmarks import rawhttp
from tests.benchmarks.figures import Figure
from tests.benchmarks.service import Service, serving_far_away

DELAY_S = 0.025
"""Each way: a round trip takes twice as long."""
LEAST_S = 2.5 * 2 * DELAY_S
"""Half a round trip until the end of the task is known, one for the signed URL, one for the bytes."""
PICTURES, ROUNDS = 12, 3


def far() -> Iterator[Figure]:
    """Measure 12 pictures of different lengths, by turns with plain httpx and with the product."""
    raw: list[float] = []
    warm: list[float] = []
    ours: list[float] = []
    connections: list[int] = []
    with serving_far_away(DELAY_S) as service, _trusting(service), tempfile.TemporaryDirectory() as folder:
        _our_pictures(service, Path(folder) / "first", 0, [0.1])
        for turn in range(ROUNDS):
            raw += _delays(service, asyncio.run(_raw_pictures(service, turn)))
            warm += _delays(service, asyncio.run(_raw_pictures(service, turn, is_warm=True)))
            before = service.counts().storage_connections
            ours += _delays(service, _our_pictures(service, Path(folder) / str(turn), turn, _lengths()))
            connections.append(service.counts().storage_connections - before)
    floor, floor_is = fmean(raw), "s, raw httpx that keeps its connections"
    yield Figure("50 ms away: delay after completion, mean", fmean(ours), "s", floor, floor_is, None, 1)
    least_is = "s, 2.5 round trips"
    yield Figure("  median", median(ours), "s", LEAST_S, least_is, None, 1.15)
    yield Figure("  median of raw httpx", median(raw), "s", LEAST_S, least_is)
    yield Figure("  mean, if raw httpx has fetched a picture before", fmean(ours), "s", fmean(warm), "s, raw httpx")
    yield Figure("  the longest", max(ours), "s", max(raw), "s, raw httpx")
    yield Figure(f"  storage connections for {PICTURES} pictures", max(connections), "", None, "", 4)


def _lengths() -> list[float]:
    """Return the tasks' seconds: 1 to 4, no two alike, in no order."""
    return [1 + 3 * ((7 * number) % PICTURES) / PICTURES for number in range(PICTURES)]


def _delays(service: Service, there_at: dict[str, float]) -> list[float]:
    over_at = service.counts().over_at
    return [there_at[task_id] - over_at[task_id] for task_id in there_at]


async def _raw_pictures(service: Service, turn: int, *, is_warm: bool = False) -> dict[str, float]:
    tool, session = "generate-image-from-text", {"workerId": "5e5510000000000000000001", "prompt": f"{turn}"}
    async with rawhttp.client(service) as http:
        if is_warm:
            await rawhttp.generate(http, service, tool, {**session, "seconds": 0.1})
        jobs = (rawhttp.generate(http, service, tool, {**session, "seconds": seconds}) for seconds in _lengths())
        return dict(await asyncio.gather(*jobs))


def _our_pictures(service: Service, home: Path, turn: int, lengths: Sequence[float]) -> dict[str, float]:
    there_at: dict[str, float] = {}

    def note_end(generation: Generation) -> None:
        if generation.done:
            there_at.setdefault(generation.task_id or "", time.monotonic())

    with Playcut(api_key=service.key, base_url=service.base_url, home=home, reuse=False) as pc:
        runs = [pc.submit("image", f"{turn}", seconds=seconds) for seconds in lengths]
        for run in runs:
            run.on_change(partial(note_end, run))
        for run in runs:
            run.wait()
    return there_at


@contextmanager
def _trusting(service: Service) -> Iterator[None]:
    """Have this process trust the server's certificate, as a user would who has an authority of their own."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = service.ca or ""
    try:
        yield
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
