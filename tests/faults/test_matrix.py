"""The fault matrix: each accident at each step -> the right outcome, what the server counted, nothing lost.

Expectations are those of DESIGN 1.5 and 1.6 and of the API's documentation, not of the code.
"""

from __future__ import annotations

import io
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from playcut_jupyter import Generation, Playcut, media
from playcut_jupyter.errors import (
    AssetUnavailable,
    AuthenticationError,
    ConnectionFailed,
    InvalidInput,
    NotFound,
    PermissionDenied,
    PlaycutError,
    PromptRefused,
    RateLimited,
    ServerError,
    SubmissionUncertain,
    WaitTimeout,
)
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import Record
from playcut_jupyter.sandbox import Sandbox
from tests.originals import path_of

from .conftest import Connect
from .proxy import (
    Altered,
    Canned,
    CutInBody,
    CutInHeaders,
    Drip,
    EndlessDrip,
    Fault,
    Hang,
    HangInBody,
    Proxy,
    RedirectToItself,
    Refused,
    Reset,
    ResetUnread,
    Step,
    answer,
    document,
    error,
    page,
)

ONCE, ALWAYS = 1, None
READS: tuple[Step, ...] = ("session", "status", "sign")
"""The API's steps that may simply be asked for again; a lost wait is taken up in another way."""
API_STEPS: tuple[Step, ...] = ("session", "submit", "wait", "status", "sign")
PROMPTS = {"speech": "hi", "image": "a fox"}
OPTIONS: dict[str, dict[str, Any]] = {"speech": {"voice": "voice_en_gb_ada"}, "image": {}}
# A pinned seed makes the sandbox draw but once: nothing here is about pictures being different.
SEED: dict[str, Any] = {"seed": 1}
IMPATIENT = {"request_timeout_s": 0.6}


@dataclass(frozen=True)
class Case:
    """One accident and what must come of it.

    Attributes:
        step: where it happens.
        name: what happens, for people.
        fault: the same, for the proxy.
        times: how often; None for always.
        outcome: the exact class of the error; None where the result must come all the same.
        bought: how many submissions the sandbox must have counted.
        asked: how often that step must have been asked for; None where that is not the point.
        kind: what is made.
        options: for the client.
        also: further faults.
        cure: what the client must change, for the result to come afterwards.
    """

    step: Step
    name: str
    fault: Fault
    times: int | None = ONCE
    outcome: type[PlaycutError] | None = None
    bought: int = 1
    asked: int | None = None
    kind: str = "speech"
    options: dict[str, Any] = field(default_factory=dict)
    also: Sequence[tuple[Step, Fault, int | None]] = ()
    cure: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        how_often = {1: "once", None: "always"}.get(self.times, f"{self.times} times")
        return f"{self.step}: {self.name}, {how_often}"

    @property
    def state(self) -> str:
        """The state of the library's row in the end."""
        if self.outcome is None:
            return "fetched"
        if self.outcome is SubmissionUncertain:
            return "uncertain"
        return "refused" if self.step in ("session", "submit") else "acknowledged"


# -- the accidents ----------------------------------------------------------------------------------------------

DOCUMENTED: dict[int, type[PlaycutError]] = {
    400: InvalidInput,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    422: PromptRefused,
    409: PlaycutError,
}
"""409 stands for any other 4xx: a plain PlaycutError."""
GATEWAYS = (502, 503, 504)
UNREADABLE: dict[str, bytes] = {
    "200 with a page": page(200),
    "200 without a body": answer(200),
    "200 with JSON cut short": answer(200, b'{"data": {"taskId": "t_1'),
    "200 with a list": document([{"taskId": "t_1"}]),
    "200 with a text": document("fine"),
    "200 without data": document({"taskId": "t_1", "sessionId": "s_1", "url": "http://127.0.0.1/"}),
    "200 with bytes that are no text": answer(200, b"\xff\xfe\x00{"),
    "200 that claims gzip and is none": answer(200, b'{"data": {}}', headers={"Content-Encoding": "gzip"}),
    "204 without a body": answer(204),
}
NOTHING_IN_IT: dict[str, bytes] = {
    "data: null": document({"data": None}),
    "data without what it should name": document({"data": {}}),
    "data that is a list": document({"data": ["t_1"]}),
    "data with ids of the wrong type": document({"data": {"taskId": [], "sessionId": {}, "url": 7, "status": 1}}),
}
REDIRECTS: dict[str, str] = {
    "to another place": "http://127.0.0.1:9/elsewhere",
    "to nowhere": "",
    "to half an address": "http://[bad",
}
BROKEN: dict[str, Fault] = {
    "reset unread": ResetUnread(),
    "reset after it was read": Reset(),
    "reset after the sandbox answered": Reset(forward=True),
    "cut in the headers": CutInHeaders(),
    "cut in the body": CutInBody(),
}
TAKEN = ("cut in the headers", "cut in the body", "reset after the sandbox answered")


