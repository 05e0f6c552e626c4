"""Output that can't be written: a pipe that is closed, a disk that is full, a terminal that knows few letters.

What was bought or begun is finished all the same, and nothing ends in a traceback.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.cli import notebooks
from playcut_jupyter.library.database import Library
from playcut_jupyter.sandbox import Sandbox
from tests.export.programs import PROGRAMS, every_language
from tests.library.records import create, fetched

pytestmark = pytest.mark.skipif(os.name != "posix", reason="output is redirected by a POSIX shell here")

ODD = "a fox 🦊 in Zürich: 狐 ✂ €"
HALF = "half an emoji \ud83e, and the rest"

OUTPUTS = {
    "a pipe that is closed after a line": "{command} | head -1",
    "a pipe that is closed at once": "{command} | true",
    "errors and all into a closed pipe": "{command} 2>&1 | true",
    "a full disk": "{command} > /dev/full",
    "a full disk for the errors": "{command} 2> /dev/full",
    "no output": "{command} >&-",
    "no errors": "{command} 2>&-",
    "nothing": "{command} >&- 2>&-",
}
FEW = ("errors and all into a closed pipe", "a full disk", "nothing")
"""For what writes by the one way that is tried with all of them."""
few_outputs = pytest.mark.parametrize("output", FEW)


def shell(command: str, output: str, cwd: Path | None = None, **environment: str) -> tuple[int, str, str]:
    """Run *command* in bash with its output gone in one of the ways above; return its status and what was said."""
    script = f"set -o pipefail; {OUTPUTS[output].format(command=f'{{ {command}; echo $? >&9; }}')}"
    reading, writing = os.pipe()
    with subprocess.Popen(
        ["bash", "-c", f"exec 9>&{writing}; {script}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        pass_fds=[writing],
    ) as process:
        os.close(writing)
        said, errors = process.communicate(timeout=100)
        with os.fdopen(reading) as status:
            number = int(status.read() or -1)
    assert "Traceback" not in errors, errors
    assert "Broken pipe" not in errors, errors
    assert "Exception ignored" not in errors, errors
    return number, said, errors


# -- exported programs -------------------------------------------------------------------------------------------


@pytest.fixture
def production(tmp_path: Path) -> Path:
    folder = tmp_path / "production"
    folder.mkdir()
    return folder


def program_for(made: object, format_: str, folder: Path) -> str:
    """Write the program for what was *made* into *folder*; return the command that runs it."""
    name, command = PROGRAMS[format_]
    (folder / name).write_text(made.export(format_), encoding="utf-8")  # type: ignore[attr-defined]
    return " ".join([*command, name])


@pytest.mark.parametrize(
    ("format_", "output"),
    [("python", output) for output in OUTPUTS] + [(name, output) for name in ("curl", "typescript") for output in FEW],
)
def test_an_exported_program_saves_all_that_it_bought(
    output: str, format_: str, pc: Playcut, sandbox: Sandbox, production: Path
) -> None:
    made = pc.sweep("a {red|blue} kite")
    command = program_for(made, format_, production)
    before = sandbox.submissions

    status, _, _ = shell(
        command, output, production, PLAYCUT_API_KEY=sandbox.key, PLAYCUT_BASE_URL=sandbox.base_url, PYTHONPATH=""
    )

    assert sandbox.submissions - before == 2
    assert sorted(path.name for path in production.glob("*.png")) == [f"playcut-image-{n}.png" for n in (1, 2)]
    assert status == 0


@every_language
@pytest.mark.parametrize("output", ["errors and all into a closed pipe", "a full disk for the errors", "nothing"])
def test_an_exported_program_that_fails_says_so_by_its_status(
    output: str, format_: str, pc: Playcut, sandbox: Sandbox, production: Path
) -> None:
    made = [pc.submit("image", prompt) for prompt in ("a kite", f"{ODD} [fail]", "a ball")]
    from playcut_jupyter.results.generations import Sweep

    for run in made:
        run.job.settle(10)
    command = program_for(Sweep(made), format_, production)

    status, _, _ = shell(
        command, output, production, PLAYCUT_API_KEY=sandbox.key, PLAYCUT_BASE_URL=sandbox.base_url, PYTHONPATH=""
    )

    assert len(list(production.glob("*.png"))) == 2
    assert status == 1


@every_language
@pytest.mark.parametrize(
    "letters",
    [
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"},
        {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8:strict"},
    ],
    ids=lambda letters: letters["PYTHONIOENCODING"],
)
def test_an_exported_program_speaks_to_a_terminal_of_few_letters(
    letters: dict[str, str], format_: str, pc: Playcut, production: Path
) -> None:
    """The service says why it refuses, in whatever letters; the others are made."""
    made = pc.sweep("a {kite|ball}")
    command = program_for(made, format_, production)
    text = (production / PROGRAMS[format_][0]).read_text(encoding="utf-8").replace("a kite", f"{ODD} [fail]")
    (production / PROGRAMS[format_][0]).write_text(text, encoding="utf-8")
    settings = pc.connection.settings

    done = subprocess.run(
        command.split(),
        cwd=production,
        env={**os.environ, **letters, "PLAYCUT_API_KEY": settings.api_key, "PLAYCUT_BASE_URL": settings.base_url},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"1 of 2 failed" in done.stderr
    assert len(list(production.glob("*.png"))) == 1


# -- console commands --------------------------------------------------------------------------------------------

CONSOLE = f"{sys.executable} -m playcut_jupyter"


@pytest.fixture
def library(away_from_home: Path) -> Iterator[Library]:
    opened = Library(away_from_home)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("command", "output"),
    [
        *(("library list -n 2000", output) for output in OUTPUTS),
        *((command, "a full disk") for command in ("library path", "--help", "doctor", "--version")),
    ],
)
def test_a_command_whose_output_is_lost_ends_as_it_would(command: str, output: str, library: Library) -> None:
    for number in range(100):  # more than is buffered
        create(library, f"{ODD} {number} {'and so on ' * 40}")
    library.close()
    status, _, _ = shell(f"{CONSOLE} {command}", output, PLAYCUT_SANDBOX="1")
    assert status == 0


@few_outputs
def test_prune_removes_all_that_it_was_asked_to(output: str, library: Library) -> None:
    fetched(library)
    library.close()
    status, _, _ = shell(f"{CONSOLE} library prune --older-than 0 --yes", output)
    assert status == 0
    assert library.history() == []


@few_outputs
def test_verify_fetches_all_that_is_missing(output: str, pc: Playcut, sandbox: Sandbox) -> None:
    made = [run.assets[0] for run in pc.sweep("a {red|blue|green} fox")]
    for asset in made:
        assert asset.path is not None
        asset.path.unlink()
    status, _, _ = shell(
        f"{CONSOLE} library verify", output, PLAYCUT_API_KEY=sandbox.key, PLAYCUT_BASE_URL=sandbox.base_url
    )
    assert all(asset.data for asset in made)
    assert status == 0


@pytest.fixture
def short_demo(tmp_path: Path) -> str:
    """Return a command that runs the console's `demo` with a notebook of three cells instead of the quickstart."""
    source = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("%load_ext playcut_jupyter\n%playcut sandbox"),
            nbformat.v4.new_code_cell(f"%%playcut image\n{ODD}"),
            nbformat.v4.new_code_cell(f"print({ODD!r})"),
        ]
    )
    folder = tmp_path / "short"
    folder.mkdir()
    nbformat.write(source, folder / notebooks.QUICKSTART)
    (tmp_path / "demo.py").write_text(
        "import pathlib, sys\n"
        "from playcut_jupyter.__main__ import main\n"
        "from playcut_jupyter.cli import notebooks\n"
        "notebooks.folder = lambda: pathlib.Path('short')\n"
        "sys.exit(main(['demo', '--out', 'demo']))\n"
    )
    return f"{sys.executable} demo.py"


