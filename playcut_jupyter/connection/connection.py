"""What all jobs at one service share: the client, the library, the session and the account of credits."""

from __future__ import annotations

import re
import time
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary, finalize

import anyio

from playcut_jupyter.api import models
from playcut_jupyter.api.client import Client, OnPause
from playcut_jupyter.api.rate_limit import RateLimiter
from playcut_jupyter.api.storage_pool import StoragePool
from playcut_jupyter.background.portal import close_soon, renew_with_loop
from playcut_jupyter.background.single_flight import SingleFlight
from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.connection.account import Account
from playcut_jupyter.errors import InvalidInput, PlaycutError, ServerError
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import cost_key
from playcut_jupyter.redaction import guarded, plain
from playcut_jupyter.settings import Settings
from playcut_jupyter.tools import GenerationRequest, named

LOOKS_LIKE_SESSION = re.compile(
    r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|sess(ion)?_\w+|[a-z]+_(?=[a-z]*\d)[a-z0-9]{10,}",
    re.ASCII | re.IGNORECASE,
)
"""What is a session's id rather than a title: 24 hex characters as documented, a UUID, or a prefix and a code."""


class Connection:
    """One base URL, one key, one library. Its sockets live on the background event loop."""

    def __init__(self, settings: Settings, account: Account) -> None:
        self.settings = settings
        self.library = Library(settings.home)
        self.account = account
        self.session_id: str | None = None
        self.session_title = time.strftime("Notebook %Y-%m-%d %H:%M")
        self._client: Client | None = None
        self._storage: StoragePool | None = None
        self._closing: list[finalize[..., Connection]] = []
        self._first_price = anyio.Lock()
        self._session: SingleFlight[str] = SingleFlight()
        self._titled: dict[str, SingleFlight[str]] = {}
        self._voices: SingleFlight[list[models.Voice]] = SingleFlight()
        renew_with_loop(self)

    def renew(self) -> None:
        """Leave the sockets of the loop that is gone alone: to a forked child they are its parent's."""
        self._forget_sockets()
        self._first_price = anyio.Lock()

    @property
    def client(self) -> Client:
        """The client; made when first used, on the event loop."""
        if self._client is None:
            self._client = Client(self.settings, _rate_limiter(self.settings))
            self._close_when_dropped(self._client.close)
        return self._client

    @property
    def storage(self) -> StoragePool:
        """The connections to the storage, which never see the key; made when first used, on the event loop."""
        if self._storage is None:
            self._storage = StoragePool(self.settings)
            self._close_when_dropped(self._storage.close)
        return self._storage

    def _close_when_dropped(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        closing = finalize(self, close_soon, close)
        closing.atexit = False
        self._closing.append(closing)

    def _forget_sockets(self) -> None:
        for closing in self._closing:
            closing.detach()
        self._closing, self._client, self._storage = [], None, None

    @property
    def rate_limit(self) -> tuple[int | None, int | None]:
        """(requests a minute, left by the last answer), as far as the server has told."""
        limiter = self._client.rate_limiter if self._client else None
        return (limiter.limit, limiter.server_remaining) if limiter else (None, None)

    async def close(self) -> None:
        """Close connections and the library's file."""
        used = [sockets for sockets in (self._client, self._storage) if sockets is not None]
        self._forget_sockets()
        for sockets in used:
            await sockets.close()
        self.library.close()

    async def client_read(self, tool: str, tool_input: Mapping[str, object]) -> object:
        """Call a tool that buys nothing, on the event loop; see `Client.read`. `wait-for-task` may be held."""
        held: dict[str, Any] = {}
        if tool == "wait-for-task":
            held = {"held": True, "timeout_s": self.settings.deadline_for(named(tool))}
        return guarded(await self.client.read(tool, tool_input, **held))

    def change(self, **options: Any) -> None:
        """Change settings that need no new connection; jobs under way see it at their next step."""
        self.settings = replace(self.settings, **options)
        if self._client is not None:
            self._client.settings = self.settings
        if self._storage is not None:
            self._storage.settings = self.settings

    @property
    def known_voices(self) -> list[models.Voice]:
        """The voices, if they were asked for already."""
        return self._voices.value or []

    async def voices(self, notify: OnPause | None = None) -> list[models.Voice]:
        """Return the voices of `list-voices`, asked for once."""

        async def ask() -> list[models.Voice]:
            return models.voices(await self.client.read("list-voices", {}, notify=notify))

        return await self._voices.get(ask)

    @asynccontextmanager
    async def priced(self, request: GenerationRequest) -> AsyncIterator[Callable[[float | None], None]]:
        """Set aside what *request* is expected to cost, in credits, while it is being submitted.

        The function that is yielded is called with what it was really estimated at.

        Raises:
            BudgetExceeded: it would pass the budget.
        """
        expected = None
        async with AsyncExitStack() as stack:
            if self.account.budget is not None:
                expected = await in_worker(lambda: self.expected_credits(request))
                if expected is None:  # one goes ahead, the others wait for its price
                    await stack.enter_async_context(self._first_price)
                    expected = await in_worker(lambda: self.expected_credits(request))
            yield stack.enter_context(self.account.setting_aside(expected, self._cost_key(request)))

    def _cost_key(self, request: GenerationRequest) -> str:
        return cost_key(self.settings.origin, request.tool.name, request.inputs)

    def expected_credits(self, request: GenerationRequest) -> float | None:
        """Return what the same tool and inputs were last estimated at, in credits, or None."""
        known = self.account.prices.get(self._cost_key(request))
        if known is not None:
            return known
        try:
            return self.library.expected_credits(self.settings.origin, request.tool.name, request.inputs)
        except PlaycutError:
            return None

    async def session(self, notify: OnPause | None = None) -> str:
        """Return the session's id, creating the session when it is first needed."""
        if self.session_id is None:
            created = await self._session.get(lambda: self.create_session(self.session_title, notify))
            self.session_id = self.session_id or created
        return self.session_id

    def use_session(self, session_id: str) -> str:
        """Put all further generations into that session, and return its id."""
        self.session_id = session_id
        return session_id

    async def create_session(self, title: str, notify: OnPause | None = None) -> str:
        """Create a session (it costs nothing) and return its id.

        Raises:
            ServerError: the answer names no session.
        """
        data = await self.client.read("create-session", {"title": title}, notify=notify)
        session_id = models.identifier(data.get("sessionId")) if isinstance(data, Mapping) else None
        if session_id is None:
            raise ServerError("The answer to create-session names no session.", tool="create-session")
        await in_worker(lambda: self._remember(session_id, title))
        return session_id

    def _remember(self, session_id: str, title: str) -> None:
        # A library that can't be written is told by the generation's own row; a title is not worth failing for.
        with suppress(PlaycutError):
            self.library.keep_session(self.settings.origin, session_id, title)

    def _known_session(self, name: str) -> str | None:
        with suppress(PlaycutError):
            return self.library.session_named(self.settings.origin, name)
        return None

    async def session_for(self, name: str, notify: OnPause | None = None) -> str:
        """Return the session with that id or title; a title that is new gets a new session.

        Raises:
            InvalidInput: the name is empty or too long.
        """
        checked_session(name)
        known = await in_worker(lambda: self._known_session(name))
        if known or LOOKS_LIKE_SESSION.fullmatch(name):
            return known or name
        titled = self._titled.setdefault(name, SingleFlight())
        return await titled.get(lambda: self.create_session(name, notify))


def checked_session(name: object) -> None:
    """Refuse what can be neither a session's id nor its title; None stands for the connection's own.

    Raises:
        InvalidInput: it is no text, empty, too long, or holds what can't be printed.
    """
    if name is None or (isinstance(name, str) and name.strip() and len(name) <= 200 and name.isprintable()):
        return
    raise InvalidInput(f"A session is an id or a title of up to 200 characters, not {plain(repr(name), 60)}.")


_rate_limiters: WeakKeyDictionary[AbstractEventLoop, dict[tuple[str, str], RateLimiter]] = WeakKeyDictionary()


def _rate_limiter(settings: Settings) -> RateLimiter:
    """Return the rate limiter of a service and key: the limit is one, however many connections a loop's jobs make."""
    of_loop = _rate_limiters.setdefault(get_running_loop(), {})
    return of_loop.setdefault((settings.base_url, settings.api_key), RateLimiter(learns_window=settings.on_loopback))
