"""One quick service for all front ends, and one notebook that a program executes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from playcut_jupyter.sandbox import Sandbox

CELLS = {
    "load": "%load_ext playcut_jupyter\nimport ipywidgets\nfrom playcut_jupyter import Playcut\npc = Playcut()",
    "picture": "%%playcut image\na red fox",
    "sweep": "%%playcut image\na {red|blue} owl",
    "sound": "%%playcut speech\nHello there.",
    "clip": "%%playcut video -r 480p -d 1\na hare",
    "output": "out = ipywidgets.Output()\nwith out:\n    print('before')\n    fox = pc.image('a fox in an output')\n"
    "    print('after')",
    "captured": "%%capture captured\nfox = pc.image('a captured fox')\ndisplay(fox)",
    "show captured": "captured.show()\nprint(len(captured.outputs), 'outputs')",
    "later": "%%capture later\n%playcut image --no-wait a captured fox that is not waited for [slow]",
    "show later": "_playcut.wait()\nlater.show()\nprint(len(later.outputs), 'output')",
    "panel": "%playcut panel",
}
"""Name -> source; the panel is the last cell."""


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Return the cell of that name in a notebook that was made of `CELLS`."""
    named: nbformat.NotebookNode = notebook.cells[list(CELLS).index(name)]
    return named


def html(of: nbformat.NotebookNode) -> str:
    """Return the HTML of all that a cell displays."""
    return "\n".join(output.data.get("text/html", "") for output in of.get("outputs", ()) if "data" in output)


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox(latency_s=0.3, rate=None, media="tiny") as running:
        yield running


@pytest.fixture(scope="session")
def environment(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables with which a program finds the service, and a library of its own."""
    home = tmp_path_factory.mktemp("frontends") / "playcut"
    return {"PLAYCUT_API_KEY": server.key, "PLAYCUT_BASE_URL": server.base_url, "PLAYCUT_HOME": str(home)}


def unexecuted() -> nbformat.NotebookNode:
    """Return the notebook of `CELLS`, as a person saved it before it ran."""
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    return notebook


@pytest.fixture(scope="session")
def executed(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The notebook of `CELLS`, as nbclient executes it."""
    notebook = unexecuted()
    folder: Path = tmp_path_factory.mktemp("executed")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        client = NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(folder)}})
        client.execute()
    return notebook