def moved(place: str, *, forward: bool = False) -> Canned:
    return Canned(forward, answer(302, headers={"Location": place}))


def reaching_status(cases: Iterator[Case]) -> Iterator[Case]:
    """Let the wait be cut where the accident is at the state's request, which comes only then."""
    for case in cases:
        also = [("wait", Reset(), ONCE), *case.also] if case.step == "status" else case.also
        yield Case(**{**case.__dict__, "also": also})


def bought_at(step: Step) -> int:
    """Return how many submissions there have been when an error ends the generation at *step*."""
    return 0 if step in ("session", "submit") else 1


def documented() -> Iterator[Case]:
    for step in API_STEPS:
        bought = bought_at(step)
        for status, outcome in DOCUMENTED.items():
            yield Case(step, str(status), Canned(raw=error(status)), ONCE, outcome, bought, asked=1)
        soon = {"Retry-After": "1" if step == "submit" else "0"}
        yield Case(step, "429, soon over", Canned(raw=error(429, headers=soon)), asked=2)
        long = Canned(raw=error(429, headers={"Retry-After": "121"}))
        yield Case(step, "429 for 121 s", long, ONCE, RateLimited, bought, asked=1)
    soon = {"Retry-After": "1"}
    outlasting = Canned(raw=error(429, headers=soon))
    yield Case("submit", "429, again and again", outlasting, ALWAYS, RateLimited, 0, asked=2, options={"deadline_s": 2})
    crash = Canned(raw=error(500))
    yield Case("submit", "500", crash, ONCE, ServerError, 0, asked=1)
    yield Case("submit", "500", crash, ALWAYS, ServerError, 0, asked=1)
    yield Case("wait", "500", crash, ONCE)
    yield Case("wait", "500", crash, ALWAYS)
    for step in READS:
        yield Case(step, "500", crash, ONCE, asked=2)
        yield Case(step, "500", crash, ALWAYS, ServerError, bought_at(step), asked=6)


def gateways() -> Iterator[Case]:
    for status in GATEWAYS:
        for step in READS:
            yield Case(step, f"{status} with a page", Canned(raw=page(status)), ONCE, asked=2)
            yield Case(
                step, f"{status} with a page", Canned(raw=page(status)), ALWAYS, ServerError, bought_at(step), asked=6
            )
        yield Case("wait", f"{status} with a page", Canned(raw=page(status)), ONCE)
        for taken in (False, True):
            name = f"{status} with a page, the sandbox {'took it' if taken else 'never saw it'}"
            yield Case(
                "submit", name, Canned(taken, page(status)), ALWAYS, SubmissionUncertain, bought=int(taken), asked=1
            )
    yield Case("wait", "502 with a page", Canned(raw=page(502)), ALWAYS)
    for name, raw in {
        "500 with a page": page(500),
        "500 without a body": answer(500),
        "503 with a document": error(503),
    }.items():
        yield Case("submit", name, Canned(True, raw), ALWAYS, SubmissionUncertain, asked=1)
    gone = [("status", Canned(raw=page(502)), ALWAYS)]
    yield Case("wait", "502, and no state either", Canned(raw=page(502)), ALWAYS, ServerError, also=gone)  # type: ignore[arg-type]


def unreadable() -> Iterator[Case]:
    for name, raw in UNREADABLE.items():
        yield Case("submit", name, Canned(True, raw), ALWAYS, SubmissionUncertain, asked=1)
        yield Case("wait", name, Canned(raw=raw), ONCE)
        for step in READS:
            yield Case(step, name, Canned(raw=raw), ONCE, asked=2)
    for step in READS:
        yield Case(
            step,
            "200 with a page",
            Canned(raw=UNREADABLE["200 with a page"]),
            ALWAYS,
            ServerError,
            bought_at(step),
            asked=6,
        )
    for name, raw in NOTHING_IN_IT.items():
        yield Case("submit", name, Canned(True, raw), ALWAYS, SubmissionUncertain, asked=1)
        yield Case("session", name, Canned(raw=raw), ALWAYS, ServerError, bought=0)
        yield Case("wait", name, Canned(raw=raw), ONCE)
        yield Case("status", name, Canned(raw=raw), ALWAYS, ServerError)
        yield Case("sign", name, Canned(raw=raw), ONCE, asked=2)
    yield Case("sign", "data: null", Canned(raw=document({"data": None})), ALWAYS, AssetUnavailable, asked=4)


