"""What a large clip costs: memory, drawing it again, and bytes where the connection is cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.figures import Figure
from tests.benchmarks.service import Service, serving

MEGABYTES = 300
CUT_AT = 0.8
DRAWINGS = 5
_FETCH = """
import json, os, sys, threading, time
import psutil
from playcut_jupyter import Playcut

process, most = psutil.Process(), 0
def watch():
    global most
    while True:
        most = max(most, process.memory_info().rss)
        time.sleep(0.002)

with Playcut(progress="off") as pc:
    pc.video("a small one", megabytes=1, seconds=0.1)._repr_mimebundle_()
    before = process.memory_info().rss
    threading.Thread(target=watch, daemon=True).start()
    begun = time.monotonic()
    clip = pc.submit("video", "a large one", **json.loads(sys.argv[1])).wait()
    took_s = time.monotonic() - begun
    clip._repr_mimebundle_()
    print(json.dumps({"more_mb": (most - before) / 1e6, "took_s": took_s, "path": str(clip.assets[0].path)}))
"""
_DRAW = """
import json, time
from pathlib import Path
from playcut_jupyter import Playcut

with Playcut() as pc:
    clip = pc.history(search="a large one")[0]
    begun = time.perf_counter()
    shown = clip._repr_mimebundle_()
    print(json.dumps({"ms": 1000 * (time.perf_counter() - begun), "still": "playcut-poster" in shown["text/html"]}))
"""
_READ = """
import hashlib, json, sys, time
from pathlib import Path
begun = time.perf_counter()
Path(sys.argv[1]).read_bytes()
print(json.dumps({"ms": 1000 * (time.perf_counter() - begun)}))
"""


def large() -> Iterator[Figure]:
    """Measure a clip of 300 MB: fetched, drawn, drawn again by another kernel, and fetched over a cut."""
    with serving() as service, tempfile.TemporaryDirectory() as folder:
        fetched = _run(service, folder, _FETCH, json.dumps({"megabytes": MEGABYTES, "seconds": 0.1}))
        drawn = [_run(service, folder, _DRAW) for _ in range(DRAWINGS)]
        read_ms = min(_run(service, folder, _READ, fetched["path"])["ms"] for _ in range(DRAWINGS))
    with serving() as service, tempfile.TemporaryDirectory() as folder:
        asked = {"megabytes": MEGABYTES, "seconds": 0.1, "cut_at": CUT_AT}
        before = 1.0  # of the small one
        _run(service, folder, _FETCH, json.dumps(asked))
        sent_mb = service.counts().sent_bytes / 1e6 - before
    assert all(drawing["still"] for drawing in drawn)
    name = f"a clip of {MEGABYTES} MB: memory to fetch and draw it"
    yield Figure(name, fetched["more_mb"], "MB", MEGABYTES, "MB, the clip itself", 64)
    yield Figure("  fetched in", fetched["took_s"], "s")
    again_ms = sorted(drawing["ms"] for drawing in drawn)[DRAWINGS // 2]
    yield Figure("  drawn again, by another kernel", again_ms, "ms", read_ms, "ms, reading it", 20)
    yield Figure(f"  sent, with a cut at {CUT_AT:.0%}", sent_mb, "MB", MEGABYTES, "MB, the clip itself", None, 1.1)


def _run(service: Service, home: str, program: str, *arguments: str) -> Any:
    """Run *program* in a process of its own, and return what it prints."""
    environment = {
        **os.environ,
        "PLAYCUT_API_KEY": service.key,
        "PLAYCUT_BASE_URL": service.base_url,
        "PLAYCUT_HOME": home,
    }
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
