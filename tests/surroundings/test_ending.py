"""The end of a process, and of what is dropped: no traceback, no task lost, no file left open."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.library.database import Library
from playcut_jupyter.sandbox import Sandbox
from tests.surroundings.programs import run
from tests.waiting import until

BEGIN = "import asyncio, threading, time\nfrom playcut_jupyter import Playcut\npc = Playcut(progress='off')\n"

ENDINGS = {
    "at once": "pc.submit('image', 'a fox [slow]')",
    "with many on their way": "runs = [pc.submit('image', f'a fox {n} [slow]') for n in range(25)]",
    "while a task is waited for": """
run = pc.submit('image', 'a fox [stuck]')
while not run.task_id: time.sleep(0.01)
""",
    "after a picture": "pc.image('a fox')",
    "after a sweep": "pc.sweep('a {red|blue} fox')",
    "after an await": """
async def main(): await pc.submit('image', 'a fox')
asyncio.run(main())
""",
    "with a thread that goes on": """
pc.voices()
threading.Thread(target=lambda: print(pc.image('a fox').status)).start()
""",
    "with threads that go on": """
pc.voices()
[threading.Thread(target=lambda n=n: print(pc.image(f'a fox {n}').status)).start() for n in range(3)]
""",
    "closed": "with pc: pc.image('a fox')",
    "dropped": "pc.image('a fox')\ndel pc",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(latency_s=0.3, rate=None, media="tiny") as running:
        yield running


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_ends_in_silence_and_loses_no_task(ending: str, server: Sandbox, away_from_home: Path) -> None:
    before = server.submissions

    done = run(BEGIN + ENDINGS[ending], server=server)

    assert (done.returncode, done.stderr) == (0, "")
    library = Library(away_from_home)
    known = [row for row in library.history(limit=100) if row.task_id]
    library.close()
    assert len(known) == server.submissions - before
    if "thread" in ending:
        assert {row.state for row in known} == {"fetched"}
        assert "COMPLETED" in done.stdout


NO_MORE_THREADS = """
import threading

def refuse(*_, **__):
    raise RuntimeError("can't create new thread at interpreter shutdown")

def no_more_threads():
    threading._start_new_thread = threading._start_joinable_thread = refuse  # until 3.12, and since 3.13
"""


@pytest.mark.parametrize("moment", ["before it is sent", "while it is waited for", "in the middle of many"])
def test_where_python_starts_no_more_threads_what_is_bought_is_fetched(
    moment: str, server: Sandbox, away_from_home: Path
) -> None:
    """So it is in Python 3.12 as soon as the main thread has ended."""
    before = server.submissions
    program = {
        "before it is sent": "pc.voices()\nno_more_threads()\nruns = [pc.submit('image', 'a fox')]",
        "while it is waited for": """
runs = [pc.submit('image', 'a fox')]
while not runs[0].task_id: time.sleep(0.01)
no_more_threads()
""",
        "in the middle of many": "runs = [pc.submit('image', f'a fox {n}') for n in range(8)]\nno_more_threads()",
    }[moment]

    done = run(f"{BEGIN}{NO_MORE_THREADS}{program}\nprint({{run.wait().status for run in runs}})", server=server)

    assert (done.returncode, done.stdout.splitlines()[-1:], done.stderr) == (0, ["{'COMPLETED'}"], "")
    library = Library(away_from_home)
    rows = library.history()
    library.close()
    assert [row.state for row in rows] == ["fetched"] * (server.submissions - before)


def a_library(home: Path, server: Sandbox) -> None:
    Library(home).create("origin", "tool", "image", "a fox", {}, None)


def a_connection(home: Path, server: Sandbox) -> None:
    Playcut(api_key=server.key, base_url=server.base_url, home=home).image("a fox")


def only_looked_at(home: Path, server: Sandbox) -> None:
    Playcut(home=home).history()


def closed_and_used_again(home: Path, server: Sandbox) -> None:
    pc = Playcut(home=home)
    pc.history()
    pc.close()
    pc.history()


@pytest.mark.parametrize("use", [a_library, a_connection, only_looked_at, closed_and_used_again])
def test_what_is_dropped_closes_its_file(
    use: Callable[[Path, Sandbox], None], server: Sandbox, away_from_home: Path
) -> None:
    def is_closed() -> bool:
        gc.collect()  # the loop may hold what it has just done for a moment
        return not (away_from_home / "library.sqlite3-wal").exists()  # it goes when the last connection is closed

    use(away_from_home, server)
    assert (away_from_home / "library.sqlite3").exists()
    until(is_closed)
