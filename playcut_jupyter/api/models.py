"""The API's documents, parsed into frozen values.

The parsers are tolerant: a field that is missing or has the wrong type is None. All text is cleaned and limited in
length here, so that no other code has to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playcut_jupyter.redaction import Guarded, plain, scrub

MAX_ID = 200
MAX_ASSETS = 64
MAX_VOICES = 5_000
TERMINAL = frozenset({"COMPLETED", "FAILED"})


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer to a submission: the task's id, its status, and the server's estimate of credits."""

    task_id: str
    status: str
    estimated_credits: float | None


@dataclass(frozen=True, slots=True)
class TaskFault:
    """The error of a failed task, in the API's words; `retryable` if the same input may be submitted again."""

    code: str | None
    message: str | None
    retryable: bool


@dataclass(frozen=True, slots=True)
class TaskDocument:
    """A task's document. `progress` is 0 to 100 or None; `asset_ids` is empty until COMPLETED."""

    task_id: str | None
    type: str | None
    status: str
    asset_ids: tuple[str, ...]
    progress: float | None
    fault: TaskFault | None

    @property
    def is_terminal(self) -> bool:
        """True for COMPLETED and FAILED; an unknown status is not terminal."""
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of `list-voices`. Only its id is certain, because the answer's shape is not documented."""

    id: str
    name: str
    language: str | None
    sample_url: str | None = field(repr=False)
    details: Mapping[str, Any] = field(repr=False)


def identifier(value: object) -> str | None:
    """Return *value* as an opaque id, or None if it can't be one, or holds a secret: ids are displayed."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        text = str(value).strip()
    except ValueError:  # an integer with more digits than Python converts
        return None
    return text if text and len(text) <= MAX_ID and text.isprintable() and scrub(text) == text else None


def number(value: object) -> float | None:
    """Return *value* as a finite number of at least 0, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = float(value)
    except OverflowError:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def status_word(value: object) -> str:
    """Return a status in upper case; "" if *value* is not text."""
    return plain(value, 60).upper() if isinstance(value, str) else ""


def task_id_in(data: object) -> str | None:
    """Return the task's id in an acknowledgement or task document.

    The API's errors page shows a document with the id under `id`, not `taskId`, so both are accepted.
    """
    if not isinstance(data, Mapping):
        return None
    return identifier(data.get("taskId")) or identifier(data.get("id"))


def acknowledgement(data: object) -> Acknowledgement | None:
    """Parse the answer to a submission; None if it names no task."""
    task_id = task_id_in(data)
    if task_id is None or not isinstance(data, Mapping):
        return None
    return Acknowledgement(task_id, status_word(data.get("status")) or "PENDING", number(data.get("estimatedCredits")))


def task_document(data: object) -> TaskDocument | None:
    """Parse a task document; None if *data* is not an object with a status."""
    if not isinstance(data, Mapping):
        return None
    status = status_word(data.get("status"))
    if not status:
        return None
    info = data.get("processingInfo")
    progress = number(info.get("progress")) if isinstance(info, Mapping) else None
    kind = data.get("type")
    return TaskDocument(
        task_id=task_id_in(data),
        type=plain(kind, 100) if isinstance(kind, str) else None,
        status=status,
        asset_ids=_asset_ids(data.get("output")),
        progress=min(progress, 100.0) if progress is not None else None,
        fault=_fault(data.get("error")),
    )


def _asset_ids(output: object) -> tuple[str, ...]:
    listed = output.get("assetIds") if isinstance(output, Mapping) else None
    if not isinstance(listed, list):
        return ()
    ids = (identifier(item) for item in listed[:MAX_ASSETS])
    return tuple(dict.fromkeys(asset_id for asset_id in ids if asset_id))


def _fault(error: object) -> TaskFault | None:
    if isinstance(error, str) and error.strip():
        return TaskFault(None, plain(error, 1_000), False)
    if not isinstance(error, Mapping):
        return None
    code, message = error.get("code"), error.get("message")
    return TaskFault(
        code=plain(code, 100) if isinstance(code, str | int) else None,
        message=plain(message, 1_000) if isinstance(message, str) else None,
        retryable=error.get("retryable") is True,
    )


def voices(data: object) -> list[Voice]:
    """Parse the answer of `list-voices`: a list, or an object that holds one (the shape is not documented)."""
    if isinstance(data, Mapping):
        lists = [value for value in data.values() if isinstance(value, list)]
        data = lists[0] if lists else []
    if not isinstance(data, list):
        return []
    parsed = (_voice(item) for item in data[:MAX_VOICES])
    return [voice for voice in parsed if voice is not None]


def _voice(item: object) -> Voice | None:
    if isinstance(item, str):
        voice_id = identifier(item)
        return Voice(voice_id, voice_id, None, None, {}) if voice_id else None
    if not isinstance(item, Mapping):
        return None
    voice_id = next(filter(None, (identifier(item.get(key)) for key in ("voiceId", "id", "voice_id"))), None)
    if voice_id is None:
        return None
    texts = {key: plain(value, 300) for key, value in item.items() if isinstance(value, str)}
    return Voice(
        id=voice_id,
        name=texts.get("name") or texts.get("displayName") or voice_id,
        language=texts.get("language") or texts.get("locale"),
        sample_url=next(filter(None, (_url(item.get(key)) for key in ("previewUrl", "sampleUrl"))), None),
        details=texts,
    )


def _url(value: object) -> str | None:
    return Guarded(value) if isinstance(value, str) and value.startswith(("http://", "https://")) else None
