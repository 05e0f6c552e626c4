"""No key, token or signed query string in any text: messages, reprs, logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import Playcut, PlaycutError, redaction
from playcut_jupyter.redaction import guarded, mask, plain, remember, scrub, without_secrets
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.settings import Settings
from tests.api.storage import fetched

KEY = "pk_live_" + "0123456789abcdef" * 2 + "01234567"
HEX = st.text("0123456789abcdef", min_size=40, max_size=40)
NO_HEX = st.text(st.characters(exclude_characters="0123456789abcdef"))
ODD = "s0me:odd=key/+that.nobody!knows"
SIGNED = "https://storage.example/media/a.png?X-Expires=9&Signature=s3cr3t%2Fs1gn"


# -- keys -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ["live", "test", "sandbox"])
@pytest.mark.parametrize("around", ["{}", "key={}", "'{}'", "<{}>", "\n{}\n", '{{"key":"{}"}}', "({}).", "a,{},b"])
def test_anything_that_has_the_shape_of_a_key_is_masked(environment: str, around: str) -> None:
    key = f"pk_{environment}_" + "ab12" * 10
    text = scrub(around.format(key))
    assert text == around.format(f"pk_{environment}_...ab12")


@given(HEX, NO_HEX, NO_HEX)
def test_no_key_survives_between_any_texts(digits: str, before: str, after: str) -> None:
    key = f"pk_live_{digits}"
    remember(key)
    assert digits not in scrub(f"{before}{key}{after}")
    assert digits not in plain(f"{before}{key}{after}")


def test_a_key_of_any_shape_is_masked_once_it_was_used() -> None:
    assert ODD in scrub(f"it was {ODD}")
    remember(ODD)
    assert scrub(f"it was {ODD}, twice: {ODD}") == "it was ...nows, twice: ...nows"


def test_a_key_that_holds_another_is_masked_whole() -> None:
    remember("shortkey-1")
    remember("shortkey-1-and-then-much-more")
    assert scrub("shortkey-1-and-then-much-more") == "...more"


def test_what_is_too_short_for_a_key_is_not_looked_for() -> None:
    for short in ("", "a", "abc"):
        remember(short)
    assert scrub("abc, a fox") == "abc, a fox"


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (KEY, "pk_live_...4567"),
        ("pk_sandbox_" + "0" * 39 + "1", "pk_sandbox_...0001"),
        ("pk_live_short", "pk_live_..."),
        ("0123456789ab", "...89ab"),
        ("0123456789a", "..."),
        ("", "..."),
    ],
)
def test_a_mask_shows_the_prefix_and_the_last_four_characters_of_a_long_key(key: str, shown: str) -> None:
    assert mask(key) == shown


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_the_token_of_any_bearer_is_masked(word: str) -> None:
    assert scrub(f"Authorization: {word} abc.def-123, and so on") == f"Authorization: {word} ..., and so on"
    assert scrub(f"{word} {KEY}") == f"{word} pk_live_...4567"


# -- URLs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (SIGNED, "https://storage.example/media/a.png?..."),
        (f"GET {SIGNED} failed", "GET https://storage.example/media/a.png?... failed"),
        (f'"{SIGNED}"', '"https://storage.example/media/a.png?..."'),
        (f"<a href='{SIGNED}'>", "<a href='https://storage.example/media/a.png?...'>"),
        ("HTTP://A.EXAMPLE/?SIG=1", "HTTP://A.EXAMPLE/?..."),
        (f"{SIGNED} {SIGNED}", "https://storage.example/media/a.png?... https://storage.example/media/a.png?..."),
        ("https://a.example/plain#part", "https://a.example/plain#part"),
        ("is it? yes", "is it? yes"),
    ],
)
def test_query_strings_of_urls_go(text: str, clean: str) -> None:
    assert scrub(text) == clean


@given(st.text())
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


def test_a_url_in_an_answer_works_but_does_not_show() -> None:
    answer = guarded({"url": SIGNED, "list": [SIGNED, 1, None], "name": "fox"})
    assert answer["url"] == SIGNED
    assert answer == {"url": SIGNED, "list": [SIGNED, 1, None], "name": "fox"}
    assert "s3cr3t" not in repr(answer)
    assert "name': 'fox'" in repr(answer)


@pytest.mark.parametrize("echo", [f"your key {KEY} is odd", "/media/a.png?X-Amz-Signature=s3cr3t", f"Bearer {ODD}"])
def test_an_answer_that_holds_a_secret_does_not_show_it(echo: str) -> None:
    answer = guarded({"echo": [echo], echo: 1})
    assert answer["echo"] == [echo]
    assert not any(secret in repr(answer) for secret in (KEY, "s3cr3t", ODD))


def test_what_is_kept_holds_no_secret_but_all_else_that_is_asked_of_a_url() -> None:
    kept = without_secrets({"image": SIGNED, "list": [f"is {KEY} it?", 7], "page": "https://a.example/?width=9"})
    assert kept == {
        "image": "https://storage.example/media/a.png?...",
        "list": ["is pk_live_...4567 it?", 7],
        "page": "https://a.example/?width=9",
    }


# -- strangers' text --------------------------------------------------------------------------------------------


@given(st.one_of(st.text(), st.binary(), st.integers(), st.none(), st.floats()), st.integers(2, 200))
def test_plain_text_is_bounded_and_fit_for_any_terminal(value: object, limit: int) -> None:
    text = plain(value, limit)
    assert len(text) <= limit
    text.encode()
    assert not any(ord(char) < 32 and char not in "\t\n" for char in text)
    assert text == text.strip()


def test_plain_text_has_no_escapes_and_no_overrides() -> None:
    assert plain("a\x1b[31mred\x07 \u202eevil\u2066\x9b") == "a [31mred   evil"
    assert plain("half \ud800 a pair") == "half ? a pair"
    assert plain("x" * 50, 10) == "x" * 9 + "…"


def test_a_key_is_masked_before_the_text_is_cut() -> None:
    remember(KEY)
    for start in range(60):
        assert "0123456789" not in plain("y" * start + KEY, 30)


@pytest.mark.parametrize("piece", ["?", "a-", "http://", "https://a?", "bearer ", "pk_a_", "?sig", "Bearer\t"])
def test_a_huge_text_of_any_making_is_read_in_no_time(piece: str) -> None:
    # What looked at each place anew took hours for this.
    assert len(plain("?" + piece * 300_000, 100)) <= 100


def test_no_piece_of_a_key_is_left_at_the_end_of_a_very_long_text() -> None:
    remember(ODD)
    text = " " * (4 * 100 - len(ODD) + 1) + ODD
    assert ODD[:-1] not in plain(text, 100)


# -- logs -------------------------------------------------------------------------------------------------------


@contextmanager
def storage(redirect: str | None = None) -> Iterator[str]:
    """Serve one file, first through a redirect to the path and query given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if redirect and self.path.startswith("/first"):
                self.send_response(302)
                self.send_header("Location", redirect)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"bytes")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_the_logs_of_a_whole_generation_hold_neither_key_nor_signature(
    pc: Playcut, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = pc.image("a fox [redirect]")
    assert run.assets
    text = caplog.text + "".join(record.getMessage() + repr(record.args) for record in caplog.records)
    names = {record.name for record in caplog.records}
    assert {"httpcore.http11", "httpcore.connection", "playcut_jupyter"} <= names
    assert "/assets/" in text  # the storage was logged, as far as it may be
    assert sandbox.key not in text
    assert "Signature=" not in text
    assert "Expires=" not in text


def test_httpx_logs_no_signature_though_it_logs_whole_urls(pc: Playcut, caplog: pytest.LogCaptureFixture) -> None:
    pc.check()
    caplog.set_level(logging.INFO)
    with storage() as origin:
        httpx.get(f"{origin}/media/a.png?Signature=s3cr3t")
    assert f"GET {origin}/media/a.png?..." in caplog.text
    assert "s3cr3t" not in caplog.text


@pytest.mark.parametrize(
    "location",
    [
        "{origin}/second?Signature=s3cr3t",
        pytest.param("/second?Signature=s3cr3t"),
    ],
    ids=["absolute", "relative"],
)
def test_the_logs_of_a_redirect_hold_no_signature(caplog: pytest.LogCaptureFixture, location: str) -> None:
    caplog.set_level(logging.DEBUG)
    with storage() as target, storage(location.format(origin=target)) as origin:
        redaction.guard_logs()
        assert fetched(f"{origin}/first?Signature=s3cr3t").data == b"bytes"
    assert "/second" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_the_traceback_of_a_record_holds_no_secret(pc: Playcut, caplog: pytest.LogCaptureFixture) -> None:
    pc.check()
    try:
        raise ValueError(f"{KEY} at {SIGNED}")
    except ValueError:
        logging.getLogger("playcut_jupyter").exception("it went wrong")
    assert "ValueError" in caplog.text
    assert KEY not in caplog.text
    assert "s3cr3t" not in caplog.text


def test_the_guard_lets_records_through_that_can_not_be_formatted(
    pc: Playcut, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    pc.check()
    caplog.set_level(logging.DEBUG)
    records: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    log, keeper = logging.getLogger("playcut_jupyter"), Keeper()
    log.addHandler(keeper)
    monkeypatch.setattr(log, "propagate", False)
    log.info("%s %s", "one")
    log.info("the key is %s", KEY)
    log.removeHandler(keeper)
    assert len(records) == 2
    assert records[1].getMessage() == "the key is pk_live_...4567"


def test_our_own_retries_are_not_logged_as_stamina_logs_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with (
        Sandbox(latency_s=0.05, rate=None, media="tiny") as server,
        Playcut(api_key=server.key, base_url=server.base_url) as pc,
    ):
        pc.image("a fox [truncated]")
    assert not [record for record in caplog.records if record.name == "stamina"]


# -- users of URLs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://bob:s3cr3t@a.example/x", "https://a.example/x"),
        ("at http://bob@a.example:80, or", "at http://a.example:80, or"),
        ("socks5h://:s3cr3t@[::1]:1080", "socks5h://[::1]:1080"),
        ("HTTPS://b%40b:s3%2Fcr3t@A.example", "HTTPS://A.example"),
        ("ftp://bob:p@ss@a.example/@x", "ftp://a.example/@x"),
        ('{"url": "https://bob:s3cr3t@a.example"}', '{"url": "https://a.example"}'),
        ("https://a.example/@scope/pkg", "https://a.example/@scope/pkg"),
        ("mail bob@a.example", "mail bob@a.example"),
    ],
)
def test_the_user_part_of_any_address_is_never_shown(text: str, clean: str) -> None:
    assert scrub(text) == clean
    assert str(PlaycutError(text)) == clean
    assert without_secrets({"image": text}) == {"image": clean}
    assert scrub(clean) == clean


