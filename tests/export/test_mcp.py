"""`export --as mcp`: the messages that call the same tools through an MCP server."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Playcut
from tests.shells import cell, line


def called(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the tools that the messages call, with their arguments."""
    messages = json.loads(text)
    assert [message["id"] for message in messages] == list(range(1, len(messages) + 1))
    assert {(message["jsonrpc"], message["method"]) for message in messages} == {("2.0", "tools/call")}
    return [(message["params"]["name"], message["params"]["arguments"]) for message in messages]


def test_the_messages_have_the_tools_and_inputs_in_order(pc: Playcut) -> None:
    calls = called(pc.image("a fox for a server", aspect_ratio="16:9").export("mcp"))

    assert [tool for tool, _ in calls] == [
        "create-session",
        "generate-image-from-text",
        "wait-for-task",
        "download-asset",
    ]
    assert calls[1][1] == {
        "workerId": "<sessionId from the answer to 1>",
        "prompt": "a fox for a server",
        "aspectRatio": "16:9",
    }
    assert calls[2][1] == {"taskId": "<taskId from the answer to 2>"}
    assert calls[3][1] == {"assetId": "<output.assetIds[0] from the answer to 3>"}


def test_a_sweep_has_one_session_and_each_wait_names_its_own_submission(pc: Playcut) -> None:
    calls = called(pc.sweep("a {red|blue} fox for a server").export("mcp"))

    tools = [tool for tool, _ in calls]
    assert tools == ["create-session", *["generate-image-from-text"] * 2, *["wait-for-task", "download-asset"] * 2]
    waits = [arguments["taskId"] for tool, arguments in calls if tool == "wait-for-task"]
    assert waits == ["<taskId from the answer to 2>", "<taskId from the answer to 3>"]


def test_a_sweep_that_is_done_again_elsewhere_sends_the_same(pc: Playcut) -> None:
    """The messages, filled in as an agent does, are answered by the service."""
    answers: dict[int, Any] = {}

    def filled(value: Any) -> Any:
        found = re.fullmatch(r"<([\w.]+)(?:\[(\d+)\])? from the answer to (\d+)>", str(value))
        if not found:
            return value
        answer = answers[int(found[3])]
        for name in found[1].split("."):
            answer = answer[name]
        return answer[int(found[2])] if found[2] else answer

    for number, (tool, arguments) in enumerate(called(pc.image("played back").export("mcp")), start=1):
        answers[number] = pc.run_tool(tool, {name: filled(value) for name, value in arguments.items()})

    assert answers[4]["url"].startswith("http")


@pytest.mark.parametrize("format_", ["python", "curl", "typescript", "json", "mcp"])
def test_a_sweeps_variable_exports_whole(shell: InteractiveShell, capsys: Any, format_: str) -> None:
    foxes = cell(shell, "-o foxes", "a {red|blue} fox of a variable")
    cell(shell, "", "another")
    capsys.readouterr()

    line(shell, f"export foxes --as {format_}")

    assert capsys.readouterr().out.strip() == foxes.export(format_).strip()
