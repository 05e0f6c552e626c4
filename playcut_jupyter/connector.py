"""Makes the connection when it is first needed: from the arguments, the environment, or the sandbox; never by guess."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter import settings
from playcut_jupyter.connection import Connection, checked_budget
from playcut_jupyter.errors import NotConnected
from playcut_jupyter.portal import portal
from playcut_jupyter.settings import Settings

if TYPE_CHECKING:
    from playcut_jupyter.sandbox import Sandbox

SANDBOX_RATE = (300, 60.0)
"""The sandbox inside a process answers like a Team plan: requests, and the window in seconds."""
_sandbox_lock = threading.Lock()
_sandbox: Sandbox | None = None


class Connector:
    """What a `Playcut` was told, and the connection made of it. The arguments are those of `Playcut`."""

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | None,
        home: str | Path | None,
        sandbox: bool | None,
        budget: float | None,
        options: Mapping[str, Any],
    ) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._home = Path(home).expanduser() if home else None
        self._sandbox = sandbox
        self._budget = checked_budget(budget)
        self._options = _checked(options)
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    @property
    def home(self) -> Path:
        """The library's folder."""
        return self._home or settings.default_home()

    @property
    def is_sandbox(self) -> bool:
        """True if this talks, or would talk, to the sandbox inside this process."""
        return self._sandbox if self._sandbox is not None else settings.sandbox_asked_for()

    @property
    def place(self) -> str:
        """Where this is, or would be, connected to."""
        return "sandbox" if self.is_sandbox else self._url()

    @property
    def budget(self) -> float | None:
        """Credits that may be spent; None for no limit."""
        return self._budget

    @budget.setter
    def budget(self, credits_: float | None) -> None:
        self._budget = checked_budget(credits_)
        if self._connection is not None:
            self._connection.account.budget = self._budget

    @property
    def connection(self) -> Connection:
        """The connection; raises `NotConnected` if there is nothing to talk to."""
        with self._lock:
            if self._connection is None:
                key, url = self._credentials()
                self._connection = self._connected(key, url)
            return self._connection

    @property
    def open_connection(self) -> Connection | None:
        """The connection if it has been made."""
        return self._connection

    @property
    def archive(self) -> Connection:
        """The connection, or where there is no key one that can read the library and nothing else."""
        try:
            return self.connection
        except NotConnected:
            return self._connected("", settings.BASE_URL)

    def configure(self, **options: Any) -> None:
        """Change options, also of the connection under way."""
        self._options = _checked({**self._options, **options})
        if self._connection is not None:
            self._connection.change(**self._options)

    def close(self) -> None:
        """Close the connection; the next use makes a new one."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            portal().call(connection.close)

    def _url(self) -> str:
        return self._base_url or os.environ.get("PLAYCUT_BASE_URL") or settings.BASE_URL

    def _credentials(self) -> tuple[str, str]:
        if self.is_sandbox:
            server = embedded_sandbox(self.home)
            return server.key, server.base_url
        url = settings.checked_base_url(self._url())
        key = settings.checked_key(self._api_key or os.environ.get("PLAYCUT_API_KEY") or "")
        if not key:
            raise NotConnected("There is no API key, and the sandbox is off.")
        return key, url

    def _connected(self, key: str, url: str) -> Connection:
        chosen = Settings(api_key=key, base_url=url, home=self.home, is_sandbox=self.is_sandbox, **self._options)
        return Connection(chosen, budget=self._budget)


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* if `Settings` takes them; raises `InvalidInput` before anything is connected."""
    Settings(api_key="", base_url=settings.BASE_URL, home=Path(), **options)
    return dict(options)


def embedded_sandbox(home: Path) -> Sandbox:
    """Return the sandbox inside this process, starting it when first asked for.

    Raises:
        NotConnected: what it needs is not installed.
    """
    global _sandbox
    with _sandbox_lock:
        if _sandbox is None:
            try:
                from playcut_jupyter.sandbox import Sandbox

                _sandbox = Sandbox(rate=SANDBOX_RATE, state_dir=home / "sandbox").start()
            except ImportError as error:
                raise NotConnected(
                    f"The sandbox is not installed ({error.name} is missing).",
                    hint='Install it with: pip install "playcut-jupyter[sandbox]"',
                ) from None
        return _sandbox
