"""A background loop that can't be started, or that ends: the next call says so or starts another; nobody waits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playcut_jupyter import Playcut, PlaycutError
from playcut_jupyter.library.database import Library
from playcut_jupyter.sandbox import Sandbox
from tests.surroundings.programs import SAY, said


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(latency_s=0.05, rate=None, media="tiny") as running:
        yield running


BEGIN = (
    SAY
    + """
import asyncio, os, sys, threading, time
import anyio._backends._asyncio, httpcore, httpx, sniffio, stamina  # no file can be opened later on
import encodings.idna, stamina.instrumentation, stringprep, tenacity.asyncio
from playcut_jupyter import Playcut, PlaycutError
from playcut_jupyter.background.portal import portal
from playcut_jupyter.display import live, saving, status

stamina.instrumentation.get_on_retry_hooks()
pc = Playcut(progress="off", request_timeout_s=10, deadline_s=10)
pc.connection

def attempt(call):
    try:
        result = call()
    except PlaycutError as error:
        say(type(error).__name__, error)
    else:
        say(getattr(result, "status", "done"))
"""
)


def lines(program: str, server: Sandbox | None = None, **environment: str) -> list[str]:
    return said(BEGIN + program, server=server, **environment)


CALLS = {
    "a picture": "pc.image('a fox')",
    "a list": "pc.voices()",
    "a sweep": "pc.sweep('a {red|blue} fox')",
    "a submission": "pc.submit('image', 'a fox').wait()",
    "the library": "pc.resume()",
    "closing": "pc.close()",
}


@pytest.mark.skipif(sys.platform != "linux", reason="counts its files in /proc")
@pytest.mark.parametrize("left", [0, 1, 2, 3, 5, 7])
def test_with_few_files_left_every_call_ends_in_one_sentence(left: int, server: Sandbox, away_from_home: Path) -> None:
    """The loop itself takes three; then the library wants some, and the connection one."""
    before = server.submissions
    program = f"""
import resource
soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
spare = [os.dup(0) for _ in range(64 - len(os.listdir("/proc/self/fd")) + 1)]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
for _ in range({left}):
    os.close(spare.pop())
attempt(lambda: pc.image("a fox"))
attempt(lambda: pc.voices())
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
attempt(lambda: pc.image("a fox"))
"""
    first, second, last = lines(program, server)  # each is a result or an error of ours
    assert last == "COMPLETED"
    if left == 0:
        assert first == second
        assert "background loop can't be started: Too many open files." in first
    assert server.submissions - before == 1


@pytest.mark.parametrize("call", CALLS)
def test_a_loop_without_a_thread_is_one_sentence_and_the_next_call_starts_it(
    call: str, server: Sandbox, away_from_home: Path
) -> None:
    program = f"""
def refuse(*_, **__):
    raise RuntimeError("can't start new thread")
name = "_start_joinable_thread" if hasattr(threading, "_start_joinable_thread") else "_start_new_thread"
really = getattr(threading, name)
setattr(threading, name, refuse)
attempt(lambda: {CALLS[call]})
setattr(threading, name, really)
attempt(lambda: {CALLS[call]})
"""
    first, then = lines(program, server)
    assert first in ("done", then) or first.startswith("PlaycutError The background loop can't be started: can't start")
    assert then in ("COMPLETED", "done")


ENDS = {
    "stopped": "running.call(running.stop)",
    "stopped at once": "running.call(running.stop, True)",
    "its loop stopped": "running.loop.call_soon_threadsafe(running.loop.stop)",
    "its thread left": "running.loop.call_soon_threadsafe(sys.exit)",
    "its selector closed": "running.loop.call_soon_threadsafe(running.loop._selector.close)",
}


@pytest.mark.parametrize(
    ("end", "wait"),
    [
        *((end, "run.wait()") for end in ENDS),
        ("its loop stopped", "asyncio.run(awaited(run))"),
        ("its selector closed", "asyncio.run(awaited(run))"),
        ("its thread left", "live.watch([run.job], line)"),
        ("its selector closed", "live.watch([run.job], line)"),
    ],
)
def test_whoever_waits_for_a_loop_that_ends_is_told_and_the_next_call_starts_another(
    end: str, wait: str, server: Sandbox, away_from_home: Path
) -> None:
    before = server.submissions
    program = f"""
