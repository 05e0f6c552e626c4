"""Where to, with which key, and into which folder: read once, checked once, never printed whole."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playcut_jupyter import environment, redaction
from playcut_jupyter.errors import InvalidInput, NotConnected, NotInLibrary, PlaycutError
from playcut_jupyter.hosts import HostList, host_list, is_host, is_loopback
from playcut_jupyter.redaction import plain
from playcut_jupyter.tools import Tool

BASE_URL = "https://api.playcut.ai/api/v1"
MAX_GENERATIONS = 16
"""The largest sweep that is sent without being asked to."""
_VARIABLE = re.compile(r"\$\{?(\w+)", re.ASCII)
_NAME_A_FOLDER = "Set PLAYCUT_HOME to a folder that can be written. Nothing was sent."
SANDBOX_ORIGIN = "sandbox"
"""What stands for the base URL of the sandbox inside the kernel, whatever its port."""


@dataclass(frozen=True)
class Settings:
    """All that a connection needs to know.

    Attributes:
        api_key: goes to `base_url`'s origin alone; never in the repr.
        base_url: tools are at `{base_url}/tools/{name}/execute`.
        home: the library's folder.
        is_sandbox: True for the sandbox inside this kernel.
        request_timeout_s: for any request but a held wait, seconds.
        deadline_s: how long a task is waited for in all, seconds; None: by kind.
        progress: "auto", or "off" for `wait-for-task` alone.
        max_download_mb: the largest asset that is fetched, MB (10^6 bytes).
        preview_px: longest side of a picture embedded in a notebook, pixels.
        allow_storage: networks and host names that signed URLs may lead to beside the public network, between commas;
            None or empty: as `PLAYCUT_ALLOW_STORAGE` says.
        is_frozen: True to show what the library has, and to make no request.
    """

    api_key: str = field(repr=False)
    base_url: str
    home: Path
    is_sandbox: bool = False
    request_timeout_s: float = 30.0
    deadline_s: float | None = None
    progress: str = "auto"
    max_download_mb: float = 512.0
    preview_px: int = 1024
    allow_storage: str | Sequence[str] | None = None
    is_frozen: bool = False

    def __post_init__(self) -> None:
        redaction.remember(self.api_key)
        checked_storage("allow_storage", self.allow_storage)
        for name in ("request_timeout_s", "deadline_s", "max_download_mb", "preview_px"):
            value = getattr(self, name)
            if value is None and name == "deadline_s":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
                raise InvalidInput(f"{name} must be a number above 0, not {value!r}.")
        if self.progress not in ("auto", "off"):
            raise InvalidInput(f'progress must be "auto" or "off", not {self.progress!r}.')

    @property
    def masked_key(self) -> str:
        """The key as it may be shown."""
        return redaction.mask(self.api_key)

    @property
    def origin(self) -> str:
        """What this connection's generations are filed under in the library."""
        return SANDBOX_ORIGIN if self.is_sandbox else self.base_url

    @property
    def on_loopback(self) -> bool:
        """True if the API itself is on this machine."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def allowed_storage(self) -> HostList:
        """What `allow_storage` says, else `PLAYCUT_ALLOW_STORAGE` as it is now.

        Raises:
            NotConnected: the environment's can't be read.
        """
        if self.allow_storage:
            return checked_storage("allow_storage", self.allow_storage)
        variable = "PLAYCUT_ALLOW_STORAGE"
        return checked_storage(variable, environment.text(variable), refused_as=NotConnected)

    def check_online(self, action: str) -> None:
        """Raise `NotInLibrary` if no request may be made, and *action* would make one."""
        if self.is_frozen:
            raise NotInLibrary(f"Frozen: {action} would call the API, and frozen mode makes no requests.")

    def deadline_for(self, tool: Tool) -> float:
        """Return how long a task of *tool* is waited for in all, seconds."""
        return self.deadline_s if self.deadline_s is not None else tool.deadline_s


def checked_storage(name: str, value: object, *, refused_as: type[PlaycutError] = InvalidInput) -> HostList:
    """Return the networks and host names that *value* lists; *name* is the setting.

    Raises:
        PlaycutError: it can't be read; of the class *refused_as*.
    """
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        value = ",".join(value)
    hint = 'Write networks and names between commas: "10.0.0.0/8, minio.corp.example, *.storage.corp.example".'
    if not isinstance(value, str | None):
        raise refused_as(f"{name} is text, not {plain(repr(value), 60)}.", hint=hint)
    try:
        return host_list(environment.unquoted(value or ""))
    except ValueError as entry:
        wrong = plain(repr(str(entry)), 60)
        raise refused_as(f"{name} holds {wrong}, which is neither a network nor a host name.", hint=hint) from None


def checked_base_url(url: str) -> str:
    """Return *url* without its last slash.

    Raises:
        NotConnected: it is no http(s) address, or plain http to another machine, which would show the key.
    """
    text = environment.unquoted(url).rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not text.isprintable():
        raise NotConnected("The base URL contains characters that a URL can't have.", hint="Type it again.")
    if "@" in text:
        raise NotConnected("A base URL must not hold a user name or password.", hint="Leave out what is before the @.")
    hint = f"The documented address is {BASE_URL}; set PLAYCUT_BASE_URL only for another server."
    if parts.scheme not in ("http", "https") or not is_host(host) or "?" in text or "#" in text:
        raise NotConnected(f"{text!r} is not a base URL.", hint=hint)
    if parts.scheme == "http" and not is_loopback(host):
        raise NotConnected(f"Plain http to {host} would show the key to the network; it was not sent.", hint=hint)
    return text


def checked_key(key: str) -> str:
    """Return *key* stripped.

    Raises:
        NotConnected: it holds characters that no header can carry.
    """
    text = environment.unquoted(key)
    redaction.remember(text)
    if not (text.isascii() and text.isprintable()) or any(character in text for character in " \"'`"):
        raise NotConnected(
            "The key holds spaces or characters that a key can't have.",
            hint="Copy it again; a key is pk_live_ and 40 hex characters.",
        )
    return text


def configured_home(home: str | Path | None = None) -> Path:
    """Return the library's folder: *home*, else `PLAYCUT_HOME`, else the platform's user data folder for playcut.

    It is absolute: a relative one is in the folder that is the current one now. `~` and `$VARIABLES` are expanded.

    Raises:
        InvalidInput: it can't be a folder, or there is no home folder to keep it in.
    """
    for name, folder in (("home", home), ("PLAYCUT_HOME", environment.text("PLAYCUT_HOME"))):
        if not isinstance(folder, str | Path | None):
            raise InvalidInput(f"{name} is a folder, not {plain(repr(folder), 60)}.")
        if folder is not None and str(folder).strip():
            return _absolute(name, str(folder).strip())
    import platformdirs  # not needed where a folder is named

    try:
        return platformdirs.user_data_path("playcut", appauthor=False).expanduser().absolute()
    except (RuntimeError, OSError):
        raise InvalidInput("There is no home folder to keep the library in.", hint=_NAME_A_FOLDER) from None


def _absolute(name: str, folder: str) -> Path:
    def refused(reason: str) -> InvalidInput:
        return InvalidInput(f"{name} is {plain(repr(folder), 200)}, and {reason}.", hint=_NAME_A_FOLDER)

    unset = [variable for variable in _VARIABLE.findall(folder) if variable not in os.environ]
    if unset:
        raise refused(f"{unset[0]} is not set")
    if "\0" in folder:
        raise refused("no folder can be called that")
    try:
        return Path(os.path.expandvars(folder)).expanduser().absolute()
    except RuntimeError:
        raise refused("there is no home folder of that name") from None
    except OSError:
        raise refused("the current folder, which it is relative to, is gone") from None


def configured_url(base_url: str | None = None) -> str:
    """Return where the API is: *base_url*, else `PLAYCUT_BASE_URL`, else the documented address."""
    return base_url or environment.text("PLAYCUT_BASE_URL") or BASE_URL


def configured_key(api_key: str | None = None) -> str:
    """Return *api_key*, else `PLAYCUT_API_KEY`, checked; empty if there is none."""
    return checked_key(api_key or environment.text("PLAYCUT_API_KEY"))


def uses_sandbox(sandbox: bool | None = None) -> bool:
    """Return *sandbox*, or where that is None what `PLAYCUT_SANDBOX` says; never the outcome of a missing key.

    Raises:
        NotConnected: `PLAYCUT_SANDBOX` is neither yes nor no.
    """
    return environment.flag("PLAYCUT_SANDBOX") if sandbox is None else sandbox


def is_frozen(frozen: bool | None = None) -> bool:
    """Return *frozen*, or where that is None what `PLAYCUT_FROZEN` says.

    Raises:
        NotConnected: `PLAYCUT_FROZEN` is neither yes nor no.
    """
    return environment.flag("PLAYCUT_FROZEN") if frozen is None else frozen


def configured_origin(base_url: str | None = None, sandbox: bool | None = None) -> str:
    """Return what generations are filed under in the library, as a connection made now would be."""
    return SANDBOX_ORIGIN if uses_sandbox(sandbox) else environment.unquoted(configured_url(base_url)).rstrip("/")
