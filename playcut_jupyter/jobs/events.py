"""The events in a generation's life, in order. Its job folds them into snapshots (`snapshot.after`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playcut_jupyter.api.client import OnPause


@dataclass(frozen=True, slots=True)
class Sent:
    """The submission is being sent. It must not be cancelled before the answer is on disk."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The API certainly did not take the submission yet, so it may be cancelled: no connection, or a 429."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The API accepted the submission. From now on the task can be resumed by its id."""

    task_id: str
    status: str
    estimated_credits: float | None
    session_id: str | None
    data: object


@dataclass(frozen=True, slots=True)
class VoiceChosen:
    """The voice of a speech that was requested without one, or with a voice's name."""

    voice_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The tool returned data and started no task."""

    data: object


@dataclass(frozen=True, slots=True)
class Progressed:
    """The task's status, and its progress from 0 to 100; None where the API reports none."""

    status: str
    progress: float | None


@dataclass(frozen=True, slots=True)
class Throttled:
    """The service delays this job by about `seconds`, by its rate limit if there is no `reason`; 0 at the end."""

    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retrying:
    """A step failed and is being retried: a dropped long poll, a failed download."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """The task is complete and its assets are being downloaded."""

    count: int


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The library could not be written. The result is still shown."""

    reason: str


@dataclass(frozen=True, slots=True)
class RecordRemoved:
    """Its record was removed from the library: the task was requested by an id that the service does not know."""


Event = (
    Sent
    | NotSent
    | Submitted
    | VoiceChosen
    | Answered
    | Progressed
    | Throttled
    | Retrying
    | Fetching
    | NotSaved
    | RecordRemoved
)
Emit = Callable[[Event], None]


def pause_listener(emit: Emit) -> OnPause:
    """Return what tells *emit* of each pause of the client: its seconds, and its reason if it is not the rate limit."""
    return lambda seconds, reason="": emit(Throttled(seconds, reason))
