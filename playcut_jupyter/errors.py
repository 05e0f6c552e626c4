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
"""

from __future__ import annotations

from typing import Any

from playcut_jupyter.redaction import plain


class PlaycutError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: what happened, one sentence.
        hint: what to do about it, or None.
        status_code: the HTTP status, where the API answered.
        tool: the API tool that was called, where known.
        task_id: the task this is about; what it paid for can be fetched with `%playcut wait ID`.
    """

    default_hint: str | None = None

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status_code: int | None = None,
        tool: str | None = None,
        task_id: str | None = None,
    ) -> None:
        self.message = plain(message)
        self.hint = plain(hint) if hint else self.default_hint
        self.status_code = status_code
        self.tool = plain(tool, 200) if tool else None
        self.task_id = task_id
        super().__init__(self.message)

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


def _rebuild(cls: type[PlaycutError], state: dict[str, object]) -> PlaycutError:
    error = cls.__new__(cls, state["message"])
    error.__dict__.update(state)
    return error


class NotConnected(PlaycutError):
    """There is nothing to talk to: no key and no sandbox, or an address that must not get the key."""

    default_hint = (
        "Set PLAYCUT_API_KEY in the environment (keys: app.playcut.ai/settings/api) and restart the kernel, "
        "or run `%playcut sandbox` to try everything offline without a key."
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
    retry_after_s: float | None = None


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

    code: str | None = None
    retryable: bool = False


class WaitTimeout(PlaycutError):
    """The task was not done by its deadline (or by the timeout asked for); it may still complete."""

    default_hint = "`%playcut resume` goes on waiting."


class AssetUnavailable(PlaycutError):
    """Bought and done, but its bytes can't be had now."""

    default_hint = "`%playcut resume` tries again, at no cost."


class BudgetExceeded(PlaycutError):
    """The next submission would pass the budget; it was not sent."""

    default_hint = "Raise the budget (`%config PlaycutMagics.budget = ...` or `pc.budget = ...`)."


class SweepIncomplete(PlaycutError):
    """Some generations of a sweep failed; the others are kept.

    Attributes:
        sweep: the `Sweep`, with what succeeded and what failed.
    """

    default_hint = "`.sweep.retry_failed()` of this error does again only what failed."
    sweep: Any = None

    def __reduce__(self) -> tuple[object, ...]:
        # A sweep belongs to a connection of this process.
        return (_rebuild, (type(self), {name: value for name, value in vars(self).items() if name != "sweep"}))


class StoppedWaiting(PlaycutError, KeyboardInterrupt):
    """Interrupted by the user. The task, if there is one, goes on at Playcut."""

    default_hint = "Run it again when you want it."
