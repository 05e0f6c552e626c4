"""Runs all benchmarks, or those that are named, and prints each figure beside its floor."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from tests.benchmarks import cells, clips, crowds, distance, lookups, panels, starting, waits
from tests.benchmarks.figures import Figure, heading

BENCHMARKS: Mapping[str, Callable[[], Iterator[Figure]]] = {
    "delays": waits.delays,
    "loading": starting.loading,
    "far": distance.far,
    "large": clips.large,
    "hundred": crowds.hundred,
    "limit": crowds.limit,
    "cpu": cells.cpu,
    "messages": cells.messages,
    "size": cells.size,
    "reuse": lookups.reuse,
    "panel": panels.gallery,
}


def main() -> int:
    """Run them; return how many targets were missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all if left out")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)} (there are {', '.join(BENCHMARKS)})")
    for name in [name for name in os.environ if name.startswith("PLAYCUT_")]:
        del os.environ[name]
    begun, missed = time.monotonic(), 0
    _tell(heading())
    for name in names:
        for figure in BENCHMARKS[name]():
            missed += figure.verdict == "missed"
            _tell(figure.line)
    _tell(f"{missed} missed; {time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return min(missed, 1)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
