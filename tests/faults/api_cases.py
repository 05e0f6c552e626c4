"""Accidents at the API: what it documents, what gateways do, and what networks do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

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

from .accidents import Canned, Drip, Hang, Refused, Reset, Step
from .answers import answer, document, error, page
from .cases import ALWAYS, API_STEPS, BROKEN, GATEWAYS, IMPATIENT, ONCE, READS, Case, moved

DOCUMENTED: dict[int, type[PlaycutError]] = {
    400: InvalidInput,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    422: PromptRefused,
    409: PlaycutError,
}
"""409 stands for any other 4xx: a plain PlaycutError."""
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
TAKEN = ("cut in the headers", "cut in the body", "reset after the sandbox answered")


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


def api_cases() -> Iterator[Case]:
    yield from reaching_status(chain(documented(), gateways(), unreadable(), redirected(), broken(), slow()))
