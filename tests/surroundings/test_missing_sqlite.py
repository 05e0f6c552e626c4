"""A Python that was built without SQLite: everything loads, and the first use says what is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playcut_jupyter.sandbox import Sandbox
from tests.surroundings.programs import run

WITHOUT_SQLITE = """
import sys

sys.modules[{module!r}] = None  # as where the headers were missing when Python was built

from IPython.core.interactiveshell import InteractiveShell
from playcut_jupyter import Playcut, PlaycutError, load_ipython_extension

def attempt(call):
    try:
        call()
    except PlaycutError as error:
        print("=>", error)
    else:
        print("=> done")
"""


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no coverage in these programs: it is written with SQLite."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_PROCESS")]:
        monkeypatch.delenv(name)


FIRST_USES = {
    "a picture": "Playcut().image('a fox')",
    "the voices": "Playcut().voices()",
    "the history": "Playcut().history()",
    "the sandbox": "Playcut(sandbox=True).image('a fox')",
    "a sweep": "Playcut().sweep('a {red|blue} fox')",
}


@pytest.mark.parametrize("use", FIRST_USES)
def test_the_first_use_says_what_is_missing(use: str, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    done = run(f"{WITHOUT_SQLITE.format(module='_sqlite3')}\nattempt(lambda: {FIRST_USES[use]})", server=sandbox)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("=> This Python has no SQLite")
    assert len(done.stdout.splitlines()) == 1
    assert sandbox.submissions == before


@pytest.mark.parametrize("module", ["_sqlite3", "sqlite3"])
def test_the_extension_loads_and_help_is_there(module: str, sandbox: Sandbox, away_from_home: Path) -> None:
    away_from_home.mkdir()
    (away_from_home / "library.sqlite3").touch()  # of another Python
    program = f"""{WITHOUT_SQLITE.format(module=module)}
shell = InteractiveShell.instance()
attempt(lambda: shell.run_line_magic("load_ext", "playcut_jupyter"))
attempt(lambda: shell.run_line_magic("playcut", "help"))
attempt(lambda: shell.run_cell_magic("playcut", "image", "a fox"))
attempt(lambda: shell.run_line_magic("playcut", "status"))
"""
    done = run(program, server=sandbox)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    loaded, helped, *used = (line for line in done.stdout.splitlines() if line.startswith("=> "))
    assert (loaded, helped) == ("=> done", "=> done")
    assert len(used) == 2
    assert all("no SQLite" in line for line in used)


@pytest.mark.parametrize("command", ["doctor", "library list", "library verify", "library prune --older-than 1"])
def test_the_console_says_it_in_one_sentence(command: str, sandbox: Sandbox) -> None:
    program = f"""
import sys
sys.modules["_sqlite3"] = None
from playcut_jupyter.__main__ import main
sys.exit(main({command.split()!r}))
"""
    done = run(program, server=sandbox)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (done.stdout + done.stderr).count("This Python has no SQLite") == (2 if command == "doctor" else 1)
