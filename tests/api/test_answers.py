"""What answers in place of the API is called what it is, and moves nobody to change a key, a plan or a prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from playcut_jupyter.api.answers import Response, data_in
from playcut_jupyter.api.transport import ResponseLost
from playcut_jupyter.errors import (
    AuthenticationError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    PlaycutError,
    PromptRefused,
    ServerError,
)

BASE_URL = "https://api.example/api/v1"
BUY = "generate-tts"
PAGE = b"<!DOCTYPE html><html><head><title>Access\n denied &amp; <b></title></head><body>No.</body></html>"
REFUSED = (400, 401, 403, 404, 405, 407, 408, 413, 418, 422, 451, 511)


def answered(
    status: int, body: bytes = b"", content_type: str = "", tool: str = BUY, base_url: str = BASE_URL, **headers: str
) -> PlaycutError:
    given: Mapping[str, str] = {"content-type": content_type} | {k.replace("_", "-"): v for k, v in headers.items()}
    try:
        data_in(tool, Response(f"{base_url}/tools/{tool}/execute", status, given, body))
    except PlaycutError as error:
        return error
    except ResponseLost as lost:
        return lost.error
    raise AssertionError("no error")


def in_json(status: int, document: object, **how: str) -> PlaycutError:
    return answered(status, json.dumps(document).encode(), "application/json", **how)


@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE, "text/html; charset=utf-8"),
        (b"\n<html>no type</html>", ""),
        (b"error code: 1020", "text/plain"),
        (b"", ""),
        (b'<?xml version="1.0"?><Error/>', "application/xml"),
        (b'{"detail": "Not Found"}', "application/json"),
        (b'["no"]', "application/json"),
    ],
)
def test_a_refusal_without_the_documented_json_is_a_gateways(status: int, body: bytes, content_type: str) -> None:
    error = answered(status, body, content_type)

    assert type(error) is PlaycutError
    assert error.status_code == status
    assert error.from_gateway
    assert "in place of the API" in error.message
    assert BASE_URL in error.message
    assert error.hint
    assert error.hint.startswith("Nothing was bought.")
    assert "PLAYCUT_BASE_URL" in error.hint
    for word in ("key", "plan", "prompt", "role", "Correct the input"):
        assert word not in str(error).replace("Playcut", "")


def test_a_gateway_is_named_by_its_page_and_server() -> None:
    error = answered(403, PAGE, "text/html", server="cloudflare")
    assert "(“Access denied &amp;”, from cloudflare)" in error.message
    assert "<b>" not in error.message
    assert "bought" not in (answered(403, PAGE, tool="list-voices").hint or "")


@pytest.mark.parametrize(
    ("status", "cls"),
    [(400, InvalidInput), (401, AuthenticationError), (403, PermissionDenied), (404, NotFound), (422, PromptRefused)],
)
def test_the_documented_json_is_the_apis_own(status: int, cls: type[PlaycutError]) -> None:
    for document in ({"statusCode": status, "message": "No.", "error": "No"}, {"message": "No."}, {"error": "No"}):
        error = in_json(status, document)
        assert type(error) is cls
        assert not error.from_gateway


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize(
    ("body", "content_type"), [(b"<html>Cannot POST</html>", "text/html"), (b'{"detail": "x"}', "application/json")]
)
def test_a_base_url_without_its_path_is_suspected_first(status: int, body: bytes, content_type: str) -> None:
    error = answered(status, body, content_type, tool="list-voices", base_url="https://api.example")
    assert error.hint
    assert error.hint.startswith("PLAYCUT_BASE_URL must hold the API's whole path")
    assert "it leads to https://api.example." in error.hint


def test_a_server_that_knows_no_such_path_is_no_wrong_id() -> None:
    message = "Cannot POST /tools/list-voices/execute"
    error = in_json(404, {"statusCode": 404, "message": message, "error": "Not Found"}, tool="list-voices")
    assert type(error) is NotFound
    assert "PLAYCUT_BASE_URL" in str(error)
    assert "Check the id" in str(in_json(404, {"statusCode": 404, "message": "No such task."}, tool="list-voices"))


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://login.example/a/b?token=s3cr3t#s3cr3t", "https://login.example "),
        ("https://user:s3cr3t@login.example:8443/", "https://login.example:8443 "),
        ("http://[2001:db8::1]/s3cr3t", "http://[2001:db8::1] "),
        ("//portal.example/s3cr3t", "https://portal.example "),
        ("/login?next=s3cr3t", "https://api.example "),
        ("", "no valid address "),
        ("http://[bad", "no valid address "),
        ("mailto:s3cr3t", "no valid address "),
        ("https://x.example:99999/", "no valid address "),
    ],
)
def test_a_redirect_is_told_with_the_host_alone(status: int, location: str, host: str) -> None:
    error = answered(status, PAGE, "text/html", location=location)
    assert type(error) is PlaycutError
    assert error.from_gateway
    assert error.status_code == status
    assert f"redirected it to {host}" in error.message
    assert BASE_URL in error.message
    assert "s3cr3t" not in str(error)
    assert "Nothing was bought" in str(error)


def test_a_redirect_to_the_same_tool_tells_the_new_base_url() -> None:
    error = answered(308, location=f"https://new.example/api/v2/tools/{BUY}/execute?x=s3cr3t")
    assert "set PLAYCUT_BASE_URL to https://new.example/api/v2. " in str(error)
    assert "s3cr3t" not in str(error)


@pytest.mark.parametrize("status", [200, 201, 500, 502, 503, 520])
def test_a_page_that_says_nothing_about_the_request_is_named_too(status: int) -> None:
    error = answered(status, PAGE, "text/html")
    assert type(error) is ServerError
    assert "in place of the API" in error.message
    assert BASE_URL in error.message


@pytest.mark.parametrize("status", [400, 403, 409, 451, 500, 502, 503, 511, 302])
def test_a_retry_after_is_kept_at_every_status(status: int) -> None:
    assert in_json(status, {"message": "Later."}, retry_after="17").retry_after_s == 17
    assert answered(status, PAGE, "text/html", retry_after="17").retry_after_s == 17
    assert answered(status, PAGE, "text/html").retry_after_s is None
    assert answered(status, PAGE, "text/html", retry_after="soon").retry_after_s is None


def test_a_document_is_read_whatever_stands_before_or_behind_it() -> None:
    document = {"data": {"taskId": "t_1"}}
    for body in (
        json.dumps(document).encode("utf-8-sig"),
        json.dumps(document).encode("utf-16"),
        b"\r\n " + json.dumps(document).encode() + b"\n",
        json.dumps(document).encode() + b"\n<!-- seen by a gateway -->",
        json.dumps(document | {"note": "caf\xe9"}, ensure_ascii=False).encode("latin-1"),
    ):
        assert data_in(BUY, Response(BASE_URL, 200, {}, body)) == document["data"]
