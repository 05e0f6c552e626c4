"""`Playcut`: the Python API. Each object has one connection, library, session and budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from playcut_jupyter.api.client import encoded
from playcut_jupyter.display.front_ends import in_kernel
from playcut_jupyter.display.targets import say
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.generation_calls import GenerationCalls
from playcut_jupyter.jobs import job_factory, reuse
from playcut_jupyter.jobs.pipeline import submit_only
from playcut_jupyter.redaction import plain
from playcut_jupyter.results.comparison import Comparison
from playcut_jupyter.results.family_tree import Tree
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.results.references import asset_ids
from playcut_jupyter.tools import READ_ONLY, raw_request

if TYPE_CHECKING:
    from playcut_jupyter.panel.view import Panel


class Playcut(GenerationCalls):
    """A connection to Playcut, for Python.

    Args:
        api_key: default `PLAYCUT_API_KEY` from the environment.
        base_url: default `PLAYCUT_BASE_URL`, else the documented address.
        home: the library's folder; default `PLAYCUT_HOME`, else the platform's user data folder for playcut.
        sandbox: True for the sandbox inside this process; default: as `PLAYCUT_SANDBOX` says, else off.
        reuse: serve repeated requests from the library for 0 credits.
        budget: credits that may be spent through this object; None for no limit.
        progress: "auto", or "off" to disable progress polling: three API requests a generation.
        request_timeout_s: timeout of any request but the wait for a task, seconds.
        deadline_s: the longest wait for a task, seconds; None for 300 (image, speech) or 600 (all others).
        max_download_mb: the largest asset that is downloaded, MB.
        preview_px: longest side of a picture as shown in a notebook, pixels.
        allow_storage: networks and host names, between commas or as a list, that assets may be downloaded from beside
            the public network (`10.0.0.0/8, *.storage.corp.example`); default `PLAYCUT_ALLOW_STORAGE`.
        frozen: True to show only what the library has, made by whichever service, without a key and without any
            request; all else is `NotInLibrary`. Default: as `PLAYCUT_FROZEN` says, else off.

    Raises:
        InvalidInput: an argument has the wrong type or range.
        NotConnected: *base_url* must not be used.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        home: str | Path | None = None,
        sandbox: bool | None = None,
        reuse: bool = True,
        budget: float | None = None,
        progress: Literal["auto", "off"] = "auto",
        request_timeout_s: float = 30.0,
        deadline_s: float | None = None,
        max_download_mb: float = 512.0,
        preview_px: int = 1024,
        allow_storage: str | Sequence[str] | None = None,
        frozen: bool | None = None,
    ) -> None:
        super().__init__(
            api_key,
            base_url,
            home,
            sandbox,
            reuse,
            budget,
            frozen,
            progress=progress,
            request_timeout_s=request_timeout_s,
            deadline_s=deadline_s,
            max_download_mb=max_download_mb,
            preview_px=preview_px,
            allow_storage=allow_storage,
        )
        self._panel: Panel | None = None

    # -- any tool -------------------------------------------------------------------------------------------

    def run_tool(self, name: str, tool_input: Mapping[str, object] | None = None, /, **inputs: object) -> Any:
        """Execute any tool once and return its `data`.

        A tool that starts a task returns at once with the task's id; `wait(task_id)` fetches its result. A generation
        or an asset in the input is replaced by its (first) asset's id.

        Args:
            name: the tool's own name, such as "list-voices".
            tool_input: its input as a dictionary.
            **inputs: added to *tool_input*.

        Raises:
            InvalidInput: the input is no dictionary, or can't be sent as JSON; nothing was sent.
            BudgetExceeded: the known price exceeds what is left of the budget.
            NotInLibrary: frozen, and no cell has left the tool's answer in the library.
            PlaycutError: the API's own error; SubmissionUncertain if a tool that may buy something did not answer.
        """
        if not isinstance(tool_input, Mapping | None):
            kind = type(tool_input).__name__
            raise InvalidInput(f"The input of a tool is a dictionary, and this is a {kind}.")
        all_inputs: dict[str, object] = asset_ids({**(tool_input or {}), **inputs}, self.connector)
        encoded(name, all_inputs)  # raises for invalid input before it is recorded
        connection = self.connection
        if connection.settings.is_frozen:
            return reuse.answer_in_library(connection, raw_request(name, all_inputs))
        if name in READ_ONLY:
            return self._call(lambda: connection.client_read(name, all_inputs))
        return Generation(job_factory.submit(connection, raw_request(name, all_inputs), work=submit_only)).wait().data

    # -- tasks and the library ------------------------------------------------------------------------------

    def resume(self) -> Sweep:
        """Fetch the results of all unfetched tasks, from this or any earlier process; costs nothing.

        Raises:
            NotInLibrary: frozen.
            StoppedWaiting: interrupted; the tasks continue at Playcut.
        """
        sweep = self.start_resume()
        if len(sweep):
            self._watch(sweep)
        return sweep

    def wait(self, task_id: str) -> Generation:
        """Wait for a task by its id and fetch its result; costs nothing.

        Raises:
            InvalidInput: *task_id* can't be an id.
            NotFound: the service does not know the task.
            NotInLibrary: frozen, and its result is not in the library.
            WaitTimeout: it did not end by its deadline, `deadline_s`.
            StoppedWaiting: interrupted; the task continues at Playcut.
            PlaycutError: the task failed.
        """
        return self._wait(self.start_wait(task_id))

    def compare(self, *generations: Generation | int | Sequence[Generation | int]) -> Comparison:
        """Return generations side by side, with the words and parameters that differ marked.

        Args:
            *generations: generations, numbers of the library, or sequences of these, such as a sweep.

        Raises:
            InvalidInput: fewer than two, too many, or one without a result.
        """
        flat: list[Generation] = []
        for item in generations:
            members = [item] if isinstance(item, Generation | int) else item
            flat += [self.get(member) if isinstance(member, int) else member for member in members]
        return Comparison(flat)

    def tree(self, number: int | None = None) -> Tree:
        """Return the tree of generation *number* (default: the newest): its ancestors and all their descendants.

        Raises:
            InvalidInput: the library has no such number.
        """
        connection = self.connector.offline_connection
        if number is None:
            number = next((record.id for record in connection.library.history(limit=1)), None)
        if number is None or connection.library.get(number) is None:
            raise InvalidInput(f"The library has no generation {number or ''}".strip() + ".", hint="Make one first.")
        return Tree(connection, number)

    def pack(self, path: str | Path, runs: Generation | int | Sequence[Generation | int] | None = None) -> Path:
        """Write generations to one zip file that another library can unpack, and return its path.

        It holds originals, prompts, inputs, stars and picks, and no secrets. Nothing is ever overwritten.

        Args:
            path: the file, or a folder for it.
            runs: a generation or a number of the library, or a sequence of these, such as a sweep, of which those that
                failed are left out; None for everything that has a result.

        Raises:
            InvalidInput: there is nothing to pack, one has no result, or *path* can't be written.
            AssetUnavailable: an original is missing or damaged.
        """
        return self.write_pack(path, runs).copy.path

    def panel(self) -> Panel:
        """Return the panel, a graphical interface to the same features; the same object until its `close()`.

        It needs a front end with Jupyter widgets, and says so outside of a notebook.

        Raises:
            PlaycutError: the library can't be read.
        """
        if self._panel is None or self._panel.comm is None:
            from playcut_jupyter.panel.view import Panel  # ipywidgets takes 0.1 s to load

            self._panel = Panel(self)
        if not in_kernel():
            say("The panel needs a notebook with widgets: use `%playcut panel` in JupyterLab, Notebook 7 or Voila.")
        return self._panel

    def __enter__(self) -> Playcut:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            return f"<Playcut {plain(self.connector.service)}>"
        except PlaycutError as error:
            return f"<Playcut: {error.message}>"
