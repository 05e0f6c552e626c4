"""The API's documents, parsed into frozen values.

The parsers are tolerant: a field that is missing or has the wrong type is None. All text is cleaned and limited in
length here, so that no other code has to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playcut_jupyter.redaction import Guarded, plain, scrub

MAX_ID = 200
MAX_ASSETS = 64
MAX_VOICES = 5_000
RUNNING = frozenset({"PENDING", "PROCESSING"})
"""The documented states of a task that goes on, whatever else its document holds."""
DOCUMENTED = RUNNING | {"COMPLETED", "FAILED"}
_ENDED = re.compile(
    r"(?<![A-Z])(ABORTED|BLOCKED|CANCELL?ED|CRASHED|DEAD|DECLINED|DELETED|DENIED|DISCARDED|ERROR|ERRORED|EXPIRED|FAIL"
    r"|FAILED|FAILURE|INVALID|KILLED|REFUSED|REJECTED|REMOVED|REVOKED|STOPPED|TERMINATED|TIMED?[^A-Z]?OUT|UNSUCCESSFUL"
    r"|WITHDRAWN)(?![A-Z])"
)
"""Words of a state that plainly ends a task without a result."""
_GOES_ON = re.compile(
    r"(?<![A-Z])(NOT|PENDING|PROCESSING|RECOVERING|REQUESTED|RETRIED|RETRY|RETRYING|RUNNING|WAITING)(?![A-Z])"
)
"""Words beside these in the state of a task that goes on (`ERROR_RETRYING`)."""


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
    """A task's document. `progress` is 0 to 100 or None; `fault` is None without an error that says anything.

    The document's shape decides, because states are documented only in part: one that names assets and is not PENDING
    or PROCESSING is done; one with an error, or whose state plainly ends it, has failed; the rest is waited through.
    """

    task_id: str | None
    type: str | None
    status: str
    asset_ids: tuple[str, ...]
    progress: float | None
    fault: TaskFault | None

    @property
    def is_terminal(self) -> bool:
        """True once the task is over, with a result or without."""
        return self._has_result or self.has_failed or self.status == "COMPLETED"

    @property
    def has_failed(self) -> bool:
        """True if the task ended without a result."""
        if self._has_result:
            return False
        return self.status == "FAILED" or self.fault is not None or ends_without_result(self.status)

    @property
    def _has_result(self) -> bool:
        return bool(self.asset_ids) and self.status not in RUNNING


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


def ends_without_result(status: str) -> bool:
    """Return True if *status* plainly says that a task is over and brought nothing, as CANCELLED does."""
    return bool(_ENDED.search(status)) and not _GOES_ON.search(status)


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
    """Parse a task document; None if *data* is not an object with a status, an asset or an error."""
    if not isinstance(data, Mapping):
        return None
    asset_ids, fault = _asset_ids(data.get("output")), _fault(data.get("error"))
    status = status_word(data.get("status")) or ("COMPLETED" if asset_ids else "FAILED" if fault else "")
    if not status:
        return None
    info = data.get("processingInfo")
    progress = number(info.get("progress")) if isinstance(info, Mapping) else None
    kind = data.get("type")
    return TaskDocument(
        task_id=task_id_in(data),
        type=plain(kind, 100) if isinstance(kind, str) else None,
        status=status,
        asset_ids=asset_ids,
        progress=min(progress, 100.0) if progress is not None else None,
        fault=fault,
    )


def _asset_ids(output: object) -> tuple[str, ...]:
    listed = output.get("assetIds") if isinstance(output, Mapping) else None
    if not isinstance(listed, list):
        return ()
    ids = (identifier(item) for item in listed[:MAX_ASSETS])
    return tuple(dict.fromkeys(asset_id for asset_id in ids if asset_id))


def _fault(error: object) -> TaskFault | None:
    """Return the error of a task document; None for null, an empty object, and whatever else says nothing."""
    if isinstance(error, list):
        error = next((item for item in error if item), None)
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, Mapping):
        return None
    said = {key: value.strip() if isinstance(value, str) else value for key, value in error.items()}
    if not any(said.values()):
        return None
    code = said.get("code")
    messages = (said.get(key) for key in ("message", "detail", "reason", "description"))
    message = next((text for text in messages if text and isinstance(text, str)), None)
    return TaskFault(
        code=plain(code, 100) if code and isinstance(code, str | int) and not isinstance(code, bool) else None,
        message=plain(message, 1_000) if message else None,
        retryable=said.get("retryable") is True,
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
