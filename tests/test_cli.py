"""The console command, run as a user runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from playcut_jupyter import __version__
from playcut_jupyter.__main__ import main
from playcut_jupyter.sandbox import Sandbox

pytestmark = pytest.mark.kernel

COMMAND = [sys.executable, "-m", "playcut_jupyter"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    variables = {**os.environ, **environment}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=110, env=variables, check=False
    )


class _Media(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, list[str]] = {"img": [], "audio": [], "video": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.sources:
            self.sources[tag].append((dict(attrs).get("src") or "")[:30])


def test_the_demo_writes_a_page_with_a_picture_a_voice_and_a_clip(tmp_path: Path) -> None:
    done = run("demo", "--out", str(tmp_path / "demo"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed as expected" in done.stdout
    assert str(tmp_path / "demo" / "quickstart.html") in done.stdout
    page = _Media()
    page.feed((tmp_path / "demo" / "quickstart.html").read_text())
    assert len([source for source in page.sources["img"] if source.startswith("data:image/")]) >= 6
    assert page.sources["audio"][0].startswith("data:audio/wav")
    assert page.sources["video"][0].startswith("data:video/mp4")
    notebook = json.loads((tmp_path / "demo" / "quickstart.ipynb").read_text())
    assert "SANDBOX" in json.dumps(notebook)


def test_the_demo_fails_if_a_cell_fails(tmp_path: Path) -> None:
    """A prompt that the sandbox refuses, put where the shipped notebook has its first picture."""
    from playcut_jupyter.cli import notebooks

    original = json.loads((notebooks.folder() / notebooks.QUICKSTART).read_text())
    original["cells"][5]["source"] = ["%%playcut image\n", "a fox [refuse]"]
    folder = tmp_path / "changed"
    folder.mkdir()
    (folder / notebooks.QUICKSTART).write_text(json.dumps(original))
    code = (
        "import sys, pathlib, playcut_jupyter.cli.notebooks as n\n"
        f"n.folder = lambda: pathlib.Path({str(folder)!r})\n"
        f"sys.exit(n.run_demo(pathlib.Path({str(tmp_path / 'out')!r})))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=110, check=False)

    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "PromptRefused" in done.stdout


def test_the_demo_overwrites_nothing(tmp_path: Path) -> None:
    from playcut_jupyter.cli.notebooks import _new_folder

    (tmp_path / "demo").mkdir()

    assert _new_folder(tmp_path / "demo") == tmp_path / "demo-2"


def test_the_sandbox_says_where_it_is_serves_and_stops_on_sigterm() -> None:
    arguments = ["sandbox", "--key", "pk_live_" + "1" * 40, "--latency", "0.1", "--rate", "7/5", "--url-ttl", "9"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            ready = json.loads(server.stdout.readline())
            assert ready["base_url"].endswith("/api/v1")
            assert ready["storage_url"].startswith("http://127.0.0.1:")
            url = f"{ready['base_url']}/tools/list-voices/execute"
            right = httpx.post(url, json={}, headers={"Authorization": f"Bearer {ready['key']}"})
            wrong = httpx.post(url, json={}, headers={"Authorization": "Bearer pk_live_other"})
            assert (right.status_code, wrong.status_code) == (200, 401)
            assert right.headers["X-RateLimit-Limit"] == "7"
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0


def test_the_sandbox_stops_at_once_while_it_draws_a_long_clip() -> None:
    command = [*COMMAND, "sandbox", "--rate", "0", "--latency", "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert server.stderr
            ready = json.loads(server.stdout.readline())
            headers = {"Authorization": f"Bearer {ready['key']}"}

            def call(tool: str, **tool_input: object) -> Any:
                url = f"{ready['base_url']}/tools/{tool}/execute"
                return httpx.post(url, json=tool_input, headers=headers).json()["data"]

            session = call("create-session", title="t")["sessionId"]
            long = {"prompt": "a long clip", "resolution": "1080p", "durationSeconds": 30}
            task = call("generate-video-from-text", workerId=session, **long)["taskId"]
            # Its drawing takes far longer than its latency: once that has passed, it is certainly under way.
            while call("get-task-status", taskId=task).get("processingInfo", {}).get("progress", 0) < 99:
                pass
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0  # to draw on would take longer
        assert server.stderr.read() == ""


def test_a_file_in_the_place_of_the_labs_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = run("lab", "--folder", str(tmp_path / "file"))

    assert done.returncode == 1
    assert "can't be written" in done.stderr
    assert "--folder" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--rate", "many"], ["--port", "x"], ["--latency", "soon"], ["--port", "99999"]])
def test_a_bad_option_is_a_usage_error(arguments: list[str]) -> None:
    done = run("sandbox", *arguments)

    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with Sandbox() as running:
        port = running.base_url.split(":")[2].split("/")[0]

        done = run("sandbox", "--port", port)

    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_checks_the_key_and_masks_it(sandbox: Sandbox) -> None:
    before = sandbox.submissions

    done = run("doctor", PLAYCUT_API_KEY=sandbox.key, PLAYCUT_BASE_URL=sandbox.base_url)

    assert done.returncode == 0
    assert "the key works" in done.stdout
    assert sandbox.key not in done.stdout + done.stderr
    assert sandbox.key[-4:] in done.stdout
    assert sandbox.submissions == before


def test_the_doctor_tells_what_is_wrong(sandbox: Sandbox) -> None:
    key = "pk_live_" + "ef" * 20

    refused = run("doctor", PLAYCUT_API_KEY=key, PLAYCUT_BASE_URL=sandbox.base_url)
    nowhere = run("doctor", PLAYCUT_BASE_URL="http://127.0.0.1:9/api/v1")
    without = run("doctor", PLAYCUT_SANDBOX="1")

    assert (refused.returncode, nowhere.returncode, without.returncode) == (1, 1, 0)
    assert "not accepted" in refused.stdout
    assert "pk_live_...efef" in refused.stdout
    assert key not in refused.stdout
    assert "can't be reached" in nowhere.stdout
    assert "offline" in without.stdout


@pytest.mark.parametrize(
    ("proxy", "shown"), [(" 'bob:s3cr3tpass@127.0.0.1:9' ", "proxy http://127.0.0.1:9 (HTTPS_PROXY)"), ("", "no proxy")]
)
def test_the_doctor_ends_well_offline_and_names_what_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], proxy: str, shown: str
) -> None:
    surroundings = {
        "PLAYCUT_API_KEY": '"pk_live_' + "ab" * 20 + '"',
        "PLAYCUT_BASE_URL": "https://api.invalid/api/v1",
        "PLAYCUT_ALLOW_STORAGE": "10.0.0.0/8",
        "NO_PROXY": "inside.example",
        "ALL_PROXY": "",
        "SSL_CERT_DIR": str(tmp_path),
        "HTTPS_PROXY": proxy,
    }
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)

    status, said = main(["doctor"]), capsys.readouterr().out

    assert status == 0, said
    assert shown in said
    assert f"{tmp_path} (SSL_CERT_DIR)" in said
    assert "10.0.0.0/8 (PLAYCUT_ALLOW_STORAGE)" in said
    assert "journal" in said
    assert "can't be reached" in said
    for name in ("anyio", "anywidget", "httpx", "markupsafe", "platformdirs", "sniffio", "stamina", "jupyterlab"):
        assert f"{name} " in said
    for secret in ("s3cr3tpass", "bob", "ab" * 20):
        assert secret not in said


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PLAYCUT_SANDBOX": "maybe"},
        {"PLAYCUT_SANDBOX": "1", "PLAYCUT_ALLOW_STORAGE": "10.0.0.0/40"},
        {"HTTPS_PROXY": "ftp://bob:s3cr3tpass@proxy.corp:21"},
        {"SSL_CERT_FILE": "/no/such/file", "PLAYCUT_BASE_URL": "https://api.invalid/api/v1"},
        {"PLAYCUT_BASE_URL": "https://bob:s3cr3tpass@api.invalid/api/v1"},
    ],
)
def test_the_doctor_names_a_setting_that_can_not_be_used(
    surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)

    assert main(["doctor"]) == 1

    said = capsys.readouterr()
    assert said.err == ""
    assert "s3cr3tpass" not in said.out


def test_a_real_check_buys_two_small_things_and_reports_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sandbox(latency_s=0.05, media="tiny") as sandbox:
        monkeypatch.setenv("PLAYCUT_API_KEY", sandbox.key)
        monkeypatch.setenv("PLAYCUT_BASE_URL", sandbox.base_url)
        status = main(["doctor", "--spend"])
        assert sandbox.submissions == 2
    said = capsys.readouterr().out

    assert status == 0, said
    (report,) = tmp_path.glob("playcut-check-*.md")
    text = report.read_text()
    assert text in said
    assert str(report) in said
    assert "\u2717" not in text
    assert text.count("\u2713") > 30
    for secret in (sandbox.key, sandbox.storage_url, "signature", str(tmp_path)):
        assert secret not in text
    assert not re.search(r"[0-9a-f]{20}", text)
    assert main(["library", "list"]) == 0
    listed = capsys.readouterr().out
    assert "red apple" in listed
    assert "This is a test" in listed


def test_a_real_check_without_a_key_buys_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--spend"]) == 1

    assert "PLAYCUT_API_KEY" in capsys.readouterr().err
    assert not list(tmp_path.glob("playcut-check-*"))


def test_the_version_is_told() -> None:
    assert __version__ in run("--version").stdout


def test_a_script_that_ends_while_submitting_keeps_the_task(sandbox: Sandbox, tmp_path: Path) -> None:
    from playcut_jupyter import Playcut

    code = "from playcut_jupyter import Playcut\nPlaycut().submit('image', 'a fox left behind')"
    environment = {**os.environ, "PLAYCUT_API_KEY": sandbox.key, "PLAYCUT_BASE_URL": sandbox.base_url}
    before = sandbox.submissions

    done = subprocess.run([sys.executable, "-c", code], env=environment, timeout=60, check=False)

    assert done.returncode == 0
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url) as pc:
        resumed = pc.resume()
        # It ended before it was sent, or after its answer was written down; nothing in between is lost.
        assert len(resumed) == sandbox.submissions - before
