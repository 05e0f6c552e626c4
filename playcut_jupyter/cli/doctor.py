"""`playcut-jupyter doctor`: what is installed, which front ends, is the key there, can the API be reached.

It spends no credits: the key is checked with `list-voices`, which makes nothing.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from playcut_jupyter import __version__, settings
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.database import Library
from playcut_jupyter.redaction import mask

_PACKAGES = {
    "needed": ("ipython", "ipywidgets", "httpx", "anyio", "pillow", "stamina"),
    "front ends": ("jupyterlab", "notebook", "voila", "ipykernel"),
    "sandbox": ("tornado", "av", "py-nanotts"),
}


def examine() -> int:
    """Print what was found; return 0 if generations can be made, 1 if the key or the API says no."""
    print(f"playcut-jupyter {__version__}, Python {platform.python_version()} on {platform.system()}")
    for title, packages in _PACKAGES.items():
        print(f"{title:<12} " + ", ".join(f"{name} {_version(name)}" for name in packages))
    try:
        library, is_usable = _library(settings.configured_home()), True
    except PlaycutError as error:
        library, is_usable = str(error), False
    print(f"{'library':<12} {library}")
    key = os.environ.get("PLAYCUT_API_KEY", "")
    print(f"{'key':<12} {_masked(key)}")
    if settings.uses_sandbox():
        print(f"{'connection':<12} PLAYCUT_SANDBOX is set: the sandbox inside each kernel, offline, nothing is paid")
        return 0 if is_usable else 1
    url = settings.configured_url()
    try:
        answer, status = _reached(url, key)
    except PlaycutError as error:
        answer, status = str(error), 1
    print(f"{'connection':<12} {url}: {answer}")
    return status if is_usable else 1


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _masked(key: str) -> str:
    if not key:
        return "PLAYCUT_API_KEY is not set (keys: app.playcut.ai/settings/api; or try `%playcut sandbox`)"
    return f"PLAYCUT_API_KEY is {mask(key.strip())}"


def _library(home: Path) -> str:
    """Return where the library is and how it is kept; nothing is made only to be looked at."""
    library = Library(home)
    place = home if home.exists() else next(parent for parent in home.parents if parent.exists())
    facts = [f"{'can' if os.access(place, os.W_OK) else 'CAN NOT'} be written"]
    if library.path.exists():
        facts.append("WAL journal" if library.journal_mode == "wal" else "rollback journal: no WAL on this file system")
        library.close()
    return f"{home} ({', '.join(facts)})"


def _reached(url: str, key: str) -> tuple[str, int]:
    """Return what the API says to the key, or whether anything answers where there is none; and an exit status."""
    if key:
        from playcut_jupyter.playcut import Playcut  # what connects is loaded when there is a key

        with Playcut(sandbox=False) as pc:
            return f"reached, the key works ({pc.check()} voices)", 0
    import httpx  # doctor also runs where it is broken or missing

    try:
        httpx.get(settings.checked_base_url(url), timeout=10)
    except httpx.HTTPError as error:
        return f"can't be reached ({type(error).__name__})", 1
    return "reached (without a key, nothing more can be checked)", 0
