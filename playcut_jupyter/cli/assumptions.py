"""What the product assumes of the API, each compared with what was seen. A finding holds no secret and no id."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from playcut_jupyter import media
from playcut_jupyter.api import models
from playcut_jupyter.api.answers import Response
from playcut_jupyter.api.storage_pool import StoragePool
from playcut_jupyter.api.storage_probe import first_byte
from playcut_jupyter.errors import PlaycutError

_WORDS = {"status", "type", "code"}
"""Fields whose text is a word of the API's, and not an id or a person's."""
_STATES = {"PENDING", "PROCESSING", "COMPLETED", "FAILED"}
_HELD_S = 1.0
_RATE = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


class Finding(NamedTuple):
    """One assumption, whether it holds (None: nothing was seen of it), and what was seen."""

    assumed: str
    holds: bool | None
    seen: str
    is_record: bool = False
    """True if nothing is assumed: it is only written down."""


class Exchange(NamedTuple):
    """One answer of the API; `at` is Unix time."""

    tool: str
    response: Response
    elapsed_s: float
    at: float

    @property
    def data(self) -> Any:
        """The `data` of the answer; None if it can't be read."""
        try:
            document = json.loads(self.response.body)
        except ValueError:
            return None
        return document.get("data") if isinstance(document, dict) else None


def shape(value: object, name: str = "") -> str:
    """Return what *value* is made of: names and types, and of text only how it looks."""
    if isinstance(value, dict):
        members = (f"{_name(key)}: {shape(item, str(key))}" for key, item in list(value.items())[:20])
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return f"[{shape(value[0], name)}{f', … {len(value)} in all' if len(value) > 1 else ''}]" if value else "[]"
    if isinstance(value, str):
        if name in _WORDS and re.fullmatch(r"[A-Za-z_]{1,40}", value):
            return value
        digits = "hex" if re.fullmatch(r"[0-9a-fA-F]+", value) else "text"
        return f"{digits} of {len(value)}"
    return str(value) if isinstance(value, bool | int | float) or value is None else type(value).__name__


def _name(key: object) -> str:
    """Return a field's name, unless it may be an id."""
    return str(key) if re.fullmatch(r"[A-Za-z_]{1,40}", str(key)) else shape(str(key))


def of_reads(exchanges: Sequence[Exchange]) -> list[Finding]:
    """Compare the calls that cost nothing, and what all answers share."""
    voices, session = _last(exchanges, "list-voices"), _last(exchanges, "create-session")
    listed = models.voices(voices.data) if voices else []
    return [
        Finding("list-voices lists voices with ids", bool(listed) if voices else None, _shape_of(voices)),
        Finding(
            "create-session answers with sessionId and title",
            _has(session, "sessionId", "title"),
            _shape_of(session),
        ),
        *_of_headers(exchanges),
    ]


def _of_headers(exchanges: Sequence[Exchange]) -> list[Finding]:
    if not exchanges:
        return []
    all_headers = [exchange.response.headers for exchange in exchanges]
    headers = all_headers[-1]
    types = {one.get("content-type", "none") for one in all_headers}
    codings = {one.get("content-encoding", "none") for one in all_headers}
    reset = headers.get("X-RateLimit-Reset", "")
    reset_ms = _number(reset)
    ahead_s = reset_ms / 1000 - exchanges[-1].at if reset_ms is not None else None
    skew_s = _clock_skew_s(exchanges[-1])
    return [
        Finding("answers are JSON", all("json" in one for one in types), ", ".join(sorted(types))),
        Finding("answers are not compressed", codings <= {"none", "identity"}, ", ".join(sorted(codings))),
        Finding(
            "every answer carries the rate limit",
            all(name in one for one in all_headers for name in _RATE),
            ", ".join(f"{name} {'set' if name in headers else 'missing'}" for name in _RATE),
        ),
        Finding("the limit is 60, 300 or 1000", _is_plan(headers), headers.get(_RATE[0], "none")),
        Finding(
            "the reset is Unix time in ms, within a minute",
            None if not reset else ahead_s is not None and -5 < ahead_s < 65,
            f"{ahead_s:.1f} s ahead" if ahead_s is not None and abs(ahead_s) < 1e6 else f"{len(reset)} digits",
        ),
        Finding(
            "this machine's clock is right",
            None if skew_s is None else abs(skew_s) < 30,
            "no Date" if skew_s is None else f"{skew_s:+.0f} s",
        ),
        Finding("Headers of answers", None, ", ".join(sorted({name.lower() for name in headers})), is_record=True),
    ]


