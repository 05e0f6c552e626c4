"""How long after its completion a result is there, and how many requests that takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Literal

from playcut_jupyter import Generation, Playcut
from tests.benchmarks import rawhttp
from tests.benchmarks.figures import Figure
from tests.benchmarks.service import Service, serving

JOBS = 24
ROUNDS = 2
_VOICE = "voice_one"


def delays() -> Iterator[Figure]:
    """Measure 24 jobs of different lengths, pictures and sounds, by turns with plain httpx and with the product."""
    raw, off, auto = [], [], []
    requests = fetches = 0
    with serving() as service, tempfile.TemporaryDirectory() as folder:
        _warm_up(service, Path(folder))
        for turn in range(ROUNDS):
            raw += _delays(service, _raw_jobs(service, turn))
            before = service.counts()
            off += _delays(service, _product_jobs(service, Path(folder), turn, "off"))
            after = service.counts()
            requests += after.api_requests - before.api_requests
            fetches += after.requests["GET"] - before.requests["GET"]
            auto += _delays(service, _product_jobs(service, Path(folder), turn, "auto"))
    floor, floor_is = fmean(raw), "s, raw httpx"
    yield Figure("delay after completion, mean (progress off)", fmean(off), "s", floor, floor_is, 0.05, 1.1)
    yield Figure("delay after completion, mean (progress auto)", fmean(auto), "s", floor, floor_is, 0.05, 1.1)
    yield Figure("  the longest of them (off)", max(off), "s", max(raw), floor_is)
    yield Figure("  the longest of them (auto)", max(auto), "s", max(raw), floor_is)
    # Each round is a connection of its own, with one session for all its generations.
    generations = JOBS * ROUNDS
    yield Figure("API requests a generation (progress off)", (requests - ROUNDS) / generations, "", 3, "needed", 3)
    yield Figure("  storage GETs a generation", fetches / generations, "", 1, "needed", 1)


def _lengths() -> list[float]:
    """Return the jobs' seconds: 1 to 4, no two alike, in no order."""
    return [1 + 3 * ((7 * number) % JOBS) / JOBS for number in range(JOBS)]


def _delays(service: Service, there_at: dict[str, float]) -> list[float]:
    over_at = service.counts().over_at
    return [there_at[task_id] - over_at[task_id] for task_id in there_at]


def _raw_jobs(service: Service, turn: int) -> dict[str, float]:
    session = {"workerId": "5e5510000000000000000001"}
    jobs: list[rawhttp.Job] = []
    for number, seconds in enumerate(_lengths()):
        if number % 2:
            jobs.append(("generate-tts", {**session, "text": f"{turn}", "voiceId": _VOICE, "seconds": seconds}))
        else:
            jobs.append(("generate-image-from-text", {**session, "prompt": f"{turn}", "seconds": seconds}))
    return rawhttp.run(service, jobs)


def _note_end(generation: Generation, there_at: dict[str, float]) -> None:
    if generation.done:
        there_at.setdefault(generation.task_id or "", time.monotonic())


def _product_jobs(service: Service, home: Path, turn: int, progress: Literal["auto", "off"]) -> dict[str, float]:
    there_at: dict[str, float] = {}
    with Playcut(api_key=service.key, base_url=service.base_url, home=home, progress=progress, reuse=False) as pc:
        runs = []
        for number, seconds in enumerate(_lengths()):
            if number % 2:
                run = pc.submit("speech", f"{turn}", voice=_VOICE, seconds=seconds)
            else:
                run = pc.submit("image", f"{turn}", seconds=seconds)
            run.on_change(partial(_note_end, run, there_at))
            runs.append(run)
        for run in runs:
            run.wait()
    return there_at


def _warm_up(service: Service, home: Path) -> None:
    """Import and connect everything once, on both sides."""
    rawhttp.run(service, [("generate-image-from-text", {"seconds": 0.1})])
    with Playcut(api_key=service.key, base_url=service.base_url, home=home) as pc:
        pc.submit("image", "warm up", seconds=0.1).wait()
        pc.submit("speech", "warm up", voice=_VOICE, seconds=0.1).wait()