def redirected() -> Iterator[Case]:
    for name, place in REDIRECTS.items():
        yield Case("submit", f"302 {name}", moved(place, forward=True), ALWAYS, SubmissionUncertain, asked=1)
    away = moved(REDIRECTS["to another place"])
    for step in READS:
        yield Case(step, "302", away, ONCE, asked=2)
        yield Case(step, "302", away, ALWAYS, ServerError, bought_at(step), asked=6)
    yield Case("wait", "302", away, ONCE)


def broken() -> Iterator[Case]:
    for step in API_STEPS:
        yield Case(step, "refused", Refused(), ONCE)
        yield Case(step, "refused", Refused(), ALWAYS, ConnectionFailed, bought_at(step))
    for name, fault in BROKEN.items():
        yield Case("submit", name, fault, ONCE, SubmissionUncertain, int(name in TAKEN))
        yield Case("submit", name, fault, ALWAYS, SubmissionUncertain, int(name in TAKEN))
        yield Case("wait", name, fault, ONCE)
        for step in READS:
            yield Case(step, name, fault, ONCE)
            yield Case(step, name, fault, ALWAYS, ConnectionFailed, bought_at(step))
    yield Case("wait", "reset after it was read", Reset(), ALWAYS)
    gone = [("status", Reset(), ALWAYS)]
    yield Case("wait", "reset, and no state either", Reset(), ALWAYS, ConnectionFailed, also=gone)  # type: ignore[arg-type]


def slow() -> Iterator[Case]:
    for step in API_STEPS:
        yield Case(step, "a slow answer", Drip(), ONCE, asked=1)
        yield Case(step, "a slow answer", Drip(), ALWAYS, asked=1)
    for step in READS:
        yield Case(step, "silence", Hang(), ONCE, asked=2, options=IMPATIENT)
        yield Case(step, "silence in the headers", Hang(True, first=30), ONCE, asked=2, options=IMPATIENT)
    yield Case("sign", "silence", Hang(), ALWAYS, ConnectionFailed, asked=6, options=IMPATIENT)
    for taken in (False, True):
        name = f"silence, the sandbox {'took it' if taken else 'never saw it'}"
        yield Case("submit", name, Hang(taken), ALWAYS, SubmissionUncertain, int(taken), asked=1, options=IMPATIENT)
    yield Case("submit", "silence in the headers", Hang(True, 30), ONCE, SubmissionUncertain, options=IMPATIENT)
    short = {"deadline_s": 1}
    yield Case("wait", "silence", Hang(), ALWAYS, asked=1, options=short)
    yield Case("wait", "silence after the end", Hang(forward=True), ALWAYS, asked=1, options=short)
    gone = [("status", Canned(raw=error(500)), ALWAYS)]
    yield Case("wait", "silence, and no state either", Hang(), ALWAYS, WaitTimeout, also=gone, options=short)  # type: ignore[arg-type]


# -- downloads --------------------------------------------------------------------------------------------------


