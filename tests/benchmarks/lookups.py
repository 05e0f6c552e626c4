"""Finding what was bought before, in a library that has grown."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from playcut_jupyter import Playcut
from playcut_jupyter.library.records import AssetRecord, fingerprint
from tests.benchmarks.figures import Figure

GENERATIONS, LOOKS = 10_000, 300
_URL = "http://127.0.0.1:9/api/v1"
"""Nothing listens there: what is found in the library needs no server."""
_TOOL = "generate-image-from-text"


def reuse() -> Iterator[Figure]:
    """Measure `submit` of what is among 10,000 saved generations, against a bare indexed SELECT."""
    with tempfile.TemporaryDirectory() as folder, Playcut(api_key="pk_live_none", base_url=_URL, home=folder) as pc:
        _fill(pc)
        wanted = random.Random(7).sample(range(GENERATIONS), LOOKS)
        found_ms = _each_ms(lambda number: _found(pc, number), wanted)
        with sqlite3.connect(Path(folder) / "library.sqlite3") as bare:
            floor_ms = _each_ms(lambda number: _selected(bare, number), wanted)
        library, origin = pc.connection.library, pc.connection.settings.origin
        missed_ms = _each_ms(lambda number: library.saved(origin, _TOOL, {"prompt": f"no {number}"}, 1), wanted)
        bare.close()
    floor_is = "ms, a bare indexed SELECT"
    name = f"reuse look-up among {GENERATIONS:,}, median"
    yield Figure(name, median(found_ms), "ms", median(floor_ms), floor_is, 5)
    yield Figure("  the slowest of a hundred (p99)", _p99(found_ms), "ms", _p99(floor_ms), floor_is, 5)
    yield Figure("  a look-up that finds nothing, median", median(missed_ms), "ms", median(floor_ms), floor_is, 5)


def _fill(pc: Playcut) -> None:
    library, origin = pc.connection.library, pc.connection.settings.origin
    data = b"the bytes of a picture"
    sha256, path = library.store.put(data, ".png")
    asset = AssetRecord("asset_one", sha256, path, "image/png", len(data), 1024, 1024, None)
    for number in range(GENERATIONS):
        inputs = _inputs(number)
        row = library.create(origin, _TOOL, "image", str(inputs["prompt"]), inputs, "a session")
        library.keep_asset(row, 0, asset)
        library.update(row, state="fetched", task_id=f"{row:024x}", status="COMPLETED", credits=80.0)


def _inputs(number: int) -> dict[str, object]:
    return {"prompt": f"a picture of the number {number}", "aspectRatio": "16:9", "imageSize": "1K"}


def _found(pc: Playcut, number: int) -> None:
    inputs = _inputs(number)
    run = pc.submit("image", str(inputs["prompt"]), aspect_ratio="16:9", image_size="1K")
    assert run.reused


def _selected(bare: sqlite3.Connection, number: int) -> None:
    key = fingerprint(_URL, _TOOL, _inputs(number))
    assert bare.execute("SELECT * FROM generations WHERE fingerprint = ?", (key,)).fetchone()


def _each_ms(work: Callable[[int], object], numbers: Sequence[int]) -> list[float]:
    work(numbers[0])
    times = []
    for number in numbers:
        begun = time.perf_counter()
        work(number)
        times.append(1000 * (time.perf_counter() - begun))
    return times


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(0.99 * len(times))]
