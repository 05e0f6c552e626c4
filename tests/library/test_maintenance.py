"""`playcut-jupyter library`: listing, pruning and verifying, run as a user runs it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.media.service import running, sends
from tests.originals import path_of

pytestmark = pytest.mark.kernel


def library(sandbox: Sandbox, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `playcut-jupyter library ...` with a key of the sandbox and nobody at the keyboard."""
    environment = {**os.environ, "PLAYCUT_API_KEY": sandbox.key, "PLAYCUT_BASE_URL": sandbox.base_url}
    command = [sys.executable, "-m", "playcut_jupyter", "library", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL, check=False
    )


def test_the_library_is_listed_and_found(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    pc.speech("A sentence to list.")
    pc.speech("Another.")

    listed = library(sandbox, "list", "--search", "sentence")

    assert "A sentence to list." in listed.stdout
    assert "Another." not in listed.stdout
    assert library(sandbox, "path").stdout.strip() == str(away_from_home)


def test_prune_asks_and_never_touches_what_is_not_fetched(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    old, kept = pc.speech("Old."), pc.speech("Kept.")
    twin = pc.speech("Old.", fresh=True)
    open_task = pc.run_tool("generate-tts", {"text": "Open."})["taskId"]
    _age(away_from_home, old.id, twin.id)
    _age(away_from_home, pc.connection.library.by_task(pc.connection.settings.origin, open_task).id)  # type: ignore[union-attr]

    unasked = library(sandbox, "prune", "--older-than", "30")
    assert unasked.returncode == 1
    assert "--yes" in unasked.stdout
    assert path_of(old.assets[0]).exists()

    done = library(sandbox, "prune", "--older-than", "30", "--yes")
    assert "Removed 2" in done.stdout
    assert not path_of(old.assets[0]).exists()
    assert path_of(kept.assets[0]).exists()
    assert [run.prompt for run in pc.history()] == ["Open.", "Kept."]
    assert pc.wait(open_task).assets
    assert list(away_from_home.rglob("*.json")) != []
    assert "Nothing ended" in library(sandbox, "prune", "--older-than", "30", "--yes").stdout


def test_a_file_that_another_generation_has_too_survives_prune(
    pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    first = pc.speech("Same bytes.", seed=1)
    second = pc.speech("Same bytes.", seed=1, note="another input")
    assert first.assets[0].path == second.assets[0].path
    _age(away_from_home, first.id)

    library(sandbox, "prune", "--older-than", "1", "--yes")

    assert second.assets[0].data


def test_verify_fetches_missing_and_damaged_originals_again(
    pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    missing, damaged, whole = pc.speech("Missing."), pc.speech("Damaged."), pc.speech("Whole.")
    originals = [run.assets[0].data for run in (missing, damaged)]
    path_of(missing.assets[0]).unlink()
    path_of(damaged.assets[0]).write_bytes(bytes(len(originals[1])))
    before = sandbox.submissions

    done = library(sandbox, "verify")

    assert done.returncode == 0, done.stdout
    assert done.stdout.count("fetched again") == 2
    assert "missing" in done.stdout
    assert "damaged" in done.stdout
    assert [path_of(run.assets[0]).read_bytes() for run in (missing, damaged)] == originals
    assert whole.assets[0].data
    assert sandbox.submissions == before
    assert "All originals" in library(sandbox, "verify").stdout


def test_verify_names_what_came_whole_but_can_not_be_shown(away_from_home: Path) -> None:
    with running() as service, service.client(away_from_home) as pc:
        service.assets["a"] = sends(b"\x89PNG\r\n\x1a\n")
        path = path_of(pc.image("a fox").assets[0])

    command = [sys.executable, "-m", "playcut_jupyter", "library", "verify"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0
    assert f"#1 image/png, kept as it came: it can't be read as a picture ({path})" in done.stdout
    assert "All originals" in done.stdout


def test_verify_tells_what_can_not_be_fetched_again(pc: Playcut, sandbox: Sandbox) -> None:
    path_of(pc.speech("Gone.").assets[0]).unlink()
    with Sandbox() as other:
        done = library(other, "verify")

    assert done.returncode == 1
    assert f"made at {sandbox.base_url}" in done.stdout


def _age(home: Path, *numbers: int | None) -> None:
    with sqlite3.connect(home / "library.sqlite3") as database:
        for number in numbers:
            database.execute("UPDATE generations SET updated_at = 0 WHERE id = ?", (number,))
    database.close()
