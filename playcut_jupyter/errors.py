"""Every error a user can meet, each with what to do next.

PlaycutError
├── NotConnected            no key and no sandbox, or an address that must not be used
├── AuthenticationError     401
├── PermissionDenied        403
├── NotFound                404
├── InvalidInput            400, and our own checks before anything is sent
├── PromptError             a template that can't be expanded
├── PromptRefused           422
├── RateLimited             429 that outlasted patience
├── ServerError             5xx, or an answer that is not what the API documents
├── ConnectionFailed        no answer
├── SubmissionUncertain     sent, but no usable answer: it may have been bought
├── TaskFailed              the task ended as FAILED
├── WaitTimeout             the task outlived its deadline; it may still complete
├── AssetUnavailable        bought and done, but its bytes can't be had now
├── BudgetExceeded          the next submission would pass the budget
├── SweepIncomplete         some generations of a sweep failed
└── StoppedWaiting          interrupted by the user (also a KeyboardInterrupt)

IPython shows them as a few plain lines (`_render_traceback_`), never as a traceback through the library.
Messages and hints are scrubbed of secrets when the error is made, so that no later code can leak them.
What to do is kept as data (`remedies`), because a cell, a terminal and the panel's buttons call it differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar, Self

from playcut_jupyter.redaction import plain
from playcut_jupyter.remedies import CELL_WORDING, Action, Hint, Remedy, in_words


class PlaycutError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: what happened, one sentence.
        remedies: what to do about it: text, and actions that each front end words in its own way.
        status_code: the HTTP status, where the API answered.
        tool: the API tool that was called, where known.
        task_id: the task this is about; what it paid for can be fetched with `%playcut wait ID`.
    """

    default_hint: ClassVar[Hint] = ()

    def __init__(
        self,
        message: str,
        *,
        hint: Hint | None = None,
        status_code: int | None = None,
        tool: str | None = None,
        task_id: str | None = None,
    ) -> None:
        self.message = plain(message)
        self.remedies = _scrubbed(hint) or _scrubbed(self.default_hint)
        self.status_code = status_code
        self.tool = plain(tool, 200) if tool else None
        self.task_id = task_id
        super().__init__(self.message)

    @property
    def hint(self) -> str | None:
        """What to do about it, as a cell or a terminal words it; None if nothing is known to help."""
        return self.hint_in(CELL_WORDING) or None

    def hint_in(self, wording: Mapping[Action, str]) -> str:
        """Return what to do about it in a front end's own words."""
        return in_words(self.remedies, wording)

    def with_context(self, *, hint: Hint | None = None, task_id: str | None = None) -> Self:
        """Return the same error with a hint of its own, or about a task, where that is known only further out."""
        other = copy(self)
        other.remedies = _scrubbed(hint) if hint is not None else self.remedies
        other.task_id = task_id or self.task_id
        return other

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), dict(self.__dict__)))

    def facts(self) -> str:
        """Return the ids that support or a later `%playcut wait` needs, on one line (may be empty)."""
        known = (
            ("tool", self.tool),
            ("task", plain(self.task_id, 200) if self.task_id else None),
            ("HTTP status", self.status_code),
        )
        return " · ".join(f"{name} {value}" for name, value in known if value is not None)

    def _render_traceback_(self) -> list[str]:
        lines = [f"\x1b[0;31m{type(self).__name__}\x1b[0m: {self.message}"]
        lines += [f"  {text}" for text in (self.hint, self.facts()) if text]
        return lines


def _scrubbed(hint: Hint | None) -> tuple[str | Remedy, ...]:
    parts = (hint,) if isinstance(hint, str | Remedy) else hint or ()
    # `plain` strips, and a part may end in the space before the next one.
    return tuple(
        part if isinstance(part, Remedy) else part.replace(part.strip(), plain(part)) for part in parts if part
    )


def _rebuild(cls: type[PlaycutError], state: dict[str, object]) -> PlaycutError:
    error = cls.__new__(cls, state["message"])
    error.__dict__.update(state)
    return error


