"""Connect to a sandbox of the test's own."""

from __future__ import annotations

from pathlib import Path

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox


def connected_to(server: Sandbox, home: Path, **options: object) -> Playcut:
    return Playcut(api_key=server.key, base_url=server.base_url, home=home, **options)  # type: ignore[arg-type]