def of_task(exchanges: Sequence[Exchange]) -> list[Finding]:
    """Compare a submission, the wait for its task, and the signing of its asset."""
    submitted = next((one for one in exchanges if one.tool.startswith("generate-")), None)
    waits = [one for one in exchanges if one.tool == "wait-for-task"]
    polls = [one for one in exchanges if one.tool == "get-task-status"]
    documents = [one.data for one in waits + polls if isinstance(one.data, dict)]
    words = list(dict.fromkeys(str(document.get("status")) for document in documents))
    infos = [one.get("processingInfo") for one in documents]
    progress = [info["progress"] for info in infos if isinstance(info, dict) and "progress" in info]
    acknowledged = submitted.data if submitted and isinstance(submitted.data, dict) else {}
    return [
        Finding(
            "a submission answers with taskId, status and estimatedCredits",
            _has(submitted, "taskId", "status", "estimatedCredits"),
            _shape_of(submitted),
        ),
        Finding("its status is PENDING", acknowledged.get("status") == "PENDING" if submitted else None, ""),
        Finding("states are the documented ones", set(words) <= _STATES if words else None, ", ".join(words)),
        _is_held(waits),
        Finding(
            "the task's document names the task, COMPLETED and its assets",
            _is_documented(waits[-1].data, acknowledged.get("taskId")) if waits else None,
            _shape_of(waits[-1] if waits else None),
        ),
        Finding(
            "progress is 0 to 100",
            all(isinstance(value, int | float) and 0 <= value <= 100 for value in progress) if progress else None,
            ", ".join(map(str, progress[:8])),
        ),
        Finding(
            "download-asset answers with a url",
            _has(_last(exchanges, "download-asset"), "url"),
            _shape_of(_last(exchanges, "download-asset")),
        ),
        Finding("a held wait counts as one request", *_cost_of_wait(exchanges)),
    ]


def _is_held(waits: Sequence[Exchange]) -> Finding:
    assumed = "wait-for-task is held until the task ends"
    if not waits:
        return Finding(assumed, None, "")
    early = [one for one in waits[:-1] if one.elapsed_s < _HELD_S]
    seen = ", ".join(f"{one.response.status_code} after {one.elapsed_s:.1f} s" for one in waits[:8])
    return Finding(assumed, not early and len(waits) < 3, seen)


def _is_documented(document: object, task_id: object) -> bool:
    parsed = models.task_document(document)
    is_same = parsed is not None and parsed.task_id == task_id
    return is_same and parsed is not None and parsed.status == "COMPLETED" and bool(parsed.asset_ids)


def _cost_of_wait(exchanges: Sequence[Exchange]) -> tuple[bool | None, str]:
    """Return by how much the rate limit's rest went down over the wait, per request made; None where a window ended."""
    left = [(one.tool, one.response.headers.get(_RATE[1], "")) for one in exchanges]
    numbers = [number for _, value in left if (number := _number(value)) is not None]
    if len(numbers) != len(left) or len(numbers) < 2 or numbers != sorted(numbers, reverse=True):
        return None, ", ".join(value or "none" for _, value in left)
    return numbers[0] - numbers[-1] <= len(numbers), f"{numbers[0] - numbers[-1]:g} for {len(numbers) - 1} requests"