class NotConnected(PlaycutError):
    """There is nothing to talk to: no key and no sandbox, or an address that must not get the key."""

    default_hint = (
        "Set PLAYCUT_API_KEY in the environment (keys: app.playcut.ai/settings/api) and restart the kernel, or ",
        Remedy(Action.USE_SANDBOX),
        " to try everything offline without a key.",
    )


class AuthenticationError(PlaycutError):
    """401: the key is missing or invalid."""

    default_hint = "Check PLAYCUT_API_KEY; keys are made at app.playcut.ai/settings/api and shown once."


class PermissionDenied(PlaycutError):
    """403: the plan or the role does not allow it."""

    default_hint = "Upgrade the plan, or ask for a role in the workspace that allows it."


class NotFound(PlaycutError):
    """404: no such tool, session, task or asset for this key."""

    default_hint = "Check the id, and that it belongs to the workspace of this key."


class InvalidInput(PlaycutError):
    """400, or a check of our own before anything was sent."""

    default_hint = "Correct it and run it again; nothing was sent."


class PromptError(PlaycutError):
    """A template that can't be expanded; nothing was sent."""

    default_hint = "Correct the template and run it again; nothing was sent."


class PromptRefused(PlaycutError):
    """422: refused by the service's safety rules; nothing was bought."""

    default_hint = "Rephrase the prompt and run it again."


class RateLimited(PlaycutError):
    """429 for longer than we wait by ourselves.

    Attributes:
        retry_after_s: seconds until the service takes requests again, where it said so.
    """

    default_hint = "Wait, then run it again; a higher plan allows more requests a minute."

    def __init__(self, message: str, *, retry_after_s: float | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_after_s = retry_after_s


class ServerError(PlaycutError):
    """5xx, or an answer that is not what the API documents."""

    default_hint = "Run it again; contact Playcut's support if it stays."


class ConnectionFailed(PlaycutError):
    """No answer came: refused, reset, timed out, or the name was not found."""

    default_hint = "Check the network and PLAYCUT_BASE_URL, then run it again."


class SubmissionUncertain(PlaycutError):
    """A submission was sent and its answer lost: it may or may not have been bought."""

    default_hint = (
        "It was not sent again, because that could buy it twice. Look into the session at app.playcut.ai; "
        "if nothing is there, run it again."
    )


class TaskFailed(PlaycutError):
    """The task ended as FAILED.

    Attributes:
        code: the API's error code, or None.
        retryable: True if the API says that the same input may be submitted again.
    """

    default_hint = "Change the prompt or the inputs, and run it again."

    def __init__(self, message: str, *, code: str | None = None, retryable: bool = False, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.retryable = retryable


class WaitTimeout(PlaycutError):
    """The task was not done by its deadline (or by the timeout asked for); it may still complete."""

    default_hint = (Remedy(Action.RESUME_ALL), " goes on waiting.")


class AssetUnavailable(PlaycutError):
    """Bought and done, but its bytes can't be had now."""

    default_hint = (Remedy(Action.RESUME_ALL), " tries again, at no cost.")


class BudgetExceeded(PlaycutError):
    """The next submission would pass the budget; it was not sent."""

    default_hint = (Remedy(Action.RAISE_BUDGET), ".")


class SweepIncomplete(PlaycutError):
    """Some generations of a sweep failed; the others are kept.

    Attributes:
        sweep: the `Sweep`, with what succeeded and what failed.
    """

    default_hint = "`.sweep.retry_failed()` of this error runs only what failed again."

    def __init__(self, message: str, *, sweep: Any = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.sweep = sweep

    def __reduce__(self) -> tuple[object, ...]:
        # A sweep belongs to a connection of this process.
        return (_rebuild, (type(self), {**vars(self), "sweep": None}))


class StoppedWaiting(PlaycutError, KeyboardInterrupt):
    """Interrupted by the user. The task, if there is one, goes on at Playcut."""

    default_hint = "Run it again when you want it."
