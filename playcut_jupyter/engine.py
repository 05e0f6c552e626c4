"""`Engine`: starts generations, resumes tasks and reads the library. It does not wait for tasks and displays nothing.

Cells, the panel and the Python API all use it. It connects, reads and writes nothing before the first call, so that it
can be created without a key.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from playcut_jupyter.api import models
from playcut_jupyter.background import change_signal
from playcut_jupyter.background.portal import portal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.connection.connector import Connector
from playcut_jupyter.connection.storage_check import storage_warning
from playcut_jupyter.design import planning
from playcut_jupyter.design.admission import admit
from playcut_jupyter.design.children import AnySweepRequest
from playcut_jupyter.design.forecast import Forecast, forecast
from playcut_jupyter.design.refinement import whole_cell
from playcut_jupyter.errors import InvalidInput, NotInLibrary, PlaycutError, StoppedWaiting
from playcut_jupyter.jobs import job_factory
from playcut_jupyter.jobs.active_jobs import active_in_this_process, job_of, settle, stop_all
from playcut_jupyter.jobs.job import SLICE_S
from playcut_jupyter.jobs.reuse import answer_in_library
from playcut_jupyter.jobs.start import start_all
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.pack import Pack, pack
from playcut_jupyter.library.unpack import Unpacked, unpack
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.results.history import History
from playcut_jupyter.results.references import References, asset_ids
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.tools import READ_ONLY, raw_request

_T = TypeVar("_T")
_THAW = "Leave it out, or run it where it is not frozen (PLAYCUT_FROZEN, `%config PlaycutMagics.frozen`)."


class Engine:
    """A connection to Playcut and a library. The arguments are those of `Playcut`.

    Attributes:
        connector: makes and holds its connections.
        reuse: serve repeated requests from the library.
        max_generations: the largest sweep that is sent without `--max`.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        home: str | Path | None = None,
        sandbox: bool | None = None,
        reuse: bool = True,
        budget: float | None = None,
        frozen: bool | None = None,
        **options: Any,
    ) -> None:
        self.reuse = reuse
        self.max_generations = MAX_GENERATIONS
        self.connector = Connector(
            api_key=api_key,
            base_url=base_url,
            home=home,
            sandbox=sandbox,
            frozen=frozen,
            budget=budget,
            options=options,
        )

    # -- starting -------------------------------------------------------------------------------------------

    def forecast(self, request: AnySweepRequest) -> Forecast:
        """Return the forecast of *request*: its size, its price, and what the library already has."""
        return forecast(self.connector.offline_connection, request, reuse=self.reuse)

    def start(self, request: AnySweepRequest, announce: Callable[[Forecast], None] | None = None) -> Sweep:
        """Start all generations of *request*, and return them at once.

        Args:
            request: the request.
            announce: called with the forecast before anything is sent, if there is more than one prompt.

        Raises:
            InvalidInput: it has too many generations, or an input that can't be sent; nothing was sent.
            BudgetExceeded: its known price exceeds the budget; with `within_budget`, even one generation does.
            NotInLibrary: frozen, and the library has none of it, or it is to be fresh.
        """
        self._check_fresh(request.fresh)
        generations = admit(self.connector.offline_connection, request, reuse=self.reuse, announce=announce)
        reuse = self.reuse and not request.fresh
        jobs = start_all(self.connection, generations, reuse=reuse, cell=lambda: whole_cell(request))
        return Sweep([Generation(job) for job in jobs], request.axes, request)

    def start_tool(
        self, name: str, tool_input: Mapping[str, object], session: str | None = None, fresh: bool = False
    ) -> Generation:
        """Start any tool with its own input and return a `Generation` at once; without a task, it only has `data`.

        A generation or an asset in the input is replaced by its (first) asset's id.

        Args:
            name: the tool's own name.
            tool_input: its input.
            session: id or title of the session it belongs to; None for none.
            fresh: call the tool even if the library has its answer.

        Raises:
            InvalidInput: the input can't be sent as JSON; nothing was sent.
            BudgetExceeded: the known price exceeds what is left of the budget.
            NotInLibrary: frozen, and the library does not have it.
        """
        self._check_fresh(fresh)
        request = raw_request(name, asset_ids(tool_input, self.connector), session)
        reuse = self.reuse and not fresh and name not in READ_ONLY
        return Generation(start_all(self.connection, [request], reuse=reuse)[0])

    def _check_fresh(self, fresh: bool) -> None:
        """Raise `NotInLibrary` if what is to be generated again can't be."""
        if fresh and self.connector.is_frozen:
            raise NotInLibrary("Frozen: nothing is generated again.", hint=_THAW)

    def with_references(self, options: Mapping[str, object]) -> Mapping[str, object]:
        """Return *options* of the panel with the ids of the results that they name; see `References.in_options`."""
        variables = planning.notebook_variables()
        return References(self.connector, self.get, self.newest, variables).in_options(options)

    def start_resume(self) -> Sweep:
        """Resume everything that was submitted and not fetched, and return at once.

        Raises:
            NotInLibrary: frozen.
        """
        connection = self.connection
        connection.settings.check_online("fetching what was submitted")
        settle(active_in_this_process(connection.library).values())  # the tasks of stopped jobs can be resumed, too
        active = active_in_this_process(connection.library)
        unfetched = connection.library.unfetched(connection.settings.origin)
        return Sweep(
            [Generation(job_factory.resume(connection, record)) for record in unfetched if record.id not in active]
        )

    def start_wait(self, task_id: str) -> Generation:
        """Resume a task by its id, also one that is not in the library, and return at once.

        Raises:
            InvalidInput: *task_id* can't be an id.
            NotInLibrary: frozen, and its result is not in the library.
        """
        id_ = models.identifier(task_id)
        if id_ is None:
            raise InvalidInput(f"{task_id!r} can't be a task's id.", hint="`%playcut history` shows the ids.")
        connection = self.connection
        library, origin = connection.library, connection.settings.origin
        try:
            record = library.by_task(None if connection.settings.is_frozen else origin, id_)
            if record is None:
                connection.settings.check_online("wait-for-task")
                record = library.get(library.adopt(origin, id_))
        except NotInLibrary:
            raise
        except PlaycutError as error:
            return Generation(job_factory.resume_untracked(connection, id_, str(error)))
        if record is None:
            raise InvalidInput(f"The library lost the record of task {id_}.")
        if record.state == "fetched" and record.has_files:
            return Generation(job_factory.from_record(connection, record, reused=True))
        connection.settings.check_online("wait-for-task")
        return Generation(job_factory.resume(connection, record))

    # -- the library ----------------------------------------------------------------------------------------

    def history(
        self, search: str | None = None, limit: int = 50, kind: str | None = None, starred: bool = False
    ) -> History:
        """Return the library's generations, newest first; sends nothing.

        Args:
            search: text in the prompt, ignoring case.
            limit: the largest number that is returned.
            kind: only "image", "video", "speech" or a tool's own name.
            starred: only those with a star.

        Raises:
            InvalidInput: *limit* is not a whole number of at least 1.
        """
        limit = planning.checked_count(limit, "limit")
        connection = self.connector.offline_connection
        records = connection.library.history(search=search, limit=limit, kind=kind, starred=starred)
        return History([Generation(job_of(connection, record)) for record in records])

    def get(self, number: int) -> Generation:
        """Return generation *number* of the library.

        Raises:
            InvalidInput: the library has no such number.
        """
        connection = self.connector.offline_connection
        record = connection.library.get(number)
        if record is None:
            raise InvalidInput(f"The library has no generation {number}.", hint="`%playcut history` lists them.")
        return Generation(job_of(connection, record))

    def newest(self) -> Generation:
        """Return the library's newest generation.

        Raises:
            InvalidInput: it has none.
        """
        found = self.history(limit=1)
        if not found:
            raise InvalidInput("Nothing has been generated yet.", hint="Generate something first: %%playcut image.")
        return found[0]

    def write_pack(self, path: str | Path, runs: Generation | int | Sequence[Generation | int] | None = None) -> Pack:
        """Write a pack, and return what there is to say of it; see `Playcut.pack`."""
        library = self.connector.offline_connection.library
        if runs is None:
            return pack(library, path)
        if isinstance(runs, Generation | int):
            members: Sequence[Generation | int] = [runs]
        else:
            members = [run for run in runs if not (isinstance(run, Generation) and run.done and run.error)] or runs
        return pack(library, path, [_number_in(library, member) for member in members])

    def unpack(self, path: str | Path) -> History:
        """Merge the pack at *path* into the library, and return its generations, newest first; sends nothing.

        Generations that are there already are not duplicated. New ones get new numbers.

        Raises:
            InvalidInput: it can't be read, or is damaged or not to be trusted; nothing was written.
            PlaycutError: the library can't be written.
        """
        found = self.read_pack(path)
        return History([self.get(number) for number in sorted(set(found.numbers), reverse=True)])

    def read_pack(self, path: str | Path) -> Unpacked:
        """Merge a pack, and return what there is to say of it; see `unpack`."""
        found = unpack(self.connector.offline_connection.library, path)
        change_signal.changed()
        return found

    # -- the connection -------------------------------------------------------------------------------------

    @property
    def connection(self) -> Connection:
        """The connection, made when first needed.

        Raises:
            NotConnected: there is no key and no sandbox, or the address must not be used.
        """
        return self.connector.connection

    @property
    def budget(self) -> float | None:
        """Credits that may be spent through this object; None for no limit."""
        return self.connector.budget

    @budget.setter
    def budget(self, credits_: float | None) -> None:
        self.connector.budget = credits_

    def voices(self) -> list[models.Voice]:
        """Return the voices of `list-voices`, which is called only once.

        Raises:
            NotInLibrary: frozen, and no `list-voices` cell has left them in the library.
            PlaycutError: the API's own error.
        """
        if self.connector.is_frozen:
            return models.voices(answer_in_library(self.connection, raw_request("list-voices", {})))
        return self._call(self.connection.voices)

    def check(self) -> int:
        """Check the current key with `list-voices`, which costs nothing; return the number of voices.

        Raises:
            NotConnected: there is no key, and the sandbox is off.
            PlaycutError: the API refuses the key, or can't be reached.
        """
        connection = self.connection
        return len(models.voices(self._call(lambda: connection.client_read("list-voices", {}))))

    def storage_warning(self) -> str | None:
        """Return what will keep assets from being downloaded here, as far as is known; None for nothing. Costs nothing.

        Raises:
            NotConnected: there is nothing to talk to.
        """
        connection = self.connection
        return self._call(lambda: storage_warning(connection))

    def switch(self, *, sandbox: bool | None) -> None:
        """Switch to the sandbox (True), to the API (False), or to the environment's setting (None).

        Unfinished generations continue where they are. The session and the credits spent are kept for a later switch.
        """
        self.connector.switch(sandbox=sandbox)

    def freeze(self, frozen: bool | None) -> None:
        """Show only what the library has (True), generate again (False), or do as the environment says (None)."""
        self.connector.switch(frozen=frozen)

    def use_session(self, name: str) -> str:
        """Put all further generations into the session with this id or title; a new title creates a session.

        Raises:
            InvalidInput: *name* is empty, or can't be a title.
            PlaycutError: the session could not be created.
        """
        connection = self.connection
        return connection.use_session(self._call(lambda: connection.session_for(name)))

    def new_session(self, title: str) -> str:
        """Create a session (it costs nothing), put all further generations into it, and return its id.

        Raises:
            PlaycutError: it could not be created.
        """
        connection = self.connection
        return connection.use_session(self._call(lambda: connection.create_session(title)))

    def configure(self, **options: Any) -> None:
        """Change `progress`, `request_timeout_s`, `deadline_s`, `max_download_mb`, `preview_px` or `allow_storage`.

        Raises:
            InvalidInput: a value has the wrong type or range.
        """
        self.connector.configure(**options)

    def close(self) -> None:
        """Stop waiting for unfinished generations, and close the connections; the next call makes a new one."""
        for connection in self.connector.open_connections:
            stop_all(connection)
        self.connector.close()

    @staticmethod
    def _call(work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Run *work* on the background loop, and wait in short slices, so that an interrupt is noticed."""
        future: Future[_T] | None = None
        try:
            future = portal().start_task_soon(work)
            while True:
                try:
                    return future.result(SLICE_S)
                except TimeoutError:
                    if future.done():
                        return future.result()
        except KeyboardInterrupt:
            if future is not None:
                future.cancel()
            raise StoppedWaiting("Stopped before the service answered; nothing was bought.") from None


def _number_in(library: Library, run: Generation | int) -> int:
    """Return the number of a generation in *library*."""
    if isinstance(run, Generation):
        if run.id is None or run.library.path != library.path:
            raise InvalidInput("This generation is not in the library that is packed.", hint=run.warning or None)
        return run.id
    return planning.checked_count(run, "A generation's number")
