"""Runs exported programs as their users do: with bash, python or node, in a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from playcut_jupyter import Generation, Sweep
from playcut_jupyter.sandbox import Sandbox

NASTY = (
    'it\'s a "fox" `touch pwned` $(touch pwned) ${HOME} %s {x} {{y}} */ // # <b>&amp;\n'
    '\'\'\'""" EOF\n\n  EOF\n\\n \\ "__GENERATIONS__" \u72d0 \U0001f98a \u202e\u2028\x1b[31m \U000e0041 \\'
)
"""A prompt that would end a literal, run as code or be lost, if it could."""

PROGRAMS = {
    "curl": ("program.sh", ["bash"]),
    "python": ("program.py", [sys.executable, "-W", "error"]),
    "typescript": ("program.mjs", ["node"]),
}


def _needs(format_: str, *tools: str) -> pytest.ParameterSet:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    reason = f"not on this machine: {', '.join(missing)}"
    return pytest.param(format_, marks=pytest.mark.skipif(bool(missing), reason=reason))


every_language = pytest.mark.parametrize(
    "format_", [_needs("curl", "bash", "curl"), _needs("python"), _needs("typescript", "node")]
)
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="not on this machine: curl")


class Ended:
    """What a program left: its words, and the files beside it."""

    def __init__(self, folder: Path, program: Path, done: subprocess.CompletedProcess[str]) -> None:
        self.status = done.returncode
        self.said = done.stderr
        self.printed = done.stdout.splitlines()
        self.files = {path.name: path.read_bytes() for path in folder.iterdir() if path != program}


class Run:
    """Runs a program's text in a folder below *place*, with the sandbox as the API."""

    def __init__(self, place: Path, sandbox: Sandbox) -> None:
        self._folder = place / "production"
        self._folder.mkdir()
        self._sandbox = sandbox

    def __call__(self, text: str, format_: str, **environment: str) -> Ended:
        name, command = PROGRAMS[format_]
        program = self._folder / name
        program.write_text(text, encoding="utf-8")
        # No proxy may stand in between, nor certificates of this machine's own; and the package is not to be found.
        hidden = ("proxy", "ca_bundle", "pythonpath")
        clean = {name: value for name, value in os.environ.items() if not any(part in name.lower() for part in hidden)}
        given = {"PLAYCUT_API_KEY": self._sandbox.key, "PLAYCUT_BASE_URL": self._sandbox.base_url} | environment
        done = subprocess.run(
            [*command, name],
            cwd=self._folder,
            env=clean | given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert self._sandbox.key not in done.stdout + done.stderr
        assert self._sandbox.storage_url not in done.stdout + done.stderr
        return Ended(self._folder, program, done)


def having(text: str, **settings: object) -> str:
    """Change settings of a program: `having(text, poll_s=0.2)`, however its language spells them."""
    for name, value in settings.items():
        text, count = re.subn(rf"(?im)^((?:const )?{name} ?= ?)\S+", rf"\g<1>{value}", text)
        assert count == 1, name
    return text


def without_pauses(text: str) -> str:
    """Take the growing pauses before another attempt out of a program."""
    return having(text, poll_s=0.2, pause_s=0)


def originals(runs: Generation | Sweep) -> list[bytes]:
    """Return what the library has of them."""
    generations = [runs] if isinstance(runs, Generation) else list(runs)
    return [asset.path.read_bytes() for run in generations for asset in run.assets if asset.path]
