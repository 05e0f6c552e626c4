"""Which names a line sees, and where `--out` leaves its result."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Generation, Playcut, PromptError

FUNCTION = """
animal = "zebra"
def draw(animal):
    %playcut image a scoped {animal}
    return _playcut.prompt
"""


def run(shell: InteractiveShell, code: str) -> Any:
    """Run a cell that must succeed, and return what `result` is then."""
    shell.run_cell(code, store_history=True).raise_error()
    return shell.user_ns.get("result")


def test_a_functions_parameter_counts_before_the_notebooks_variable(shell: InteractiveShell) -> None:
    assert run(shell, f"{FUNCTION}\nresult = draw('owl')") == "a scoped owl"
    assert run(shell, "result = %playcut image a scoped {animal}").prompt == "a scoped zebra"


def test_what_the_function_lacks_is_the_notebooks(shell: InteractiveShell) -> None:
    run(shell, "def draw():\n    %playcut image a scoped {animal}\n    return _playcut.prompt\nanimal = 'hare'")
    assert run(shell, "result = draw()") == "a scoped hare"


def test_again_generates_what_was_generated_in_the_function(shell: InteractiveShell) -> None:
    run(shell, f"{FUNCTION}\nresult = draw('newt')")
    assert run(shell, "result = %playcut again").prompt == "a scoped newt"


def test_a_generation_in_a_functions_variable_can_be_built_on(shell: InteractiveShell) -> None:
    code = (
        "base = %playcut image a scoped base\n"
        "other = %playcut image a scoped other\n"
        "def child(base):\n"
        "    found = %playcut image --from base + at dusk\n"
        "    return found\n"
        "result = child(other)"
    )
    assert run(shell, code).prompt == "a scoped other at dusk"


@pytest.mark.parametrize(
    ("function", "where"),
    [
        ("def f():\n    fox = None\n    %playcut image -o fox a scoped fox\n    return fox", "local"),
        ("def f():\n    %playcut image -o fox a scoped fox\n    return fox", "notebook"),
        (
            "def f():\n    fox = 0\n    def g():\n        return fox\n    %playcut image -o fox a fox\n    return g()",
            "cell",
        ),
    ],
    ids=["a local variable", "a global one", "one that an inner function sees"],
)
def test_out_leaves_the_result_where_the_line_sees_it(shell: InteractiveShell, function: str, where: str) -> None:
    run(shell, "fox = 'untouched'")
    assert isinstance(run(shell, f"{function}\nresult = f()"), Generation)
    assert (shell.user_ns["fox"] == "untouched") is (where != "notebook")


def test_a_sweep_from_python_sees_the_names_of_its_caller(pc: Playcut) -> None:
    def draw(beast: str) -> str:
        return pc.sweep("a called {beast}")[0].prompt

    assert draw("owl") == "a called owl"
    assert pc.sweep("a called {beast}", beast="crow")[0].prompt == "a called crow"
    with pytest.raises(PromptError, match="beast"):
        pc.sweep("a called {beast}")


COLOUR = "teal"


def test_a_sweep_from_python_sees_the_globals_of_its_callers_module(pc: Playcut) -> None:
    assert pc.sweep("a {COLOUR} fox of the module")[0].prompt == "a teal fox of the module"
