"""Every error that a user can get, each with a hint.

PlaycutError
├── NotConnected            no key and no sandbox, or an address that must not be used
├── AuthenticationError     401
├── PermissionDenied        403
├── NotFound                404
├── InvalidInput            400, and our own checks before anything is sent
├── PromptError             a template that can't be expanded
├── PromptRefused           422
├── RateLimited             429 for longer than we wait
├── ServerError             5xx, or an answer that is not what the API documents
├── ConnectionFailed        no answer
├── SubmissionUncertain     sent, but no usable answer arrived: it may have been bought
├── TaskFailed              the task ended without a result
├── WaitTimeout             the task did not end by its deadline; it may still complete
├── AssetUnavailable        the task is complete, but its asset can't be fetched now
├── NotInLibrary            frozen, and the library does not have it
├── BudgetExceeded          the next submission would exceed the budget
├── SweepIncomplete         some generations of a sweep failed
└── StoppedWaiting          interrupted by the user (also a KeyboardInterrupt)

IPython shows an error as a few lines (`_render_traceback_`), without a traceback. Messages and hints are scrubbed of
secrets when the error is created, so that no later code can leak them. Hints are data (`remedies`), because cells, the
terminal and the panel name the same action differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar, Self

from playcut_jupyter.redaction import plain, without_passwords
from playcut_jupyter.remedies import CELL_WORDING, Action, Hint, Remedy, in_words


class PlaycutError(Exception):
    """Base class of all errors of this package.

    Attributes:
        message: what happened, one sentence.
        remedies: the hint as data: text, and actions that each front end names in its own way.
        status_code: the HTTP status, where the API answered.
        tool: the API tool that was called, where known.
        task_id: the task's id, where there is one; `%playcut wait ID` fetches its result.
        retry_after_s: seconds until the service accepts requests again, where it said so, else None.
        from_gateway: True if a gateway or another server answered instead of the API.
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
        self.message = without_passwords(plain(message))
        self.remedies = _scrubbed(hint) or _scrubbed(self.default_hint)
        self.status_code = status_code
        self.tool = plain(tool, 200) if tool else None
        self.task_id = task_id
        self.retry_after_s: float | None = None
        self.from_gateway = False
        super().__init__(self.message)

    @property
    def hint(self) -> str | None:
        """What to do about it, in the words of a cell or terminal; None if nothing is known to help."""
        return self.hint_in(CELL_WORDING) or None

    def hint_in(self, wording: Mapping[Action, str]) -> str:
        """Return what to do about it, in a front end's words."""
        return in_words(self.remedies, wording)

    def with_context(self, *, hint: Hint | None = None, task_id: str | None = None) -> Self:
        """Return a copy with another hint or a task's id, for callers that know more than the code that raised it."""
        error = copy(self)
        error.remedies = _scrubbed(hint) if hint is not None else self.remedies
        error.task_id = task_id or self.task_id
        return error

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), dict(self.__dict__)))

    def facts(self) -> str:
        """Return the tool, task id and HTTP status on one line, for support and `%playcut wait`; may be empty."""
        facts = (
            ("tool", self.tool),
            ("task", plain(self.task_id, 200) if self.task_id else None),
            ("HTTP status", self.status_code),
        )
        return " · ".join(f"{name} {value}" for name, value in facts if value is not None)

    def _render_traceback_(self) -> list[str]:
        lines = [f"\x1b[0;31m{type(self).__name__}\x1b[0m: {self.message}"]
        lines += [f"  {text}" for text in (self.hint, self.facts()) if text]
        return lines


def _scrubbed(hint: Hint | None) -> tuple[str | Remedy, ...]:
    parts = (hint,) if isinstance(hint, str | Remedy) else hint or ()
    # `plain` strips white space, but a part may end with the space before the next part.
    return tuple(
        Remedy(part.action, plain(part.subject), plain(part.keywords))
        if isinstance(part, Remedy)
        else part.replace(part.strip(), without_passwords(plain(part)))
        for part in parts
        if part
    )


