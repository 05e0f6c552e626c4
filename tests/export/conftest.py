"""Exported programs are run in the test's own folder, with the shared sandbox as the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter.sandbox import Sandbox
from tests.export.programs import Run


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox) -> Run:
    """Run programs with the sandbox as the API."""
    return Run(tmp_path, sandbox)
