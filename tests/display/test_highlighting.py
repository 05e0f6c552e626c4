"""Exports are shown highlighted where the front end can do so, and are the plain program everywhere else."""

from __future__ import annotations

import io
from typing import Any

import pytest

from playcut_jupyter.display import highlighting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_notebook_gets_a_code_block_that_no_prompt_can_end(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(highlighting, "in_kernel", lambda: True)
    monkeypatch.setattr(highlighting, "show_once", shown.append)

    highlighting.show_program('say("""\n````\n<b>x</b>""")\n', "python")

    (bundle,) = shown
    assert bundle["text/markdown"] == '`````python\nsay("""\n````\n<b>x</b>""")\n`````'
    assert bundle["text/plain"].startswith("say(")


@pytest.mark.parametrize(("no_color", "is_coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_colours_unless_it_wants_none(
    monkeypatch: pytest.MonkeyPatch, no_color: str, is_coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)

    highlighting.show_program("import json\n", "python")

    assert ("\x1b[" in terminal.getvalue()) is is_coloured


def test_a_pipe_gets_the_program_alone(capsys: Any) -> None:
    highlighting.show_program("[1]\n", "mcp")

    assert capsys.readouterr().out == "[1]\n\n"
