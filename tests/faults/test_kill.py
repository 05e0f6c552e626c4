"""The kill matrix: a process killed at each state boundary, then a new one that resumes.

The proxy holds the killed process at the boundary, and the kill waits for the proxy to have seen the request:
what is tested is the state, not a moment of luck.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playcut_jupyter import Playcut, SubmissionUncertain
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import Record
from playcut_jupyter.sandbox import Sandbox
from tests.kernels import Kernel, kernel
from tests.originals import path_of
from tests.waiting import until

from .accidents import Fault, Hang, HangInBody, Reset, Step
from .proxy import Proxy

SPEECH = """
from playcut_jupyter import Playcut
with Playcut(progress="off") as pc:
    pc.speech("hi", voice="voice_en_gb_ada", seed=1)
"""
SWEEP = """
from playcut_jupyter import Playcut
with Playcut(progress="off") as pc:
    pc.sweep("hi {who}", kind="speech", who=["Ada", "Alan", "Grace"], voice="voice_en_gb_ada", seed=1)
"""
RESUME = """
import json
from playcut_jupyter import Playcut
with Playcut(progress="off") as pc:
    runs = pc.resume()
    print(json.dumps([[run.task_id, run.error and str(run.error), len(run.assets)] for run in runs]))
    print(len(pc.resume()))
