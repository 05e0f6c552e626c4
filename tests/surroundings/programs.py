"""Programs run as a user runs them: in a process of their own, connected to a sandbox as if it were the API."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playcut_jupyter.sandbox import Sandbox

SAY = """
import sys

def say(*words):
    # In one piece, on a line of its own: other threads and processes print at the same time.
    sys.stdout.write("\\n=> " + " ".join(map(str, words)) + "\\n")
    sys.stdout.flush()
"""
"""The beginning of a program: what it says is what `said` and `printed` return."""


def run(
    program: str, *arguments: str, server: Sandbox | None = None, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run *program* to its end, with a clean standard error unless it fails."""
    known = {"PLAYCUT_API_KEY": server.key, "PLAYCUT_BASE_URL": server.base_url} if server else {}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=90,
        cwd=cwd,
        env={**os.environ, **known, **environment},
        check=False,
    )


def said(program: str, *arguments: str, server: Sandbox | None = None, **environment: str) -> list[str]:
    """Return the lines that *program* marked with "=> "."""
    done = run(program, *arguments, server=server, cwd=None, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return [line.removeprefix("=> ") for line in done.stdout.splitlines() if line.startswith("=> ")]


def printed(program: str, *arguments: str, server: Sandbox | None = None, **environment: str) -> list[str]:
    """Return what *program* said, sorted: what children say comes in any order."""
    return sorted(said(program, *arguments, server=server, **environment))
