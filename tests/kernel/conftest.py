"""One service and one kernel for all of these tests; those that end or isolate a kernel start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playcut_jupyter.sandbox import Sandbox
from tests.kernels import Kernel, connected_kernel


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    """Run a service whose tasks take 0.4 s, and 1.6 s with `[slow]`: long enough for all their states to be seen."""
    with Sandbox(latency_s=0.4, rate=None, media="tiny") as running:
        yield running


@pytest.fixture(scope="session")
def notebook(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Start a kernel that has the magics, and takes the service for the API."""
    with connected_kernel(server, tmp_path_factory.mktemp("kernel") / "home") as started:
        yield started