"""
CELL = """
%config PlaycutMagics.progress = "off"
get_ipython().run_cell_magic("playcut", "speech -v voice_en_gb_ada -p seed=1", "hi")
"""


@dataclass(frozen=True)
class Boundary:
    """Where the process is when it is killed.

    Attributes:
        name: in words.
        step: the request that it waits for.
        fault: what holds it there.
        state: of its row in the library, then.
        bought: how many submissions the sandbox has counted.
        also: a fault on the way there.
    """

    name: str
    step: Step
    fault: Fault
    state: str
    bought: int = 1
    also: tuple[Step, Fault] | None = None

    @property
    def is_acknowledged(self) -> bool:
        return self.state == "acknowledged"


BOUNDARIES = (
    Boundary("before it is sent", "session", Hang(), "intended", 0),
    Boundary("sent, and not yet with the service", "submit", Hang(), "sending", 0),
    Boundary("taken, the answer on its way", "submit", Hang(forward=True), "sending"),
    Boundary("taken, the answer half there", "submit", Hang(forward=True, first=60), "sending"),
    Boundary("right after the acknowledgement", "wait", Hang(), "acknowledged"),
    Boundary("done, and not yet told", "wait", Hang(forward=True), "acknowledged"),
    Boundary("the wait was cut", "status", Hang(), "acknowledged", also=("wait", Reset())),
    Boundary("done, the URL on its way", "sign", Hang(forward=True), "acknowledged"),
    Boundary("no byte of the asset there", "download", Hang(), "acknowledged"),
    Boundary("half the asset there", "download", HangInBody(), "acknowledged"),
)


# -- processes --------------------------------------------------------------------------------------------------


def environment(proxy: Proxy, home: Path) -> dict[str, str]:
    return {"PLAYCUT_API_KEY": proxy.sandbox.key, "PLAYCUT_BASE_URL": proxy.base_url, "PLAYCUT_HOME": str(home)}


@contextmanager
def started(program: str, proxy: Proxy, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Run *program* in a process of its own, and kill it at the end if it was not before."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command,
        env={**os.environ, **environment(proxy, home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(program: str, proxy: Proxy, home: Path) -> list[str]:
    """Run *program* to its end and return the lines that it printed."""
    with started(program, proxy, home) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.splitlines()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL


# -- what is found afterwards -----------------------------------------------------------------------------------


def records(home: Path) -> list[Record]:
    library = Library(home)
    try:
        return library.history()
    finally:
        library.close()


def assert_fetched(found: Sequence[Record], sandbox: Sandbox, home: Path) -> None:
    """Check that all is there and whole: what another machine gets for the same tasks."""
    assert [record.state for record in found] == ["fetched"] * len(found)
    elsewhere = home.with_name("elsewhere")
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=elsewhere, progress="off") as pc:
        for record in found:
            assert path_of(record.assets[0]).read_bytes() == pc.wait(record.task_id or "").assets[0].data
    files = [path for path in (home / "media").rglob("*") if path.is_file() and path.suffix != ".json"]
    assert {*files} == {asset.path for record in found for asset in record.assets}


def assert_resumed(proxy: Proxy, home: Path, tasks: Sequence[str | None]) -> None:
    """Resume in a new process, and check that it took up these tasks and submitted nothing."""
    proxy.heal()
    *_, told, left = finished(RESUME, proxy, home)
    assert sorted(json.loads(told)) == sorted([task, None, 1] for task in tasks)
    assert left == "0"
    assert "submit" not in proxy.seen
    assert proxy.storage_authorizations == []


# -- the tests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", BOUNDARIES, ids=[at.name for at in BOUNDARIES])
def test_what_a_killed_process_had_bought_is_fetched_by_the_next_and_nothing_is_bought_again(
    at: Boundary, proxy: Proxy, tmp_path: Path
) -> None:
    home, before = tmp_path / "library", proxy.sandbox.submissions
    if at.also:
        proxy.program(*at.also)
    proxy.program(at.step, at.fault, None)
    with started(SPEECH, proxy, home) as process:
        proxy.wait_until_seen(at.step)
        kill(process)

    (found,) = records(home)
    assert found.state == at.state
    assert bool(found.task_id) is at.is_acknowledged
    assert not found.assets
    assert_resumed(proxy, home, [found.task_id] if at.is_acknowledged else [])
    assert proxy.sandbox.submissions - before == at.bought
    with Playcut(api_key=proxy.sandbox.key, base_url=proxy.base_url, home=home, progress="off") as pc:
        (remembered,) = pc.history()
        if at.is_acknowledged:
            assert_fetched(records(home), proxy.sandbox, home)
            assert pc.speech("hi", voice="voice_en_gb_ada", seed=1).reused
        else:
            assert [record.state for record in records(home)] == [at.state]
            assert isinstance(remembered.error, SubmissionUncertain) is (at.state == "sending")
    assert proxy.sandbox.submissions - before == at.bought


def test_a_process_killed_while_the_service_holds_its_wait_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "library"
    with Sandbox(latency_s=2, rate=None, media="tiny") as sandbox, Proxy(sandbox) as proxy:
        with started(SPEECH, proxy, home) as process:
            until(lambda: sandbox.held_waits == 1)
            kill(process)
        (found,) = records(home)
        assert found.state == "acknowledged"
        assert_resumed(proxy, home, [found.task_id])
        assert sandbox.submissions == 1
        assert_fetched(records(home), sandbox, home)


def test_a_program_that_is_killed_and_run_again_takes_its_task_up_instead_of_buying_another(
    proxy: Proxy, tmp_path: Path
) -> None:
    home, before = tmp_path / "library", proxy.sandbox.submissions
    proxy.program("download", Hang(), None)
    with started(SPEECH, proxy, home) as process:
        proxy.wait_until_seen("download")
        kill(process)
    proxy.heal()
    finished(SPEECH, proxy, home)
    assert proxy.sandbox.submissions - before == 1
    assert_fetched(records(home), proxy.sandbox, home)


@pytest.mark.parametrize("step", ["wait", "download"])
def test_a_sweep_that_is_killed_is_resumed_whole(step: Step, proxy: Proxy, tmp_path: Path) -> None:
    home, before = tmp_path / "library", proxy.sandbox.submissions
    proxy.program(step, Hang(forward=True, first=10), None)
    with started(SWEEP, proxy, home) as process:
        proxy.wait_until_seen(step, 3)
        kill(process)
    found = records(home)
    assert [record.state for record in found] == ["acknowledged"] * 3
    assert_resumed(proxy, home, [record.task_id for record in found])
    assert proxy.sandbox.submissions - before == 3
    assert_fetched(records(home), proxy.sandbox, home)


def test_a_process_that_is_killed_while_it_resumes_leaves_it_to_the_next(proxy: Proxy, tmp_path: Path) -> None:
    home, before = tmp_path / "library", proxy.sandbox.submissions
    lives: tuple[tuple[str, Step], ...] = ((SPEECH, "wait"), (RESUME, "sign"), (RESUME, "download"))
    for program, step in lives:
        proxy.heal()
        proxy.program(step, Hang(), None)
        with started(program, proxy, home) as process:
            proxy.wait_until_seen(step)
            kill(process)
    (found,) = records(home)
    assert_resumed(proxy, home, [found.task_id])
    assert proxy.sandbox.submissions - before == 1
    assert_fetched(records(home), proxy.sandbox, home)


def killed(running: Kernel) -> None:
    """Kill a kernel as the system does when memory runs out."""
    provisioner: Any = running.manager.provisioner
    os.kill(provisioner.pid, signal.SIGKILL)
    until(lambda: not running.manager.is_alive())


@pytest.mark.parametrize(
    ("step", "state", "words"),
    [
        ("submit", "sending", "Nothing to resume"),
        ("wait", "acknowledged", "1 generation"),
        ("download", "acknowledged", "1 generation"),
    ],
)
def test_a_killed_kernel_is_resumed_by_the_next_which_says_so_when_it_loads_us(
    step: Step, state: str, words: str, proxy: Proxy, tmp_path: Path
) -> None:
    home, before = tmp_path / "library", proxy.sandbox.submissions
    proxy.program(step, Hang(forward=True), None)
    with kernel(home, **environment(proxy, home)) as first:
        assert first.run("%load_ext playcut_jupyter").error is None
        first._client.execute(CELL)
        proxy.wait_until_seen(step)
        killed(first)
    (found,) = records(home)
    assert found.state == state

    proxy.heal()
    with kernel(home, **environment(proxy, home)) as second:
        loaded = second.run("%load_ext playcut_jupyter")
        resumed = second.run("%playcut resume")
        history = second.run("%playcut history")
    assert [answer.error for answer in (loaded, resumed, history)] == [None] * 3
    assert words in loaded.text + resumed.text + resumed.html
    assert "hi" in history.html + history.text
    assert proxy.sandbox.submissions - before == 1
    assert "submit" not in proxy.seen
    if state == "acknowledged":
        assert "%playcut resume" in loaded.text
        assert "<audio" in resumed.html
        assert_fetched(records(home), proxy.sandbox, home)
    else:
        assert [record.state for record in records(home)] == [state]
