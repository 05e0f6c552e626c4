"""Errors: one tree, a remedy each, a few plain lines, and never a secret."""

from __future__ import annotations

import copy
import json
import pickle
import re
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import playcut_jupyter
from playcut_jupyter import Playcut, errors
from playcut_jupyter.errors import (
    AuthenticationError,
    InvalidInput,
    NotConnected,
    NotFound,
    PermissionDenied,
    PlaycutError,
    PromptRefused,
    RateLimited,
    ServerError,
    StoppedWaiting,
    SubmissionUncertain,
    TaskFailed,
)

KEY = "pk_live_" + "feedface" * 5
ODD_KEY = "no.documented+shape/of=a:key"
CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, PlaycutError)]
NAMES = [cls.__name__ for cls in CLASSES]


# -- the tree ---------------------------------------------------------------------------------------------------


def test_every_error_is_exported_and_stands_in_the_tree_of_the_documentation() -> None:
    assert errors.__doc__ is not None
    listed = re.findall(r"^[├└]── (\w+)", errors.__doc__, re.MULTILINE)
    assert sorted(listed) == sorted(set(NAMES) - {"PlaycutError"})
    assert set(NAMES) <= set(playcut_jupyter.__all__)
    for cls in CLASSES:
        assert getattr(playcut_jupyter, cls.__name__) is cls


@pytest.mark.parametrize("cls", CLASSES, ids=NAMES)
def test_every_error_is_a_playcut_error_with_a_docstring(cls: type[PlaycutError]) -> None:
    assert cls is PlaycutError or cls.__mro__[1] is PlaycutError
    assert cls.__doc__
    error = cls("It went wrong.", hint="Try again.")
    assert str(error) == "It went wrong. Try again."
    assert error.args == ("It went wrong.",)


def test_an_interrupt_is_a_keyboard_interrupt_too_so_that_run_all_stops() -> None:
    assert issubclass(StoppedWaiting, KeyboardInterrupt)


def test_where_no_remedy_is_given_the_one_of_its_kind_is() -> None:
    assert NotConnected("No key.").remedies == NotConnected.default_hint
    assert "PLAYCUT_API_KEY" in str(NotConnected("No key."))
    assert "%playcut sandbox" in str(NotConnected("No key."))
    assert NotConnected("No key.", hint="Another.").hint == "Another."
    assert PlaycutError("Bad.").hint is None
    assert str(PlaycutError("Bad.")) == "Bad."


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if cls is not PlaycutError], ids=lambda cls: cls.__name__)
def test_every_kind_of_error_says_what_to_do(cls: type[PlaycutError]) -> None:
    assert cls("It went wrong.").hint


# -- as shown ---------------------------------------------------------------------------------------------------


def test_an_error_is_shown_as_a_few_plain_lines_with_its_facts() -> None:
    error = PromptRefused("The prompt was refused.", status_code=422, tool="generate-tts", task_id="task_1")
    assert error._render_traceback_() == [
        "\x1b[0;31mPromptRefused\x1b[0m: The prompt was refused.",
        "  Rephrase the prompt and run it again.",
        "  tool generate-tts · task task_1 · HTTP status 422",
    ]
    assert error.facts() == "tool generate-tts · task task_1 · HTTP status 422"
    assert PlaycutError("Bad.")._render_traceback_() == ["\x1b[0;31mPlaycutError\x1b[0m: Bad."]


def test_an_error_holds_no_escapes_and_is_bounded() -> None:
    error = TaskFailed("a\x1b[2J\u202eb" + "x" * 10_000, hint="c\x07d", tool="t\x1b" * 200, task_id="i\x1b[2J")
    assert error.tool is not None
    lines = "".join(error._render_traceback_()[0].split("\x1b[0m")[1:]) + "".join(error._render_traceback_()[1:])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", lines)
    assert len(lines) < 5_000


