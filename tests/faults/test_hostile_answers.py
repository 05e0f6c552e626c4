"""Any bytes in place of an answer, at any step: a result or a `PlaycutError`, no markup of strangers, no secret.

All answers are the proxy's own here, over real HTTP; Hypothesis makes the one that is hostile.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
import stamina
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playcut_jupyter import Generation, Playcut, PlaycutError
from playcut_jupyter.display import status

from .accidents import Canned, Reset, Step
from .answers import answer, document
from .proxy import Proxy

KEY = "pk_live_" + "0123456789abcdef" * 2 + "01234567"
MARKUP = "<img src=x onerror=alert(1)>"
SIGNED = "https://storage.example/asset?Signature=5e5e5e"
TEXTS = (
    MARKUP,
    "\"><script>alert(1)</script><a href='javascript:alert(1)'>",
    "'><svg/onload=alert(1)>",
    KEY,
    f"Authorization: Bearer {KEY}",
    SIGNED,
    "\x1b[31mred\x07\x9b31m",
    "\u202eright to left",
    "\ud800 half a character",
    "a\x00b",
    "",
    " ",
    "x" * 3_000,
)
NAMES = [
    "data",
    "taskId",
    "id",
    "status",
    "type",
    "output",
    "assetIds",
    "processingInfo",
    "progress",
    "error",
    "code",
    "message",
    "retryable",
    "url",
    "sessionId",
    "voices",
    "voiceId",
    "name",
    "estimatedCredits",
    "statusCode",
]
STATUSES = (200, 201, 202, 204, 206, 226, 300, 301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409, 413, 418)
STATUSES += (422, 425, 429, 451, 499, 500, 501, 502, 503, 504, 520, 599, 600, 999)  # type: ignore[assignment]


def png() -> bytes:
    """Return the smallest picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


# -- what strangers send ----------------------------------------------------------------------------------------

texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=30))
scalars = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**63, 1e308]),
    st.floats(),
    st.sampled_from(["PENDING", "completed", "FAILED", "t_1", "a_1"]),
)
names = st.one_of(st.sampled_from(NAMES), texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=12
)
tasks = st.fixed_dictionaries(
    {},
    optional={
        "taskId": values,
        "id": values,
        "status": st.sampled_from(["PENDING", "COMPLETED", "FAILED", "ODD"]) | values,
        "output": st.fixed_dictionaries({"assetIds": st.lists(texts | values, max_size=3)}) | values,
        "processingInfo": st.fixed_dictionaries({"progress": values}) | values,
        "error": st.fixed_dictionaries({"code": values, "message": texts, "retryable": values}) | values,
        "estimatedCredits": values,
        "url": texts | values,
        "sessionId": texts | values,
        "voices": st.lists(st.fixed_dictionaries({"voiceId": texts, "name": texts}) | values, max_size=3),
    },
)
documents = st.one_of(
    st.fixed_dictionaries({"data": tasks}),
    st.fixed_dictionaries({"data": values}),
    st.fixed_dictionaries({"statusCode": values, "message": texts | st.lists(texts, max_size=3), "error": values}),
    values,
)
bodies = st.one_of(
    documents.map(lambda value: json.dumps(value).encode()),
    documents.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    st.binary(max_size=200),
    st.binary(max_size=60).map(lambda tail: png()[:-20] + tail),
    st.sampled_from([b"RIFF", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\0\0\0\x10ftypavif", b"GIF89a", b"\xff\xf1"])
    .flatmap(lambda head: st.binary(max_size=200).map(lambda tail: head + tail)),
    st.binary(max_size=80).map(lambda tail: b"\0\0\0\x10ftypmp42\0\0\0\0" + tail),
)  # fmt: skip
# Rate limits that make sense are obeyed, and that takes time: these make none.
_NONSENSE = st.sampled_from(["-1", "nan", "inf", "1e999", "abc", "9" * 400, ""])
header_values = st.one_of(
    _NONSENSE,
    st.sampled_from([MARKUP, KEY, "text/html", "gzip", "deflate", "mailto:x", "http://[", "//", "/x", "a=b; Path=/"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30),
)
headers = st.dictionaries(
    st.sampled_from(["Content-Type", "Location", "Set-Cookie", "Content-Encoding", "Date", "WWW-Authenticate", "X-y"])
    | st.from_regex(r"[A-Za-z][A-Za-z-]{0,10}", fullmatch=True).filter(
        lambda name: name.lower() not in ("content-length", "transfer-encoding", "retry-after")
    ),
    header_values,
    max_size=4,
)
limits = st.dictionaries(
    st.sampled_from(["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]), _NONSENSE, max_size=3
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """An HTTP answer, or what calls itself one, or neither."""
    shape = draw(st.integers(0, 9))
    if shape == 0:
        return draw(st.binary(max_size=100))
    status = 200 if shape < 6 else draw(st.sampled_from(STATUSES))
    named = {**draw(headers), **draw(limits)}
    if status == 429:
        named["Retry-After"] = "121"  # a shorter one would be waited for
    body = draw(bodies)
    length = draw(st.sampled_from([None, None, None, 0, len(body) + 5, max(0, len(body) - 5)]))
    raw = answer(status, body, "", named, length)
    if shape == 9:
        cut = draw(st.integers(0, len(raw)))
        raw = raw[:cut] + draw(st.binary(max_size=20))
    return raw


# -- what must not come of it -----------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Reads our HTML as a browser does, and fails at what we do not write ourselves."""

    TAGS = frozenset(["div", "span", "b", "img", "audio", "video", "pre", "br", "code", "progress"])
    ATTRIBUTES = frozenset(["class", "style", "title", "alt", "src", "poster", "controls", "preload", "value", "max"])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.TAGS
        for name, value in attrs:
            assert name in self.ATTRIBUTES, name
            if name in ("src", "poster"):
                assert re.match(r"data:(image|audio|video)/[a-z0-9.-]+;base64,", value or "")
            if name in ("class", "style"):
                assert "<" not in (value or "")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_comment = handle_pi = unknown_decl = handle_decl  # type: ignore[assignment]


def assert_harmless(run: Generation) -> None:
    """Check all that can be shown of *run*."""
    for bundle in (status.bundle(run.snapshot), status.summary_bundle(run.snapshot)):
        Reader().feed(bundle["text/html"])
        assert_clean([bundle["text/html"], bundle["text/plain"]])
    assert_clean([repr(run)])
    if run.error is not None:
        assert_harmless_error(run.error)


def assert_harmless_error(failure: PlaycutError) -> None:
    assert isinstance(failure, PlaycutError)
    assert "Something inside" not in failure.message, failure
    lines = failure._render_traceback_()
    assert_clean([str(failure), repr(failure), *lines])
    shown = re.sub(r"\x1b\[0(;31)?m", "", "".join(lines))
    # A character that this Python does not know yet (Cn) is as harmless as the others of its kind.
    assert all(char.isprintable() or char == "\t" or category(char) == "Cn" for char in shown.replace("\n", "")), shown


def assert_clean(shown: Sequence[str]) -> None:
    for text in shown:
        assert KEY not in text
        assert "Signature=" not in text
        text.encode("utf-8")  # what can't be encoded can be neither sent to a front end nor saved


# -- the tests --------------------------------------------------------------------------------------------------

GOOD: dict[Step, bytes] = {
    "session": document({"data": {"sessionId": "s_1", "title": "x"}}),
    "voices": document({"data": {"voices": [{"voiceId": "v_1", "name": "One"}]}}),
    "submit": document({"data": {"taskId": "t_1", "status": "PENDING", "estimatedCredits": 1}}),
    "wait": document({"data": {"taskId": "t_1", "status": "COMPLETED", "output": {"assetIds": ["a_1"]}}}),
    "status": document({"data": {"taskId": "t_1", "status": "COMPLETED", "output": {"assetIds": ["a_1"]}}}),
    "download": answer(200, png(), "image/png"),
}
STEPS: tuple[Step, ...] = ("session", "voices", "submit", "wait", "status", "sign", "download")


class Stage:
    """A proxy that answers everything well by itself, but for one step."""

    def __init__(self, proxy: Proxy, home: Path) -> None:
        self.proxy = proxy
        self.home = home

    def set(self, step: Step, raw: bytes) -> None:
        """Answer *step* with *raw*, and all others well."""
        proxy = self.proxy
        signed = document({"data": {"url": f"{proxy.storage_url}/a_1?Signature=5e5e5e"}})
        for name, good in {**GOOD, "sign": signed}.items():
            proxy.program(name, Canned(raw=good), None)
        if step == "status":
            proxy.program("wait", Reset(), None)
        proxy.program(step, Canned(raw=raw), None)
        proxy.seen.clear()

    def client(self) -> Playcut:
        # A task that is never done must not hold up the tests.
        return Playcut(
            api_key=KEY, base_url=self.proxy.base_url, home=self.home, progress="off", deadline_s=0.15, reuse=False
        )

    def check(self, start: Any) -> None:
        self.proxy.seen.clear()
        with self.client() as pc:
            try:
                run = start(pc)
            except PlaycutError as failure:
                assert_harmless_error(failure)
                return
            try:
                run.wait(20)
            except PlaycutError:
                assert run.done, "it hangs"
            assert_harmless(run)
            assert self.proxy.seen.count("submit") <= 1, "sent again"
            assert self.proxy.storage_authorizations == []
            for remembered in pc.history(limit=1):
                assert_harmless(remembered)


@pytest.fixture(scope="module")
def stage(running_proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    running_proxy.heal()
    with stamina.set_testing(True, attempts=2, cap=True):
        yield Stage(running_proxy, tmp_path_factory.mktemp("hostile"))
    running_proxy.heal()


many = settings(max_examples=20)


@pytest.mark.parametrize("step", STEPS)
@many
@given(raw=answers())
def test_any_answer_at_any_step_gives_a_result_or_one_of_our_errors_and_shows_nothing_hostile(
    stage: Stage, step: Step, raw: bytes
) -> None:
    stage.set(step, raw)
    kind = "speech" if step == "voices" else "image"
    stage.check(lambda pc: pc.submit(kind, MARKUP))


@many
@given(raw=answers())
@example(raw=document({"data": MARKUP}))
@example(raw=document({"data": [KEY, SIGNED, "\x1b[31m", MARKUP]}))
def test_any_answer_of_an_unknown_tool_is_shown_as_harmless_data(stage: Stage, raw: bytes) -> None:
    stage.set("submit", raw)
    stage.check(lambda pc: pc.start_tool("do-anything", {"prompt": MARKUP}))


@many
@given(raw=answers())
def test_any_answer_about_a_task_from_elsewhere_is_harmless(stage: Stage, raw: bytes) -> None:
    stage.set("wait", raw)
    stage.check(lambda pc: pc.start_wait("t_elsewhere"))


@settings(many, max_examples=40)
@given(url=st.one_of(texts, st.text(max_size=20).map(lambda tail: "http://" + tail), st.text(max_size=20)))
@example(url="http://127.0.0.1:0/")
@example(url="http://[::1%25lo]/")
@example(url="http://user:password@10.0.0.1/")
@example(url="http://" + "a" * 300 + "/")
@example(url="http://xn--/")
@example(url="http://\u2100/")
def test_any_signed_url_is_fetched_or_refused(stage: Stage, url: str) -> None:
    stage.set("sign", document({"data": {"url": url}}))
    stage.check(lambda pc: pc.submit("image", MARKUP))


@settings(many, max_examples=40)
@given(place=header_values)
@example(place="http://[")
@example(place="mailto:x")
def test_any_redirect_of_a_download_is_followed_or_refused(stage: Stage, place: str) -> None:
    stage.set("download", answer(302, headers={"Location": place}))
    stage.check(lambda pc: pc.submit("image", MARKUP))


@pytest.mark.parametrize("step", STEPS)
def test_the_key_comes_back_in_every_field_and_is_shown_nowhere(stage: Stage, step: Step) -> None:
    everything = dict.fromkeys(NAMES, KEY) | {"status": "FAILED", "error": {"code": KEY, "message": KEY}}
    for raw in (
        document({"data": everything}),
        document({"data": {**everything, "status": "COMPLETED", "output": {"assetIds": [KEY]}}}),
        document({"message": f"Bearer {KEY} is not known", "statusCode": 400, "error": KEY}, 400),
        document({"message": [KEY, KEY], "statusCode": 500}, 500, {"Content-Type": KEY, "Location": KEY}),
    ):
        stage.set(step, raw)
        stage.check(lambda pc: pc.submit("speech" if step == "voices" else "image", MARKUP))


@pytest.mark.parametrize("depth", [100, 500, 900, 940, 960, 980, 3_000, 100_000])
def test_a_document_nested_too_deep_is_an_error_or_shown(stage: Stage, depth: int) -> None:
    for nested in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        stage.set("submit", answer(200, b'{"data": ' + nested + b"}"))
        stage.check(lambda pc: pc.start_tool("do-anything", {}))
        stage.check(lambda pc: pc.submit("image", MARKUP))


@pytest.mark.parametrize("name", ["Set-Cookie", "Content-Encoding", "Content-Type", "Location", "Date"])
def test_headers_full_of_nonsense_do_no_harm(stage: Stage, name: str) -> None:
    for value in ("", "\xff" * 50, "a" * 60_000, "=;=;=", "; " * 100, "br, gzip, x", KEY, MARKUP):
        for step in STEPS:
            stage.set(step, answer(200, b"{}", "", {name: value}))
            stage.check(lambda pc: pc.submit("image", MARKUP))
