"""What is refused before anything is bought."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, NotFound, PromptError
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line


@pytest.mark.parametrize("target", ["file/fox.png", "file/deep/er/fox.png", "~nobody-has-this-name/fox.png", "x" * 300])
def test_a_place_that_cant_be_written_is_refused_before_anything_is_bought(
    shell: InteractiveShell, sandbox: Sandbox, tmp_path: Path, target: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    before = sandbox.submissions

    for words, body in (("speech", "unsaved"), ("generate-tts", '{"text": "unsaved"}')):
        with pytest.raises(InvalidInput, match="can't be written"):
            cell(shell, f"{words} --save {target}", body)

    assert sandbox.submissions == before


def test_a_folder_that_is_to_come_may_be_saved_to(shell: InteractiveShell, tmp_path: Path) -> None:
    cell(shell, f"speech --save {tmp_path}/new/folder/", "saved")

    assert len(list((tmp_path / "new" / "folder").glob("*.wav"))) == 1


@pytest.mark.parametrize("words", ["--help", "-h", "image --help", "video -a 1:1 -h", "generate-tts --help"])
def test_help_is_an_option_of_a_cell_and_of_a_line(
    shell: InteractiveShell, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    before = sandbox.requests

    for body in ("a fox", "\n"):
        shell.run_cell_magic("playcut", words, body)
        assert "--aspect-ratio" in capsys.readouterr().out
    line(shell, words if words.startswith("-") else f"{words} a fox")

    assert "--aspect-ratio" in capsys.readouterr().out
    assert sandbox.requests == before


@pytest.mark.parametrize("word", ["-x", "--x", "-q"])
def test_a_letter_is_no_misspelt_word(shell: InteractiveShell, word: str) -> None:
    with pytest.raises(InvalidInput, match=f"There is no option {word}") as caught:
        cell(shell, f"image {word}", "a fox")

    assert "Did you mean" not in str(caught.value)


def test_a_letter_with_the_wrong_dashes_or_case_is_known(shell: InteractiveShell) -> None:
    for word, meant in (("--n", "-n"), ("-S", "-s")):
        with pytest.raises(InvalidInput, match=f"Did you mean {meant}\\?"):
            cell(shell, f"image {word}", "a fox")


@pytest.mark.parametrize("command", ["help", "status", "history -n 3", "wait abc"])
def test_a_command_has_no_cell(shell: InteractiveShell, command: str) -> None:
    with pytest.raises(InvalidInput, match="is a command, not a kind") as caught:
        cell(shell, command, "a fox")

    assert f"`%playcut {command}`" in str(caught.value)


@pytest.mark.parametrize("words", ["--save ''", "--session ' '", "--from ''", "-o ''", "-o class", "-o None"])
def test_an_option_that_says_nothing_or_no_name_is_refused(
    shell: InteractiveShell, sandbox: Sandbox, words: str
) -> None:
    cell(shell, "image", "a parent")
    before = sandbox.submissions

    with pytest.raises(InvalidInput, match=r"the value is empty|can't be the name of a variable"):
        cell(shell, f"image {words}", "a fox")

    assert sandbox.submissions == before


def test_an_empty_prompt_is_told_where_it_is(shell: InteractiveShell) -> None:
    pc = shell.magics_manager.registry["PlaycutMagics"].pc
    attempts: list[Callable[[], object]] = [
        lambda: line(shell, "image"),
        lambda: cell(shell, "image", "\n"),
        lambda: pc.sweep(""),
    ]
    for attempt in attempts:
        with pytest.raises(PromptError, match="The prompt is empty") as caught:
            attempt()
        assert "%%playcut" not in str(caught.value)


def test_a_tool_needs_no_hyphen_in_its_name(shell: InteractiveShell, sandbox: Sandbox) -> None:
    before = sandbox.submissions

    with pytest.raises(NotFound):
        cell(shell, "upscale", '{"assetId": "asset_abc"}')
    with pytest.raises(InvalidInput, match="is not JSON"):
        cell(shell, "picture", "a red fox")
    for typo in ("imgae", "vidoe", "images", "speach"):
        with pytest.raises(InvalidInput, match="Did you mean"):
            cell(shell, typo, "{}")

    assert sandbox.submissions == before
