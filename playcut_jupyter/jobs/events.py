"""What happens to a generation, in the order in which it happens. Jobs emit these; runs and live views fold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The submission is on its way; from here until the answer it must not be cancelled."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly was not taken so far, and may be called off: no connection was made, or the rate limit holds it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The API took it: from now on it can be picked up by its task id."""

    task_id: str
    status: str
    estimated_credits: float | None
    session_id: str | None
    data: object


@dataclass(frozen=True, slots=True)
class VoiceChosen:
    """A voice was left out, or named by its name: this is the one."""

    voice_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The tool answered with data, not with a task."""

    data: object


@dataclass(frozen=True, slots=True)
class Progressed:
    """The task's state, and its progress from 0 to 100 where the API tells it."""

    status: str
    progress: float | None


@dataclass(frozen=True, slots=True)
class Throttled:
    """The rate limit holds this job up for about `seconds`; 0 when it goes on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Retrying:
    """Something went wrong that is being put right: a wait was cut, a download is fetched again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """The task is done and its assets are being fetched."""

    count: int


@dataclass(frozen=True, slots=True)
class NotKept:
    """The library could not be written; the result shows all the same."""

    reason: str


@dataclass(frozen=True, slots=True)
class RowRemoved:
    """The library has no row of it any more: it was asked for by an id that the service does not know."""


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
    | NotKept
    | RowRemoved
)
Emit = Callable[[Event], None]
