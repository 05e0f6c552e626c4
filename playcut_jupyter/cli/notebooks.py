"""Runs the package's notebooks: as a demonstration in the terminal, or in JupyterLab.

The demonstration runs in the sandbox, in a new folder. Its page and notebook contain every picture, sound and clip, so
that each file can be shared alone.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import playcut_jupyter
from playcut_jupyter import environment
from playcut_jupyter.errors import NotConnected, PlaycutError

QUICKSTART = "01-quickstart.ipynb"
_CELL_TIMEOUT_S = 120


def folder() -> Path:
    """Return the notebooks' folder: in the installed package, or beside the package in a checkout."""
    package = Path(playcut_jupyter.__file__).parent
    folders = (package / "notebooks", package.parent / "notebooks")
    return next((folder for folder in folders if (folder / QUICKSTART).exists()), folders[0])


def run_demo(out: Path) -> int:
    """Execute the quickstart in the sandbox, write `quickstart.html` and `.ipynb`, and return the exit status.

    Raises:
        PlaycutError: an extra is not installed, or the folder can't be written.
    """
    _require("nbclient", "nbconvert", "ipykernel")
    import nbformat  # of the extra `lab`

    out = _new_folder(out)
    notebook = nbformat.read(folder() / QUICKSTART, as_version=4)
    started = time.monotonic()
    print(f"Running {QUICKSTART} in the sandbox: offline and free.", flush=True)
    failure = _execute(notebook, out)
    nbformat.write(notebook, out / "quickstart.ipynb")
    (out / "quickstart.html").write_text(_page(notebook), encoding="utf-8")
    print(f"\nDone in {time.monotonic() - started:.0f} s." if not failure else f"\nA cell failed: {failure}")
    print(f"  page      {(out / 'quickstart.html').resolve()}\n  notebook  {(out / 'quickstart.ipynb').resolve()}")
    return 1 if failure else 0


def _execute(notebook: Any, out: Path) -> str:
    """Execute all cells and print a line for each; return the error, or ""."""
    # Of the extra `lab`.
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    state = {"number": 0, "started": 0.0}

    def on_start(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            state["number"] += 1
            state["started"] = time.monotonic()
            print(f"  {state['number']:>2}/{total}  {cell.source.splitlines()[0][:60]:<60}", end="", flush=True)

    def on_end(cell: Any, cell_index: int, execute_reply: Any) -> None:
        expected = "raises-exception" in cell.metadata.get("tags", [])
        word = {"ok": "done", "error": "failed as expected" if expected else "FAILED"}[
            execute_reply["content"]["status"]
        ]
        print(f"  {word}, {time.monotonic() - state['started']:.1f} s", flush=True)

    # The kernel of this Python, not a kernel that the user has installed under the same name.
    manager = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), kernel_name="python3")
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=_CELL_TIMEOUT_S,
        resources={"metadata": {"path": str(out)}},
        on_cell_execute=on_start,
        on_cell_executed=on_end,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
    )
    home = str((out / "library").resolve())
    variables = {**os.environ, "PLAYCUT_SANDBOX": "1", "PLAYCUT_HOME": home}
    variables.pop("PLAYCUT_API_KEY", None)
    try:
        client.execute(env=variables)
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except (CellTimeoutError, DeadKernelError) as error:
        return str(error).strip().splitlines()[0]
    return ""


def _page(notebook: Any) -> str:
    from nbconvert import HTMLExporter  # of the extra `lab`

    exporter = HTMLExporter()
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    body: str = exporter.from_notebook_node(notebook, resources={"metadata": {"name": "playcut-jupyter quickstart"}})[0]
    return body


def _new_folder(folder: Path) -> Path:
    """Create *folder*, or with a number if it exists, and return its path."""
    for number in range(1, 1_000):
        path = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(path, error, "--out") from None
        return path
    raise PlaycutError(f"There are too many folders called {folder}.", hint="Choose another name with --out.")


def _unwritable(path: Path, error: OSError, option: str) -> PlaycutError:
    return PlaycutError(f"{path} can't be written: {error.strerror}.", hint=f"Choose another with {option}.")


def open_lab(target: Path, options: Sequence[str]) -> int:
    """Copy the notebooks to *target* (nothing is overwritten) and run JupyterLab there until it is stopped.

    Raises:
        PlaycutError: JupyterLab is not installed, or the folder can't be written.
    """
    _require("jupyterlab", "ipykernel")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for notebook in sorted(folder().glob("*.ipynb")):
            if not (target / notebook.name).exists():
                shutil.copyfile(notebook, target / notebook.name)
    except OSError as error:
        raise _unwritable(target, error, "--folder") from None
    variables = dict(os.environ)
    if environment.text("PLAYCUT_API_KEY"):
        print("PLAYCUT_API_KEY is set: the notebooks use the API and cost credits.", flush=True)
    else:
        variables["PLAYCUT_SANDBOX"] = "1"
        print(
            "No PLAYCUT_API_KEY: the notebooks use the sandbox. No credits are spent, and all results are marked.",
            flush=True,
        )
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={target.resolve()}",
        *_lab_options(),
        *options,
    ]
    process = subprocess.Popen(command, env=variables)  # noqa: S603 - our own Python
    # Ctrl-C in a terminal reaches JupyterLab directly, which asks before it stops. A SIGTERM is forwarded to it.
    previous_handlers = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        return process.wait()
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)


def _lab_options() -> list[str]:
    options = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        options.append("--no-browser")
    return options


def _require(*modules: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise NotConnected(
            f"This needs {', '.join(missing)}.", hint='Install it with: pip install "playcut-jupyter[lab]"'
        )
