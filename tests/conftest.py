"""What every test stands on: no key, no home of the user's, and the product's own sandbox over real HTTP."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import stamina
from hypothesis import settings
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.sandbox.tools import DEFAULT_LATENCIES_S
from tests.shells import plain_shell

# The tests and the programs that they start are compiled once, whatever the machine at hand wishes.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# nbformat would compile 39 grammars of internationalised addresses, 2.5 s in every process; notebooks have none.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# The same examples in every run: a failure is one of the change at hand. `--hypothesis-profile=default` looks for more.
settings.register_profile("suite", max_examples=40, derandomize=True, deadline=None)
settings.load_profile("suite")

SLOW_FOLDERS = {
    "browser": "browser",
    "faults": "faults",
    "frontends": "kernel",
    "kernel": "kernel",
    "odd_files": "faults",
    "surroundings": "faults",
}
"""Folder -> the marker of its tests: `-m "not browser and not faults and not kernel"` runs the quick ones."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run twice as many tests at once as there are processors: a test waits about as long as it computes."""
    return 2 * (os.cpu_count() or 1)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even load the tests of a folder whose marker is left out, as in the quick run."""
    marker = SLOW_FOLDERS.get(collection_path.name)
    return True if marker and f"not {marker}" in config.getoption("markexpr") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder that they are in, and those that show what a front end does.

    Those in a browser come first: so one worker has them all, and starts one JupyterLab, while the others do the rest.
    """
    for item in items:
        folders = item.path.relative_to(Path(__file__).parent).parts
        for folder in folders:
            if folder in SLOW_FOLDERS:
                item.add_marker(SLOW_FOLDERS[folder])
        if item.get_closest_marker("shows") or "frontends" in folders:
            item.add_marker("frontends")
    items.sort(key=lambda item: "browser" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Spare what is collected, thousands of tests, every look of the garbage collector, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def away_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test out of the user's folders and away from a real key; return the library's folder."""
    variables = ("API_KEY", "BASE_URL", "SANDBOX", "FROZEN", "ALLOW_STORAGE")
    for name in (*(f"PLAYCUT_{variable}" for variable in variables), "SERVER_SOFTWARE"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    monkeypatch.setenv("PLAYCUT_HOME", str(home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Run one quick sandbox, with tiny media and no rate limit, for all tests that do not need their own."""
    with Sandbox(latency_s=0.01, rate=None, media="tiny") as running:
        yield running


@pytest.fixture(scope="session")
def slow_sandbox() -> Iterator[Sandbox]:
    """Run a sandbox whose tasks take a while, 0.4 s with `[slow]`, for tests of what happens in the meantime."""
    with Sandbox(latency_s=0.1, rate=None, media="tiny") as running:
        yield running


@pytest.fixture
def quick_embedded_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the embedded sandbox's tasks take a moment, and not the seconds that are pleasant to watch.

    If it starts now, it makes tiny media, too; it is one for the whole process.
    """
    monkeypatch.setattr("playcut_jupyter.sandbox.Sandbox", partial(Sandbox, media="tiny"))
    for kind in DEFAULT_LATENCIES_S:
        monkeypatch.setitem(DEFAULT_LATENCIES_S, kind, 0.01)


@pytest.fixture(scope="session")
def studio() -> Iterator[Sandbox]:
    """Run a sandbox whose media are real, for the few tests that look at them."""
    with Sandbox(latency_s=0.01, rate=None) as running:
        yield running


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """Make retries come at once, as many as the product makes."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def pc(sandbox: Sandbox, away_from_home: Path) -> Iterator[Playcut]:
    """Connect to the sandbox as if it were the API, with a library of the test's own."""
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=away_from_home) as connected:
        yield connected


@pytest.fixture
def shell(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Load the extension into IPython's own shell, connected to the sandbox as if it were the API."""
    monkeypatch.setenv("PLAYCUT_API_KEY", sandbox.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", sandbox.base_url)
    with plain_shell() as new:
        new.run_line_magic("load_ext", "playcut_jupyter")
        yield new
        if "PlaycutMagics" in new.magics_manager.registry:  # a test may have unloaded the extension
            new.magics_manager.registry["PlaycutMagics"].pc.close()
