"""The settings of the magics: what `%config PlaycutMagics` shows, `%playcut help` explains, and the manual lists.

A setting's tags tell the rest: `environment`, the variable that sets it too, and `example`, a value to show.
"""

from __future__ import annotations

from collections.abc import Mapping

from traitlets import Bool, Enum, Float, Int, Unicode
from traitlets.config import Configurable

from playcut_jupyter import settings


class Configuration(Configurable):
    """The settings as traits; each is an argument of `Playcut` too, except `max_generations`."""

    base_url = Unicode("", help="Where the API is; empty: PLAYCUT_BASE_URL, else the documented address.").tag(
        config=True, environment="PLAYCUT_BASE_URL", example=settings.BASE_URL
    )
    home = Unicode("", help="The library's folder; empty: PLAYCUT_HOME, else the user data folder.").tag(
        config=True, environment="PLAYCUT_HOME", example="~/playcut"
    )
    reuse = Bool(True, help="Serve repeated prompts from the library for 0 credits.").tag(config=True, example=False)
    budget = Float(None, allow_none=True, min=0, help="Credits this kernel may spend; None for no limit.").tag(
        config=True, example=500
    )
    max_generations = Int(settings.MAX_GENERATIONS, min=1, help="The largest sweep without --max.").tag(
        config=True, example=40
    )
    preview_px = Int(1024, min=16, help="Longest side of an embedded picture, pixels.").tag(config=True, example=512)
    progress = Enum(["auto", "off"], "auto", help='"off" disables progress polling.').tag(config=True, example="off")
    request_timeout_s = Float(30.0, min=0.1, help="Timeout of any request but the wait for a task, seconds.").tag(
        config=True, example=60
    )
    deadline_s = Float(
        None, allow_none=True, min=0.1, help="How long a task is waited for, seconds; None: by kind."
    ).tag(config=True, example=900)
    max_download_mb = Float(512.0, min=0.001, help="The largest asset that is downloaded, MB.").tag(
        config=True, example=2000
    )
    allow_storage = Unicode(
        "",
        help="Private networks and host names, between commas, that assets may be downloaded from; "
        "empty: PLAYCUT_ALLOW_STORAGE.",
    ).tag(config=True, environment="PLAYCUT_ALLOW_STORAGE", example="10.0.0.0/8, minio.corp.example")
    frozen = Bool(
        None, allow_none=True, help="Show only what the library has, and make no request; None: as PLAYCUT_FROZEN says."
    ).tag(config=True, environment="PLAYCUT_FROZEN", example=True)


ENVIRONMENT: Mapping[str, tuple[str, str]] = {
    "PLAYCUT_API_KEY": (
        "The key; never a setting of a notebook. `Playcut(api_key=...)` takes it from your own code.",
        "pk_live_...",
    ),
    "PLAYCUT_BASE_URL": ("Where the API is, for another server than the documented one.", settings.BASE_URL),
    "PLAYCUT_HOME": ("The library's folder. `~` and `$NAME` are expanded.", "$HOME/playcut"),
    "PLAYCUT_SANDBOX": ("1: use the sandbox inside the kernel. It never starts automatically.", "1"),
    "PLAYCUT_FROZEN": ("1: show only what the library has, without a key and without any request.", "1"),
    "PLAYCUT_ALLOW_STORAGE": (
        "Private networks and host names that assets may be downloaded from, between commas.",
        "10.0.0.0/8,minio.corp.example",
    ),
}
"""The environment variables that are read -> what each does, and an example of its value."""
