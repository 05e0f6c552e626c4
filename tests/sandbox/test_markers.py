"""The effect of every marker, over real HTTP."""

import itertools
import time
from typing import Any

import httpx
import pytest

import playcut_jupyter.sandbox
from playcut_jupyter.sandbox import MARKERS

from .conftest import Call, Caller, until


def submit(caller: Caller, prompt: str) -> httpx.Response:
    return caller.post("generate-image-from-text", workerId=caller.session(), prompt=prompt)


def finished(caller: Caller, prompt: str) -> Any:
    return caller.data("wait-for-task", taskId=caller.submit(prompt))


def test_the_docstring_lists_all_markers() -> None:
    docstring = playcut_jupyter.sandbox.__doc__ or ""
    rows = [line.split("``", 2)[1:] for line in docstring.splitlines() if line.startswith("``[")]
    assert {name.strip("[]"): effect.strip() for name, effect in rows} == MARKERS


def test_every_marker_has_a_test() -> None:
    tested = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert set(MARKERS) <= tested


@pytest.mark.parametrize(("prompt", "status"), [("[refuse] it", 422), ("a [forbidden] fox", 403), ("[CRASH]", 500)])
def test_refused_submissions(call: Call, prompt: str, status: int) -> None:
    caller = call()
    response = submit(caller, prompt)
    assert response.status_code == status
    assert response.json()["statusCode"] == status
    assert caller.sandbox.submissions == 0


test_refuse = test_forbidden = test_crash = test_refused_submissions


def test_html(call: Call) -> None:
    caller = call()
    response = submit(caller, "a fox [html]")
    assert response.status_code == 502
    assert response.headers["content-type"].startswith("text/html")
    assert caller.sandbox.submissions == 1


def test_lost(call: Call) -> None:
    caller = call()
    with pytest.raises(httpx.RemoteProtocolError):
        submit(caller, "a fox [lost]")
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
    caller = call(latency_s=0.1)
    begun = time.monotonic()
    finished(caller, "a fox [slow] [empty]")
    assert time.monotonic() - begun >= 0.4


def test_stuck(call: Call) -> None:
    caller = call()
    task_id = caller.submit("a fox [stuck]")
    progress = {"processingInfo": {"progress": 99}}
    until(lambda: progress.items() <= caller.data("get-task-status", taskId=task_id).items())


def test_unknown_status(call: Call) -> None:
    caller = call(latency_s=1.0)
    submitted = submit(caller, "a fox [unknown-status] [empty]").json()["data"]
    seen = [submitted["status"]]

    def done() -> bool:
        seen.append(caller.data("get-task-status", taskId=submitted["taskId"])["status"])
        return bool(seen[-1] == "COMPLETED")

    until(done)
    statuses = [status for status, _ in itertools.groupby(seen)]
    assert statuses == ["PENDING", "QUEUED_UPSTREAM", "PROCESSING", "COMPLETED"]


def test_early(call: Call) -> None:
    caller = call(latency_s=0.3)
    task_id = caller.submit("a fox [early] [empty]")
    assert caller.data("wait-for-task", taskId=task_id)["status"] == "PROCESSING"
    assert caller.data("wait-for-task", taskId=task_id)["status"] == "COMPLETED"


def test_cut(call: Call) -> None:
    caller = call(latency_s=0.3)
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
    response = caller.fetch(caller.url(caller.assets("a fox [empty]")[0]))
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["content-length"] == "0"


def test_wrong_type(call: Call) -> None:
    caller = call()
    response = caller.fetch(caller.url(caller.assets("a fox [wrong-type]")[0]))
    assert response.headers["content-type"].startswith("text/html")
    assert "<p>" in response.text


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
