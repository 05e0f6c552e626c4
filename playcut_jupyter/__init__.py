"""Playcut's generative media in Jupyter: images, video and speech from a prompt in a cell.

`%load_ext playcut_jupyter` registers the magics `%%playcut` and `%playcut`; `Playcut` is the Python API. Names are
imported when they are first used, so that the extension loads quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from playcut_jupyter.errors import (
        AssetUnavailable,
        AuthenticationError,
        BudgetExceeded,
        ConnectionFailed,
        InvalidInput,
        NotConnected,
        NotFound,
        NotInLibrary,
        PermissionDenied,
        PlaycutError,
        PromptError,
        PromptRefused,
        RateLimited,
        ServerError,
        StoppedWaiting,
        SubmissionUncertain,
        SweepIncomplete,
        TaskFailed,
        WaitTimeout,
    )
    from playcut_jupyter.playcut import Playcut
    from playcut_jupyter.results.asset import Asset
    from playcut_jupyter.results.generations import Generation, Sweep

__version__ = "0.1.0"

__all__ = [
    "Asset",
    "AssetUnavailable",
    "AuthenticationError",
    "BudgetExceeded",
    "ConnectionFailed",
    "Generation",
    "InvalidInput",
    "NotConnected",
    "NotFound",
    "NotInLibrary",
    "PermissionDenied",
    "Playcut",
    "PlaycutError",
    "PromptError",
    "PromptRefused",
    "RateLimited",
    "ServerError",
    "StoppedWaiting",
    "SubmissionUncertain",
    "Sweep",
    "SweepIncomplete",
    "TaskFailed",
    "WaitTimeout",
    "__version__",
]

_MODULES = {
    "Asset": "results.asset",
    "Generation": "results.generations",
    "Playcut": "playcut",
    "Sweep": "results.generations",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register `%%playcut` and `%playcut`; IPython calls this for `%load_ext playcut_jupyter`."""
    from playcut_jupyter.magics.extension import load  # IPython is not needed to use this from a script

    load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Remove the magics; IPython calls this for `%unload_ext`, and first for `%reload_ext`."""
    from playcut_jupyter.magics.extension import unload  # IPython is not needed to use this from a script

    unload(ipython)
