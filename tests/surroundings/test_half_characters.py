"""Lone surrogates, which no encoding takes, end no cell and no command: they are shown as question marks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.display import status, text_html
from playcut_jupyter.sandbox import Sandbox

HALF = "half \ud800 a \udfff character"


@pytest.mark.parametrize("data", [HALF, [HALF], {HALF: 1}, {"nested": {"deeper": [HALF]}}])
def test_in_a_tools_answer(data: Any) -> None:
    for shown in (text_html.data_text(data), text_html.data(data)):
        assert "half ? a ? character" in shown
        shown.encode("utf-8")


def test_in_what_a_generation_shows(pc: Playcut) -> None:
    run = pc.start_tool("list-voices", {}).wait()
    run.job.update(data={"told": HALF}, note=HALF, warning=HALF, retry_reason=HALF, prompt=HALF)
    for shown in (*run._repr_mimebundle_().values(), str(status.result(run.snapshot)), repr(run)):
        shown.encode("utf-8")


def test_in_an_assets_caption(pc: Playcut) -> None:
    asset = pc.image("a fox").assets[0]
    asset.caption = HALF
    bundle = asset._repr_mimebundle_()
    assert 'alt="half ? a ? character"' in bundle["text/html"]
    bundle["text/html"].encode("utf-8")


def test_in_what_is_looked_for(pc: Playcut) -> None:
    pc.image("a fox")
    assert list(pc.history(search=HALF)) == []


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_knows_few_characters_lists_the_library(pc: Playcut, sandbox: Sandbox, encoding: str) -> None:
    pc.speech("A fox \N{FOX FACE}, naïvely.")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}

    done = subprocess.run(
        [sys.executable, "-m", "playcut_jupyter", "library", "list"],
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"A fox ?, na" in done.stdout


def test_a_folder_whose_name_is_no_text_is_shown(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    home = tmp_path / os.fsdecode(b"library-\xff")
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=home) as elsewhere:
        shown = elsewhere.image("a fox")._repr_mimebundle_()
    assert "library-?" in shown["text/html"]
    for text in shown.values():
        text.encode("utf-8")
