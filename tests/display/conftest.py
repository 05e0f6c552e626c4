"""What is drawn: a place for originals, and a clip."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter.library.store import Store
from playcut_jupyter.sandbox import media as drawn


@pytest.fixture(scope="module")
def clip() -> bytes:
    return drawn.clip("a red fox", resolution="480p", duration_s=1).data


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "library")