async def awaited(run):
    await run

def line():
    return {{"text/plain": ""}}

run = pc.submit("image", "a fox [slow]")
while not run.task_id:
    time.sleep(0.01)
running = portal()
{ENDS[end]}
attempt(lambda: {wait} or run.job.wait())
running.thread.join(10)
attempt(lambda: pc.image("a fox of its own"))
attempt(lambda: pc.wait(run.task_id))
"""
    first, second, third = lines(program, server)
    if end == "stopped":  # which lets what is under way come to its end
        assert first in ("done", "COMPLETED")
    else:
        assert first.startswith(("PlaycutError The background loop ended", "StoppedWaiting"))
    assert (second, third) == ("COMPLETED", "COMPLETED")
    assert server.submissions - before == 2


@pytest.mark.parametrize("end", list(ENDS)[1:])
def test_a_submission_that_the_loops_end_cuts_may_have_been_bought(
    end: str, server: Sandbox, away_from_home: Path
) -> None:
    program = f"""
import socket
silent = socket.create_server(("127.0.0.1", 0))
address = f"http://127.0.0.1:{{silent.getsockname()[1]}}"
other = Playcut(api_key="pk_live_x", base_url=address, request_timeout_s=2)
other.use_session("0123456789abcdef01234567")
run = other.submit("image", "a fox")
connection, _ = silent.accept()
connection.recv(1_000_000)  # it is there
running = portal()
{ENDS[end]}
attempt(run.wait)
"""
    (first,) = lines(program, server)
    assert first.startswith(("PlaycutError The background loop ended", "StoppedWaiting", "SubmissionUncertain"))
    library = Library(away_from_home)
    (row,) = library.history()
    library.close()
    assert row.state in ("sending", "uncertain")


IN_CELLS = """
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "playcut_jupyter")
shell.run_cell_magic("playcut", "image --no-wait --save first.png --out first", "a fox [slow]")
while not shell.user_ns["first"].task_id:
    time.sleep(0.01)
running = portal()
{end}
running.thread.join(10)
shell.run_cell_magic("playcut", "image --no-wait --save second.png", "a fox of its own")
while not Path("second.png").exists():
    time.sleep(0.01)
say("saved")
"""


@pytest.mark.parametrize("end", ["its loop stopped", "its selector closed"])
def test_what_is_displayed_and_saved_from_the_background_goes_on_with_another_loop(
    end: str, server: Sandbox, away_from_home: Path
) -> None:
    assert lines(IN_CELLS.format(end=ENDS[end]), server) == ["saved"]


IN_THE_SANDBOX = """
import resource
soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
import tornado.httpserver, playcut_jupyter.sandbox.service
other = Playcut(sandbox=True)
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1 + {left}, most))
attempt(other.voices)
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
attempt(other.voices)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts its files in /proc")
@pytest.mark.parametrize("left", [0, 1])
def test_a_sandbox_that_finds_no_files_is_one_sentence_and_starts_later(
    left: int, server: Sandbox, away_from_home: Path
) -> None:
    first, then = lines(IN_THE_SANDBOX.format(left=left), server)
    assert "Too many open files" in first
    assert then == "done"


@pytest.mark.parametrize("in_the_way", ["home", "home/sandbox"])
def test_a_sandbox_that_can_not_keep_its_tasks_is_one_sentence(in_the_way: str, tmp_path: Path) -> None:
    place = tmp_path / in_the_way
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("a file where a folder should be")
    with Playcut(sandbox=True) as pc, pytest.raises(PlaycutError) as caught:
        pc.image("a fox")
    assert "PLAYCUT_HOME" in str(caught.value)
