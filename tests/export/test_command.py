"""`%playcut export`: what it prints, what it refuses, and what Tab offers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from playcut_jupyter.library import ratings
from tests.shells import line


@pytest.fixture
def exported(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Run `%playcut export ...` and return what it printed."""

    def exported(options: str) -> str:
        capsys.readouterr()
        line(shell, f"export {options}".strip())
        return capsys.readouterr().out

    return exported


def test_the_magic_exports_the_last_a_numbered_and_the_starred_ones(
    shell: InteractiveShell, exported: Callable[[str], str]
) -> None:
    with pytest.raises(InvalidInput, match="Nothing has been generated yet"):
        exported("")
    line(shell, "image a first fox")
    first = shell.user_ns["_playcut"]
    line(shell, "speech {A second|A third} fox.")

    assert json.loads(exported("--as json"))["axes"] == {"A second|A third": ["A second", "A third"]}
    assert json.loads(exported(f"{first.id} --as json"))["prompt"] == "a first fox"
    assert exported(f"{first.id}").rstrip() == first.export("python").rstrip()
    assert exported("last --as=curl").startswith("#!/usr/bin/env bash\n")

    with pytest.raises(InvalidInput, match="Nothing has a star yet"):
        exported("starred --as curl")
    ratings.star(first.library, first.id)
    assert json.loads(exported("starred --as json"))["prompt"] == "a first fox"


@pytest.mark.parametrize("options", ["--as", "1 2", "--to python", "last --as curl --fresh"])
def test_the_magic_says_how_it_is_meant(exported: Callable[[str], str], options: str) -> None:
    with pytest.raises(InvalidInput, match="is not known") as caught:
        exported(options)
    assert "--as FORMAT" in (caught.value.hint or "")


def test_tab_completes_the_export(shell: InteractiveShell) -> None:
    def completions(text: str) -> set[str]:
        with provisionalcompleter():
            return {found.text for found in shell.Completer.completions(text, len(text))}

    assert {"last", "starred", "--as"} <= completions("%playcut export ")
    assert {"curl", "python", "typescript", "json"} <= completions("%playcut export last --as ")
    assert "typescript" in completions("%playcut export --as t")
    assert "export" in completions("%playcut exp")
