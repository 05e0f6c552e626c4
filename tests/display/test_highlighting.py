"""Exports are shown highlighted where the front end can do so, and are the plain program everywhere else."""

from __future__ import annotations

import io
from typing import Any

import pytest

from playcut_jupyter.display import highlighting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
