"""One clip for all of these tests."""

from __future__ import annotations

import pytest

from playcut_jupyter.sandbox import media as drawn


@pytest.fixture(scope="session")
def clip() -> bytes:
    return drawn.clip("a red fox", resolution="480p", duration_s=1).data
