"""What goes wrong is one error with a remedy, told before anything is bought wherever it can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter import (
    InvalidInput,
    NotConnected,
    PermissionDenied,
    Playcut,
    PlaycutError,
    PromptError,
    PromptRefused,
    ServerError,
    SubmissionUncertain,
    TaskFailed,
)
from playcut_jupyter.errors import AuthenticationError
from playcut_jupyter.sandbox import Sandbox


@pytest.mark.parametrize(
    ("prompt", "error", "words"),
    [
        ("a fox [refuse]", PromptRefused, "Rephrase"),
        ("a fox [forbidden]", PermissionDenied, "role"),
        ("a fox [crash]", ServerError, "Run it again"),
        ("a fox [html]", SubmissionUncertain, "not sent again"),
        ("a fox [lost]", SubmissionUncertain, "not sent again"),
        ("a fox [fail]", TaskFailed, "Change the prompt"),
        ("a fox [fail-silently]", TaskFailed, "gave no reason"),
        ("a fox [flaky]", TaskFailed, "run it again"),
    ],
)
def test_each_refusal_is_one_error_with_a_remedy(
    pc: Playcut, prompt: str, error: type[PlaycutError], words: str
) -> None:
    with pytest.raises(error) as caught:
        pc.image(prompt)

    assert words in str(caught.value)
    assert caught.value.hint


def test_a_failed_task_has_the_services_word_for_it(pc: Playcut) -> None:
    run = pc.submit("image", "a fox [fail]")
    with pytest.raises(TaskFailed):
        run.wait()

    assert (run.status, run.state) == ("FAILED", "FAILED")
    assert pc.history()[0].status == "FAILED"


def test_a_wrong_key_is_told_and_never_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    key = "pk_live_" + "ab" * 20
    with (
        Playcut(api_key=key, base_url=sandbox.base_url, home=tmp_path / "h") as pc,
        pytest.raises(AuthenticationError) as caught,
    ):
        pc.image("a fox")

    assert "PLAYCUT_API_KEY" in str(caught.value)
    assert key not in str(caught.value)


def test_without_a_key_the_first_call_names_both_remedies() -> None:
    pc = Playcut()

    with pytest.raises(NotConnected) as caught:
        pc.image("a fox")

    assert "PLAYCUT_API_KEY" in str(caught.value)
    assert "%playcut sandbox" in str(caught.value)


@pytest.mark.usefixtures("no_pauses")
def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Sandbox() as gone:
        url, key = gone.base_url, gone.key
    with Playcut(api_key=key, base_url=url, home=tmp_path / "h") as pc, pytest.raises(PlaycutError) as caught:
        pc.run_tool("create-session", title="x")

    assert "No connection" in str(caught.value)


def test_an_option_that_is_nearly_one_of_ours_is_not_bought(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    with pytest.raises(InvalidInput, match="Did you mean aspect_ratio"):
        pc.image("a fox", aspect_raito="16:9")
    assert sandbox.submissions == before


def test_a_proxy_that_is_none_is_told_and_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://user:s3cr3t@proxy.corp:3128")
    with (
        Playcut(api_key="pk_live_" + "0" * 40, base_url="https://api.example/api/v1", home=tmp_path) as pc,
        pytest.raises(NotConnected, match=r"^HTTPS_PROXY can't be used: 'ftp' is no kind") as refused,
    ):
        pc.image("a fox behind a proxy")
    assert "s3cr3t" not in str(refused.value)


def test_a_prompt_is_literal_in_python(pc: Playcut) -> None:
    assert pc.speech("Say {this|that} {name}").prompt == "Say {this|that} {name}"


def test_an_undefined_name_of_a_sweep_is_a_prompt_error(pc: Playcut) -> None:
    with pytest.raises(PromptError, match="nowhere"):
        pc.sweep("a {nowhere}")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda pc: pc.image("  "), "empty"),
        (lambda pc: pc.image(["x", "y"]), "sweep"),
        (lambda pc: pc.image(None), "text"),
        (lambda pc: pc.image("x", count=0), "count"),
        (lambda pc: pc.image("x", voice="ada"), "not an option of image"),
        (lambda pc: pc.submit("picture", "x"), "not a kind"),
        (lambda pc: pc.image("x", style={1, 2}), "JSON"),
        (lambda pc: pc.image("\ud800"), "JSON"),
        (lambda pc: pc.run_tool("../secrets"), "name of a tool"),
        (lambda pc: pc.run_tool("list-voices", [1]), "dictionary"),
        (lambda pc: pc.wait("\n"), "task's id"),
        (lambda pc: pc.get(999), "no generation"),
        (lambda pc: pc.use_session("  "), "title"),
    ],
)
def test_bad_input_is_told_before_anything_is_sent(pc: Playcut, sandbox: Sandbox, call, words) -> None:  # type: ignore[no-untyped-def]
    before = sandbox.requests

    with pytest.raises(InvalidInput, match=words):
        call(pc)

    assert sandbox.requests == before
    assert len(pc.history()) == 0


@pytest.mark.parametrize(
    "arguments",
    [{"budget": -1}, {"budget": "much"}, {"progress": "yes"}, {"preview_px": 0}, {"request_timeout_s": None}],
)
def test_an_argument_of_the_wrong_kind_is_told_at_once(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Playcut(**arguments)  # type: ignore[arg-type]
