"""Notebooks that programs execute and export: what is made is in the document, once, as the document can hold it."""

from __future__ import annotations

import base64
import io
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image

from playcut_jupyter.sandbox import Sandbox
from tests.documents import exported
from tests.frontends.conftest import cell, html, unexecuted
from tests.frontends.marks import shows, slow
from tests.kernels import connected_kernel


def only_jpeg(of: nbformat.NotebookNode) -> Image.Image:
    """Return the one picture of a cell that documents without HTML can have."""
    (picture,) = [output.data["image/jpeg"] for output in of.outputs if "image/jpeg" in output.get("data", {})]
    return Image.open(io.BytesIO(base64.b64decode(picture)))


@shows("nbclient", "picture", "sound", "clip", "reopened", "untrusted")
def test_an_executed_notebook_holds_each_result_once(executed: nbformat.NotebookNode) -> None:
    assert html(cell(executed, "picture")).count('<img class="playcut-image" src="data:image/') == 1
    assert html(cell(executed, "sweep")).count('<img class="playcut-image"') == 2
    assert html(cell(executed, "sound")).count('<audio class="playcut-audio" controls') == 1
    assert html(cell(executed, "clip")).count('<video class="playcut-video" controls') == 1
    for name in ("picture", "sound", "clip"):
        assert html(cell(executed, name)).count("playcut-status-completed") == 1


def test_an_output_widget_has_the_end_once_between_what_is_printed(executed: nbformat.NotebookNode) -> None:
    states = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    (outputs,) = [state["state"]["outputs"] for state in states if state["state"].get("outputs")]
    texts = [output.get("text") or output["data"].get("text/html", "") for output in outputs]
    before, *displays, after = filter(None, texts)
    assert (before, after) == ("before\n", "after\n")
    assert ["playcut-status-completed" in display for display in displays] == [True]


def test_what_is_captured_is_the_end_alone(executed: nbformat.NotebookNode) -> None:
    for name in ("captured", "later"):
        assert cell(executed, name).outputs == []
    for name, counted in (("show captured", "2 outputs\n"), ("show later", "1 output\n")):
        assert "".join(output.get("text", "") for output in cell(executed, name).outputs) == counted
    captured = html(cell(executed, "show captured"))
    assert captured.count("playcut-status-completed") == 2  # the line of the call, and its result
    assert captured.count('<img class="playcut-image"') == 1
    later = html(cell(executed, "show later"))
    assert later.count("playcut-status-") == later.count("playcut-status-completed") == 1
    assert later.count('<img class="playcut-image"') == 1


def test_the_panels_still_has_the_library_though_it_is_the_last_cell(executed: nbformat.NotebookNode) -> None:
    still = html(cell(executed, "panel"))
    assert still.count("<img ") >= 6
    assert "a red fox" in still
    assert "a red fox" in "".join(output.data.get("text/plain", "") for output in cell(executed, "panel").outputs)


def test_pictures_are_there_for_documents_without_html(executed: nbformat.NotebookNode) -> None:
    assert only_jpeg(cell(executed, "picture")).size == (64, 64)
    sheet = only_jpeg(cell(executed, "sweep"))
    assert sheet.width > 600
    assert only_jpeg(cell(executed, "clip")).height == 24
    assert only_jpeg(cell(executed, "sound")).size == (640, 160), "its waveform"


@shows("nbconvert to HTML", "picture", "sound", "clip", "reopened", "untrusted")
def test_an_html_page_has_pictures_and_players(executed: nbformat.NotebookNode) -> None:
    page, _ = exported(executed, "html")
    for tag in ("<img ", "<audio ", "<video "):
        assert re.search(rf'{tag}[^>]*class="playcut-[^>]*src="data:', page)


@shows("nbconvert to Markdown", "picture", "sound", "clip", "reopened", "untrusted")
def test_a_markdown_document_has_pictures_and_players(executed: nbformat.NotebookNode) -> None:
    text, _ = exported(executed, "markdown")
    for tag in ("<img ", "<audio ", "<video "):
        assert re.search(rf'{tag}class="playcut-[^>]*src="data:', text)


