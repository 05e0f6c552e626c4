"""Forked children: each starts anew, buys what it asks for once, and leaves its parent's connections alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from playcut_jupyter.library.database import Library
from playcut_jupyter.sandbox import Sandbox
from tests.kernels import connected_kernel
from tests.surroundings.programs import SAY, printed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(latency_s=0.05, rate=None, media="tiny") as running:
        yield running


BEGIN = (
    SAY
    + """
import multiprocessing, os, sys, threading, time
from concurrent.futures import ProcessPoolExecutor
from playcut_jupyter import Playcut, PlaycutError

pc = Playcut(progress="off", request_timeout_s=20, deadline_s=20)

def make(name):
    try:
        made = pc.image(f"a fox called {name}")
        say(name, made.status, len(made.assets), made.reused)
    except BaseException as error:
        say(name, repr(error))

def fork(work, *arguments):
    number = os.fork()
    if number:
        return number
    work(*arguments)
    sys.exit(0)
"""
)

WAYS = {
    "processes": """
context = multiprocessing.get_context("fork")
children = [context.Process(target=make, args=(name,)) for name in names]
[child.start() for child in children]
[child.join() for child in children]
say("exit", *{child.exitcode for child in children})
""",
    "a pool": """
with multiprocessing.get_context("fork").Pool(len(names)) as pool:
    pool.map(make, names, chunksize=1)
say("exit 0")
""",
    "an executor": """
with ProcessPoolExecutor(len(names), mp_context=multiprocessing.get_context("fork")) as executor:
    list(executor.map(make, names))
say("exit 0")
""",
    "os.fork and an ordinary end": """
children = [fork(make, name) for name in names]
say("exit", *{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children})
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_children_generate_at_once_and_the_parent_goes_on(way: str, server: Sandbox, away_from_home: Path) -> None:
    before = server.submissions
    names = ["Ada", "Bob", "Cleo", "Dora"]
    program = f"{BEGIN}\nnames = {names}\nmake('Zero')\n{WAYS[way]}\nmake('Last')"

    lines = printed(program, server=server)

    assert lines == sorted([f"{name} COMPLETED 1 False" for name in [*names, "Zero", "Last"]] + ["exit 0"])
    assert server.submissions - before == 6
    library = Library(away_from_home)
    rows = library.history()
    library.close()
    assert [row.state for row in rows] == ["fetched"] * 6
    assert len({row.task_id for row in rows}) == 6


def test_a_grandchild_generates_too(server: Sandbox, away_from_home: Path) -> None:
    program = (
        BEGIN
        + """
def family(depth):
    make(depth)
    if depth < 3:
        os.waitpid(fork(family, depth + 1), 0)
family(0)
"""
    )
    assert printed(program, server=server) == [f"{depth} COMPLETED 1 False" for depth in range(4)]


def test_the_sandbox_of_the_parent_serves_children_and_outlives_them(away_from_home: Path) -> None:
    program = BEGIN.replace("pc.image", "pc.speech") + "make('Zero')\nnames = ['Ada', 'Bob', 'Cleo']\n"
    program += WAYS["os.fork and an ordinary end"] + "\nmake('Last')\nsay(len(pc.history()))"
    lines = printed(program, PLAYCUT_SANDBOX="1")
    names = ["Zero", "Ada", "Bob", "Cleo", "Last"]
    assert lines == sorted(["5", "exit 0", *(f"{name} COMPLETED 1 False" for name in names)])


UNDER_WAY = (
    BEGIN
    + """
def until(condition):
    while not condition():
        time.sleep(0.01)

run = pc.submit("image", "a fox that takes its time [slow]")
until(lambda: run.task_id)
shown = []

def child():
    started = time.monotonic()
    try:
        run.wait()
    except Exception as error:
        say("child:", type(error).__name__, run.task_id in str(error), time.monotonic() - started < 1)
    make("child")

os.waitpid(fork(child), 0)
run.wait()
say("parent:", run.status, len(run.assets))
"""
)


def test_what_the_parent_has_under_way_is_not_the_childs_to_wait_for(away_from_home: Path) -> None:
    with Sandbox(latency_s=1.0, rate=None, media="tiny") as slow:
        lines = printed(UNDER_WAY, server=slow)
        assert lines == [
            "child COMPLETED 1 False",
            "child: PlaycutError True True",
            "parent: COMPLETED 1",
        ]
        assert slow.submissions == 2


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)", "sys.exit(0)"])
def test_a_child_that_ended_is_not_taken_for_its_parent(ending: str, away_from_home: Path) -> None:
    """What it left is open for all: the parent goes on with it, and does not buy it again."""
    program = (
        BEGIN
        + f"""
make("Zero")
def child():
    run = pc.submit("image", "a fox left alone")
    while not run.task_id:
        time.sleep(0.01)
    {ending}
os.waitpid(fork(child), 0)
say(pc.image("a fox left alone").status)
"""
    )
    with Sandbox(latency_s=1.0, rate=None, media="tiny") as slow:
        assert printed(program, server=slow) == sorted(["Zero COMPLETED 1 False", "COMPLETED"])
        assert slow.submissions == 2


