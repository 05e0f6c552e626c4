"""`playcut-jupyter doctor`: what is installed, and which settings, proxy, key and API are found from here.

It spends no credits: the key is checked with `list-voices`, which makes nothing. It works where a package is missing,
and ends with 0 offline: that the network is away is no fault of the installation.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from urllib.parse import urlsplit

from playcut_jupyter import __version__, environment, settings
from playcut_jupyter.errors import ConnectionFailed, NotConnected, PlaycutError
from playcut_jupyter.hosts import is_loopback
from playcut_jupyter.library.database import Library
from playcut_jupyter.redaction import mask, plain, without_passwords, without_userinfo

_FRONT_ENDS = ("jupyterlab", "notebook", "voila", "ipykernel")
_EXTENSIONS = {"anywidget": "anywidget", "ipywidgets": "@jupyter-widgets/jupyterlab-manager"}
"""Package -> the half of it that JupyterLab and Notebook load into the page."""
_SURROUNDINGS = {
    "COLAB_RELEASE_TAG": "Google Colab",
    "KAGGLE_KERNEL_RUN_TYPE": "Kaggle",
    "VSCODE_PID": "VS Code",
    "JPY_SESSION_NAME": "a Jupyter server",
    "JPY_PARENT_PID": "a Jupyter kernel",
}
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?P<rest>[^;]*)(;(?P<marker>.*))?")
_PROBE_S = 10.0


def examine() -> int:
    """Print what was found; return 0 if nothing is wrong with the installation, the settings and the key."""
    print(f"playcut-jupyter {__version__}, Python {platform.python_version()} on {platform.system()}")
    missing = _print_packages()
    _line("front end", f"started from {_surroundings()}; {_page_half()}")
    is_right = not missing
    for title, found in (("library", _library), ("network", _network), ("storage", _storage)):
        try:
            _line(title, found())
        except PlaycutError as error:
            _line(title, str(error))
            is_right = False
    _line("key", _key())
    if missing:
        _line("connection", f"not tried: {', '.join(missing)} missing (pip install --upgrade playcut-jupyter)")
        return 1
    try:
        answer, is_reached = _connection()
    except PlaycutError as error:
        answer, is_reached = str(error), False
    _line("connection", answer)
    return 0 if is_right and is_reached else 1


def _line(title: str, text: str) -> None:
    print(f"{title:<12} {without_passwords(plain(text))}")


# -- what is installed --------------------------------------------------------------------------------------------


def _print_packages() -> list[str]:
    """Print all packages that this one names, and the front ends; return the needed ones that are missing."""
    needed, sandbox = _required(None), _required("sandbox")
    for title, names in (("needed", needed), ("sandbox", sandbox), ("front ends", _FRONT_ENDS)):
        _line(title, ", ".join(f"{name} {_version(name) or '(not installed)'}" for name in names))
    return [name for name in needed if _version(name) is None]


def _required(extra: str | None) -> list[str]:
    """Return what the package's own metadata require, without or with an extra."""
    names = []
    for requirement in requires("playcut-jupyter") or []:
        match = _REQUIREMENT.match(requirement)
        marker = (match and match["marker"]) or ""
        of_extra = re.search(r"""extra\s*==\s*['"]([\w-]+)""", marker)
        is_elsewhere = "sys_platform" in marker and sys.platform not in marker
        if match and not is_elsewhere and (of_extra[1] if of_extra else None) == extra:
            names.append(match["name"])
    return names


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _surroundings() -> str:
    return next((name for variable, name in _SURROUNDINGS.items() if os.environ.get(variable)), "a terminal")


def _page_half() -> str:
    """Return whether the panel's half in the page is where JupyterLab and Notebook look for it."""
    folders = [Path(sys.prefix, "share/jupyter/labextensions"), Path.home() / ".local/share/jupyter/labextensions"]
    lacking = [name for name, path in _EXTENSIONS.items() if not any((folder / path).is_dir() for folder in folders)]
    if not lacking:
        return "the panel's widgets are installed"
    return f"{' and '.join(lacking)} missing here, which matters for the panel if the Jupyter server is installed here"


# -- settings -----------------------------------------------------------------------------------------------------


def _library() -> str:
    """Return where the library is and how it is kept; nothing is made only to be looked at."""
    home = settings.configured_home()
    library = Library(home)
    folder = home if home.exists() else next(parent for parent in home.parents if parent.exists())
    facts = [f"{'' if os.access(folder, os.W_OK) else 'NOT '}writable"]
    if library.path.exists():
        facts.append("WAL journal" if library.journal_mode == "wal" else "rollback journal: no WAL on this file system")
        library.close()
    else:
        facts.append("not created yet: its journal mode is known after the first generation")
    return f"{home} ({', '.join(facts)})"


def _network() -> str:
    """Return the proxy and the certificates in use."""
    network = environment.network()
    proxy = network.proxy_for(settings.configured_url())
    ways = [f"proxy {proxy.shown} ({proxy.variable})" if proxy is not None else "no proxy"]
    if proxy is None and network.proxies:
        ways[0] += f" for the API ({', '.join(name for name, _ in network.proxies)} set, NO_PROXY {network.no_proxy!r})"
    more = {"SSL_CERT_FILE": network.certificates_file, "SSL_CERT_DIR": network.certificates_folder}
    certificates = ["the system's", *(f"{value} ({name})" for name, value in more.items() if value)]
    return f"{ways[0]}; certificates: {', '.join(certificates)}"


def _storage() -> str:
    variable = "PLAYCUT_ALLOW_STORAGE"
    allowed = environment.text(variable)
    settings.checked_storage(variable, allowed, refused_as=NotConnected)
    return (
        f"the public network and {allowed} ({variable})" if allowed else f"the public network ({variable} adds to it)"
    )


def _key() -> str:
    key = environment.text("PLAYCUT_API_KEY")
    if not key:
        return "PLAYCUT_API_KEY is not set (keys: app.playcut.ai/settings/api; or try `%playcut sandbox`)"
    return f"PLAYCUT_API_KEY is {mask(key)}"


# -- the API ------------------------------------------------------------------------------------------------------


def _connection() -> tuple[str, bool]:
    """Return what the API says, and whether all is right.

    Raises:
        PlaycutError: a setting can't be used, or the API refuses the key.
    """
    if settings.is_frozen():
        return "frozen (PLAYCUT_FROZEN is set): library only, no requests", True
    if settings.uses_sandbox():
        return "PLAYCUT_SANDBOX is set: the sandbox inside each kernel, offline and free", True
    url = settings.checked_base_url(settings.configured_url())
    shown = without_userinfo(url)
    try:
        _reach(url)
    except ConnectionFailed as error:
        is_elsewhere = not is_loopback(urlsplit(url).hostname or "")
        return f"{shown}: can't be reached. {error}", error.retryable and is_elsewhere
    if not settings.configured_key():
        return f"{shown}: reached (without a key, nothing more can be checked)", True
    from playcut_jupyter.playcut import Playcut  # what connects is loaded when there is a key

    with Playcut(sandbox=False) as pc:
        answer = f"{shown}: reached, the key works ({pc.check()} voices)"
        warning = pc.storage_warning()
        return (f"{answer}. Warning: {warning}", False) if warning else (answer, True)


def _reach(url: str) -> None:
    """Ask the API for anything, without the key.

    Raises:
        ConnectionFailed: nothing answers.
        NotConnected: the proxy or certificates of the environment can't be used.
    """
    import anyio  # doctor also runs where something is missing

    from playcut_jupyter.api.transport import reach  # it needs httpx, which may be missing too

    anyio.run(reach, url, _PROBE_S)
