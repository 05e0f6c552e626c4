"""What all jobs of one `Playcut` share: the client, the library, the session and the account of credits."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import Any

import anyio
from anyio import to_thread

from playcut_jupyter import models
from playcut_jupyter.client import Client
from playcut_jupyter.errors import BudgetExceeded, InvalidInput, PlaycutError, ServerError
from playcut_jupyter.library import Library
from playcut_jupyter.pacing import Notify
from playcut_jupyter.redaction import guarded
from playcut_jupyter.settings import Settings
from playcut_jupyter.tools import Request

LOOKS_LIKE_ID = re.compile(r"[0-9a-f]{24}|[a-z]+_\w{3,}", re.ASCII)
"""The shapes of ids that the documentation shows: 24 hex characters, or a prefix (`asset_xyz`)."""


class Connection:
    """One base URL, one key, one library. Its client lives on the background event loop."""

    def __init__(self, settings: Settings, account: Account) -> None:
        self.settings = settings
        self.library = Library(settings.home)
        self.account = account
        self.session_id: str | None = None
        self.session_title = time.strftime("Notebook %Y-%m-%d %H:%M")
        self._client: Client | None = None
        self._session_lock = anyio.Lock()
        self._first_price = anyio.Lock()
        self._voices: list[models.Voice] | None = None

    @property
    def client(self) -> Client:
        """The client; made when first used, on the event loop."""
        if self._client is None:
            self._client = Client(self.settings)
        return self._client

    @property
    def rate_limit(self) -> tuple[int | None, int | None]:
        """(requests a minute, left by the last answer), as far as the server has told."""
        gate = self._client.gate if self._client else None
        return (gate.limit, gate.server_remaining) if gate else (None, None)

    async def close(self) -> None:
        """Close connections and the library's file."""
        if self._client is not None:
            await self._client.close()
            self._client = None
        self.library.close()

    async def client_read(self, tool: str, tool_input: Mapping[str, object]) -> object:
        """Call a tool that buys nothing, on the event loop; see `Client.read`."""
        return guarded(await self.client.read(tool, tool_input))

    def change(self, **options: Any) -> None:
        """Change settings that need no new connection; jobs under way see it at their next step."""
        self.settings = replace(self.settings, **options)
        if self._client is not None:
            self._client.settings = self.settings

    async def voices(self, notify: Notify | None = None) -> list[models.Voice]:
        """Return the voices of `list-voices`, asked for once."""
        if self._voices is None:
            self._voices = models.voices(await self.client.read("list-voices", {}, notify=notify))
        return self._voices

    @asynccontextmanager
    async def priced(self, request: Request) -> AsyncIterator[None]:
        """Set aside what *request* is expected to cost, in credits, while it is being submitted.

        Leaving gives it back; what was really bought is told to the account by whoever submits.

        Raises:
            BudgetExceeded: it would pass the budget.
        """
        if self.account.budget is None:
            yield
            return
        expected = await to_thread.run_sync(self.expected_credits, request)
        async with AsyncExitStack() as stack:
            if expected is None:
                await stack.enter_async_context(self._first_price)
                expected = await to_thread.run_sync(self.expected_credits, request)
            with self.account.setting_aside(expected):
                yield

    def expected_credits(self, request: Request) -> float | None:
        """Return what the same tool and inputs were last estimated at, in credits, or None."""
        try:
            return self.library.expected_credits(self.settings.origin, request.tool.name, request.inputs)
        except PlaycutError:
            return None

    async def session(self, notify: Notify | None = None) -> str:
        """Return the session's id, creating the session when it is first needed."""
        async with self._session_lock:
            if self.session_id is None:
                self.session_id = await self.create_session(self.session_title, notify)
            return self.session_id

    async def create_session(self, title: str, notify: Notify | None = None) -> str:
        """Create a session (it costs nothing) and return its id.

        Raises:
            ServerError: the answer names no session.
        """
        data = await self.client.read("create-session", {"title": title}, notify=notify)
        session_id = models.identifier(data.get("sessionId")) if isinstance(data, Mapping) else None
        if session_id is None:
            raise ServerError("The answer to create-session names no session.", tool="create-session")
        await to_thread.run_sync(self._remember, session_id, title)
        return session_id

    def _remember(self, session_id: str, title: str) -> None:
        # A library that can't be written is told by the generation's own row; a title is not worth failing for.
        with suppress(PlaycutError):
            self.library.keep_session(self.settings.origin, session_id, title)

    def _known_session(self, name: str) -> str | None:
        with suppress(PlaycutError):
            return self.library.session_named(self.settings.origin, name)
        return None

    async def session_for(self, name: str, notify: Notify | None = None) -> str:
        """Return the session with that id or title; a title that is new gets a new session.

        Raises:
            InvalidInput: the name is empty or too long.
        """
        if not name.strip() or len(name) > 200:
            raise InvalidInput("A session needs an id or a title of up to 200 characters.")
        known = await to_thread.run_sync(self._known_session, name)
        if known:
            return known
        return name if LOOKS_LIKE_ID.fullmatch(name) else await self.create_session(name, notify)


class Account:
    """What this kernel's generations were estimated at, and the budget they must not pass, in credits.

    Several jobs ask at once, so what is about to be submitted is set aside first. Where the price is not known
    yet, one submission goes ahead and the others wait for what it was estimated at (`Connection.priced`).
    """

    def __init__(self, budget: float | None = None) -> None:
        self.budget = checked_budget(budget)
        self.spent = 0.0
        self._set_aside = 0.0
        self._lock = threading.Lock()

    def check(self, expected: float | None) -> None:
        """Raise `BudgetExceeded` if a submission of *expected* credits would pass the budget."""
        with self._lock:
            self._check(expected)

    @contextmanager
    def setting_aside(self, expected: float | None) -> Iterator[None]:
        """Check, and keep *expected* credits from others until the end of the block."""
        amount = expected or 0.0
        with self._lock:
            self._check(expected)
            self._set_aside += amount
        try:
            yield
        finally:
            with self._lock:
                self._set_aside -= amount

    def spend(self, credits_: float | None) -> None:
        """Add what the server estimated a submission at."""
        with self._lock:
            self.spent += credits_ or 0.0

    def _check(self, expected: float | None) -> None:
        if self.budget is None:
            return
        taken = self.spent + self._set_aside
        if taken + (expected or 0.0) <= self.budget and taken < self.budget:
            return
        price = f"about {expected:g} credits" if expected else "more credits"
        raise BudgetExceeded(
            f"This would spend {price}: {taken:g} of the budget of {self.budget:g} credits are spent (estimated).",
            hint="It was not sent. Raise the budget (`%config PlaycutMagics.budget = ...` or `pc.budget = ...`).",
        )


def checked_budget(budget: float | None) -> float | None:
    """Return *budget*, credits, if it is one.

    Raises:
        InvalidInput: it is not a number of at least 0.
    """
    if budget is None or (isinstance(budget, int | float) and not isinstance(budget, bool) and budget >= 0):
        return budget
    raise InvalidInput(f"A budget is a number of credits, not {budget!r}.")
