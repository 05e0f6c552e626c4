"""Accidents at the storage, and signed URLs that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from playcut_jupyter.errors import AssetUnavailable

from .accidents import Altered, Canned, Drip, Fault, Hang, HangInBody, RedirectToItself, Refused
from .answers import answer, document, page
from .cases import ALWAYS, ATTEMPTS, BROKEN, GATEWAYS, IMPATIENT, ONCE, Case, moved


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
    "a length that is too large": Altered(by=lambda raw: claiming(raw, 2)),
    **BROKEN,
    "refused": Refused(),
}
SUSPICIOUS: dict[str, Fault] = {
    "half of it, complete for all we know": Altered(by=half),
    "a byte that is wrong": Altered(by=flipped),
    "a length that is too small": Altered(by=lambda raw: claiming(raw, 0.5)),
}
"""What would be kept if it came twice."""
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


def download_cases() -> Iterator[Case]:
    for name, fault in WORTH_ANOTHER.items():
        yield Case("download", name, fault, ONCE, kind="image")
        yield Case("download", name, fault, ALWAYS, AssetUnavailable, kind="image")
    for name, fault in SUSPICIOUS.items():
        yield Case("download", name, fault, ONCE, kind="image", asked=2)
    for name, fault in HARMLESS.items():
        yield Case("download", name, fault, ONCE, kind="image", asked=2 if name == "a redirect" else 1)
    yield Case("download", "410", Canned(raw=answer(410)), ONCE, AssetUnavailable, asked=1)
    yield Case("download", "a redirect", RedirectToItself(), 5, asked=6)
    yield Case("download", "a redirect", RedirectToItself(), 6, AssetUnavailable, asked=6)
    yield Case("download", "a redirect", RedirectToItself(), ALWAYS, AssetUnavailable, asked=6)
    yield Case("download", "silence", Hang(), ONCE, asked=2, options=IMPATIENT)
    yield Case("download", "silence", Hang(), ALWAYS, AssetUnavailable, asked=ATTEMPTS, options=IMPATIENT)
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
