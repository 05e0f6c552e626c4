"""A notebook that is open in a front end, used as people use one: with mouse and keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .lab import START_S, Lab, code
from .looks import CONTRASTS, MIN_CONTRAST, STICKING_OUT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Playwright

VIEWPORT = (1280, 900)
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


def chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    names = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright) -> BrowserContext:
    """Start Chromium, with nothing of the user's in it."""
    width, height = VIEWPORT
    return playwright.chromium.launch_persistent_context(
        "",  # a new profile on disk: one in memory would compile JupyterLab's scripts anew in each page
        executable_path=chromium(),
        headless=True,
        args=_CHROMIUM_OPTIONS,
        viewport={"width": width, "height": height},
    )


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
_CLOSE_UNSAVED = """
() => {
  const document = jupyterapp.shell.currentWidget;
  document.context.model.dirty = false;
  document.close();
}
"""

_PROMPT = ".jp-InputArea-prompt"


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
        contrasts = self.evaluate(CONTRASTS)
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

    def __init__(self, lab: Lab, page: Page, name: str, place: str = "lab/tree") -> None:
        self.lab = lab
        self.name = name
        self._url = f"{lab.url}{place}/{name}?reset&token={lab.token}"
        self.page = page
        self.page.set_default_timeout(CELL_S * 1000)

    def new(self) -> Notebook:
        """Create it, with one empty cell, and open it with a kernel that is ready."""
        self.lab.write(self.name, [code("")])
        return self.open()

    def open(self, *, kernel: bool = True) -> Notebook:
        """Open it in a new page, or in the JupyterLab of a page that another notebook has left."""
        self.look_at()
        if self.page.url == "about:blank":
            self.page.goto(self._url)
        else:
            self.command("docmanager:open", path=self.name)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=START_S * 1000)
        if kernel:
            # JupyterLab shows an idle kernel before it has one, and forgets the cells that are run then.
            self.page.wait_for_function(_KERNEL_READY, timeout=START_S * 1000)
        return self

    def look_at(self) -> None:
        """Bring its page to the front: Chromium draws those behind it once in a second, and clicks wait for that."""
        self.page.bring_to_front()

    def close(self) -> None:
        """Close it with its page."""
        self.page.close()
        self.lab.stop_kernel(self.name)

    def leave(self) -> Page:
        """Close it without its page, which another one can be opened in."""
        self.page.evaluate(_CLOSE_UNSAVED)
        self.page.locator(".jp-NotebookPanel").wait_for(state="detached")
        self.lab.stop_kernel(self.name)
        return self.page

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
        execute = "async ([name, args]) => { await jupyterapp.commands.execute(name, args); }"
        self.page.evaluate(execute, [name, arguments])

    @contextmanager
    def dark(self) -> Iterator[None]:
        """Use the dark theme for a while."""
        self.use_theme("JupyterLab Dark")
        try:
            yield
        finally:
            self.use_theme("JupyterLab Light")

    def use_theme(self, name: str) -> None:
        """Use one of JupyterLab's themes from now on."""
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


class Pages:
    """Pages with JupyterLab, each for one notebook after the other: to load it takes seconds."""

    def __init__(self, lab: Lab, browser: BrowserContext) -> None:
        self._lab = lab
        self._browser = browser
        self._free: list[Page] = []

    def notebook(self, name: str) -> Notebook:
        """Return a notebook of this name, not yet open."""
        return Notebook(self._lab, self._free.pop() if self._free else self._browser.new_page(), name)

    def close(self, notebook: Notebook) -> None:
        """Close a notebook, unless its test has closed it and its page."""
        if not notebook.page.is_closed():
            self._free.append(notebook.leave())
