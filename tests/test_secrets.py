"""The key and signed URLs are in nothing that leaves the process: not in notebooks, pages, logs, files or errors."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

from playcut_jupyter import Playcut, PlaycutError
from playcut_jupyter.sandbox import Sandbox
from tests.documents import exported

SIGNED = re.compile(rb"https?://[^\s\"'<>\\]+\?[^\s\"'<>\\]*(signature|expires|sig)=", re.IGNORECASE)

CELLS = [
    "%load_ext playcut_jupyter",
    "import logging; logging.basicConfig(level=logging.DEBUG, filename='debug.log')",
    "%playcut connect",
    "%%playcut image\na red fox [expired]",
    "%%playcut image\na red fox [redirect]",
    "%%playcut speech\nHello {name}",
    "%%playcut image\na red fox [refuse]",
    "%%playcut image\na red fox [wrong-type]",
    "%%playcut image\na {fox|owl [cut]}",
    "from playcut_jupyter import Playcut\npc = Playcut()\npc, pc.connection, pc.connection.settings, pc.connector",
    "pc.run_tool('download-asset', assetId=pc.history()[0].assets[0].id if pc.history()[0].assets else 'x')",
    '%%playcut download-asset\n{"assetId": "x"}',
    "_asset = next(run for run in pc.history() if run.assets).assets[0].id",
    "%playcut download-asset -p assetId={_asset}",
    "pc.run_tool('list-voices', note=os.environ['PLAYCUT_API_KEY'])\nraise KeyError(str(_playcut))",
    "%playcut history",
    "%playcut status",
    "pc.history().to_records()",
]


@pytest.mark.kernel
def test_a_notebook_leaves_neither_key_nor_signed_url_anywhere(
    tmp_path: Path, away_from_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(latency_s=0.2, rate=None, key="pk_live_" + "5ec7e7" * 6 + "beef", media="tiny") as server:
        monkeypatch.setenv("PLAYCUT_API_KEY", server.key)
        monkeypatch.setenv("PLAYCUT_BASE_URL", server.base_url)
        cells = [nbformat.v4.new_code_cell(cell, metadata={"tags": ["raises-exception"]}) for cell in CELLS]
        notebook = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
        (tmp_path / "notebook.ipynb").write_text(nbformat.writes(notebook))
        (tmp_path / "page.html").write_text(exported(notebook, "html")[0])

    files = [path for path in tmp_path.rglob("*") if path.is_file() and "ipython" not in path.parts]
    assert {".png", ".json", ".sqlite3", ".log", ".ipynb", ".html"} <= {path.suffix for path in files}
    assert "playcut" in (tmp_path / "debug.log").read_text()
    assert "?..." in (tmp_path / "debug.log").read_text()
    for path in files:
        content = path.read_bytes()
        assert server.key.encode() not in content, path
        if path.suffix not in (".png", ".wav"):
            assert not (found := SIGNED.search(content)), (path, found)
    assert server.leaked_authorization == 0


def test_a_traceback_of_the_users_own_code_shows_no_key(sandbox: Sandbox) -> None:
    code = (
        "from playcut_jupyter import Playcut\n"
        "pc = Playcut()\n"
        "try:\n    pc.image('a fox [refuse]')\n"
        "except Exception as error:\n"
        "    raise RuntimeError(f'{pc!r} {pc.connection.settings!r} {error!r}') from error\n"
    )
    environment = {**os.environ, "PLAYCUT_API_KEY": sandbox.key, "PLAYCUT_BASE_URL": sandbox.base_url}

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert "PromptRefused" in done.stderr
    assert sandbox.key not in done.stderr + done.stdout


def test_a_signed_url_that_was_asked_for_works_and_is_not_displayed(pc: Playcut) -> None:
    asset_id = pc.speech("Ask for it.").assets[0].id

    answer = pc.run_tool("download-asset", assetId=asset_id)

    assert httpx.get(answer["url"]).status_code == 200
    assert not SIGNED.search(repr(answer).encode())


def test_a_signed_url_among_the_inputs_is_sent_and_not_kept(pc: Playcut, away_from_home: Path) -> None:
    url = "https://storage.example/a.png?width=9&Signature=s3cr3t"

    run = pc.image("a fox like this one", referenceUrl=url)

    assert run.inputs["referenceUrl"] == url
    assert pc.history()[0].inputs["referenceUrl"] == "https://storage.example/a.png?..."
    assert not any(b"s3cr3t" in path.read_bytes() for path in away_from_home.rglob("*") if path.is_file())
    assert not any("s3cr3t" in run.export(language) for language in ("curl", "python", "typescript", "json"))
    assert pc.image("a fox like this one", referenceUrl=url).reused


def test_the_log_at_debug_is_useful_and_clean(pc: Playcut, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        pc.speech("Logged.")

    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "generate-tts answered 201" in told or "generate-tts answered 200" in told
    assert sandbox.key not in told
    assert not SIGNED.search(told.encode())


def test_plain_http_to_another_machine_is_refused_before_the_key_is_sent() -> None:
    pc = Playcut(api_key="pk_live_" + "a" * 40, base_url="http://api.example.com/api/v1")

    with pytest.raises(PlaycutError, match="Plain http"):
        pc.image("a fox")
