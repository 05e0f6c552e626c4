"""Tasks that end in states that are not documented: what becomes of them, and that every place says so."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from playcut_jupyter import TaskFailed, WaitTimeout
from playcut_jupyter.display import status

from .accidents import Altered
from .answers import document
from .conftest import Connect
from .outcomes import assert_kept, ended, only_record, submit
from .proxy import Proxy

ERROR = {"code": "E9", "message": "The worker is gone.", "retryable": True}


def altered(**changes: object) -> Altered:
    """Change fields of the task document that the sandbox answers; a field without a value is left out."""

    def change(raw: bytes) -> bytes:
        task: Mapping[str, object] = json.loads(raw.partition(b"\r\n\r\n")[2])["data"]
        fields = {name: value for name, value in {**task, **changes}.items() if value != "absent"}
        return document({"data": fields})

    return Altered(by=change)


@pytest.mark.parametrize("word", ["SUCCEEDED", "done", "CANCELLED", "EXPIRED", "FAILED", "A_NEW_WORD"])
@pytest.mark.parametrize("step", ["wait", "status"])
def test_a_task_that_names_its_assets_is_fetched_whatever_its_state(
    step: str, word: str, proxy: Proxy, connect: Connect, originals: dict[str, bytes]
) -> None:
    if step == "status":
        proxy.program("wait", altered(status="PROCESSING", output="absent"), None)
    proxy.program(step, altered(status=word), None)  # type: ignore[arg-type]
    pc = connect(progress="auto" if step == "status" else "off")

    run = submit(pc)

    assert ended(run) is None
    assert run.status == word.upper()
    assert_kept(only_record(pc.connection.library), originals["speech"], pc.connector.home)
    assert [again.status for again in pc.history()] == [word.upper()]


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("CANCELLED", None),
        ("Expired", {}),
        ("REJECTED", "absent"),
        ("STUCK", ERROR),
        ("SUCCEEDED", ERROR),
        ("PROCESSING", ERROR),
        (7, ERROR),
    ],
)
def test_a_task_that_is_plainly_over_fails_with_its_state_and_id(
    word: object, error: object, proxy: Proxy, connect: Connect
) -> None:
    proxy.program("wait", altered(status=word, error=error, output={"assetIds": []}), None)
    pc = connect()

    run = submit(pc)
    failure = ended(run)

    assert isinstance(failure, TaskFailed)
    assert failure.task_id == run.task_id
    assert failure.retryable == (error == ERROR)
    state = word.upper() if isinstance(word, str) else "FAILED"
    if state != "FAILED":
        assert f"{run.task_id} ended as {state}" in str(failure)
        assert state in status.text(run.snapshot)
    record = only_record(pc.connection.library)
    assert (record.state, record.status) == ("failed", state)
    (remembered,) = pc.history()
    assert remembered.status == state
    assert isinstance(remembered.error, TaskFailed)
    assert len(pc.resume()) == 0
    assert proxy.seen.count("wait") == 1


def test_what_is_truly_unknown_is_waited_for_and_the_timeout_names_it(proxy: Proxy, connect: Connect) -> None:
    proxy.program("wait", altered(status="WARMING_UP", output="absent"), None)
    proxy.program("status", altered(status="WARMING_UP", output="absent"), None)
    pc = connect(deadline_s=0.3)

    failure = ended(submit(pc))

    assert isinstance(failure, WaitTimeout)
    assert "WARMING_UP, which the API does not document" in str(failure)
    proxy.heal()
    assert [run.error for run in pc.resume()] == [None]


def test_a_submission_whose_task_is_already_over_is_fetched(
    proxy: Proxy, connect: Connect, originals: dict[str, bytes]
) -> None:
    proxy.program("submit", altered(status="COMPLETED", output={"assetIds": ["a_1"]}), 1)
    pc = connect()
    before = proxy.sandbox.submissions
    assert ended(submit(pc)) is None
    assert proxy.sandbox.submissions - before == 1
    assert_kept(only_record(pc.connection.library), originals["speech"], pc.connector.home)
