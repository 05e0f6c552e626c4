"""The documented requests from other clients: cURL commands in bash, and a JavaScript program in Node.

They are written for the real API. Only the base address and the example ids are replaced.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Call, Caller

DOCUMENTED_BASE = "https://api.playcut.ai/api/v1"

CREATE_SESSION = """\
curl -X POST https://api.playcut.ai/api/v1/tools/create-session/execute \\
  -H "Authorization: Bearer $PLAYCUT_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"title": "My first API session"}'
"""
SUBMIT = """\
curl -X POST https://api.playcut.ai/api/v1/tools/generate-image-from-text/execute \\
  -H "Authorization: Bearer $PLAYCUT_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "workerId": "65f3a1b2c3d4e5f600000001",
    "prompt": "A golden retriever surfing at sunset, photorealistic",
    "aspectRatio": "16:9",
    "imageSize": "1K"
  }'
"""
STATUS = """\
curl -X POST https://api.playcut.ai/api/v1/tools/get-task-status/execute \\
  -H "Authorization: Bearer $PLAYCUT_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"taskId": "65f3a1b2c3d4e5f600000002"}'
"""
WAIT = STATUS.replace("get-task-status", "wait-for-task")
DOWNLOAD = """\
curl -X POST https://api.playcut.ai/api/v1/tools/download-asset/execute \\
  -H "Authorization: Bearer $PLAYCUT_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"assetId": "65f3a1b2c3d4e5f600000003"}'
"""

PROGRAM = """\
const API_KEY = process.env.PLAYCUT_API_KEY
const BASE = "https://api.playcut.ai/api/v1/tools"
async function tool(name, input) {
  const res = await fetch(`${BASE}/${name}/execute`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${API_KEY}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify(input),
  })
  if (!res.ok) throw new Error(`${name} failed: ${res.status} ${await res.text()}`)
  const json = await res.json()
  return json.data
}
// 1. Create session
const { sessionId } = await tool("create-session", {
  title: "API session",
})
// 2. Submit task
const { taskId } = await tool("generate-image-from-text", {
  workerId: sessionId,
  prompt: "A cat in space, photorealistic",
  aspectRatio: "1:1",
})
// 3. Block until done (server-side long-poll)
const result = await tool(
  "wait-for-task",
  { taskId },
)
// 4. Get a signed download URL
const { url } = await tool("download-asset", {
  assetId: result.output.assetIds[0],
})
console.log("Result:", url)
"""
PNG = b"\x89PNG\r\n\x1a\n"


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not on this machine: {', '.join(missing)}")


def run(command: list[str], key: str, folder: Path) -> str:
    # The client must not use a proxy for the sandbox.
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment = clean | {"PLAYCUT_API_KEY": key}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Shell:
    """Runs cURL commands against a sandbox."""

    def __init__(self, caller: Caller, folder: Path) -> None:
        self.caller = caller
        self.folder = folder

    def data(self, command: str, *ids: str) -> Any:
        command = command.replace(DOCUMENTED_BASE, self.caller.sandbox.base_url)
        for id_ in ids:
            command = re.sub("65f3a1b2c3d4e5f60000000[123]", id_, command)
        return json.loads(run(["bash", "-c", command], self.caller.sandbox.key, self.folder))["data"]


@needs("bash", "curl")
def test_curl(call: Call, tmp_path: Path) -> None:
    shell = Shell(call(latency_s=0.3), tmp_path)

    session = shell.data(CREATE_SESSION)
    assert session == {"sessionId": session["sessionId"], "title": "My first API session"}
    assert re.fullmatch("[0-9a-f]{24}", session["sessionId"])

    task = shell.data(SUBMIT, session["sessionId"])
    assert task == {"taskId": task["taskId"], "status": "PENDING", "estimatedCredits": 80}

    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["status"] not in {"COMPLETED", "FAILED"}:
        assert len(seen) < 500
        seen.append(shell.data(STATUS, task["taskId"]))
    assert seen[-1]["taskId"] == task["taskId"]
    assert seen[-1]["status"] == "COMPLETED"
    assert shell.data(WAIT, task["taskId"]) == seen[-1]

    (asset_id,) = seen[-1]["output"]["assetIds"]
    url = shell.data(DOWNLOAD, asset_id)["url"]
    run(["bash", "-c", f"curl -L -o file.png '{url}'"], shell.caller.sandbox.key, tmp_path)
    assert (tmp_path / "file.png").read_bytes().startswith(PNG)


@needs("node")
def test_node(call: Call, tmp_path: Path) -> None:
    caller = call()
    program = tmp_path / "quickstart.mjs"
    program.write_text(PROGRAM.replace(DOCUMENTED_BASE, caller.sandbox.base_url))
    printed = run(["node", str(program)], caller.sandbox.key, tmp_path)
    url = printed.removeprefix("Result:").strip()
    assert caller.fetch(url).content.startswith(PNG)
    assert caller.sandbox.requests == {
        "create-session": 1,
        "generate-image-from-text": 1,
        "wait-for-task": 1,
        "download-asset": 1,
    }


@needs("bash", "curl")
def test_curl_with_a_wrong_key(call: Call, tmp_path: Path) -> None:
    command = CREATE_SESSION.replace(DOCUMENTED_BASE, call().sandbox.base_url)
    response = json.loads(run(["bash", "-c", command], "pk_live_wrong", tmp_path))
    assert response["statusCode"] == 401
    assert response["error"] == "Unauthorized"
