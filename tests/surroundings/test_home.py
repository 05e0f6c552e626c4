"""The library's folder: absolute from the moment it is read, expanded, and one sentence where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, Playcut
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.settings import configured_home
from tests.shells import cell
from tests.surroundings.programs import run


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


# -- where it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lib", "./lib", "lib/", "../" * 30 + "tmp/lib", "a/b/c", "."])
def test_a_relative_home_stays_where_it_was_when_it_was_named(
    name: str, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = Playcut(home=name)
    monkeypatch.chdir(elsewhere)
    assert pc.connector.home == tmp_path / name
    assert pc.connector.home.is_absolute()


@pytest.mark.parametrize("name", ["lib", "./lib", "a/b"])
def test_a_relative_home_of_the_environment_stays_where_it_was_when_it_was_first_read(
    name: str, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    monkeypatch.setenv("PLAYCUT_HOME", name)
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url) as pc:
        first = pc.image("a fox")
        monkeypatch.chdir(elsewhere)
        again = pc.image("a fox")
        pc.close()
        later = pc.image("a fox")
    assert first.assets[0].path is not None
    assert tmp_path / name in first.assets[0].path.parents
    assert (again.reused, later.reused) == (True, True)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_home_is_none(blank: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured_home(blank) == configured_home() == tmp_path / "home"
    monkeypatch.setenv("PLAYCUT_HOME", blank)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert configured_home() == tmp_path / "data" / "playcut"
    assert Playcut(home=blank).connector.home == tmp_path / "data" / "playcut"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("~", "."),
        ("~/lib", "lib"),
        ("$HOME/lib", "lib"),
        ("${HOME}/lib", "lib"),
        ("$SHELVES/of/$OWNER", "shelves/of/ada"),
        ("~/$OWNER", "ada"),
        ("$TILDE/lib", "lib"),
        (" $HOME/lib ", "lib"),
    ],
)
def test_homes_and_variables_are_expanded(
    name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELVES", str(tmp_path / "shelves"))
    monkeypatch.setenv("OWNER", "ada")
    monkeypatch.setenv("TILDE", "~")
    assert configured_home(name) == tmp_path / place
    assert Playcut(home=Path(name)).connector.home == tmp_path / place
    monkeypatch.setenv("PLAYCUT_HOME", name)
    assert configured_home() == tmp_path / place


def test_a_relative_data_folder_of_the_platform_stays_too(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLAYCUT_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    pc = Playcut()
    before = pc.connector.home
    monkeypatch.chdir(elsewhere)
    assert pc.connector.home == before
    assert before.is_absolute()


# -- where it can't be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("~nosuchuser", "~nosuchuser"),
        ("~nosuchuser/lib", "~nosuchuser"),
        ("$NO_SUCH_VARIABLE/lib", "NO_SUCH_VARIABLE is not set"),
        ("/data/${NO_SUCH_VARIABLE}", "NO_SUCH_VARIABLE is not set"),
        ("/data/nul\0", "no folder"),
    ],
)
def test_what_can_not_be_expanded_is_one_sentence(name: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput) as caught:
        Playcut(home=name)
    assert words in caught.value.message
    assert "PLAYCUT_HOME" in (caught.value.hint or "")
    if "\0" not in name:
        monkeypatch.setenv("PLAYCUT_HOME", name)
        pc = Playcut()
        with pytest.raises(InvalidInput, match="PLAYCUT_HOME is "):
            pc.history()


@pytest.mark.parametrize("home", [5, True, ["lib"], b"lib", object()])
def test_what_is_no_folder_at_all_is_refused(home: object) -> None:
    with pytest.raises(InvalidInput, match="home is"):
        Playcut(home=home)  # type: ignore[arg-type]


@pytest.mark.skipif(os.name != "posix", reason="a current folder can't be removed there")
def test_a_relative_home_in_a_folder_that_is_gone_is_one_sentence(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(elsewhere)
    elsewhere.rmdir()
    with pytest.raises(InvalidInput, match="current folder"):
        Playcut(home="lib")


# -- in cells ----------------------------------------------------------------------------------------------------


def test_a_relative_home_of_the_magics_stays_where_it_was_set(
    shell: InteractiveShell, tmp_path: Path, elsewhere: Path
) -> None:
    shell.run_line_magic("config", "PlaycutMagics.home = 'lib'")
    shell.run_line_magic("cd", f"-q {elsewhere}")
    made = cell(shell, "image", "a fox")
    shell.run_line_magic("cd", f"-q {tmp_path}")
    assert cell(shell, "image", "a fox").reused
    assert tmp_path / "lib" in made.assets[0].path.parents


@pytest.mark.parametrize("name", ["~nosuchuser", "$NO_SUCH_VARIABLE"])
def test_a_home_that_can_not_be_is_refused_where_it_is_set(
    name: str, shell: InteractiveShell, caplog: pytest.LogCaptureFixture
) -> None:
    shell.run_line_magic("config", f"PlaycutMagics.home = {name!r}")
    assert f"home is {name!r}" in caplog.text
    assert cell(shell, "image", "a fox").status == "COMPLETED"


def test_a_relative_home_of_the_environment_stays_where_the_extension_was_loaded(
    sandbox: Sandbox, tmp_path: Path, elsewhere: Path, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYCUT_HOME", "lib")
    shell.run_cell("%unload_ext playcut_jupyter")
    shell.run_line_magic("load_ext", "playcut_jupyter")
    shell.run_line_magic("cd", f"-q {elsewhere}")
    made = cell(shell, "image", "a fox")
    assert tmp_path / "lib" in made.assets[0].path.parents


# -- no home at all ----------------------------------------------------------------------------------------------

WITHOUT_HOME = """
import os, pwd, sys

