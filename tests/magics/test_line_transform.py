"""Lines that end in a question mark, and everything else that IPython must be left to read by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.magics.line_transform import fill_empty_cell, install, uninstall
from tests.shells import plain_shell


@pytest.fixture
def bare_shell() -> Iterator[InteractiveShell]:
    """IPython's shell with our lines and nothing else of ours."""
    with plain_shell() as shell:
        install(shell.input_transformer_manager)
        yield shell


def call(text: str) -> str:
    return f"get_ipython().run_line_magic('playcut', {text!r})"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("%playcut image a red fox?", f"{call('image a red fox?')};"),
        ("%playcut speech How are you today?", f"{call('speech How are you today?')};"),
        ("%playcut image what, me worry??", f"{call('image what, me worry??')};"),
        ("%playcut image who's there (and why?", f"""{call("image who's there (and why?")};"""),
        ("%playcut image 猫ですか?", f"{call('image 猫ですか?')};"),
        ("%playcut\timage tabs?", f"{call('image tabs?')};"),
        ("%playcut", f"{call('')};"),
        ("fox = %playcut image a fox?", f"fox = {call('image a fox?')}"),
        ("a = b.c = %playcut image a fox?", f"a = b.c = {call('image a fox?')}"),
        ("foxes['red'] = %playcut image a fox?", f"foxes['red'] = {call('image a fox?')}"),
        ("fox: object = %playcut image a fox?", f"fox: object = {call('image a fox?')}"),
        ("for n in range(2):\n    %playcut image fox {n}?", f"for n in range(2):\n    {call('image fox {n}?')};"),
        ("if a:\n  %playcut image it's (?\n  b = %playcut image c?", None),
        ("%playcut image a \\\n  b?", f"{call('image a    b?')};"),
    ],
)
def test_our_lines_arrive_whole(bare_shell: InteractiveShell, cell: str, code: str | None) -> None:
    expected = code or f"""if a:\n  {call("image it's (?")};\n  b = {call("image c?")}"""
    assert bare_shell.transform_cell(cell) == f"{expected}\n"


@pytest.mark.parametrize("cell", ["%playcut?", "%playcut??", "%%playcut?"])
def test_a_question_about_the_magic_itself_stays_help(bare_shell: InteractiveShell, cell: str) -> None:
    assert "pinfo" in bare_shell.transform_cell(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "fox?",
        "%timeit?",
        "%playcutter a fox?",
        "x = 3 % playcut",
        "x = a[0] %playcut",
        "print(7 %playcut)",
        "text = '''\n%playcut image a fox?\n'''",
        "# %playcut image a fox?",
        "%%bash\n%playcut image a fox?",
        "!echo %playcut image a fox?",
        "f(a=%timeit)",
    ],
)
def test_no_other_line_is_touched(bare_shell: InteractiveShell, cell: str) -> None:
    with_ours = bare_shell.transform_cell(cell)
    uninstall(bare_shell.input_transformer_manager)
    assert bare_shell.transform_cell(cell) == with_ours


def test_installing_it_twice_is_once(bare_shell: InteractiveShell) -> None:
    manager = bare_shell.input_transformer_manager
    before = len(manager.token_transformers), len(manager.cleanup_transforms)
    install(manager)
    assert (len(manager.token_transformers), len(manager.cleanup_transforms)) == before


@pytest.mark.parametrize("cell", ["%%playcut", "%%playcut\n", "%%playcut image -a 1:1", "\n%%playcut image\n"])
def test_a_cell_without_a_body_gets_a_blank_one(bare_shell: InteractiveShell, cell: str) -> None:
    line = cell.strip().removeprefix("%%playcut").strip()
    assert bare_shell.transform_cell(cell) == f"get_ipython().run_cell_magic('playcut', {line!r}, '\\n')\n"


def test_a_terminal_waits_for_the_body_of_a_cell(bare_shell: InteractiveShell) -> None:
    manager = bare_shell.input_transformer_manager
    assert manager.check_complete("%%playcut image\n")[0] == "incomplete"
    assert manager.check_complete("%%playcut image\na fox\n\n")[0] == "complete"


@pytest.mark.parametrize("cell", ["%%playcutter\n", "%%bash\n", "%%playcut\n\n", "%%playcut\na fox", "", "x"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert fill_empty_cell(cell.splitlines(keepends=True)) == cell.splitlines(keepends=True)