BUSY_PARENT = (
    BEGIN
    + """
from playcut_jupyter.library.database import Library

library = Library(pc.connection.library.home)
stop = threading.Event()

def write_on():
    while not stop.is_set():
        library.create("origin", "tool", "image", "of the parent", {}, None)
        pc.budget = 1_000

writers = [threading.Thread(target=write_on) for _ in range(2)]
[writer.start() for writer in writers]

def child(number):
    library.create("origin", "tool", "image", f"child {number}", {}, None)
    pc.budget = 2_000
    make(number)

for number in range(6):
    os.waitpid(fork(child, number), 0)
stop.set()
[writer.join() for writer in writers]
with library.transaction() as db:
    say(db.execute("PRAGMA integrity_check").fetchone()[0])
    say(db.execute("SELECT count(*) FROM generations WHERE prompt LIKE 'child %'").fetchone()[0], "rows of children")
"""
)


def test_a_fork_amid_writing_threads_leaves_no_lock_held_and_no_file_damaged(
    server: Sandbox, away_from_home: Path
) -> None:
    lines = printed(BUSY_PARENT, server=server)
    assert lines == sorted([*(f"{number} COMPLETED 1 False" for number in range(6)), "ok", "6 rows of children"])


ORPHAN = (
    BEGIN
    + """
import subprocess
from playcut_jupyter.library.database import Library

library = Library(pc.connection.library.home)

def create(prompt):
    library.create("origin", "tool", "image", prompt, {}, None)

create("of the parent")
to_child, of_parent = os.pipe()
to_parent, of_child = os.pipe()

def child():
    create("of the child, while its parent lives")
    os.close(of_parent)
    os.write(of_child, b"1")
    os.read(to_child, 1)  # until the parent is gone
    # To another process nobody seems to use the file: it tidies up behind itself.
    other = (
        "import sys; from pathlib import Path; from playcut_jupyter.library.database import Library; "
        "library = Library(Path(sys.argv[1])); "
        "library.create('origin', 'tool', 'image', 'of another process', {}, None); library.close()"
    )
    subprocess.run([sys.executable, "-c", other, str(library.home)], check=True)
    create("of the child, alone")
    say("done")
    os._exit(0)

fork(child)
os.read(to_parent, 1)
os._exit(0)
"""
)


def test_a_child_that_outlives_its_parent_loses_no_row(server: Sandbox, away_from_home: Path) -> None:
    assert printed(ORPHAN, server=server) == ["done"]
    library = Library(away_from_home)
    prompts = {row.prompt for row in library.history()}
    library.close()
    assert prompts == {
        "of the parent",
        "of the child, while its parent lives",
        "of another process",
        "of the child, alone",
    }


IN_A_KERNEL = """
import multiprocessing, os
made = get_ipython().run_cell_magic("playcut", "image", "a fox of the kernel")

def work(name):
    get_ipython().run_cell_magic("playcut", "image --no-wait --save {}.png".format(name), f"a fox called {name}")
    get_ipython().run_cell_magic("playcut", "image", f"an owl called {name}")
    print(f"{name} has its owl")  # one write: two children may print at the same moment

children = [multiprocessing.get_context("fork").Process(target=work, args=(name,)) for name in ("Ada", "Bob")]
[child.start() for child in children]
[child.join() for child in children]
print("exit", *{child.exitcode for child in children})
"""


def test_the_children_of_a_kernel_generate_and_print(server: Sandbox, away_from_home: Path) -> None:
    """A child has a copy of its kernel, which can display nothing: what it shows is printed, as in a script."""
    with connected_kernel(server, away_from_home) as kernel:
        answer = kernel.run(IN_A_KERNEL)
        after = kernel.run("%%playcut image\na fox afterwards")
    assert answer.error is None, answer.traceback
    assert "exit 0" in answer.text
    assert "Ada has its owl" in answer.text
    # Each child waits for its owl, and says so of its fox if that is done before the child ends.
    assert 2 <= answer.text.count("COMPLETED") <= 4
    assert after.error is None
    library = Library(away_from_home)
    assert len({row.task_id for row in library.history()}) == 6
    library.close()
