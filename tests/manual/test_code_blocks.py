"""What the pages say to type works: `ipython` and `python` blocks are run in the sandbox, the console's are parsed.

A block in `py` is somebody else's configuration, or needs what is not here, and is only compiled.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.__main__ import _parser
from tests.manual.pages import FOLDER, PAGES, blocks, text_of


@pytest.mark.parametrize("page", [page for page in PAGES if list(blocks(page, "ipython", "python"))])
def test_the_code_of_a_page_runs(shell: InteractiveShell, page: str) -> None:
    for code in blocks(page, "ipython", "python"):
        shell.run_cell(code).raise_error()


def test_all_other_python_compiles() -> None:
    for page in PAGES:
        for code in blocks(page, "py"):
            compile(code, page, "exec")


def test_the_commands_of_the_console_are_commands() -> None:
    found = 0
    for page in PAGES:
        for line in "\n".join(blocks(page, "bash")).splitlines():
            command = re.search(r"(?<!pip install )playcut-jupyter ([a-z].*)", line.partition("  #")[0])
            if command and "pip" not in line:
                _parser().parse_args(shlex.split(re.split(r" [&|>] ?", command[1])[0]))
                found += 1
    assert found >= 5


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text_of(page)):
            folder = (FOLDER / page).parent
            candidates = [
                folder / target,
                folder / f"{target}.md",
                FOLDER.parent / "notebooks" / f"{Path(target).name}.ipynb",
            ]
            assert any(path.exists() for path in candidates), f"{page}: {target}"