def read_body(raw: bytes) -> tuple[bytes, bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    return head, body


def half(raw: bytes) -> bytes:
    body = read_body(raw)[1]
    return answer(200, body[: len(body) // 2], "image/png")


def flipped(raw: bytes) -> bytes:
    body = bytearray(read_body(raw)[1])
    body[len(body) // 2] ^= 0xFF
    return answer(200, bytes(body), "image/png")


def claiming(raw: bytes, share: float) -> bytes:
    body = read_body(raw)[1]
    return answer(200, body, "image/png", length=int(len(body) * share))


def without_length(raw: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + read_body(raw)[1]


def labelled(raw: bytes) -> bytes:
    return answer(200, read_body(raw)[1], "text/html")


XML = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'
WORTH_ANOTHER: dict[str, Fault] = {
    **{str(status): Canned(raw=answer(status, XML, "application/xml")) for status in (400, 401, 403, 404, 429)},
    **{str(status): Canned(raw=page(status)) for status in (500, *GATEWAYS)},
    "204": Canned(raw=answer(204)),
    "206": Canned(raw=answer(206, b"\x89PNG", "image/png")),
    "a page": Canned(raw=page(200)),
    "an XML error with a 200": Canned(raw=answer(200, XML, "application/xml")),
    "a JSON error with a 200": Canned(raw=document({"message": "expired"})),
    "no bytes": Canned(raw=answer(200, b"", "image/png")),
    "half of it, complete for all we know": Altered(by=half),
    "a byte that is wrong": Altered(by=flipped),
    "a length that is too small": Altered(by=lambda raw: claiming(raw, 0.5)),
    "a length that is too large": Altered(by=lambda raw: claiming(raw, 2)),
    **BROKEN,
    "refused": Refused(),
}
HARMLESS: dict[str, Fault] = {
    "a slow answer": Drip(),
    "no length": Altered(by=without_length),
    "the wrong type for the right bytes": Altered(by=labelled),
    "a redirect": RedirectToItself(),
}
FORBIDDEN_PLACES = (
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "data:image/png;base64,iVBORw0KGgo=",
    "http://10.0.0.1/x",
    "https://192.168.1.1/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:10.0.0.1]/x",
    "http://[fe80::1]/x",
    "http://0.0.0.0/x",
    "http://224.0.0.1/x",
    "http://0xa000001/x",
    "http:///x",
    "http://127.0.0.1:99999/x",
    "",
)
NO_REDIRECT = ("", "http:///x", "data:image/png;base64,iVBORw0KGgo=", "http://127.0.0.1:99999/x")
"""Places that can't be redirected to, whatever they are."""


def downloads() -> Iterator[Case]:
    for name, fault in WORTH_ANOTHER.items():
        yield Case("download", name, fault, ONCE, kind="image")
        yield Case("download", name, fault, ALWAYS, AssetUnavailable, kind="image")
    for name, fault in HARMLESS.items():
        yield Case("download", name, fault, ONCE, kind="image", asked=2 if name == "a redirect" else 1)
    yield Case("download", "410", Canned(raw=answer(410)), ONCE, AssetUnavailable, asked=1)
    yield Case("download", "a redirect", RedirectToItself(), 5, asked=6)
    yield Case("download", "a redirect", RedirectToItself(), 6, AssetUnavailable, asked=6)
    yield Case("download", "a redirect", RedirectToItself(), ALWAYS, AssetUnavailable, asked=6)
    yield Case("download", "silence", Hang(), ONCE, asked=2, options=IMPATIENT)
    yield Case("download", "silence", Hang(), ALWAYS, AssetUnavailable, asked=4, options=IMPATIENT)
    yield Case("download", "silence in the body", HangInBody(), ONCE, asked=2, options=IMPATIENT, kind="image")
    small, large = {"max_download_mb": 0.001}, {"max_download_mb": 512}
    for name, by in {"a length": bytes, "no length": without_length}.items():
        fault = Altered(by=by)  # type: ignore[arg-type]
        yield Case("download", f"too large, {name}", fault, ONCE, AssetUnavailable, options=small, cure=large, asked=1)
    for place in FORBIDDEN_PLACES:
        named = Canned(raw=document({"data": {"url": place}}))
        yield Case("sign", f"a URL at {place or 'nowhere'}", named, ONCE, AssetUnavailable, asked=1)
        if place not in NO_REDIRECT:
            yield Case("download", f"a redirect to {place}", moved(place), ONCE, AssetUnavailable, asked=1)


CASES = list(
    chain(
        *map(reaching_status, (documented(), gateways(), unreadable(), redirected(), broken(), slow())),
        downloads(),
    )
)


# -- the test ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def originals(upstream: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what the sandbox makes of the matrix' prompts."""
    home = tmp_path_factory.mktemp("originals")
    with Playcut(api_key=upstream.key, base_url=upstream.base_url, home=home, progress="off") as pc:
        runs = {kind: pc.submit(kind, prompt, **OPTIONS[kind], **SEED) for kind, prompt in PROMPTS.items()}
        return {kind: run.wait(60).assets[0].data for kind, run in runs.items()}


def ended(run: Generation, within_s: float = 30) -> PlaycutError | None:
    """Wait for the end of *run* and return its error, or None."""
    try:
        run.wait(within_s)
    except PlaycutError as failure:
        assert run.done, "it hangs"
        return failure
    return None


def assert_told_well(failure: PlaycutError, key: str) -> None:
    """Check that an error tells what to do, and no secret."""
    text = "\n".join([str(failure), repr(failure), *failure._render_traceback_()])
    assert "Something inside" not in text
    assert failure.hint
    assert key not in text
    assert "Signature=" not in text


def only_record(library: Library) -> Record:
    (record,) = library.history()
    return record


def assert_kept(record: Record, original: bytes, home: Path) -> None:
    assert record.state == "fetched"
    (asset,) = record.assets
    assert path_of(asset).read_bytes() == original
    assert not list(home.rglob(".part-*"))


def assert_no_trace_of_the_key_at_the_storage(proxy: Proxy, leaks_before: int) -> None:
    assert proxy.storage_authorizations == []
    assert proxy.sandbox.leaked_authorization == leaks_before


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_an_accident_ends_as_promised_and_nothing_is_bought_twice_or_lost(
    case: Case, proxy: Proxy, connect: Connect, originals: dict[str, bytes]
) -> None:
    sandbox = proxy.sandbox
    before, leaks = sandbox.submissions, sandbox.leaked_authorization
    pc = connect(**case.options)
    library = pc.connection.library
    for step, fault, times in [*case.also, (case.step, case.fault, case.times)]:
        proxy.program(step, fault, times)

    run = pc.submit(case.kind, PROMPTS[case.kind], **OPTIONS[case.kind], **SEED)
    failure = ended(run)

    assert type(failure) is (case.outcome or type(None)), failure
    assert sandbox.submissions - before == case.bought
    assert proxy.seen.count("submit") <= 2
    if case.asked is not None:
        assert proxy.seen.count(case.step) == case.asked
    assert max(proxy.seen.count(step) for step in set(proxy.seen) or {"submit"}) <= 6, "retries are bounded"
    assert_no_trace_of_the_key_at_the_storage(proxy, leaks)
    record = only_record(library)
    assert record.state == case.state
    if failure is None:
        assert_kept(record, originals[case.kind], library.home)
        return

    assert_told_well(failure, sandbox.key)
    proxy.heal()
    pc.configure(**case.cure)
    if record.state == "acknowledged":
        assert failure.task_id == record.task_id
        task_id = record.task_id or ""
        assert task_id
        with connect("another-machine") as elsewhere:
            elsewhere.wait(task_id)
            assert_kept(only_record(elsewhere.connection.library), originals[case.kind], elsewhere.connector.home)
        (resumed,) = pc.resume()
        assert resumed.error is None
        assert resumed.task_id == task_id
        assert_kept(only_record(library), originals[case.kind], library.home)
    else:
        assert record.task_id is None
        assert len(pc.resume()) == 0
        (remembered,) = pc.history()
        assert remembered.error is not None
    assert "submit" not in proxy.seen
    assert sandbox.submissions - before == case.bought
    assert_no_trace_of_the_key_at_the_storage(proxy, leaks)


def test_there_are_enough_cases_and_no_two_are_the_same() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert len(CASES) >= 150


# -- what one outcome does not tell -----------------------------------------------------------------------------


def submit(pc: Playcut, kind: str = "speech") -> Generation:
    run: Generation = pc.submit(kind, PROMPTS[kind], **OPTIONS[kind], **SEED)
    return run


def test_retry_after_is_obeyed_to_the_second(proxy: Proxy, connect: Connect) -> None:
    proxy.program("submit", Canned(raw=error(429, headers={"Retry-After": "1"})))
    run = submit(connect())
    began = time.monotonic()
    assert ended(run) is None
    assert 0.9 <= time.monotonic() - began < 3


def test_a_wait_that_is_cut_is_taken_up_with_the_state_and_a_new_wait(connect: Connect) -> None:
    with Sandbox(latency_s=0.6, rate=None, media="tiny") as sandbox, Proxy(sandbox) as slower:
        slower.program("wait", Reset())
        home = connect().connector.home.with_name("slower")
        with Playcut(api_key=sandbox.key, base_url=slower.base_url, home=home, progress="off") as pc:
            assert ended(submit(pc)) is None
        assert slower.seen == ["session", "submit", "wait", "status", "wait", "sign", "download"]
        assert sandbox.submissions == 1


def test_each_download_uses_a_newly_signed_url(proxy: Proxy, connect: Connect) -> None:
    proxy.program("download", Reset(), 2)
    assert ended(submit(connect())) is None
    assert proxy.seen[3:] == ["sign", "download"] * 3


def test_an_uncertain_one_of_a_sweep_is_not_retried_unless_asked_for(proxy: Proxy, connect: Connect) -> None:
    before = proxy.sandbox.submissions
    proxy.program("submit", Reset(forward=True))
    pc = connect()
    sweep = pc.sweep("hi", kind="speech", voice=["voice_en_gb_ada", "voice_en_us_grace"], **SEED)
    assert [type(run.error) for run in sweep.failed] == [SubmissionUncertain]
    assert proxy.sandbox.submissions - before == 2
    sweep.retry_failed()
    assert proxy.sandbox.submissions - before == 2
    sweep.retry_failed(uncertain=True)
    assert proxy.sandbox.submissions - before == 3


@pytest.mark.parametrize("step", ["session", "submit", "sign"])
def test_an_answer_that_never_ends_is_given_up(step: Step, proxy: Proxy, connect: Connect) -> None:
    before = proxy.sandbox.submissions
    proxy.program(step, EndlessDrip(forward=True))
    run = submit(connect(**IMPATIENT))
    failure = ended(run, 4)
    assert type(failure) is (SubmissionUncertain if step == "submit" else type(None))
    assert proxy.sandbox.submissions - before == 1


@pytest.mark.parametrize("place", ["mailto:x", "localhost:8080/login", "data:text/html,x"])
def test_a_submission_that_is_answered_with_an_odd_redirect_is_not_sent_again(
    place: str, proxy: Proxy, connect: Connect
) -> None:
    before = proxy.sandbox.submissions
    proxy.program("submit", moved(place, forward=True), ALWAYS)
    pc = connect()
    failure = ended(submit(pc))
    assert proxy.sandbox.submissions - before == 1
    assert type(failure) is SubmissionUncertain
    assert only_record(pc.connection.library).state == "uncertain"


@pytest.mark.parametrize("place", ["http://[bad", "mailto:x", "//[", "http://\x7f/"])
def test_a_download_that_is_redirected_to_no_address_is_unavailable_and_not_lost(
    place: str, proxy: Proxy, connect: Connect
) -> None:
    proxy.program("download", moved(place), ALWAYS)
    pc = connect()
    failure = ended(submit(pc))
    assert type(failure) is AssetUnavailable
    assert_told_well(failure, proxy.sandbox.key)
    proxy.heal()
    assert [run.error for run in pc.resume()] == [None]


@pytest.mark.parametrize(
    "raw",
    [
        answer(200, b"\x00NG\r\n\x1a\n" + bytes(5_000), "image/png"),
        answer(200, b"GenerationRequest has expired", "text/plain"),
    ],
    ids=["a PNG without its first bytes", "a sentence"],
)
def test_bytes_that_are_no_picture_are_not_kept_as_the_picture(raw: bytes, proxy: Proxy, connect: Connect) -> None:
    proxy.program("download", Canned(raw=raw))
    run = submit(connect(), "image")
    assert ended(run) is None
    assert run.assets[0].kind == "image"


def test_a_task_from_elsewhere_is_remembered_although_its_asset_can_not_be_signed(
    proxy: Proxy, connect: Connect
) -> None:
    task_id = submit(connect()).wait(30).task_id or ""
    elsewhere = connect("another-machine")
    proxy.program("sign", Canned(raw=error(404)))
    with pytest.raises(PlaycutError) as caught:
        elsewhere.wait(task_id)
    assert caught.value.task_id == task_id
    assert [run.error for run in elsewhere.resume()] == [None]


def test_a_task_that_nobody_knows_leaves_no_row(proxy: Proxy, connect: Connect) -> None:
    pc = connect()
    with pytest.raises(NotFound) as caught:
        pc.wait("t_nobody_knows")
    assert caught.value.task_id == "t_nobody_knows"
    assert len(pc.history()) == 0


def test_two_pictures_that_arrive_at_once_leave_the_notebooks_warnings_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    first_opens, second_opens, first_is_done = threading.Event(), threading.Event(), threading.Event()
    really_open = Image.open

    def held_up(*arguments: Any, **options: Any) -> Image.Image:
        if threading.current_thread().name == "first":
            first_opens.set()
            second_opens.wait(0.5)
        else:
            second_opens.set()
            first_is_done.wait(0.5)
        return really_open(*arguments, **options)

    monkeypatch.setattr(Image, "open", held_up)
    first = threading.Thread(target=media.inspect, args=(drawn.getvalue(),), name="first")
    second = threading.Thread(target=media.inspect, args=(drawn.getvalue(),), name="second")
    with warnings.catch_warnings():
        before = list(warnings.filters)
        first.start()
        assert first_opens.wait(10)
        second.start()
        first.join(10)
        first_is_done.set()
        second.join(10)
        assert list(warnings.filters) == before
