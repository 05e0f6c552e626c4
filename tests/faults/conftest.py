"""A proxy with accidents in front of a sandbox of its own, and a client that retries without a pause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import stamina
from stamina.instrumentation import set_on_retry_hooks

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox

from .cases import ATTEMPTS, KINDS
from .outcomes import submit
from .proxy import Proxy

Connect = Callable[..., Playcut]


@pytest.fixture(scope="package")
def upstream() -> Iterator[Sandbox]:
    """Run one sandbox for the whole package; tasks take next to no time, and nothing is limited."""
    with Sandbox(latency_s=0.01, rate=None, media="tiny") as running:
        yield running


@pytest.fixture(scope="package")
def running_proxy(upstream: Sandbox) -> Iterator[Proxy]:
    with Proxy(upstream) as running:
        yield running


@pytest.fixture
def proxy(running_proxy: Proxy) -> Iterator[Proxy]:
    """Return the proxy, healthy."""
    running_proxy.heal()
    yield running_proxy
    running_proxy.heal()


@pytest.fixture
def no_pauses(running_proxy: Proxy) -> Iterator[None]:
    """Make retries come at once, a few of them; the first one finds a closed door open again."""
    set_on_retry_hooks([lambda _: running_proxy.reopen()])
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield
    set_on_retry_hooks(None)


@pytest.fixture
def connect(proxy: Proxy, no_pauses: None, tmp_path: Path) -> Iterator[Connect]:
    """Make clients of the proxy, each with a library of its own name, closed at the end."""
    with ExitStack() as stack:

        def start(home: str = "library", **options: Any) -> Playcut:
            given = {"progress": "off", "request_timeout_s": 10, "deadline_s": 10} | options
            return stack.enter_context(
                Playcut(api_key=proxy.sandbox.key, base_url=proxy.base_url, home=tmp_path / home, **given)  # type: ignore[arg-type]
            )

        yield start


@pytest.fixture(scope="package")
def originals(upstream: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what the sandbox makes of the matrix' prompts."""
    home = tmp_path_factory.mktemp("originals")
    with Playcut(api_key=upstream.key, base_url=upstream.base_url, home=home, progress="off") as pc:
        runs = {kind: submit(pc, kind) for kind in KINDS}
        return {kind: run.wait(60).assets[0].data for kind, run in runs.items()}
