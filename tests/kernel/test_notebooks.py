"""The notebooks that come with the project run from top to bottom, and show what they make."""

from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat
import pytest

from playcut_jupyter.sandbox import Sandbox

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb") if not path.name.startswith("01-"))
"""The first is the demo's, and tested with it."""


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_shows_what_it_makes(
    name: str, server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", server.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", server.base_url)
    notebook = nbformat.read(FOLDER / name, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "it is to be kept without outputs"

    nbclient.NotebookClient(
        notebook, timeout=110, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()

    displays = [
        output["data"].get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert any("data:image/png;base64," in html for html in displays)


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 3
