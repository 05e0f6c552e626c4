"""Makes a connection when it is first needed: from the arguments, the environment, or the sandbox; never by guess.

Going over to another service and back finds the connection as it was left: its jobs go on meanwhile, and it still
has its session. The credits spent at a service are counted for as long as the `Playcut` lives.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter import settings
from playcut_jupyter.background import change_signal, forks
from playcut_jupyter.background.portal import portal
from playcut_jupyter.connection.account import Account, checked_budget
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import NotConnected
from playcut_jupyter.library.private import create_folder
from playcut_jupyter.redaction import plain
from playcut_jupyter.settings import Settings

if TYPE_CHECKING:
    from playcut_jupyter.sandbox import Sandbox

SANDBOX_RATE = (300, 60.0)
"""The sandbox inside a process answers like a Team plan: requests, and the window in seconds."""
_sandbox_lock = threading.Lock()
_sandbox: Sandbox | None = None


class Connector:
    """What a `Playcut` was told, and the connections made of it. The arguments are those of `Playcut`."""

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | None,
        home: str | Path | None,
        sandbox: bool | None,
        frozen: bool | None,
        budget: float | None,
        options: Mapping[str, Any],
    ) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._home = _named(home)
        self._sandbox = sandbox
        self._frozen = frozen
        self._budget = checked_budget(budget)
        self._options = _checked(options)
        self._current: Connection | None = None
        self._connections: dict[tuple[str, str, Path], Connection] = {}
        self._frozen_connections: dict[tuple[str, Path], Connection] = {}
        self._accounts: dict[str, Account] = {}
        self._offline: Connection | None = None
        self._lock = threading.RLock()
        forks.renew_in_child(self)

    def renew_in_child(self) -> None:
        """The connections are renewed themselves; who held the lock is not in the child."""
        self._lock = threading.RLock()

    def switch(self, **told: Any) -> None:
        """Take `sandbox`, `frozen`, `base_url` or `home` anew, as `Playcut` does; the next call uses what they say.

        What is under way at the service used so far goes on there.
        """
        with self._lock:
            self._sandbox = told.get("sandbox", self._sandbox)
            self._frozen = told.get("frozen", self._frozen)
            self._base_url = told.get("base_url", self._base_url)
            if "home" in told:
                self._home = _named(told["home"])
            self._current = None
            self._freeze()
        change_signal.changed()

    def _freeze(self) -> bool:
        """Let the connections that were made before make no request either, or make them again; tell if frozen."""
        is_frozen = self.is_frozen
        for connection in self._connections.values():
            if connection.settings.is_frozen != is_frozen:
                connection.change(is_frozen=is_frozen)
        return is_frozen

    @property
    def home(self) -> Path:
        """The library's folder; the environment's is read once, and stays where it was then.

        Raises:
            InvalidInput: the environment names none that can be.
        """
        with self._lock:
            self._home = self._home or settings.configured_home()
            return self._home

    @property
    def is_sandbox(self) -> bool:
        """True if this talks, or would talk, to the sandbox inside this process."""
        return settings.uses_sandbox(self._sandbox)

    @property
    def is_frozen(self) -> bool:
        """True if only the library is used: nothing is generated, and no request is made.

        Raises:
            NotConnected: PLAYCUT_FROZEN says neither yes nor no.
        """
        return settings.is_frozen(self._frozen)

    @property
    def origin(self) -> str:
        """What generations are, or would be, filed under in the library."""
        return settings.configured_origin(self._base_url, self._sandbox)

    @property
    def service(self) -> str:
        """Where this is, or would be, connected to."""
        if self.is_frozen:
            return "library only (frozen)"
        return "sandbox" if self.is_sandbox else settings.configured_url(self._base_url)

    @property
    def budget(self) -> float | None:
        """Credits that may be spent; None for no limit."""
        return self._budget

    @budget.setter
    def budget(self, credits_: float | None) -> None:
        self._budget = checked_budget(credits_)
        for account in self._accounts.values():
            account.budget = self._budget
        change_signal.changed()

    @property
    def connection(self) -> Connection:
        """The connection; raises `NotConnected` if there is nothing to talk to.

        The environment counts as it is now: after a key is set there, or another one, it is that key's connection.
        """
        with self._lock:
            if self._freeze():
                return self._frozen_connection()
            key, url = self._credentials()
            identity = (key, url, self.home)
            if identity not in self._connections:
                self._connections[identity] = self._connected(key, url, is_sandbox=self.is_sandbox)
            self._current = self._connections[identity]
            return self._current

    @property
    def open_connection(self) -> Connection | None:
        """The connection in use, if it has been made."""
        return self._current

    @property
    def open_connections(self) -> list[Connection]:
        """The connections that have been made, to whatever service and library."""
        with self._lock:
            return [*self._connections.values(), *self._frozen_connections.values()]

    @property
    def offline_connection(self) -> Connection:
        """The connection, or where there is no key one that can read the library and nothing else."""
        try:
            return self.connection
        except NotConnected:
            with self._lock:
                if self._offline is None or self._offline.settings.home != self.home:
                    self._offline = self._connected("", settings.BASE_URL)
                return self._offline

    def configure(self, **options: Any) -> None:
        """Change options, also of the connections under way."""
        self._options = _checked({**self._options, **options})
        for connection in self.open_connections:
            connection.change(**self._options)

    def close(self) -> None:
        """Close all connections; the next use makes a new one."""
        with self._lock:
            connections, self._connections, self._current = self.open_connections, {}, None
            self._frozen_connections = {}
            if self._offline is not None:
                connections.append(self._offline)
                self._offline = None
        for connection in connections:
            portal().call(connection.close)

    def _frozen_connection(self) -> Connection:
        """Return a connection that knows the library and no key, and starts no sandbox."""
        url = settings.checked_base_url(settings.configured_url(self._base_url))
        identity = (self.origin, self.home)
        if identity not in self._frozen_connections:
            self._frozen_connections[identity] = self._connected("", url, is_sandbox=self.is_sandbox, is_frozen=True)
        return self._frozen_connections[identity]

    def _credentials(self) -> tuple[str, str]:
        if self.is_sandbox:
            server = embedded_sandbox(self.home)
            return server.key, server.base_url
        url = settings.checked_base_url(settings.configured_url(self._base_url))
        key = settings.configured_key(self._api_key)
        if not key:
            raise NotConnected("There is no API key, and the sandbox is off.")
        return key, url

    def _connected(self, key: str, url: str, *, is_sandbox: bool = False, is_frozen: bool = False) -> Connection:
        chosen = Settings(
            api_key=key, base_url=url, home=self.home, is_sandbox=is_sandbox, is_frozen=is_frozen, **self._options
        )
        _ = chosen.allowed_storage  # what can't be read is refused before anything is bought
        # What was spent at a service is not forgotten with a connection to it.
        account = self._accounts.setdefault(chosen.origin, Account(self._budget))
        return Connection(chosen, account)


def _named(home: str | Path | None) -> Path | None:
    """Return the folder that is named, as it is from now on; None leaves it to the environment."""
    is_blank = home is None or (isinstance(home, str) and not home.strip())
    return None if is_blank else settings.configured_home(home)


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* if `Settings` takes them; raises `InvalidInput` before anything is connected."""
    Settings(api_key="", base_url=settings.BASE_URL, home=Path(), **options)
    return dict(options)


