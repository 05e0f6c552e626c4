"""Removes secrets from every text that can leave the process: messages, reprs, log records.

Each key and each password of a proxy is remembered here, in memory only, and masked wherever a server, a proxy or a
library echoes it. Users, passwords and query strings of URLs are removed too: a signed URL is equivalent to a key.
"""

from __future__ import annotations

import logging
import re
from typing import Any

_MAX_TEXT = 4_000
_known_keys: set[str] = set()
_known_passwords: set[str] = set()

_KEY_SHAPE = re.compile(r"\bpk_[a-z]+_[0-9A-Za-z]{8,}")
_BEARER = re.compile(r"(?i)(\bbearer\s+)(?!pk_[a-z]+_\.\.\.)[^\s'\",;]+")
# Each pattern matches a whole word, which is inspected afterwards, so that the time is linear in the text's length.
_URL = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{0,15}://[^\s'\"<>]*")
_USER = re.compile(r"(://)[^/?#@]*@(?:[^/?#@]*@)*")
_QUERY = re.compile(r"\?[^\s'\"<>]*")
_SIGNATURE = re.compile(r"(?i)(signature|sig|token|credential|expires)=")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def remember(key: str) -> None:
    """Remember *key*, so that every later `scrub` masks it, whatever its format."""
    if len(key) >= 4:
        _known_keys.add(key)


def remember_password(password: str) -> None:
    """Remember a proxy's password, so that no error and no log shows it; a shorter one is too likely part of a word."""
    if len(password) >= 4:
        _known_passwords.add(password)


def without_passwords(text: str) -> str:
    """Return *text* without the passwords of proxies.

    For errors and logs alone: a password may be a word, which a prompt and an id may hold as well.
    """
    for password in sorted(_known_passwords, key=len, reverse=True):
        text = text.replace(password, "...")
    return text


def mask(key: str) -> str:
    """Return *key* masked for display: its documented prefix and its last four characters."""
    prefix = re.match(r"pk_[a-z]+_", key)
    start = prefix.group() if prefix else ""
    return f"{start}...{key[-4:]}" if len(key) >= len(start) + 12 else f"{start}..."


def scrub(text: str) -> str:
    """Return *text* without keys, bearer tokens, and the users, passwords and query strings of URLs."""
    return _without_signatures(_URL.sub(_without_query, without_userinfo(_without_keys(text))))


def without_userinfo(text: str) -> str:
    """Return *text* with every URL in it without its user and password."""
    return _URL.sub(lambda url: _USER.sub(r"\1", url.group(), count=1), text)


def without_secrets(data: Any) -> Any:
    """Return JSON-like *data* for storage: without keys, and without users and signed query strings of URLs.

    Other query strings stay.
    """
    if isinstance(data, str):
        return _without_signatures(without_userinfo(_without_keys(data)))
    if isinstance(data, list | tuple):
        return [without_secrets(item) for item in data]
    if isinstance(data, dict):
        return {without_secrets(name): without_secrets(value) for name, value in data.items()}
    return data


def _without_keys(text: str) -> str:
    for key in sorted(_known_keys, key=len, reverse=True):
        if key in text:
            text = text.replace(key, mask(key))
    text = _KEY_SHAPE.sub(lambda match: mask(match.group()), text)
    return _BEARER.sub(r"\1...", text)


def _without_query(url: re.Match[str]) -> str:
    address, separator, _ = url.group().partition("?")
    return f"{address}?..." if separator else address


def _without_signatures(text: str) -> str:
    return _QUERY.sub(lambda query: "?..." if _SIGNATURE.search(query.group()) else query.group(), text)


class Guarded(str):
    """Text with a secret: code gets the whole text, and `repr` the scrubbed one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(scrub(str(self)))


def guarded(data: Any) -> Any:
    """Return a tool's answer with every text that contains a signed URL or a key as `Guarded`."""
    if isinstance(data, str):
        return Guarded(data) if scrub(data) != data else data
    if isinstance(data, list):
        return [guarded(item) for item in data]
    if isinstance(data, dict):
        return {guarded(name): guarded(value) for name, value in data.items()}
    return data


def plain(value: object, limit: int = _MAX_TEXT) -> str:
    """Return *value*, text from outside, scrubbed and safe for any terminal and encoding.

    Control characters (terminal escapes, bidirectional overrides) become spaces, and unpaired surrogates become
    question marks. Text longer than *limit* characters is truncated.
    """
    text = value if isinstance(value, str) else str(value)
    # Scrubbed before it is truncated, so that no part of a key remains at the end. Huge text is truncated first.
    text = scrub(_CONTROL.sub(" ", encodable(text[:1_000_000]))).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def encodable(text: str) -> str:
    """Return *text* with lone surrogates, which can't be encoded, replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


class _Scrubber(logging.Filter):
    """Scrubs a record's text and traceback. A filter sees only records of its own logger, not of child loggers."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True
        clean = without_passwords(scrub(message))
        if clean != message:
            record.msg, record.args = clean, None
        if record.exc_info:
            record.exc_text = without_passwords(scrub(_FORMATTER.formatException(record.exc_info)))
            record.exc_info = None
        return True


class _OwnRetries(logging.Filter):
    """Drops stamina's records of our own retries, which the cell's status and our DEBUG log show."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(getattr(record, "stamina.callable", "")).startswith("playcut_jupyter")


def guard_logs() -> None:
    """Add the scrubber to every logger that logs our requests.

    httpx logs whole URLs at INFO, also signed ones, and httpcore logs request headers at DEBUG. Logging ignores a
    filter that is added twice.
    """
    names = ["httpx", "playcut_jupyter", "httpcore", "anyio", "asyncio"]
    names += [f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")]
    for name in names:
        logging.getLogger(name).addFilter(_SCRUBBER)
    logging.getLogger("stamina").addFilter(_OWN_RETRIES)


_FORMATTER = logging.Formatter()
_SCRUBBER = _Scrubber()
_OWN_RETRIES = _OwnRetries()
