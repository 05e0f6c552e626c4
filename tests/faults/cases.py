"""What a case of the fault matrix is: one accident at one step, and what must come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playcut_jupyter.errors import PlaycutError, SubmissionUncertain

from .accidents import Canned, CutInBody, CutInHeaders, Fault, Reset, ResetUnread, Step
from .answers import answer

ONCE, ALWAYS = 1, None
ATTEMPTS = 6
"""How often something is tried here at most: what is paid for is otherwise tried until its deadline."""
READS: tuple[Step, ...] = ("session", "sign")
"""The API's steps that may simply be asked for again; a lost wait and a lost state are taken up in each other's way."""
API_STEPS: tuple[Step, ...] = ("session", "submit", "wait", "status", "sign")
KINDS = ("speech", "image")
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


def moved(place: str, *, forward: bool = False) -> Canned:
    return Canned(forward, answer(302, headers={"Location": place}))


GATEWAYS = (502, 503, 504)
BROKEN: dict[str, Fault] = {
    "reset unread": ResetUnread(),
    "reset after it was read": Reset(),
    "reset after the sandbox answered": Reset(forward=True),
    "cut in the headers": CutInHeaders(),
    "cut in the body": CutInBody(),
}
