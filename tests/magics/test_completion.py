"""What Tab offers on the lines of the magics: our words alone, from tables and the library, never from the network."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.export.writer import FORMATS
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.syntax import parsers
from playcut_jupyter.syntax.cell_line import parse_cell_line
from playcut_jupyter.tools import KINDS, TOOLS
from tests.shells import cell, line


def completed(shell: InteractiveShell, code: str) -> list[str]:
    """Return the lines that *code* can become by Tab at its end."""
    with provisionalcompleter():
        return [code[: one.start] + one.text for one in shell.Completer.completions(code, len(code))]


def offered(shell: InteractiveShell, code: str) -> list[str]:
    """Return what Tab adds to *code*, which ends where a new word begins."""
    return [text.removeprefix(code) for text in completed(shell, code)]


def test_only_our_words_are_offered(shell: InteractiveShell) -> None:
    assert set(offered(shell, "%playcut ")) == {*parsers.COMMAND_NAMES, *KINDS, *TOOLS}
    assert set(offered(shell, "%%playcut ")) == {*KINDS, *TOOLS}
    assert offered(shell, "%playcut export --as ") == list(FORMATS)
    options = completed(shell, "%%playcut image -")
    assert "%%playcut image --aspect-ratio" in options
    assert all(text.startswith("%%playcut image -") for text in options)
    assert completed(shell, "%%playcut image --asp") == ["%%playcut image --aspect-ratio"]


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("%playcut history --se", "%playcut history --search"),
        ("%playcut export --sa", "%playcut export --save"),
        ("%playcut session u", "%playcut session use"),
        ("x = 1\n%playcut sta", "x = 1\n%playcut status"),
        ("%%playcut image -a 16", "%%playcut image -a 16:9"),
        ("%%playcut image -a 1:1,16", "%%playcut image -a 1:1,16:9"),
        ("%%playcut image --image-size=2", "%%playcut image --image-size=2K"),
        ("%playcut video -r 7", "%playcut video -r 720p"),
    ],
)
def test_a_word_is_completed_where_it_stands(shell: InteractiveShell, code: str, whole: str) -> None:
    assert whole in completed(shell, code)


def test_what_the_library_has_is_offered(shell: InteractiveShell) -> None:
    line(shell, "session new Foxes at night")
    made = cell(shell, "speech", "Hello.")

    for command in ("show", "star", "hide", "tree", "compare", "export"):
        assert {"last", str(made.id)} <= set(offered(shell, f"%playcut {command} "))
    assert {"last", str(made.id)} <= set(offered(shell, "%%playcut image --from "))
    assert {"last", str(made.id), "-n"} <= set(offered(shell, "%playcut vary "))
    assert {"starred", "last", str(made.id)} <= set(offered(shell, "%%playcut image --from "))
    assert f"%%playcut image --from {made.id},starred" in completed(shell, f"%%playcut image --from {made.id},star")
    assert completed(shell, "%playcut session use Foxes at") == ["%playcut session use Foxes at night"]
    assert completed(shell, "%%playcut --session fox") == ["%%playcut --session 'Foxes at night'"]
    assert completed(shell, '%%playcut --session "Foxes a') == ['%%playcut --session "Foxes at night"']


def test_sweeps_are_offered_where_a_sweep_is_asked_for(shell: InteractiveShell) -> None:
    cell(shell, "-o foxes", "a {red|blue} fox")
    cell(shell, "-o fox", "a fox alone")

    assert offered(shell, "%playcut effects ") == ["foxes"]
    assert offered(shell, "%playcut explore ") == ["foxes"]
    assert offered(shell, "%playcut refine ") == ["foxes", "--keep"]
    assert offered(shell, "%playcut refine foxes ") == ["--keep"]
    assert "foxes" in offered(shell, "%playcut refine --keep 0.5 ")
    assert {"foxes", "fox"} <= set(offered(shell, "%%playcut --from "))
    assert not offered(shell, "%playcut vary -n ")


def test_a_task_that_is_not_fetched_can_be_waited_for(shell: InteractiveShell) -> None:
    done = cell(shell, "speech", "Hello.")
    stuck = cell(shell, "image --no-wait", "a fox [stuck]")
    submitted = threading.Event()
    stuck.on_change(lambda: submitted.set() if stuck.task_id else None)
    assert stuck.task_id or submitted.wait(20)

    tasks = offered(shell, "%playcut wait ")

    assert tasks == [stuck.task_id]
    assert done.task_id not in tasks


def test_voices_are_offered_once_they_are_known_and_never_asked_for(shell: InteractiveShell, sandbox: Sandbox) -> None:
    before = sandbox.requests

    assert not any("Grace" in text for text in completed(shell, "%%playcut speech -v "))
    assert sandbox.requests == before
    line(shell, "voices")
    voices = shell.magics_manager.registry["PlaycutMagics"].pc.voices()

    assert f"'{voices[0].name}'" in offered(shell, "%%playcut speech -v ")
    assert completed(shell, "%%playcut speech -v grac") == ["%%playcut speech -v 'Grace (English, US)'"]


def test_tab_connects_to_nothing_and_makes_no_library(
    shell: InteractiveShell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    monkeypatch.delenv("PLAYCUT_API_KEY")
    before = sandbox.requests

    assert offered(shell, "%playcut show ") == ["last"]
    completed(shell, "%playcut wait ")
    completed(shell, "%%playcut speech -v ")

    assert sandbox.requests == before
    assert not away_from_home.exists()


def test_python_is_completed_in_the_body_of_a_cell(shell: InteractiveShell) -> None:
    shell.user_ns["animals"] = ["fox", "owl"]

    assert "%%playcut image\na {animals" in completed(shell, "%%playcut image\na {anim")
    assert "animals" in completed(shell, "anim")


@pytest.mark.parametrize(
    "code",
    [
        "%playcut voices ",
        "%playcut again ",
        "%playcut wait ",
        "%playcut image a red f",
        "%%playcut speech -v ",
        "%%playcut image -n ",
        "%%playcut image -p ",
        "%%playcut image nosuch",
    ],
)
def test_where_there_is_nothing_to_offer_nothing_is(shell: InteractiveShell, code: str) -> None:
    assert completed(shell, code) == []


def test_a_place_to_save_to_is_completed_with_what_is_there(shell: InteractiveShell, tmp_path: Path) -> None:
    folder = tmp_path / "places"
    (folder / "clips").mkdir(parents=True)
    for name in ("cat.png", "two foxes.png", ".hidden"):
        (folder / name).touch()

    assert completed(shell, "%%playcut --save places/c") == [
        "%%playcut --save places/cat.png",
        "%%playcut --save places/clips/",
    ]
    assert completed(shell, f"%playcut export --save {folder}/cl") == [f"%playcut export --save {folder}/clips/"]
    assert completed(shell, "%%playcut --save=places/t") == ["%%playcut --save='places/two foxes.png'"]
    assert completed(shell, "%%playcut --save ~/places/cl") == ["%%playcut --save ~/places/clips/"]
    assert len(offered(shell, "%%playcut --save places/")) == 3
    assert offered(shell, "%%playcut --save nowhere/") == []


def test_a_place_in_the_environment_is_completed(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "album" / "{lit}").mkdir(parents=True)
    monkeypatch.setenv("ALBUM", str(tmp_path / "album"))

    assert completed(shell, "%%playcut --save $ALBUM/") == ["%%playcut --save $ALBUM/{{lit}}/"]


def test_what_is_offered_is_read_back_as_it_is_called(shell: InteractiveShell) -> None:
    line(shell, "session new Foxes {a|b}, {day}")

    (typed,) = completed(shell, "%%playcut --session fox")

    assert parse_cell_line(typed.removeprefix("%%playcut "), {}).session == "Foxes {a|b}, {day}"


def test_variables_are_offered_where_they_can_stand(shell: InteractiveShell) -> None:
    cell(shell, "speech -o hello", "Hello.")
    shell.user_ns["ratios"] = ["1:1", "16:9"]

    assert completed(shell, "%playcut show hel") == ["%playcut show hello"]
    assert completed(shell, "%%playcut --from hel") == ["%%playcut --from hello"]
    assert "ratios" not in offered(shell, "%playcut show ")
    assert "%%playcut image -a {ratios" in completed(shell, "%%playcut image -a {rat")
    assert "%playcut image a {ratios" in completed(shell, "%playcut image a {rat")


def test_loading_the_extension_again_offers_everything_once(shell: InteractiveShell) -> None:
    shell.run_line_magic("reload_ext", "playcut_jupyter")

    assert completed(shell, "%playcut res") == ["%playcut resume"]