def nobody(_):
    raise KeyError("getpwuid(): uid not found")

for name in ("HOME", "PLAYCUT_HOME", "XDG_DATA_HOME"):
    os.environ.pop(name, None)
pwd.getpwuid = nobody  # as in a container that runs as some number

from IPython.core.interactiveshell import InteractiveShell
from playcut_jupyter import Playcut, PlaycutError

def attempt(call):
    try:
        result = call()
    except PlaycutError as error:
        print("=>", type(error).__name__, error)
    else:
        print("=> done")
"""

FIRST_USES = {
    "a picture": "Playcut().image('a fox')",
    "the history": "Playcut().history()",
    "the sandbox": "Playcut(sandbox=True).voices()",
    "a resumption": "Playcut().resume()",
    "a generation": "Playcut().get(1)",
}


@pytest.mark.skipif(os.name != "posix", reason="homes are looked up in other ways there")
@pytest.mark.parametrize("use", FIRST_USES)
def test_without_any_home_the_first_use_is_one_sentence(use: str, sandbox: Sandbox, tmp_path: Path) -> None:
    program = f"{WITHOUT_HOME}\nattempt(lambda: {FIRST_USES[use]})\nattempt(lambda: Playcut(home='lib').history())"
    before = sandbox.submissions
    done = run(program, server=sandbox, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, then = (text for text in done.stdout.splitlines() if text.startswith("=> "))
    assert "There is no home folder" in first
    assert "PLAYCUT_HOME" in first
    assert then == "=> done"
    assert sandbox.submissions == before
    assert not (tmp_path / "~").exists()


@pytest.mark.skipif(os.name != "posix", reason="homes are looked up in other ways there")
def test_without_any_home_the_extension_loads_and_help_is_there(sandbox: Sandbox, tmp_path: Path) -> None:
    program = f"""{WITHOUT_HOME}
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "playcut_jupyter")
attempt(lambda: shell.run_line_magic("playcut", "help"))
attempt(lambda: shell.run_line_magic("playcut", "image a fox"))
os.environ["PLAYCUT_HOME"] = {str(tmp_path / "lib")!r}
attempt(lambda: shell.run_line_magic("playcut", "image a fox"))
"""
    done = run(program, server=sandbox, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    about_help, first, then = (text for text in done.stdout.splitlines() if text.startswith("=> "))
    assert about_help == then == "=> done"
    assert "PLAYCUT_HOME" in first


@pytest.mark.parametrize("command", [["doctor"], ["library", "path"], ["library", "list"], ["library", "verify"]])
@pytest.mark.parametrize("home", ["~nosuchuser/lib", "$NO_SUCH_VARIABLE"])
def test_the_console_says_it_in_one_sentence_too(command: list[str], home: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "playcut_jupyter", *command],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PLAYCUT_HOME": home, "PLAYCUT_SANDBOX": "1"},
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (done.stdout + done.stderr).count("PLAYCUT_HOME is") == 1
