"""A real JupyterLab, started with the product's own command, and a notebook in it that is used as people use one."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Playwright

T = TypeVar("T")

VIEWPORT = (1280, 900)
START_S = 60
CELL_S = 45
"""The longest that any cell of the tests may take on a busy machine, seconds."""

_CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine can be reached: the tests are the same with and without a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}


def chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    names = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright) -> BrowserContext:
    """Start Chromium, with nothing of the user's in it."""
    browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=_CHROMIUM_OPTIONS)
    width, height = VIEWPORT
    return browser.new_context(viewport={"width": width, "height": height})


def until(look: Callable[[], T], what: str, within_s: float = 20) -> T:
    """Look again and again, until there is something to see; return it."""
    end = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < end, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)


# -- the server -------------------------------------------------------------------------------------------------


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


@contextmanager
def running(temp: Path) -> Iterator[Lab]:
    """Run `playcut-jupyter lab` with folders of its own below *temp*: in the sandbox, with nothing of the user's."""
    token = secrets.token_hex(16)
    log = temp / "lab.log"
    command = [sys.executable, "-m", "playcut_jupyter", "lab", "--folder", str(temp / "notebooks"), "--"]
    options = ["--no-browser", "--port=0", f"--IdentityProvider.token={token}"]
    # The same server has Notebook 7, where that is installed.
    options += [f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            env=_environment(temp),
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
    notebook, log = temp / "app.ipynb", temp / "voila.log"
    document = {"cells": [code(source) for source in sources], "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5}
    notebook.write_text(json.dumps(document), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"],
            env=_environment(temp) | {"PLAYCUT_SANDBOX": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}/"

        def answers() -> bool:
            assert process.poll() is None, f"Voila ended:\n{log.read_text()}"
            with suppress(httpx.TransportError):
                httpx.get(f"{url}voila/static/no-such-file", timeout=5, trust_env=False)
                return True
            return False

        try:
            until(answers, "Voila answers", START_S)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


LATENCY_S = 0.6
"""How long tasks take in the kernels' own sandbox; with `[slow]` four times as long, so that all states are seen."""
_STARTUP = f"""
import functools, playcut_jupyter.sandbox as sandbox
sandbox.Sandbox = functools.partial(sandbox.Sandbox, latency_s={LATENCY_S})
"""


def _environment(temp: Path) -> dict[str, str]:
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
    (startup / "quick.py").write_text(_STARTUP)
    labconfig = temp / "config" / "labconfig"
    labconfig.mkdir()
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


# -- the front end ----------------------------------------------------------------------------------------------

_NOTE_STATUS = """
cell => {
  // All that the status says, as it says it: the state's word (the quiet line at the end has none), and the class.
  const seen = window.seen = [];
  const note = () => {
    const status = cell.querySelector('.playcut-status');
    if (!status) return;
    const state = [...status.classList].find(name => name.startsWith('playcut-status-'));
    const word = status.querySelector('b')?.textContent ?? '';
    const last = seen.at(-1);
    if (last && last.text === status.textContent) return;
    seen.push({at: performance.now(), state: state.slice('playcut-status-'.length), word, text: status.textContent});
  };
  new MutationObserver(note).observe(cell, {childList: true, subtree: true, characterData: true});
}
"""

_KERNEL_READY = """
() => {
  const kernel = jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}
"""

LAST_SOURCE = "() => jupyterapp.shell.currentWidget.content.widgets.at(-1).model.sharedModel.getSource()"
_SAVED = "() => !jupyterapp.shell.currentWidget.context.model.dirty"

_PROMPT = ".jp-InputArea-prompt"

MIN_CONTRAST = 4.5
"""Of words with what is behind them: WCAG 2.2, level AA."""
_CONTRASTS = """
cell => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map(part => part / 255);
  };
  const luminance = colour => {
    const [r, g, b] = colour.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ancestors = element => element ? [element, ...ancestors(element.parentElement)] : [];
  const contrast = element => {
    const line = ancestors(element).map(one => getComputedStyle(one));
    const behind = line.map(style => rgba(style.backgroundColor)).find(colour => colour[3] > 0.99);
    const [r, g, b, alpha] = rgba(getComputedStyle(element).color);
    const shown = line.reduce((product, style) => product * Number(style.opacity), alpha);
    const front = [r, g, b].map((part, index) => part * shown + behind[index] * (1 - shown));
    const [low, high] = [luminance(front), luminance(behind.slice(0, 3))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const worst = {};
  const walker = document.createTreeWalker(cell.querySelector('.jp-Cell-outputWrapper'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    // What can't be used just now may be faint, WCAG says.
    if (words && element.closest('[class*="playcut-"]') && !element.closest(':disabled')) {
      const key = words.slice(0, 60);
      worst[key] = Math.min(worst[key] ?? Infinity, contrast(element));
    }
  }
  return worst;
}
"""

STICKING_OUT = """
cell => {
  // What scrolls on purpose may be wider inside; it must not stick out itself.
  const area = cell.querySelector('.jp-Cell-outputArea'), edge = area.getBoundingClientRect().right + 2;
  const inside = one => one.parentElement.closest('[style*="overflow:auto"], [style*="overflow: auto"]');
  return [...area.querySelectorAll('.jp-OutputArea-output, .jp-OutputArea-output *')]
    .filter(one => !inside(one))
    .filter(one => one.getBoundingClientRect().right > edge
      || (one.matches('.jp-OutputArea-output') && one.scrollWidth > one.clientWidth + 2))
    .map(one => `${one.tagName} ${one.className}: ${one.scrollWidth} px`);
}
"""


class Cell:
    """One cell, as it is on the screen."""

    def __init__(self, page: Page, number: int) -> None:
        self.page = page
        self.box = page.locator(".jp-Notebook .jp-Cell").nth(number)
        self.output = self.box.locator(".jp-Cell-outputWrapper")

    @property
    def prompt(self) -> str:
        return (self.box.locator(_PROMPT).first.text_content() or "").strip()

    @property
    def text(self) -> str:
        """What its outputs say."""
        return self.output.inner_text()

    def wait_until_run(self, within_s: float = CELL_S) -> Cell:
        self._wait_for_prompt(r"^\[\d+\]:", within_s)
        return self

    def wait_until_running(self) -> Cell:
        self._wait_for_prompt(r"^\[\*\]:", CELL_S)
        return self

    def _wait_for_prompt(self, pattern: str, within_s: float) -> None:
        script = f"cell => /{pattern}/.test(cell.querySelector('{_PROMPT}').textContent.trim())"
        self.wait_for(script, within_s)

    def wait_for(self, script: str, within_s: float = CELL_S) -> None:
        """Wait until *script*, a function of the cell's element, says true."""
        handle = self.box.element_handle()
        self.page.wait_for_function(script, arg=handle, timeout=within_s * 1000)

    def wait_for_text(self, text: str, within_s: float = CELL_S) -> None:
        self.output.get_by_text(text).first.wait_for(timeout=within_s * 1000)

    def click(self, name: str) -> None:
        """Click the button of that name in its output."""
        self.output.get_by_role("button", name=name, exact=True).click()

    def evaluate(self, script: str) -> Any:
        """Return what *script*, a function of the cell's element, says."""
        return self.box.evaluate(script)

    def check_looks(self) -> None:
        """Assert that all words of ours can be read, and that nothing sticks out."""
        contrasts = self.evaluate(_CONTRASTS)
        assert contrasts
        faint = {words: contrast for words, contrast in contrasts.items() if contrast < MIN_CONTRAST}
        assert not faint, faint
        assert self.evaluate(STICKING_OUT) == []

    def watch_status(self) -> None:
        """From now on, note all that the cell's status says: see `seen`."""
        self.evaluate(_NOTE_STATUS)

    @property
    def seen(self) -> list[dict[str, Any]]:
        """What the status said since `watch_status`, oldest first."""
        noted: list[dict[str, Any]] = self.page.evaluate("window.seen")
        return noted

    def media(self, tag: str) -> Locator:
        return self.output.locator(tag)

    def wait_for_pictures(self, count: int = 1) -> None:
        """Wait until there are *count* pictures, and all are loaded."""
        self.wait_for(
            f"""cell => {{
              const all = [...cell.querySelectorAll('.jp-Cell-outputWrapper img.playcut-image')];
              return all.length === {count} && all.every(img => img.complete && img.naturalWidth > 0);
            }}"""
        )

    def wait_for_player(self, tag: str) -> None:
        """Wait until there is a player that knows how long its sound or clip is."""
        self.wait_for(f"cell => cell.querySelector('.jp-Cell-outputWrapper {tag}')?.duration > 0")


class Notebook:
    """A notebook that is open in JupyterLab or (*place* is "notebooks") Notebook 7, used with mouse and keyboard."""

    def __init__(self, lab: Lab, context: BrowserContext, name: str, place: str = "lab/tree") -> None:
        self.lab = lab
        self.name = name
        self._url = f"{lab.url}{place}/{name}?reset&token={lab.token}"
        self.page = context.new_page()
        self.page.set_default_timeout(CELL_S * 1000)

    def new(self) -> Notebook:
        """Create it, with one empty cell, and open it with a kernel that is ready."""
        self.lab.write(self.name, [code("")])
        return self.open()

    def open(self, *, kernel: bool = True) -> Notebook:
        self.page.goto(self._url)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=START_S * 1000)
        if kernel:
            # JupyterLab shows an idle kernel before it has one, and forgets the cells that are run then.
            self.page.wait_for_function(_KERNEL_READY, timeout=START_S * 1000)
        return self

    def close(self) -> None:
        self.page.close()
        self.lab.stop_kernel(self.name)

    @property
    def is_at_rest(self) -> bool:
        """True if nothing runs, and the last cell waits to be written."""
        return bool(self.page.evaluate(f"({_KERNEL_READY})() && ({LAST_SOURCE})() === ''"))

    def cell(self, number: int) -> Cell:
        return Cell(self.page, number)

    def write(self, source: str) -> Cell:
        """Type *source* into the last cell, which is empty."""
        cells = self.page.locator(".jp-Notebook .jp-Cell")
        number = cells.count() - 1
        cells.nth(number).locator(".cm-content").click()
        self.page.keyboard.insert_text(source)
        return self.cell(number)

    def start(self, source: str, *, watched: bool = False) -> Cell:
        """Type *source* into the last cell and run it; return at once."""
        cell = self.write(source)
        if watched:
            cell.watch_status()
        self.page.keyboard.press("Shift+Enter")
        return cell

    def run(self, source: str, *, watched: bool = False) -> Cell:
        """Type *source* into the last cell, run it, and wait for its end."""
        return self.start(source, watched=watched).wait_until_run()

    def command(self, name: str, **arguments: object) -> None:
        """Execute one of JupyterLab's own commands, for what is only the setting of a test."""
        self.page.evaluate("([name, args]) => jupyterapp.commands.execute(name, args)", [name, arguments])

    @contextmanager
    def dark(self) -> Iterator[None]:
        """Use the dark theme for a while."""
        self._use_theme("JupyterLab Dark")
        try:
            yield
        finally:
            self._use_theme("JupyterLab Light")

    def _use_theme(self, name: str) -> None:
        self.command("apputils:change-theme", theme=name)
        self.page.locator(f"body[data-jp-theme-name='{name}']").wait_for(state="attached")

    @contextmanager
    def narrow(self) -> Iterator[None]:
        """Make the window as wide as a phone, without the side bar, for a while."""
        width, height = VIEWPORT
        self.command("application:toggle-left-area")
        self.page.set_viewport_size({"width": 500, "height": height})
        try:
            yield
        finally:
            self.page.set_viewport_size({"width": width, "height": height})
            self.command("application:toggle-left-area")

    def click_toolbar(self, command: str) -> None:
        self.page.locator(f'.jp-NotebookPanel-toolbar [data-command="{command}"]').first.click()

    def save(self) -> None:
        """Save with the keyboard, and wait until it is on disk."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(_SAVED)


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
