"""Exports generations as the messages that call the same tools through Playcut's MCP server.

A message is JSON-RPC 2.0, and they are sent one after another: an id that an earlier answer brings stands in them as a
placeholder that says which answer it is from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TITLE = "Exported program"
"""The title of the session."""


def messages(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages in order.

    Args:
        steps: what to generate: `tool`, `inputs`, `session` (True for one), `assets` (how many it brings).
    """
    calls: list[dict[str, Any]] = []

    def call(tool: str, arguments: Mapping[str, Any]) -> int:
        number = len(calls) + 1
        params = {"name": tool, "arguments": dict(arguments)}
        calls.append({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
        return number

    session: dict[str, str] = {}
    if any(step["session"] for step in steps):
        session = {"workerId": _placeholder("sessionId", call("create-session", {"title": TITLE}))}
    submitted = [
        (call(step["tool"], {**(session if step["session"] else {}), **step["inputs"]}), step["assets"])
        for step in steps
    ]
    for number, assets in submitted:
        waited = call("wait-for-task", {"taskId": _placeholder("taskId", number)})
        for position in range(assets):
            call("download-asset", {"assetId": _placeholder(f"output.assetIds[{position}]", waited)})
    return calls


def _placeholder(name: str, answer: int) -> str:
    return f"<{name} from the answer to {answer}>"
