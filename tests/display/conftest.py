"""What nobody works on, to be drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playcut_jupyter.runs.generation import Generation

from playcut_jupyter.connection.account import Account
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.settings import Settings
from playcut_jupyter.tools import IMAGE, GenerationRequest
from tests.display.pages import Waiting


@pytest.fixture(scope="module")
def clip() -> bytes:
    return drawn.clip("a red fox", resolution="480p", duration_s=1).data


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return Connection(
        Settings(api_key="pk_live_" + "0" * 40, base_url="https://api.example/api/v1", home=tmp_path), Account()
    )


@pytest.fixture
def waiting(connection: Connection) -> Waiting:
    """Make generations that nobody works on, as they are while they wait."""

    def make(prompt: str = "a fox", tool: Any = IMAGE, **attributes: Any) -> Generation:
        run = Generation(connection, GenerationRequest(tool, {tool.prompt_field or "prompt": prompt}))
        for name, value in attributes.items():
            setattr(run, name, value)
        return run

    return make