def embedded_sandbox(home: Path) -> Sandbox:
    """Return the sandbox inside this process, starting it when first asked for.

    Raises:
        NotConnected: what it needs is not installed, or it can't be started.
    """
    global _sandbox
    with _sandbox_lock:
        if _sandbox is None:
            try:
                from playcut_jupyter.sandbox import Sandbox  # an extra, which may not be installed

                create_folder(home)  # the sandbox knows nothing of a library's rights
                _sandbox = Sandbox(rate=SANDBOX_RATE, state_dir=home / "sandbox").start()
            except ImportError as error:
                raise NotConnected(
                    f"The sandbox is not installed ({error.name} is missing).",
                    hint='Install it with: pip install "playcut-jupyter[sandbox]"',
                ) from None
            except (OSError, RuntimeError) as error:
                reason = plain(getattr(error, "strerror", None) or error, 200).rstrip(".")
                raise NotConnected(
                    f"The sandbox can't be started: {reason}.",
                    hint=f"It keeps its tasks in {home / 'sandbox'}: if that can't be written, set PLAYCUT_HOME to a "
                    "folder that can.",
                ) from None
        return _sandbox


def _renew() -> None:
    """A child uses the sandbox of its parent, which goes on there."""
    global _sandbox_lock
    _sandbox_lock = threading.Lock()


forks.on_fork(in_child=_renew)
