"""The example on the page of each error raises that error."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Playcut
from playcut_jupyter.magics import examples
from playcut_jupyter.sandbox import Sandbox


@pytest.fixture
def sandbox(slow_sandbox: Sandbox) -> Sandbox:
    """Give one of the errors, that of a deadline, the time that it needs."""
    return slow_sandbox


@pytest.mark.parametrize("name", examples.ERRORS)
def test_the_example_of_an_error_raises_it(shell: InteractiveShell, pc: Playcut, no_pauses: None, name: str) -> None:
    shell.user_ns["pc"] = pc
    shell.run_cell("from playcut_jupyter import *")
    for example in examples.ERRORS[name]:
        done = shell.run_cell(example)
        if "try:" in example:
            assert done.success
        else:
            assert type(done.error_in_exec or done.result.error).__name__ == name
