"""Every marker of the table, over real HTTP."""

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import playcut_jupyter.sandbox
from playcut_jupyter.sandbox import MARKERS

from .conftest import Caller, until

Call = Callable[..., Caller]


def submission(caller: Caller, prompt: str) -> httpx.Response:
    return caller.post("generate-image-from-text", workerId=caller.session(), prompt=prompt)


def finished(caller: Caller, prompt: str) -> Any:
    return caller.data("wait-for-task", taskId=caller.submit(prompt))


def test_the_docstring_has_the_table() -> None:
    table = playcut_jupyter.sandbox.__doc__ or ""
    rows = [line.split("``", 2)[1:] for line in table.splitlines() if line.startswith("``[")]
    assert {name.strip("[]"): words.strip() for name, words in rows} == MARKERS


def test_every_marker_has_a_test() -> None:
    tested = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert set(MARKERS) <= tested


@pytest.mark.parametrize(("prompt", "status"), [("[refuse] it", 422), ("a [forbidden] fox", 403), ("[CRASH]", 500)])
def test_refused_submissions(call: Call, prompt: str, status: int) -> None:
    caller = call()
    answer = submission(caller, prompt)
    assert answer.status_code == status
    assert answer.json()["statusCode"] == status
    assert caller.sandbox.submissions == 0


test_refuse = test_forbidden = test_crash = test_refused_submissions


def test_html(call: Call) -> None:
    caller = call()
    answer = submission(caller, "a fox [html]")
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert caller.sandbox.submissions == 1


def test_lost(call: Call) -> None:
    caller = call()
    with pytest.raises(httpx.RemoteProtocolError):
        submission(caller, "a fox [lost]")
    assert caller.sandbox.submissions == 1


def test_fail(call: Call) -> None:
    document = finished(call(), "a fox [fail]")
    assert document["status"] == "FAILED"
    assert "output" not in document
    assert document["error"].keys() == {"code", "message", "retryable"}
    assert document["error"]["retryable"] is False


def test_flaky(call: Call) -> None:
    caller = call()
    first, second, other = (finished(caller, p) for p in ("[flaky] fox", "[flaky] fox", "[flaky] owl"))
    assert first["error"]["retryable"] is True
    assert second["status"] == "COMPLETED"
    assert other["status"] == "FAILED"


def test_fail_silently(call: Call) -> None:
    document = finished(call(), "a fox [fail-silently]")
    assert document["status"] == "FAILED"
    assert "error" not in document


def test_slow(call: Call) -> None:
    caller = call(latency_s=0.2)
    task_id = caller.submit("a fox [slow] [empty]")
    answer = caller.post("wait-for-task", taskId=task_id)
    assert 0.5 < answer.elapsed.total_seconds() < 2


def test_stuck(call: Call) -> None:
    caller = call()
    task_id = caller.submit("a fox [stuck]")
    progress = {"processingInfo": {"progress": 99}}
    until(lambda: progress.items() <= caller.data("get-task-status", taskId=task_id).items())


def test_unknown_status(call: Call) -> None:
    caller = call(latency_s=2.0)
    task_id = caller.submit("a fox [unknown-status] [empty]")
    seen: list[str] = []

    def done() -> bool:
        seen.append(caller.data("get-task-status", taskId=task_id)["status"])
        return seen[-1] == "COMPLETED"

    until(done)
    states = [state for state, _ in itertools.groupby(seen)]
    assert states == ["PENDING", "QUEUED_UPSTREAM", "PROCESSING", "COMPLETED"]


def test_early(call: Call) -> None:
    caller = call(latency_s=0.5)
    task_id = caller.submit("a fox [early] [empty]")
    assert caller.data("wait-for-task", taskId=task_id)["status"] == "PROCESSING"
    assert caller.data("wait-for-task", taskId=task_id)["status"] == "COMPLETED"


def test_cut(call: Call) -> None:
    caller = call(latency_s=0.5)
    task_id = caller.submit("a fox [cut] [empty]")
    with pytest.raises(httpx.RemoteProtocolError):
        caller.post("wait-for-task", taskId=task_id)
    assert caller.data("wait-for-task", taskId=task_id)["status"] == "COMPLETED"


def test_two(call: Call) -> None:
    caller = call()
    one, other = (caller.fetch(caller.url(asset_id)).content for asset_id in caller.assets("a fox [two]"))
    assert one != other


def test_empty(call: Call) -> None:
    caller = call()
    answer = caller.fetch(caller.url(caller.assets("a fox [empty]")[0]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == "0"


def test_wrong_type(call: Call) -> None:
    caller = call()
    answer = caller.fetch(caller.url(caller.assets("a fox [wrong-type]")[0]))
    assert answer.headers["content-type"].startswith("text/html")
    assert "<p>" in answer.text


def test_truncated(call: Call) -> None:
    caller = call()
    url = caller.url(caller.assets("a fox [truncated]")[0])
    with pytest.raises(httpx.RemoteProtocolError, match="complete message"):
        caller.fetch(url)
    assert caller.fetch(url).content.startswith(b"\x89PNG")


def test_expired(call: Call) -> None:
    caller = call()
    (asset_id,) = caller.assets("a fox [expired] [wrong-type]")
    assert caller.fetch(caller.url(asset_id)).status_code == 403
    assert caller.fetch(caller.url(asset_id)).status_code == 200


def test_redirect(call: Call) -> None:
    caller = call()
    url = caller.url(caller.assets("a fox [redirect] [wrong-type]")[0])
    assert caller.fetch(url).status_code == 302
    assert caller.fetch(url, follow_redirects=True).status_code == 200


def test_other_brackets_are_ordinary_text(call: Call) -> None:
    assert finished(call(), "a fox [fails] [empty] [x]")["status"] == "COMPLETED"
