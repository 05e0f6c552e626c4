"""Accidents at the API: what it documents, what gateways do, and what networks do."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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

from .accidents import Altered, Canned, Drip, Hang, Refused, Reset, Step
from .answers import answer, document, error, page
from .cases import ALWAYS, API_STEPS, ATTEMPTS, BROKEN, GATEWAYS, IMPATIENT, ONCE, READS, Case, moved

DOCUMENTED: dict[int, type[PlaycutError]] = {
    400: InvalidInput,
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    422: PromptRefused,
    409: PlaycutError,
}
"""409 stands for any other 4xx: a plain PlaycutError."""
PACKED = gzip.compress(b'{"data": {"taskId": "t_1", "status": "PENDING"}}' + b" " * 1000)
UNREADABLE: dict[str, bytes] = {
    "200 with a page": page(200),
    "200 without a body": answer(200),
    "200 with JSON cut short": answer(200, b'{"data": {"taskId": "t_1'),
    "200 with a list": document([{"taskId": "t_1"}]),
    "200 with a text": document("fine"),
    "200 without data": document({"taskId": "t_1", "sessionId": "s_1", "url": "http://127.0.0.1/"}),
    "200 with bytes that are no text": answer(200, b"\xff\xfe\x00{"),
    "200 that claims gzip and is cut short": answer(200, PACKED[:30], headers={"Content-Encoding": "gzip"}),
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
REFUSALS: dict[str, bytes] = {
    **{f"{status} with a page": page(status) for status in (401, 403, 404, 405, 407, 422, 451, 511)},
    "403 with a line": answer(403, b"error code: 1020", "text/plain"),
    "404 without a body": answer(404, content_type=""),
    "404 with another server's JSON": document({"detail": "Not Found"}, 404),
}


def packed(raw: bytes, codings: Sequence[str] = (), label: str | None = None) -> bytes:
    """Return an answer whose body went through *codings*, in this order, and is labelled so or with *label*."""
    body = raw.partition(b"\r\n\r\n")[2]
    for coding in codings:
        body = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    label = ", ".join(codings) if label is None else label
    return answer(200, body, headers={"Content-Encoding": label} if label else {})


def in_members(raw: bytes) -> bytes:
    body = raw.partition(b"\r\n\r\n")[2]
    return answer(
        200,
        b"".join(gzip.compress(body[start : start + 9]) for start in range(0, len(body), 9)),
        headers={"Content-Encoding": "gzip"},
    )


LABELS = ("UTF-8", "aws-chunked", "none", "gzip", "deflate")
ODD_CLOTHES: dict[str, Callable[[bytes], bytes]] = {
    "gzip in members": in_members,
    **{" ".join(codings): partial(packed, codings=codings) for codings in (("gzip", "gzip"), ("deflate", "gzip"))},
    "gzip that is not named": partial(packed, codings=["gzip"], label=""),
    "a length that is too large": lambda raw: answer(200, raw.partition(b"\r\n\r\n")[2], length=10_000),
    **{
        f"labelled {label}": partial(packed, label=label)
        for label in ("UTF-8", "aws-chunked", "none", "gzip", "deflate")
    },
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
    yield Case("status", "500", crash, ALWAYS, asked=1)
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
        yield Case("status", f"{status} with a page", Canned(raw=page(status)), ALWAYS, asked=1)
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
        yield Case("status", name, Canned(raw=raw), ALWAYS, asked=1)
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
        yield Case("status", name, Canned(raw=raw), ALWAYS, asked=1)
        yield Case("sign", name, Canned(raw=raw), ONCE, asked=2)
    yield Case("sign", "data: null", Canned(raw=document({"data": None})), ALWAYS, AssetUnavailable, asked=4)


def redirected() -> Iterator[Case]:
    for name, place in REDIRECTS.items():
        yield Case("submit", f"302 {name}", moved(place), ALWAYS, PlaycutError, bought=0, asked=1)
    for status in (300, 301, 303, 304, 307, 308):
        away = Canned(raw=answer(status, headers={"Location": REDIRECTS["to another place"]}))
        yield Case("submit", str(status), away, ALWAYS, PlaycutError, bought=0, asked=1)
    away = moved(REDIRECTS["to another place"])
    yield Case("session", "302", away, ONCE, PlaycutError, bought=0, asked=1)
    yield Case("wait", "302", away, ONCE)
    yield Case("wait", "302", away, ALWAYS, PlaycutError, asked=ATTEMPTS)
    yield Case("status", "302", away, ALWAYS, asked=1)
    yield Case("sign", "302", away, ONCE, asked=2)
    yield Case("sign", "302", away, ALWAYS, PlaycutError, asked=ATTEMPTS)


def intercepted() -> Iterator[Case]:
    """A gateway, a firewall or a login page refuses in place of the API, which then has bought nothing."""
    for name, raw in REFUSALS.items():
        for step in ("session", "submit"):
            yield Case(step, name, Canned(raw=raw), ALWAYS, PlaycutError, bought=0, asked=1)
        yield Case("wait", name, Canned(raw=raw), ONCE, asked=2)
        yield Case("status", name, Canned(raw=raw), ALWAYS, asked=1)
        yield Case("sign", name, Canned(raw=raw), ONCE, asked=2)
    yield Case("wait", "403 with a page", Canned(raw=page(403)), ALWAYS, PlaycutError, asked=ATTEMPTS)
    yield Case("sign", "403 with a page", Canned(raw=page(403)), ALWAYS, PlaycutError, asked=ATTEMPTS)


def refused() -> Iterator[Case]:
    """A 429 that names no time and may never end, and a service that says when it is back."""
    empty = Canned(raw=error(429, "No credits left."))
    for step in API_STEPS:
        yield Case(step, "429 for want of credits", empty, ONCE, asked=2)
    yield Case("session", "429 for want of credits", empty, ALWAYS, RateLimited, bought=0, asked=5)
    yield Case("submit", "429 for want of credits", empty, ALWAYS, RateLimited, bought=0, asked=5)
    for status in (500, 502, 503):
        away = Canned(raw=error(status, headers={"Retry-After": "1"}))
        for step in ("session", "wait", "sign"):
            yield Case(step, f"{status}, back soon", away, ONCE, asked=2)
        long = Canned(raw=error(status, headers={"Retry-After": "121"}))
        for step in ("session", "wait", "sign"):
            yield Case(step, f"{status}, back in 121 s", long, ONCE, ServerError, bought_at(step), asked=1)
    for step in ("session", "status", "sign"):
        conflict = Canned(raw=error(409, headers={"Retry-After": "1"}))
        yield Case(step, "409, free soon", conflict, ONCE, asked=1 if step == "status" else 2)


def dressed_oddly() -> Iterator[Case]:
    """Answers whose bytes are whole, in codings that are not named, not there, or undone only in part."""
    for name, by in ODD_CLOTHES.items():
        for step in API_STEPS:
            yield Case(step, name, Altered(by=by), ALWAYS, asked=1)


def broken() -> Iterator[Case]:
    for step in API_STEPS:
        yield Case(step, "refused", Refused(), ONCE)
        yield Case(step, "refused", Refused(), ALWAYS, ConnectionFailed, bought_at(step))
    for name, fault in BROKEN.items():
        yield Case("submit", name, fault, ONCE, SubmissionUncertain, int(name in TAKEN))
        yield Case("submit", name, fault, ALWAYS, SubmissionUncertain, int(name in TAKEN))
        yield Case("wait", name, fault, ONCE)
        yield Case("status", name, fault, ONCE)
        for step in READS:
            yield Case(step, name, fault, ONCE)
            yield Case(step, name, fault, ALWAYS, ConnectionFailed, bought_at(step))
    yield Case("status", "reset after it was read", Reset(), ALWAYS, asked=1)
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
    refusals = chain(documented(), refused(), redirected(), intercepted())
    yield from reaching_status(chain(refusals, gateways(), unreadable(), dressed_oddly(), broken(), slow()))
