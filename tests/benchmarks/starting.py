"""What loading costs, each time in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from playcut_jupyter.library.database import Library
from tests.benchmarks.figures import Figure

PROCESSES = 7
_LOAD = """
import json, time
begun = time.perf_counter()
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
bare = time.perf_counter()
shell.run_line_magic("load_ext", "playcut_jupyter")
print(json.dumps([bare - begun, time.perf_counter() - bare]))
"""
_IMPORT = """
import json, time
begun = time.perf_counter()
{statement}
print(json.dumps([time.perf_counter() - begun]))
"""


def loading() -> Iterator[Figure]:
    """Measure `%load_ext` beyond bare IPython, and the imports."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        bare_ms, fresh_ms = _median_ms(_LOAD, place, place / "none")
        _, known_ms = _median_ms(_LOAD, place, _used_library(place / "used"))
        nothing_ms, extension_ms, api_ms, floor_ms = (
            _median_ms(_IMPORT.format(statement=statement), place, place / "none")[0]
            for statement in (
                "pass",
                "import playcut_jupyter",
                "from playcut_jupyter import Playcut",
                "import httpx, sqlite3",
            )
        )
    bare = "ms, bare IPython"
    yield Figure("%load_ext beyond bare IPython", fresh_ms, "ms", bare_ms, bare, 60)
    yield Figure("  the same, with a library that has been used", known_ms, "ms", bare_ms, bare, 60)
    yield Figure("import playcut_jupyter", extension_ms - nothing_ms, "ms", None, "", 60)
    yield Figure("  from playcut_jupyter import Playcut", api_ms, "ms", floor_ms, "ms, import httpx, sqlite3")


def _used_library(home: Path) -> Path:
    """Make a library with something in it, which loading looks into for what was not fetched."""
    library = Library(home)
    for number in range(50):
        library.create("https://api.playcut.ai/api/v1", "generate-image-from-text", "image", f"{number}", {}, None)
    library.close()
    return home


def _median_ms(program: str, folder: Path, home: Path) -> list[float]:
    """Run *program* several times, once unseen before; return the medians of what it prints, ms."""
    environment = _environment(folder, home)
    told = [_told(program, folder, environment) for _ in range(PROCESSES + 1)][1:]
    return [1000 * median(column) for column in zip(*told, strict=True)]


def _told(program: str, folder: Path, environment: Mapping[str, str]) -> list[float]:
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    seconds: list[float] = json.loads(output.splitlines()[-1])
    return seconds


def _environment(folder: Path, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLAYCUT_")}
    return {**kept, "HOME": str(folder), "IPYTHONDIR": str(folder / "ipython"), "PLAYCUT_HOME": str(home)}
