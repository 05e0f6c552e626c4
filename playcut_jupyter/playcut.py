"""`Playcut`: the Python API. One object is one connection: a key or the sandbox, a library, a session, a budget.

Nothing is connected, read or written before the first call, so that making one is free and can't fail for want of
a key.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.api import models
from playcut_jupyter.api.client import encoded
from playcut_jupyter.background.portal import portal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.connection.connector import Connector
from playcut_jupyter.design import lineage, planning
from playcut_jupyter.design.compare import Comparison
from playcut_jupyter.design.forecast import Forecast, forecast
from playcut_jupyter.design.tree import Tree
from playcut_jupyter.display import grid, live, render
from playcut_jupyter.errors import InvalidInput, PlaycutError, StoppedWaiting
from playcut_jupyter.jobs.job import submit_only
from playcut_jupyter.prompts.plan import Plan
from playcut_jupyter.prompts.template import names_in
from playcut_jupyter.runs import history
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.handle import SLICE_S
from playcut_jupyter.runs.reuse import start_all
from playcut_jupyter.runs.sweep import Sweep
from playcut_jupyter.runs.underway import active_in_this_process, settle, stop_all
from playcut_jupyter.tools import READ_ONLY, GenerationRequest, raw_request

if TYPE_CHECKING:
    from playcut_jupyter.panel import Panel


class Playcut:
    """A connection to Playcut, for Python.

    Args:
        api_key: default `PLAYCUT_API_KEY` from the environment.
        base_url: default `PLAYCUT_BASE_URL`, else the documented address.
        home: the library's folder; default `PLAYCUT_HOME`, else the platform's user data folder for playcut.
        sandbox: True for the sandbox inside this process; default: as `PLAYCUT_SANDBOX` says, else off.
        reuse: show what was bought before instead of buying it again.
        budget: credits that may be spent through this object; None for no limit.
        progress: "auto", or "off" for `wait-for-task` alone: three API requests a generation.
        request_timeout_s: for any request but a held wait, seconds.
        deadline_s: how long a task is waited for in all, seconds; None: image and speech 300, all else 600.
        max_download_mb: the largest asset that is fetched, MB.
        preview_px: longest side of a picture as shown in a notebook, pixels.

    Raises:
        InvalidInput: an argument is not of its kind.
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
        progress: str = "auto",
        request_timeout_s: float = 30.0,
        deadline_s: float | None = None,
        max_download_mb: float = 512.0,
        preview_px: int = 1024,
    ) -> None:
        self.reuse = reuse
        self._panel: Panel | None = None
        self.connector = Connector(
            api_key=api_key,
            base_url=base_url,
            home=home,
            sandbox=sandbox,
            budget=budget,
            options={
                "progress": progress,
                "request_timeout_s": request_timeout_s,
                "deadline_s": deadline_s,
                "max_download_mb": max_download_mb,
                "preview_px": preview_px,
            },
        )

    # -- making -------------------------------------------------------------------------------------------

    def image(self, prompt: str, **options: Any) -> Any:
        """Make a picture and wait for it, with a live status in a notebook.

        Args:
            prompt: literal text; only `sweep` and cells expand templates.
            **options: `aspect_ratio` ("16:9"), `image_size` ("1K"), `fresh` (buy it anew), `count` (how many),
                `session` (id or title), and any other input of the tool by its API name.

        Returns:
            A `Generation`; with `count` above 1 a `Sweep`.

        Raises:
            PlaycutError: see the error classes; whatever was bought can be fetched with its task id.
        """
        return self._made("image", prompt, options)

    def video(self, prompt: str, **options: Any) -> Any:
        """Make a clip and wait for it. As `image`, with `aspect_ratio`, `resolution` ("720p"), `duration_seconds`."""
        return self._made("video", prompt, options)

    def speech(self, text: str, **options: Any) -> Any:
        """Say a text and wait for the sound. As `image`, with `voice` (id or name; default: the first listed)."""
        return self._made("speech", text, options)

    def submit(self, kind: str, prompt: str, **options: Any) -> Any:
        """Start a generation and return at once. The `Generation` shows itself live; `await` it or `wait()`.

        Args:
            kind: "image", "video", "speech" (or "tts").
            prompt: literal text.
            **options: as for `image`, `video` and `speech`.

        Raises:
            InvalidInput, BudgetExceeded, NotConnected: what is known before anything is sent. What the network
                says is raised by waiting.
        """
        sweep = self._start(kind, prompt, options)
        return sweep[0] if len(sweep) == 1 else sweep

    def sweep(
        self,
        template: str,
        *,
        kind: str | None = None,
        max_generations: int | None = None,
        fresh: bool = False,
        session: str | None = None,
        parent: Generation | None = None,
        sample: int | None = None,
        sample_seed: int | None = None,
        **keywords: Any,
    ) -> Sweep:
        """Expand a template, make all of it, wait for all, and return the `Sweep`, also when some failed.

        Args:
            template: text with `{name}` and `{a|b}`; the grammar of a cell.
            kind: "image", "video" or "speech"; default: the parent's, else "image".
            max_generations: the largest number that is sent; None for 16.
            fresh: buy all anew.
            session: id or title.
            parent: build on this one: the template is `+ words`, `- words` or a new prompt, its inputs the defaults.
            sample: make only so many of them, taken at random; None for all.
            sample_seed: which ones; the same number takes the same ones; None for 0.
            **keywords: those named in the template are its variables (else the notebook's are taken), the others
                are inputs; a list is an axis. `count` is how many of each.

        Raises:
            PromptError: the template can't be expanded; nothing was sent.
            InvalidInput: more generations than *max_generations*.
        """
        own: dict[str, Any] = {"kind": kind, "max_generations": max_generations, "fresh": fresh or None}
        own |= {"session": session, "parent": parent, "sample": sample, "sample_seed": sample_seed}
        given = {**keywords, **{name: value for name, value in own.items() if value is not None}}
        named = names_in(template)
        variables = {**planning.notebook_variables(), **{name: given[name] for name in given if name in named}}
        return self._swept(template, variables, **{name: given[name] for name in given if name not in named})

    def _swept(
        self,
        template: str,
        variables: Mapping[str, object],
        *,
        kind: str | None = None,
        parent: Generation | None = None,
        sample: int | None = None,
        sample_seed: int = 0,
        count: int = 1,
        max_generations: int | None = None,
        fresh: bool = False,
        session: str | None = None,
        **options: Any,
    ) -> Sweep:
        kind = kind or (lineage.kind_of_child(parent) if parent is not None else "image")
        count = planning.checked_count(count)
        plan = planning.plan(kind, template, variables, options, parent)
        sweep = self.start_plan(
            plan if sample is None else plan.sample(sample, sample_seed),
            kind,
            count=count,
            max_generations=max_generations,
            fresh=fresh,
            session=session,
            parent_id=parent.id if parent is not None else None,
            announce=live.in_kernel(),
        )
        live.watch(sweep, lambda: grid.sweep_bundle(sweep, summary_only=True))
        return sweep

    def forecast(
        self, plan: Plan, kind: str, count: int = 1, fresh: bool = False, limit: int | None = None
    ) -> Forecast:
        """Return what *plan* will come to, *count* of each: how many, how much, what is in the library.

        It tells as well if there are more than *limit*, or more than the budget allows.
        """
        reuse = self.reuse and not fresh
        return forecast(self.connector.archive, planning.tool_for(kind), plan, count=count, reuse=reuse, limit=limit)

    def start_plan(
        self,
        plan: Plan,
        kind: str,
        *,
        count: int = 1,
        max_generations: int | None = None,
        fresh: bool = False,
        session: str | None = None,
        parent_id: int | None = None,
        announce: bool = False,
    ) -> Sweep:
        """Start all generations of *plan*, *count* of each, and return them as a `Sweep`.

        With *announce*, what it will come to is shown first.

        Raises:
            InvalidInput: more than *max_generations*; nothing was sent.
        """
        limit = 16 if max_generations is None else max_generations
        total = len(plan) * count
        expected = self.forecast(plan, kind, count, fresh) if announce or total > limit else None
        if total > limit:
            raise InvalidInput(
                f"This makes {total} generations, more than {limit}; nothing was sent. {expected}",
                hint=f"If that is what you want, add `--max {total}` (in Python: max_generations={total}).",
            )
        if expected is not None and len(plan) > 1:
            live.tell(expected.bundle())
        return self._started(*planning.requests_for(plan, kind, count, session, parent_id), fresh)

    def _made(self, kind: str, prompt: str, options: dict[str, Any]) -> Any:
        sweep = self._start(kind, prompt, options)
        if len(sweep) == 1:
            run = sweep[0]
            live.watch([run], lambda: render.lines_bundle(run))
            return run.wait()
        live.watch(sweep, lambda: grid.sweep_bundle(sweep, summary_only=True))
        sweep.raise_if_incomplete()
        return sweep

    def _start(self, kind: str, prompt: str, options: dict[str, Any]) -> Sweep:
        tool = planning.tool_for(kind)
        if not isinstance(prompt, str):
            several = " `pc.sweep` makes several of one template." if isinstance(prompt, list | tuple) else ""
            words = f"A prompt is text, and this is a {type(prompt).__name__}."
            raise InvalidInput(words, hint=f"Say in words what to make.{several}")
        if not prompt.strip():
            raise InvalidInput("The prompt is empty.", hint="Say in words what to make.")
        fresh, count = options.pop("fresh", False), planning.checked_count(options.pop("count", 1))
        session = options.pop("session", None)
        inputs = {tool.prompt_field: prompt, **planning.inputs_for(tool, options)}
        axes = planning.variant_axis({}, count)
        labels = [{name: number} for name, numbers in axes.items() for number in numbers] or [{}]
        return self._started([GenerationRequest(tool, inputs, session, labels=label) for label in labels], axes, fresh)

    def _started(
        self, requests: Sequence[GenerationRequest], axes: Mapping[str, Sequence[object]], fresh: bool
    ) -> Sweep:
        runs = start_all(self.connection, requests, reuse=self.reuse and not fresh, alone=len(requests) == 1)
        return Sweep(self.connection, runs, axes)

    # -- any tool -----------------------------------------------------------------------------------------

    def run_tool(self, name: str, tool_input: Mapping[str, object] | None = None, /, **inputs: object) -> Any:
        """Execute any tool once and return its `data`.

        A tool that starts a task answers at once with the task's id: `wait(task_id)` brings its result.

        Raises:
            PlaycutError: what the API said; SubmissionUncertain if a tool that may buy something did not answer.
        """
        if not isinstance(tool_input, Mapping | None):
            kind = type(tool_input).__name__
            raise InvalidInput(f"The input of a tool is a dictionary, and this is a {kind}.")
        given = {**(tool_input or {}), **inputs}
        encoded(name, given)  # raises for what can't be sent, before it is written down
        connection = self.connection
        if name in READ_ONLY:
            return self._call(lambda: connection.client_read(name, given))
        run = Generation.bought(connection, raw_request(name, given), job=submit_only)
        return run.wait().data

    def submit_tool(
        self, name: str, tool_input: Mapping[str, object], session: str | None = None, fresh: bool = False
    ) -> Generation:
        """Start any tool with its own input and return a `Generation` at once; one without a task gets `data`."""
        request = raw_request(name, tool_input, session)
        reuse = self.reuse and not fresh and name not in READ_ONLY
        return start_all(self.connection, [request], reuse=reuse, alone=True)[0]

    def voices(self) -> list[models.Voice]:
        """Return the voices of `list-voices` (asked for once).

        Raises:
            PlaycutError: what the API said.
        """
        connection = self.connection
        found: list[models.Voice] = self._call(connection.voices)
        return found

    def check(self) -> int:
        """Check the key, as it is now, with `list-voices`, which costs nothing; return how many voices there are."""
        self.connector.switch()
        connection = self.connection
        return len(models.voices(self._call(lambda: connection.client_read("list-voices", {}))))

    # -- what was made before -----------------------------------------------------------------------------

    def history(
        self, search: str | None = None, limit: int = 50, kind: str | None = None, starred: bool = False
    ) -> history.History:
        """Return what the library holds, newest first: a sequence of `Generation`; nothing is sent.

        Args:
            search: text in the prompt, case ignored.
            limit: the most that is returned.
            kind: only "image", "video", "speech" or a tool's own name.
            starred: only those with a star.

        Raises:
            InvalidInput: the limit is no whole number of at least 1.
        """
        limit = planning.checked_count(limit, "limit")
        connection = self.connector.archive
        records = connection.library.history(search=search, limit=limit, kind=kind, starred=starred)
        return history.History([Generation.from_record(connection, record) for record in records])

    def get(self, number: int) -> Generation:
        """Return generation *number* of the library.

        Raises:
            InvalidInput: there is no such number.
        """
        archive = self.connector.archive
        record = archive.library.get(number)
        if record is None:
            raise InvalidInput(f"The library has no generation {number}.", hint="`%playcut history` lists them.")
        return Generation.from_record(archive, record)

    def compare(self, *generations: Generation | int | Sequence[Generation | int]) -> Comparison:
        """Return generations side by side, with the words and parameters that differ marked.

        Args:
            *generations: two or more, or their numbers in the library, or a sweep, or a list of any.

        Raises:
            InvalidInput: fewer than two, too many, or one that has no result.
        """
        runs: list[Generation] = []
        for item in generations:
            several = [item] if isinstance(item, Generation | int) else item
            runs += [self.get(one) if isinstance(one, int) else one for one in several]
        return Comparison(runs)

    def panel(self) -> Panel:
        """Return the panel of this connection, for clicking; always the same one.

        Raises:
            PlaycutError: the library can't be read.
        """
        if self._panel is None:
            from playcut_jupyter.panel import Panel

            self._panel = Panel(self)
        return self._panel

    def tree(self, number: int | None = None) -> Tree:
        """Return the family of generation *number* (default: the newest): what was made from what.

        Raises:
            InvalidInput: there is no such number.
        """
        archive = self.connector.archive
        if number is None:
            number = next((record.id for record in archive.library.history(limit=1)), None)
        if number is None or archive.library.get(number) is None:
            raise InvalidInput(f"The library has no generation {number or ''}".strip() + ".", hint="Make one first.")
        return Tree(archive, number)

    def start_resume(self) -> Sweep:
        """Take up everything that was submitted and not fetched, and return at once."""
        connection = self.connection
        settle(active_in_this_process(connection.library).values())  # what was told to stop is open again
        busy = active_in_this_process(connection.library)
        records = [row for row in connection.library.unfetched(connection.settings.origin) if row.id not in busy]
        return Sweep(connection, [Generation.taken_up(connection, row) for row in records])

    def resume(self) -> Sweep:
        """Fetch everything that was submitted and not fetched, from this or any earlier process; costs nothing."""
        sweep = self.start_resume()
        if len(sweep):
            live.watch(sweep, lambda: grid.sweep_bundle(sweep, summary_only=True))
        return sweep

    def start_wait(self, task_id: str) -> Generation:
        """Take up a task by its id, also one that this machine never saw, and return at once.

        Raises:
            InvalidInput: it can't be an id.
        """
        checked = models.identifier(task_id)
        if checked is None:
            raise InvalidInput(f"{task_id!r} can't be a task's id.", hint="`%playcut history` shows the ids.")
        connection = self.connection
        library, origin = connection.library, connection.settings.origin
        try:
            record = library.by_task(origin, checked) or library.get(library.adopt(origin, checked))
        except PlaycutError as error:
            return Generation.unrecorded(connection, checked, str(error))
        if record is not None and record.state == "fetched" and record.has_files:
            run = Generation.from_record(connection, record)
            run.reused = True
            return run
        if record is None:
            raise InvalidInput(f"The library lost the row of task {checked}.")
        return Generation.taken_up(connection, record)

    def wait(self, task_id: str) -> Generation:
        """Wait for a task by its id and fetch what it brings; costs nothing.

        Raises:
            NotFound: the service does not know it.
            PlaycutError: it failed.
        """
        run = self.start_wait(task_id)
        live.watch([run], lambda: render.lines_bundle(run))
        return run.wait()

    # -- the connection -----------------------------------------------------------------------------------

    @property
    def budget(self) -> float | None:
        """Credits that may be spent through this object; None for no limit."""
        return self.connector.budget

    @budget.setter
    def budget(self, credits_: float | None) -> None:
        self.connector.budget = credits_

    @property
    def connection(self) -> Connection:
        """The connection, made when first needed.

        Raises:
            NotConnected: there is no key and no sandbox, or the address must not be used.
        """
        return self.connector.connection

    def switch(self, *, sandbox: bool | None) -> None:
        """Go over to the sandbox (True), to the API (False), or to what the environment says (None).

        What is under way goes on where it is; coming back finds the session and the credits spent as they were.
        """
        self.connector.switch(sandbox=sandbox)

    def use_session(self, name: str) -> str:
        """Put all further generations into the session with that id or title (a new title makes a new session)."""
        connection = self.connection
        connection.session_id = self._call(lambda: connection.session_for(name))
        return connection.session_id

    def new_session(self, title: str) -> str:
        """Create a session (it costs nothing), put all further generations into it, and return its id."""
        connection = self.connection
        connection.session_id = self._call(lambda: connection.create_session(title))
        return connection.session_id

    def configure(self, **options: Any) -> None:
        """Change `progress`, `request_timeout_s`, `deadline_s`, `max_download_mb` or `preview_px`.

        Raises:
            InvalidInput: a value is not of its kind.
        """
        self.connector.configure(**options)

    def close(self) -> None:
        """Stop waiting for what is under way, and close the connections; the next call makes a new one."""
        for connection in self.connector.open_connections:
            stop_all(connection)
        self.connector.close()

    def __enter__(self) -> Playcut:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Playcut {self.connector.place}>"

    @staticmethod
    def _call(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run *work* on the background loop and wait for it in slices that let an interrupt in."""
        future: Future[Any] = portal().start_task_soon(work)
        try:
            while True:
                try:
                    return future.result(SLICE_S)
                except TimeoutError:
                    if future.done():
                        return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise StoppedWaiting("Stopped before the service answered; nothing was bought.") from None
