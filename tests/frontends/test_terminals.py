"""Terminal IPython and `jupyter console`, typed into through a pseudo-terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest

from playcut_jupyter.sandbox import Sandbox
from tests.frontends.marks import shows, slow
from tests.frontends.terminals import Terminal, console, ipython

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")


@pytest.fixture(scope="module")
def shell(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with ipython(tmp_path_factory.mktemp("ipython") / "home", server) as started:
        yield started


@pytest.fixture(scope="module")
def remote(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    pytest.importorskip("jupyter_console")
    with console(tmp_path_factory.mktemp("console") / "home", server) as started:
        yield started


def check_live(terminal: Terminal) -> None:
    """Assert that a state is seen, and then the end, once, with the file's name."""
    written = terminal.run("%playcut image a red fox [slow]")
    assert re.search(r"PENDING · image · \d", written), written
    assert len(re.findall(r"COMPLETED · image · 64 x 64 · .*\.png", written)) == 1, written


def check_stop(terminal: Terminal) -> None:
    """Assert that Ctrl-C ends a cell and an `await`, and that both name the task."""
    terminal.type("%playcut image a stopped fox [stuck]")
    terminal.wait_for("PENDING")
    terminal.interrupt()
    check_named(terminal.ready())
    terminal.run("from playcut_jupyter import Playcut; import time; pc = Playcut()")
    terminal.run("run = pc.submit('image', 'an awaited fox [stuck]')")
    terminal.run("waited = [time.sleep(0.05) for _ in iter(lambda: bool(run.task_id), True)]")
    # The loop writes it once the cell's task waits: what is interrupted is the `await`, on a busy machine too.
    terminal.type("import asyncio; asyncio.get_running_loop().call_soon(print, 'n' + 'ow'); await run")
    terminal.wait_for("now")
    terminal.interrupt()
    check_named(terminal.ready())


def check_named(written: str) -> None:
    assert re.search(r"`%playcut wait \w+` waits for it again", written), written
    assert "Traceback" not in written


def check_error(terminal: Terminal) -> None:
    """Assert that a failed cell says why, in plain lines."""
    written = terminal.run("%playcut image a fox [fail]")
    assert "TaskFailed: The task failed" in written
    assert "Traceback" not in written


@slow
@shows("terminal IPython", "live")
def test_ipython_shows_one_line_that_changes(shell: Terminal) -> None:
    check_live(shell)


@shows("terminal IPython", "stop")
def test_ctrl_c_in_ipython_names_the_task(shell: Terminal) -> None:
    check_stop(shell)


@slow
@shows("terminal IPython", "error")
def test_a_failed_cell_in_ipython_is_a_few_lines(shell: Terminal) -> None:
    check_error(shell)


def test_ipython_announces_the_end_of_what_was_not_waited_for(shell: Terminal) -> None:
    begun = shell.run("%playcut image --no-wait a later fox [slow]")
    assert "COMPLETED" not in begun
    assert re.search(r"\.png", shell.wait_for(r"COMPLETED · image · .*credits"))


@slow
@shows("jupyter console", "live")
def test_the_console_shows_one_line_that_changes(remote: Terminal) -> None:
    check_live(remote)


@slow
@shows("jupyter console", "stop")
def test_ctrl_c_in_the_console_names_the_task(remote: Terminal) -> None:
    check_stop(remote)


@slow
@shows("jupyter console", "error")
def test_a_failed_cell_in_the_console_is_a_few_lines(remote: Terminal) -> None:
    check_error(remote)


def test_the_console_shows_a_result_and_the_end_of_what_was_not_waited_for(remote: Terminal) -> None:
    remote.run("%playcut image --no-wait a later owl")
    remote.run("_playcut.wait(); time.sleep(0.5)")  # it looks for messages of others while a cell runs, never between
    assert "COMPLETED · image · 64 x 64" in remote.run("_playcut")