@pytest.mark.parametrize("output", ["a pipe that is closed after a line"])
def test_the_demonstration_is_written_whole(output: str, short_demo: str, tmp_path: Path) -> None:
    status, _, _ = shell(short_demo, output, tmp_path)
    assert status == 0
    assert (tmp_path / "demo" / "quickstart.html").stat().st_size > 10_000
    assert len(nbformat.read(tmp_path / "demo" / "quickstart.ipynb", as_version=4).cells[1].outputs) > 0


@few_outputs
def test_an_error_is_still_an_error(output: str) -> None:
    status, _, _ = shell(f"{CONSOLE} library list -n 0", output)
    assert status == 1
    status, _, _ = shell(f"{CONSOLE} library burn", output)
    assert status == 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1:strict", "utf-8:strict", "shift-jis"])
def test_a_terminal_of_few_letters_gets_question_marks_for_the_others(encoding: str, library: Library) -> None:
    create(library, ODD)
    library.close()
    done = subprocess.run(
        [*CONSOLE.split(), "library", "list"],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    said = done.stdout.decode(encoding.split(":")[0])
    assert "a fox" in said
    assert ("a fox 🦊 in" if "utf-8" in encoding else "a fox ? in") in said


def test_half_an_emoji_is_searched_for_and_not_found(library: Library, pc: Playcut) -> None:
    create(library, ODD)
    library.close()
    done = subprocess.run(
        [*CONSOLE.split(), "library", "list", "--search", HALF.encode("utf-8", "surrogatepass")],
        env={**os.environ, "PLAYCUT_SANDBOX": "1"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert len(pc.history(search=HALF)) == 0
