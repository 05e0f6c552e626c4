"""A real JupyterLab, started with the product's own command, and notebooks on its disk."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

START_S = 60
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}


def until(look: Callable[[], T], what: str, within_s: float = 20) -> T:
    """Look again and again, until there is something to see; return it."""
    end = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < end, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)


class Lab:
    """A running JupyterLab."""

    def __init__(self, url: str, token: str, folder: Path) -> None:
        self.url = url
        self.token = token
        self.folder = folder
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"token {token}"}, timeout=30, trust_env=False
        )

    def api(self, method: str, path: str, body: object = None) -> Any:
        """Call the Jupyter server itself, without the front end."""
        answer = self._http.request(method, f"api/{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def write(self, name: str, cells: list[dict[str, Any]], *, kernel: bool = True) -> None:
        """Write a notebook to disk, past the server: it is not trusted, whatever it holds."""
        document = {"cells": cells, "metadata": _KERNEL if kernel else {}, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / name).write_text(json.dumps(document), encoding="utf-8")

    def read(self, name: str) -> list[dict[str, Any]]:
        """Return the cells of a notebook on disk."""
        cells: list[dict[str, Any]] = json.loads((self.folder / name).read_text(encoding="utf-8"))["cells"]
        return cells

    def stop_kernel(self, name: str) -> None:
        """Shut down the kernel of a notebook, if it has one."""
        for session in self.sessions(name):
            self.api("DELETE", f"sessions/{session['id']}")

    def sessions(self, name: str) -> list[dict[str, Any]]:
        return [session for session in self.api("GET", "sessions") if session["path"] == name]

    def close(self) -> None:
        self._http.close()


LATENCY_S = 0.6
"""How long tasks take in the kernels' own sandbox; with `[slow]` four times as long, so that all states are seen."""


@contextmanager
def running(temp: Path, latency_s: float = LATENCY_S) -> Iterator[Lab]:
    """Run `playcut-jupyter lab` with folders of its own below *temp*: in the sandbox, with nothing of the user's."""
    token = secrets.token_hex(16)
    log = temp / "lab.log"
    command = [sys.executable, "-m", "playcut_jupyter", "lab", "--folder", str(temp / "notebooks"), "--"]
    options = ["--no-browser", "--port=0", f"--IdentityProvider.token={token}"]
    # The same server has Notebook 7, where that is installed.
    options += [f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")]
    # A type checker that is installed beside us would be started, and interrupt with messages of its own.
    options.append("--LanguageServerManager.autodetect=False")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            env=_environment(temp, latency_s),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            lab = Lab(_url(temp / "runtime", process, log), token, temp / "notebooks")
            try:
                yield lab
                lab.api("POST", "shutdown")
                process.wait(30)
            finally:
                lab.close()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(30)


@contextmanager
def voila(temp: Path, sources: list[str]) -> Iterator[str]:
    """Serve a notebook of these cells with Voila, in the sandbox, with nothing of the user's; give its URL."""
    notebook = temp / "app.ipynb"
    document = {"cells": [code(source) for source in sources], "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5}
    notebook.write_text(json.dumps(document), encoding="utf-8")
    with served(temp, ["voila", str(notebook), "--no-browser", "--Voila.ip=127.0.0.1"]) as url:
        yield url


@contextmanager
def served(temp: Path, command: list[str]) -> Iterator[str]:
    """Run a Python module that serves a notebook, in the sandbox, with nothing of the user's; give its URL."""
    log = temp / "server.log"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, f"--port={port}"],
            env=_environment(temp) | {"PLAYCUT_SANDBOX": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}/"

        def answers() -> bool:
            assert process.poll() is None, f"{command[0]} ended:\n{log.read_text()}"
            with suppress(httpx.TransportError):
                httpx.get(f"{url}no-such-file", timeout=5, trust_env=False)
                return True
            return False

        try:
            until(answers, f"{command[0]} answers", START_S)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


_STARTUP = """
import functools, playcut_jupyter.sandbox as sandbox
sandbox.Sandbox = functools.partial(sandbox.Sandbox, latency_s={})
"""


def _environment(temp: Path, latency_s: float = LATENCY_S) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PLAYCUT_", "JUPYTER", "COV_", "PYTEST_"))
    }
    folders = {"HOME": "home", "IPYTHONDIR": "ipython", "PLAYCUT_HOME": "playcut"}
    folders |= {f"JUPYTER_{name}_DIR": name.lower() for name in ("CONFIG", "DATA", "RUNTIME")}
    for folder in folders.values():
        (temp / folder).mkdir()
    startup = temp / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "quick.py").write_text(_STARTUP.format(latency_s))
    labconfig = temp / "config" / "labconfig"
    labconfig.mkdir()
    (labconfig / "page_config.json").write_text(json.dumps({"buildCheck": False}))
    (labconfig / "default_setting_overrides.json").write_text(
        json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}})
    )
    return environment | {name: str(temp / folder) for name, folder in folders.items()}


def _url(runtime: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the server to say where it is."""

    def said() -> str:
        assert process.poll() is None, f"JupyterLab ended:\n{log.read_text()}"
        for file in runtime.glob("jpserver-*.json"):
            try:
                server = json.loads(file.read_text())
                httpx.get(f"{server['url']}api", timeout=5, trust_env=False)
            except (ValueError, httpx.TransportError):
                return ""
            return str(server["url"])
        return ""

    return until(said, "JupyterLab answers", START_S)


def code(source: str) -> dict[str, Any]:
    """Return a code cell for a notebook on disk."""
    return {
        "id": secrets.token_hex(4),
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
    }


def text(source: str) -> dict[str, Any]:
    """Return a Markdown cell for a notebook on disk."""
    return {"id": secrets.token_hex(4), "cell_type": "markdown", "source": source, "metadata": {}}