@given(st.text(st.characters(exclude_characters="/?#\\"), min_size=1))
def test_text_without_an_address_keeps_its_at_signs(text: str) -> None:
    if "://" not in text and "pk_" not in text and "earer" not in text:
        assert redaction.without_userinfo(text) == text


# -- reprs ------------------------------------------------------------------------------------------------------


def test_no_repr_shows_the_key_or_a_signed_url(pc: Playcut, sandbox: Sandbox) -> None:
    run = pc.speech("Hello.")
    shown = [pc, pc.connection.settings, pc.connector, run, run.assets[0], pc.voices(), pc.history(), vars(run)]
    text = repr(shown)
    assert sandbox.key not in text
    assert "Signature=" not in text
    assert sandbox.key not in str(Settings(api_key=sandbox.key, base_url=sandbox.base_url, home=Path()))


def test_the_mask_is_what_is_shown_of_a_key() -> None:
    settings = Settings(api_key=KEY, base_url="https://api.example/api/v1", home=Path())
    assert settings.masked_key == "pk_live_...4567"
    assert KEY not in repr(settings)
    assert "https://api.example" in repr(settings)


def test_an_error_about_a_key_does_not_show_it() -> None:
    with pytest.raises(PlaycutError) as caught:
        Playcut(api_key="my secret passphrase", base_url="https://api.example/api/v1").voices()
    assert "secret" not in str(caught.value)
