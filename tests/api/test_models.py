"""Documents off the wire: what is documented is read, what is odd counts as left out, nothing ever raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import tools
from playcut_jupyter.api.models import (
    MAX_ASSETS,
    MAX_ID,
    MAX_VOICES,
    Acknowledgement,
    TaskDocument,
    TaskFault,
    acknowledgement,
    identifier,
    number,
    status_word,
    task_document,
    task_id_in,
    voices,
)
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.tools import (
    IMAGE,
    READ_ONLY,
    SPEECH,
    VIDEO,
    GenerationRequest,
    api_inputs,
    named,
    nearest,
    raw_request,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
WORDS = ["taskId", "id", "status", "type", "output", "assetIds", "processingInfo", "progress", "error", "code"]
WORDS += ["message", "retryable", "estimatedCredits", "voiceId", "voice_id", "name", "previewUrl", "language", "voices"]
DOCUMENTS = st.recursive(
    SCALARS | st.sampled_from(["COMPLETED", "FAILED", "PENDING", "https://a.example/x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=8),
    max_leaves=20,
)


# -- whatever comes ---------------------------------------------------------------------------------------------


@given(JSON | DOCUMENTS)
def test_no_document_whatever_makes_reading_it_raise(data: Any) -> None:
    ack, task = acknowledgement(data), task_document(data)
    for found in (task_id_in(data), identifier(data), ack and ack.task_id, task and task.task_id):
        assert found is None or (0 < len(found) <= MAX_ID and found.isprintable())  # type: ignore[arg-type, union-attr]
    if ack is not None:
        assert ack.status
        assert ack.estimated_credits is None or ack.estimated_credits >= 0
    if task is not None:
        assert task.status == task.status.upper() != ""
        assert task.progress is None or 0 <= task.progress <= 100
        assert len(task.asset_ids) == len(set(task.asset_ids)) <= MAX_ASSETS
        assert task.is_terminal >= (task.status in ("COMPLETED", "FAILED"))
        assert task.is_terminal >= task.has_failed
    for voice in voices(data):
        assert voice.id
        assert voice.name


@given(st.text() | st.binary())
def test_whatever_json_can_be_made_of_an_answer_is_read(body: str | bytes) -> None:
    try:
        data = json.loads(body)
    except ValueError:
        return
    task_document(data)
    voices(data)


def test_json_that_is_no_json_elsewhere_is_read_too() -> None:
    data = json.loads(
        '{"taskId": "t", "status": "PENDING", "estimatedCredits": NaN, "processingInfo": {"progress": 1e999}}'
    )
    assert acknowledgement(data) == Acknowledgement("t", "PENDING", None)
    document = task_document(data)
    assert document is not None
    assert document.progress is None


# -- ids, numbers, words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "id_"),
    [
        ("65f3a1b2c3d4e5f600000001", "65f3a1b2c3d4e5f600000001"),
        ("asset_xyz", "asset_xyz"),
        ("  asset_xyz\n", "asset_xyz"),
        (17, "17"),
        ("ü-1", "ü-1"),
        ("x" * MAX_ID, "x" * MAX_ID),
        ("x" * (MAX_ID + 1), None),
        ("", None),
        ("   ", None),
        ("a\nb", None),
        ("a\x1b[31m", None),
        ("a\u202eb", None),
        ("\ud800", None),
        (True, None),
        (1.5, None),
        (None, None),
        (["a"], None),
        ({"id": "a"}, None),
        pytest.param(10**5000, None, id="huge"),
        ("pk_live_" + "0" * 40, None),
        ("https://s.example/a?Signature=1", None),
    ],
)
def test_an_id_is_an_opaque_printable_string(value: object, id_: str | None) -> None:
    assert identifier(value) == id_


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (80, 80.0),
        (0, 0.0),
        (0.5, 0.5),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("80", None),
        (None, None),
        ([], None),
        pytest.param(10**400, None, id="huge"),
    ],
)
def test_a_number_is_finite_and_not_negative(value: object, amount: float | None) -> None:
    assert number(value) == amount


@pytest.mark.parametrize(
    ("value", "word"),
    [("completed", "COMPLETED"), (" Queued Upstream ", "QUEUED UPSTREAM"), ("a\x1bb", "A B"), (3, ""), (None, "")],
)
def test_a_state_is_the_services_own_word_whatever_its_case(value: object, word: str) -> None:
    assert status_word(value) == word
    assert len(status_word("x" * 1_000)) <= 60


# -- documents --------------------------------------------------------------------------------------------------


def test_an_acknowledgement_is_read() -> None:
    assert acknowledgement({"taskId": "t", "status": "PENDING", "estimatedCredits": 80}) == Acknowledgement(
        "t", "PENDING", 80.0
    )
    assert acknowledgement({"id": "t"}) == Acknowledgement("t", "PENDING", None)
    assert acknowledgement({"taskId": "", "id": "t", "status": "weird"}) == Acknowledgement("t", "WEIRD", None)
    for odd in (None, [], "t", {}, {"taskId": None}, {"taskId": {"id": "t"}}):  # type: ignore[var-annotated]
        assert acknowledgement(odd) is None


def test_a_finished_task_is_read() -> None:
    document = task_document(
        {
            "taskId": "t",
            "type": "GEMINI_TEXT_TO_IMAGE",
            "status": "Completed",
            "output": {"assetIds": ["a", "b", "a", None, 7, "", "x" * 300]},
            "processingInfo": {"progress": 250},
        }
    )
    assert document == TaskDocument("t", "GEMINI_TEXT_TO_IMAGE", "COMPLETED", ("a", "b", "7"), 100.0, None)
    assert document.is_terminal


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        ({"code": "E1", "message": "It broke.", "retryable": True}, TaskFault("E1", "It broke.", True)),
        ({"code": 7, "message": ["no"], "retryable": "true"}, TaskFault("7", None, False)),
        ({"detail": " No GPU. ", "code": True}, TaskFault(None, "No GPU.", False)),
        ({"trace": {"id": 7}}, TaskFault(None, None, False)),
        (["", {"code": "E2"}], TaskFault("E2", None, False)),
        ({}, None),
        ({"code": 0, "message": " ", "retryable": False, "details": []}, None),
        ("It broke.", TaskFault(None, "It broke.", False)),
        ("  ", None),
        (None, None),
        ([], None),
        (3, None),
    ],
)
def test_the_reason_of_a_failure_is_read_in_any_shape(error: object, fault: TaskFault | None) -> None:
    document = task_document({"id": "t", "status": "FAILED", "error": error})
    assert document is not None
    assert (document.task_id, document.fault) == ("t", fault)


def test_what_a_task_may_leave_out_is_left_out() -> None:
    assert task_document({"status": "PROCESSING"}) == TaskDocument(None, None, "PROCESSING", (), None, None)
    odd = {"status": "NEW", "output": [], "processingInfo": 3, "type": 4}
    document = task_document(odd)
    assert document is not None
    assert not document.is_terminal
    for nothing in (None, [], "COMPLETED", {}, {"status": ""}, {"status": 3}):  # type: ignore[var-annotated]
        assert task_document(nothing) is None


def test_there_is_a_bound_to_what_is_believed() -> None:
    document = task_document({"status": "COMPLETED", "output": {"assetIds": [str(n) for n in range(10_000)]}})
    assert document is not None
    assert len(document.asset_ids) == MAX_ASSETS
    assert len(voices([str(n) for n in range(MAX_VOICES + 10)])) == MAX_VOICES
    said = task_document({"status": "FAILED", "error": {"message": "x" * 10_000}})
    assert said is not None
    assert said.fault is not None
    assert len(said.fault.message or "") <= 1_000


VOICE = {"voiceId": "v1", "name": "Ada", "language": "en-GB", "previewUrl": "https://a.example/v1.mp3"}


@pytest.mark.parametrize("shape", [[VOICE], {"voices": [VOICE]}, {"total": 1, "items": [VOICE]}])
def test_voices_are_found_in_a_list_or_in_an_object_that_holds_one(shape: object) -> None:
    (voice,) = voices(shape)
    assert (voice.id, voice.name, voice.language) == ("v1", "Ada", "en-GB")
    assert voice.sample_url == "https://a.example/v1.mp3"


def test_a_voice_needs_an_id_and_no_more() -> None:
    found = voices([{"id": "a"}, {"voice_id": "b", "displayName": "B"}, "c", {"name": "none"}, 7, None, {"id": {}}])
    assert [(voice.id, voice.name, voice.language) for voice in found] == [
        ("a", "a", None),
        ("b", "B", None),
        ("c",) * 2 + (None,),
    ]
    assert voices({"voices": "none"}) == voices(None) == voices("v") == []


def test_a_voice_shows_no_address() -> None:
    (voice,) = voices([{"id": "v", "previewUrl": "https://a.example/v.mp3?Signature=s3cr3t"}])
    assert "s3cr3t" not in repr(voice)
    assert "s3cr3t" not in str(voice.details)


def test_a_voice_keeps_no_signed_url() -> None:
    (voice,) = voices([{"id": "v", "previewUrl": "https://a.example/v.mp3?Signature=s3cr3t"}])
    assert "s3cr3t" not in repr(voice.sample_url)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:audio/wav;base64,", 3, None])
def test_a_sample_is_on_the_web_or_not_at_all(url: object) -> None:
    (voice,) = voices([{"id": "v", "sampleUrl": url}])
    assert voice.sample_url is None


# -- tools ------------------------------------------------------------------------------------------------------


def test_kinds_and_tools_are_found_by_name_and_any_other_tool_works() -> None:
    assert named("image") is named("generate-image-from-text") is IMAGE
    assert named("tts") is named("speech") is named("generate-tts") is SPEECH
    assert named("video") is VIDEO
    other = named("make-soup")
    assert (other.name, other.kind, other.is_known, other.prompt_field) == ("make-soup", "make-soup", False, "")
    assert IMAGE.is_known
    assert not set(READ_ONLY) & set(tools.TOOLS)


def test_the_table_is_that_of_the_documentation() -> None:
    assert (IMAGE.deadline_s, VIDEO.deadline_s, SPEECH.deadline_s, named("x").deadline_s) == (300, 600, 300, 600)
    assert (IMAGE.typical_s, VIDEO.typical_s, SPEECH.typical_s) == ((5, 15), (60, 120), (3, 10))
    assert (IMAGE.poll_s, SPEECH.poll_s) == (3, 2)
    assert 5 <= VIDEO.poll_s <= 10


def test_a_tool_that_is_nearly_spelled_right_is_named() -> None:
    assert nearest("generate-image-from-txt") == "generate-image-from-text"
    assert nearest("list-voice") == "list-voices"
    assert nearest("make-soup") is None


def test_options_become_the_inputs_of_the_api() -> None:
    assert api_inputs(IMAGE, {"aspect_ratio": "16:9", "image_size": None}) == {"aspectRatio": "16:9"}
    assert api_inputs(VIDEO, {"duration_seconds": 8, "resolution": "720p"}) == {
        "durationSeconds": 8,
        "resolution": "720p",
    }
    assert api_inputs(SPEECH, {"voice": "v", "resolution": None}) == {"voiceId": "v"}


def test_an_option_of_another_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"`-v/--voice` is not an option of image") as caught:
        api_inputs(IMAGE, {"voice": "v"})
    assert caught.value.hint is not None
    assert "`-a/--aspect-ratio`" in caught.value.hint
    with pytest.raises(InvalidInput, match="JSON"):
        api_inputs(named("make-soup"), {"voice": "v"})


@pytest.mark.parametrize(
    ("tool", "inputs", "prompt"),
    [
        (IMAGE, {"prompt": "a fox"}, "a fox"),
        (SPEECH, {"text": "hello"}, "hello"),
        (named("x"), {"prompt": "p", "text": "t"}, "p"),
        (named("x"), {"text": "t"}, "t"),
        (named("x"), {"prompt": 3}, ""),
        (named("x"), {}, ""),
    ],
)
def test_the_words_of_a_request_are_found(tool: tools.Tool, inputs: dict[str, object], prompt: str) -> None:
    assert GenerationRequest(tool, inputs).prompt == prompt


def test_a_raw_tool_is_in_the_session_unless_its_input_says_otherwise() -> None:
    plain = raw_request("generate-music", {"prompt": "p"}, session="S")
    assert (plain.in_session, plain.session, plain.as_given) == (True, "S", True)
    own = raw_request("generate-music", {"workerId": "w"}, session="S")
    assert (own.in_session, own.session, own.inputs) == (False, None, {"workerId": "w"})
    none = raw_request("generate-music", {"workerId": None, "a": 1})
    assert (none.in_session, none.inputs) == (False, {"a": 1})
    other = raw_request("list-things", {"workerId": None}, session="S")
    assert (other.in_session, other.session, other.inputs) == (False, None, {})


def test_what_comes_off_the_wire_can_not_be_changed() -> None:
    document = task_document({"status": "PENDING"})
    with pytest.raises(AttributeError):
        document.status = "COMPLETED"  # type: ignore[misc, union-attr]