def _rebuild(cls: type[PlaycutError], state: dict[str, object]) -> PlaycutError:
    error = cls.__new__(cls, state["message"])
    error.__dict__.update(state)
    return error


class NotConnected(PlaycutError):
    """No key and no sandbox, or an address that must not get the key."""

    default_hint = (
        "Set PLAYCUT_API_KEY where the notebook server or the program starts (keys: app.playcut.ai/settings/api), or ",
        Remedy(Action.USE_SANDBOX),
        " to try everything offline without a key.",
    )


class AuthenticationError(PlaycutError):
    """401: the key is missing or invalid."""

    default_hint = "Check PLAYCUT_API_KEY; create keys at app.playcut.ai/settings/api; each is shown only once."


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
    """The template can't be expanded; nothing was sent."""

    default_hint = "Correct the template and run it again; nothing was sent."


class PromptRefused(PlaycutError):
    """422: the service's safety rules refused the prompt; nothing was bought."""

    default_hint = "Rephrase the prompt and run it again."


class RateLimited(PlaycutError):
    """429 for longer than we wait."""

    default_hint = "Wait, then run it again; a higher plan allows more requests a minute."

    def __init__(self, message: str, *, retry_after_s: float | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_after_s = retry_after_s


class ServerError(PlaycutError):
    """5xx, or an answer that is not what the API documents."""

    default_hint = "Run it again; contact Playcut's support if it fails repeatedly."


class ConnectionFailed(PlaycutError):
    """No answer arrived: refused, reset, timed out, the name was not found, or the certificate is not trusted.

    Attributes:
        retryable: False if trying again is of no use before something is changed.
    """

    default_hint = "Check the network and PLAYCUT_BASE_URL, then run it again."

    def __init__(self, message: str, *, retryable: bool = True, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retryable = retryable


class SubmissionUncertain(PlaycutError):
    """A submission was sent, but its response was lost: it may or may not have been charged."""

    default_hint = (
        "It was not sent again, because that could buy it twice. Check the session at app.playcut.ai; "
        "if nothing is there, run it again."
    )


class TaskFailed(PlaycutError):
    """The task ended as FAILED, or in another state that ends it without a result.

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
    """The task did not end by its deadline or by the given timeout; it may still complete."""

    default_hint = (Remedy(Action.RESUME_ALL), " waits for it again.")


class AssetUnavailable(PlaycutError):
    """The task is complete, but its asset can't be fetched now."""

    default_hint = (Remedy(Action.RESUME_ALL), " tries again, at no cost.")


class NotInLibrary(PlaycutError):
    """Frozen mode shows only what the library has, and it does not have this; nothing was sent."""

    default_hint = (
        "Run it once where it is not frozen (PLAYCUT_FROZEN, `%config PlaycutMagics.frozen`, Playcut(frozen=...)), "
        "or add it from a pack: `playcut-jupyter library unpack FILE`."
    )


class BudgetExceeded(PlaycutError):
    """The next submission would exceed the budget; it was not sent."""

    default_hint = (Remedy(Action.RAISE_BUDGET), ".")


class SweepIncomplete(PlaycutError):
    """Some generations of a sweep failed; the others succeeded.

    Attributes:
        sweep: the `Sweep` with all its generations.
    """

    default_hint = "`.sweep.retry_failed()` of this error retries only the failed ones."

    def __init__(self, message: str, *, sweep: Any = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.sweep = sweep

    def __reduce__(self) -> tuple[object, ...]:
        # Without the sweep, which can't leave this process.
        return (_rebuild, (type(self), {**vars(self), "sweep": None}))


class StoppedWaiting(PlaycutError, KeyboardInterrupt):
    """Interrupted by the user. The task, if there is one, continues at Playcut."""

    default_hint = "Run it again when you need it."
