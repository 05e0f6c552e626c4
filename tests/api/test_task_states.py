"""What a task's document says of its end: documented words by their meaning, all others by the document's shape."""

from __future__ import annotations

import pytest

from playcut_jupyter.api.models import TaskDocument, task_document

ASSETS = {"assetIds": ["a_1"]}
ERROR = {"code": "E1", "message": "It broke.", "retryable": False}
SUCCESSES = ("SUCCEEDED", "success", "DONE", "Finished", "READY", "COMPLETED_WITH_WARNINGS", "PARTIAL")
ENDINGS = (
    *("CANCELLED", "canceled", "EXPIRED", "REJECTED", "ABORTED", "TERMINATED", "TIMED_OUT", "TIMEOUT", "time-out"),
    *("ERROR", "FAILURE", "DENIED", "BLOCKED", "DELETED", "Failed permanently", "USER_CANCELLED"),
)
UNKNOWN = (
    "WARMING_UP",
    "QUEUED",
    "CANCELLING",
    "CANCEL_REQUESTED",
    "ERROR_RETRYING",
    "NOT_FAILED",
    "PAUSED",
    "UNBLOCKED",
)


def document(status: str | None, **fields: object) -> TaskDocument:
    parsed = task_document({"taskId": "t_1", "status": status, **fields})
    assert parsed is not None
    return parsed


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", *SUCCESSES, *ENDINGS, *UNKNOWN])
def test_a_document_that_names_assets_is_done_whatever_its_state(status: str) -> None:
    for error in (None, {}, ERROR):
        found = document(status, output=ASSETS, error=error)
        assert (found.is_terminal, found.has_failed) == (True, False)


@pytest.mark.parametrize("status", ["FAILED", "COMPLETED", "PENDING", "processing", *SUCCESSES, *ENDINGS, *UNKNOWN])
def test_a_document_with_an_error_and_no_assets_has_failed(status: str) -> None:
    outputs: list[object] = [None, {}, {"assetIds": []}, {"assetIds": [None]}]
    for output in outputs:
        found = document(status, output=output, error=ERROR)
        assert (found.is_terminal, found.has_failed) == (True, True)


@pytest.mark.parametrize("status", ["FAILED", *ENDINGS])
def test_a_state_that_plainly_ends_a_task_has_failed(status: str) -> None:
    errors: list[object] = [None, {}, "", [], {"code": None, "message": ""}]
    for error in errors:
        assert document(status, error=error).has_failed


@pytest.mark.parametrize("status", ["PENDING", "processing"])
def test_a_task_that_is_queued_or_worked_on_goes_on_also_with_assets(status: str) -> None:
    for fields in ({}, {"output": ASSETS}, {"output": ASSETS, "error": {}}):
        assert not document(status, **fields).is_terminal


@pytest.mark.parametrize("status", [*UNKNOWN, *SUCCESSES])
def test_a_state_that_says_neither_is_waited_through(status: str) -> None:
    for error in (None, {}, "", {"code": 0, "message": None, "retryable": False}):
        assert not document(status, error=error, output={"assetIds": []}).is_terminal


def test_completed_is_the_end_also_without_assets() -> None:
    assert document("COMPLETED").is_terminal
    assert not document("COMPLETED").has_failed


def test_a_document_without_a_state_says_by_its_shape_what_became_of_the_task() -> None:
    assert document(None, output=ASSETS).status == "COMPLETED"
    assert document(None, error=ERROR).status == "FAILED"
    assert task_document({"taskId": "t_1", "output": {}, "error": None}) is None