@shows("nbconvert to LaTeX", "picture", "reopened", "untrusted")
def test_a_latex_document_has_pictures_and_each_sweep_as_one(executed: nbformat.NotebookNode) -> None:
    text, resources = exported(executed, "latex")
    pictures = [name for name in resources["outputs"] if name.endswith((".jpg", ".jpeg"))]
    assert len(pictures) >= 3  # a picture, a sheet, and the first frame of a clip
    assert all(name in text for name in pictures)
    assert "COMPLETED" in text  # the sound, as text


@slow
@shows("nbclient", "error")
def test_a_cell_that_fails_says_why_in_plain_lines(server: Sandbox, tmp_path: Path) -> None:
    with connected_kernel(server, tmp_path / "home") as kernel:
        failed = kernel.run("%%playcut image\na fox [fail]")
        assert failed.error == "TaskFailed"
        assert "Traceback" not in failed.traceback
        inside = kernel.run(
            "import ipywidgets\nwith ipywidgets.Output():\n    get_ipython().run_line_magic('playcut', 'image an owl')"
        )
        assert sum("playcut-image" in words for words in inside.words) == 1


def stopped(command: list[str], notebook: Path, environment: dict[str, str], server: Sandbox) -> str:
    """Run a program that executes *notebook*, press Ctrl-C once its task is there, and return what it wrote."""
    before = server.submissions
    program = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=notebook.parent,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    pause = threading.Event()
    while server.submissions == before and program.poll() is None:
        pause.wait(0.1)
    pause.wait(0.5)
    program.send_signal(signal.SIGINT)
    written, _ = program.communicate(timeout=60)
    return written


PROGRAMS = [
    pytest.param(["jupyter", "execute", "stopped.ipynb"], marks=shows("nbclient", "stop"), id="jupyter execute"),
    pytest.param(
        ["nbconvert", "--execute", "--to", "html", "stopped.ipynb"],
        marks=shows("nbconvert to HTML", "stop"),
        id="nbconvert",
    ),
    pytest.param(["papermill", "stopped.ipynb", "out.ipynb"], marks=shows("papermill", "stop"), id="papermill"),
]


@slow
@pytest.mark.parametrize("command", PROGRAMS)
def test_a_program_that_is_stopped_names_the_tasks_that_go_on(
    command: list[str], server: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip(command[0])
    notebook = unexecuted()
    notebook.cells = [notebook.cells[0], nbformat.v4.new_code_cell(f"%%playcut image\na {{fox|owl}} [stuck] {command}")]
    nbformat.write(notebook, tmp_path / "stopped.ipynb")

    written = stopped(command, tmp_path / "stopped.ipynb", environment, server)

    named = re.search(r"these tasks go on at Playcut.*: (\w+), (\w+)", written)
    assert named, written


@slow
@shows("papermill", "picture", "sound", "clip", "error", "reopened", "untrusted")
def test_papermill_keeps_what_is_made_also_when_a_cell_fails(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papermill: Any = pytest.importorskip("papermill")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    notebook = unexecuted()
    notebook.cells.append(nbformat.v4.new_code_cell("%%playcut image\na fox [fail]"))
    nbformat.write(notebook, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match="TaskFailed"):
        papermill.execute_notebook(str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), progress_bar=False)
    saved = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    saved.cells = [one for one in saved.cells if "papermill" not in one.metadata.get("tags", [])][
        -len(unexecuted().cells) - 1 :
    ]
    whole = "\n".join(html(one) for one in saved.cells)
    for tag in ("<img ", "<audio ", "<video "):
        assert f'{tag}class="playcut-' in whole
    assert "gallery as it was" in whole


@slow
@pytest.mark.timeout(300)
@shows("myst-nb", "picture", "sound", "clip", "reopened", "untrusted")
def test_a_site_of_myst_nb_has_pictures_players_and_the_panels_still(
    environment: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("myst_nb")
    nbformat.write(unexecuted(), tmp_path / "index.ipynb")
    settings = "extensions = ['myst_nb']\nnb_execution_mode = 'force'\nnb_execution_timeout = 280\n"
    (tmp_path / "conf.py").write_text(settings + "nb_execution_raise_on_error = True\n")
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", str(tmp_path), str(tmp_path / "site")],
        env={**os.environ, **environment},
        check=True,
        timeout=290,
    )
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    for tag in ("<img ", "<audio ", "<video "):
        assert re.search(rf'{tag}[^>]*class="playcut-', page)
    assert "gallery as it was" in page
