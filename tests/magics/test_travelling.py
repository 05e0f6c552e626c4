"""`%playcut pack`, `unpack`, and frozen cells."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotInLibrary
from playcut_jupyter.__main__ import main
from playcut_jupyter.magics.completion import CompletionSources, candidates
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line


@pytest.fixture
def foxes(shell: InteractiveShell) -> Any:
    """A sweep in the variable `foxes`, of which the first has a star."""
    made = cell(shell, "-o foxes", "a {red|blue} fox to pack")
    made[0].star()
    return made


def media_in(path: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()[1:]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ["media/01-red-fox-to-pack.png", "media/02-blue-fox-to-pack.png", "media/03-hello.wav"]),
        ("foxes", ["media/01-red-fox-to-pack.png", "media/02-blue-fox-to-pack.png"]),
        ("starred", ["media/01-red-fox-to-pack.png"]),
        ("2", ["media/01-blue-fox-to-pack.png"]),
        ("1 last", ["media/01-red-fox-to-pack.png", "media/02-hello.wav"]),
        ("#1,3", ["media/01-red-fox-to-pack.png", "media/02-hello.wav"]),
    ],
)
def test_a_line_packs_what_it_names(
    shell: InteractiveShell, foxes: Any, capsys: Any, words: str, names: list[str]
) -> None:
    cell(shell, "speech", "Hello.")
    capsys.readouterr()

    line(shell, f"pack some.zip {words}")

    assert capsys.readouterr().out.startswith(f"Packed {len(names)} generation")
    assert media_in("some.zip") == names


def test_a_pack_comes_and_goes_by_lines_and_commands(shell: InteractiveShell, foxes: Any, capsys: Any) -> None:
    line(shell, "pack foxes.zip foxes")
    capsys.readouterr()

    line(shell, "unpack foxes.zip")
    assert main(["library", "pack", "starred", "--starred"]) == 0
    assert main(["library", "unpack", "starred.zip"]) == 0
    assert main(["library", "unpack", "nosuch.zip"]) == 1

    told = capsys.readouterr()
    assert "Unpacked 0 new generations of 2; 2 were there already." in told.out
    assert "Packed 1 generation" in told.out
    assert "'nosuch.zip' can't be read" in told.err


@pytest.mark.parametrize("words", ["pack", "unpack", "pack foxes.zip nosuch", "unpack a.zip b.zip"])
def test_a_line_that_says_too_little_is_refused(shell: InteractiveShell, words: str) -> None:
    with pytest.raises(InvalidInput):
        line(shell, words)
    assert list(Path.cwd().glob("*.zip")) == []


def test_tab_completes_files_and_generations(shell: InteractiveShell, foxes: Any, tmp_path: Path) -> None:
    Path("foxes.zip").touch()
    sources = CompletionSources(tmp_path / "home", "", None, shell.user_ns)

    assert "foxes.zip" in candidates("%playcut unpack fo", sources)[1]
    assert {"starred", "last", "1", "foxes"} <= set(candidates("%playcut pack foxes.zip ", sources)[1])
    assert "mcp" in candidates("%playcut export last --as ", sources)[1]


def test_frozen_cells_show_the_library_and_ask_nothing(
    shell: InteractiveShell, sandbox: Sandbox, foxes: Any, capsys: Any
) -> None:
    shell.run_line_magic("config", "PlaycutMagics.frozen = True")
    before = sandbox.requests
    capsys.readouterr()

    assert [run.id for run in cell(shell, "", "a {red|blue} fox to pack")] == [1, 2]
    for words, body in (("--fresh", "a {red|blue} fox to pack"), ("", "another"), ("", "a {red|green} fox to pack")):
        with pytest.raises(NotInLibrary):
            cell(shell, words, body)
    with pytest.raises(NotInLibrary):
        cell(shell, "--from foxes", "+ never made")
    for words in ("again", "resume", "wait nosuch", "voices", "image another", "vary 1"):
        with pytest.raises(NotInLibrary):
            line(shell, words)
    capsys.readouterr()
    for words in ("", "connect", "sandbox", "sandbox off"):
        line(shell, words)
        assert "frozen" in capsys.readouterr().out.lower()
    assert sandbox.requests == before

    shell.run_line_magic("config", "PlaycutMagics.frozen = False")
    assert not cell(shell, "", "another").reused


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_frozen_cells_build_on_stars_of_the_sandbox_because_nothing_is_paid(shell: InteractiveShell) -> None:
    line(shell, "sandbox")
    for run in cell(shell, "", "a {red|blue} free fox"):
        run.star()
    made = cell(shell, "--from starred", "+ at dusk")
    line(shell, "sandbox off")
    shell.run_line_magic("config", "PlaycutMagics.frozen = True")

    assert [run.id for run in cell(shell, "--from starred", "+ at dusk")] == [run.id for run in made]


def test_doctor_tells_that_it_is_frozen(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("PLAYCUT_FROZEN", "1")

    assert main(["doctor"]) == 0
    assert "frozen (PLAYCUT_FROZEN is set)" in capsys.readouterr().out