@pytest.mark.parametrize("cls", CLASSES, ids=NAMES)
def test_an_error_survives_pickling_and_copying_whole(cls: type[PlaycutError]) -> None:
    error = cls("It went wrong.", hint="Try again.", status_code=418, tool="generate-tts", task_id="task_1")
    if isinstance(error, TaskFailed):
        error.code, error.retryable = "QUOTA", True
    if isinstance(error, RateLimited):
        error.retry_after_s = 17.0
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is cls
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)
        assert twin.args == error.args


@pytest.mark.parametrize("text", [f"the key {KEY}", f"Bearer {ODD_KEY}", "https://s.example/a?Signature=s3cr3t"])
def test_no_secret_gets_into_an_error(text: str) -> None:
    error = PlaycutError(text, hint=text, tool=text, task_id=text)
    shown = [str(error), repr(error), error.facts(), *error._render_traceback_(), *map(str, error.args)]
    for secret in (KEY, ODD_KEY, "s3cr3t"):
        assert secret not in " ".join(shown)


# -- a server that talks too much -------------------------------------------------------------------------------


class Echo(BaseHTTPRequestHandler):
    """Refuses everything with the status in the tool's input, and says back what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = f"no: {self.headers['Authorization']}; see https://a.example/x?Signature=s3cr3t {EVIL}"
        how = sent.get("how", "message")
        answers: dict[str, object] = {
            "message": {"statusCode": 1, "message": words, "error": words},
            "list": {"message": [words, {"not": "text"}, words]},
            "odd": {"message": {"text": words}},
            "list itself": [words],
        }
        body = words.encode() if how == "text" else json.dumps(answers.get(how, {})).encode()
        self.send_response(int(sent["status"]))
        self.send_header("Content-Type", self.headers["Authorization"] if how == "text" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v1"
        server.shutdown()
        thread.join()


STATUSES = {
    400: InvalidInput,
    401: AuthenticationError,
    402: PlaycutError,
    403: PermissionDenied,
    404: NotFound,
    409: PlaycutError,
    418: PlaycutError,
    422: PromptRefused,
    429: RateLimited,
    500: ServerError,
    502: SubmissionUncertain,
    504: SubmissionUncertain,
}


@pytest.mark.parametrize("key", [KEY, ODD_KEY], ids=["a key", "an odd key"])
@pytest.mark.parametrize(("status", "cls"), STATUSES.items())
def test_each_status_is_its_error_and_an_echoed_key_never_shows(
    echo: str, key: str, status: int, cls: type[PlaycutError]
) -> None:
    with Playcut(api_key=key, base_url=echo) as pc, pytest.raises(PlaycutError) as caught:
        pc.run_tool("buy-something", status=status)
    error = caught.value
    assert type(error) is cls
    assert error.status_code == status
    assert error.tool == "buy-something"
    assert error.hint
    assert "see https://a.example/x?..." in error.message or status == 429
    shown = "\n".join([str(error), repr(error), *error._render_traceback_(), *traceback.format_exception(error)])
    assert key not in shown
    assert "s3cr3t" not in shown


@pytest.mark.parametrize("how", ["list", "odd", "list itself", "text", "nothing"])
@pytest.mark.parametrize("status", [400, 401, 500])
def test_what_is_no_documented_error_is_told_without_its_secrets(echo: str, how: str, status: int) -> None:
    with Playcut(api_key=ODD_KEY, base_url=echo) as pc, pytest.raises(PlaycutError) as caught:
        pc.run_tool("buy-something", status=status, how=how)
    error = caught.value
    assert error.status_code == status
    shown = "\n".join([str(error), repr(error), *error._render_traceback_(), *traceback.format_exception(error)])
    assert ODD_KEY not in shown
    assert "s3cr3t" not in shown
    assert len(error._render_traceback_()) <= 3


def test_a_long_wait_is_said_at_once(echo: str) -> None:
    with Playcut(api_key=KEY, base_url=echo) as pc, pytest.raises(RateLimited, match="another 3600 s") as caught:
        pc.run_tool("buy-something", status=429)
    assert caught.value.retry_after_s == 3600