def signed_url(exchanges: Sequence[Exchange]) -> str | None:
    """Return the URL of the last `download-asset`; a secret."""
    signed = _last(exchanges, "download-asset")
    url = signed.data.get("url") if signed and isinstance(signed.data, dict) else None
    return url if isinstance(url, str) else None


def of_url(url: str, exchanges: Sequence[Exchange]) -> list[Finding]:
    """Compare what a signed URL itself says."""
    parts = urlsplit(url)
    signed = _last(exchanges, "download-asset")
    life_s = _life_s(url, signed.at if signed else time.time())
    is_local = (parts.hostname or "").startswith("127.")
    return [
        Finding("a signed URL is https", parts.scheme == "https" or is_local, parts.scheme),
        Finding("it is signed in its query", bool(parts.query), f"{len(parse_qs(parts.query))} parameters"),
        Finding(
            "it lives long enough for a download (30 s)",
            None if life_s is None else life_s >= 30,
            "its query does not tell" if life_s is None else f"{life_s:.0f} s",
        ),
    ]


def _life_s(url: str, now: float) -> float | None:
    """Return for how long a signed URL lives by its query, seconds: as S3, Google, Azure and CloudFront write it."""
    query = {name.lower(): values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    for name in ("x-amz-expires", "x-goog-expires"):
        if (life_s := _number(query.get(name, ""))) is not None:
            return life_s
    for name in ("expires", "exp", "e"):
        if (moment := _number(query.get(name, ""))) is not None:
            moment = moment / 1000 if moment > 1e11 else moment
            return moment - now if moment > 1e9 else moment
    try:
        return datetime.fromisoformat(query["se"]).replace(tzinfo=UTC).timestamp() - now
    except (KeyError, ValueError):
        return None


async def of_storage(url: str, data: bytes, mime_type: str, storage: StoragePool) -> list[Finding]:
    """Ask the storage for the first byte once more, and compare its answer with the file *data*."""
    try:
        status, seen = await first_byte(url, storage)
    except PlaycutError as error:
        return [Finding("a signed URL can be used twice", False, error.message)]
    total = seen.get("content-range", "").rpartition("/")[2] or seen.get("content-length", "")
    declared, coding = seen.get("content-type", "none").split(";")[0], seen.get("content-encoding", "none")
    return [
        Finding("a signed URL can be used twice", status in (200, 206), f"HTTP {status}"),
        Finding("the storage answers to Range", status == 206, f"HTTP {status}"),
        Finding(
            "its length is the file's", total == str(len(data)) if total else None, f"{total} of {len(data)} bytes"
        ),
        Finding("its media type is the content's", declared == mime_type, f"{declared}; the file is {mime_type}"),
        Finding("it is not compressed", coding in ("none", "identity"), coding),
        Finding("it names a version (ETag)", "etag" in seen, ""),
        Finding("the file is of a known type", media.kind_of(mime_type) != "file", mime_type),
        Finding("Headers of the storage", None, ", ".join(sorted({name.lower() for name in seen})), is_record=True),
    ]


def _last(exchanges: Sequence[Exchange], tool: str) -> Exchange | None:
    return next((one for one in reversed(exchanges) if one.tool == tool), None)


def _has(exchange: Exchange | None, *names: str) -> bool | None:
    if exchange is None:
        return None
    return isinstance(exchange.data, dict) and all(name in exchange.data for name in names)


def _shape_of(exchange: Exchange | None) -> str:
    return f"HTTP {exchange.response.status_code} {shape(exchange.data)}" if exchange else ""


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,9})?", text) else None


def _is_plan(headers: Any) -> bool | None:
    limit = headers.get(_RATE[0], "")
    return limit in ("60", "300", "1000") if limit else None


def _clock_skew_s(exchange: Exchange) -> float | None:
    try:
        return parsedate_to_datetime(exchange.response.headers["date"]).timestamp() - exchange.at
    except (KeyError, ValueError, TypeError):
        return None
