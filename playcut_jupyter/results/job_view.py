"""`JobView`: what can be read of a job and its request, from the newest snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.database import Library


class JobView:
    """The facts of one job.

    Attributes:
        job: the background work.
    """

    def __init__(self, job: Job) -> None:
        self.job = job

    @property
    def snapshot(self) -> Snapshot:
        """Its state now."""
        return self.job.snapshot

    # -- the request ----------------------------------------------------------------------------------------

    @property
    def id(self) -> int | None:
        """Its number in the library (`%playcut show ID`), or None if the library can't be written."""
        return self.job.id

    @property
    def kind(self) -> str:
        """One of "image", "video" and "speech", or a tool's own name."""
        return self.snapshot.kind

    @property
    def tool(self) -> str:
        """The API tool's name."""
        return self.snapshot.tool

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The tool's input, without the session."""
        return self.snapshot.inputs

    @property
    def prompt(self) -> str:
        """The prompt's text."""
        return self.snapshot.prompt

    @property
    def labels(self) -> Mapping[str, Any]:
        """Its value on each axis of its sweep; empty for a single generation."""
        return self.snapshot.labels

    @property
    def parent_id(self) -> int | None:
        """The number of the generation that it was derived from (`--from`), else None."""
        return self.snapshot.parent_id

    @property
    def created_at(self) -> float:
        """When it was requested, Unix seconds."""
        return self.snapshot.created_at

    @property
    def is_sandbox(self) -> bool:
        """True if the sandbox generated it."""
        return self.snapshot.is_sandbox

    # -- its state ------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """The task's status in the API's words; "SUBMITTING" until the API has answered."""
        return self.snapshot.status

    @property
    def state(self) -> str:
        """One word for people: the API's status, or how the job ended ("STOPPED", "UNCERTAIN", "FAILED")."""
        return self.snapshot.state

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self.job.done

    @property
    def progress(self) -> float | None:
        """From 0 to 100; None where the API reports none."""
        return self.snapshot.progress

    @property
    def task_id(self) -> str | None:
        """The API's id of the task, once known."""
        return self.snapshot.task_id

    @property
    def session_id(self) -> str | None:
        """The API's id of the session, once known."""
        return self.snapshot.session_id

    @property
    def estimated_credits(self) -> float | None:
        """The server's estimate, in credits, else None."""
        return self.snapshot.estimated_credits

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start; once done, the seconds it took."""
        return self.snapshot.elapsed_s

    @property
    def reused(self) -> bool:
        """True if it was served from the library, for 0 credits."""
        return self.snapshot.reused

    @property
    def error(self) -> PlaycutError | None:
        """Why it failed, else None."""
        return self.snapshot.error

    @property
    def note(self) -> str:
        """What was chosen for the user (a voice), as text for people; "" if nothing."""
        return self.snapshot.note

    @property
    def warning(self) -> str:
        """Why it could not be saved to the library, as text for people; "" if it was."""
        return self.snapshot.warning

    # -- in the library -------------------------------------------------------------------------------------

    @property
    def starred(self) -> bool:
        """True if the user starred it."""
        return self.snapshot.starred

    @property
    def hidden(self) -> bool:
        """True if the user hid it from the gallery."""
        return self.snapshot.hidden

    @property
    def library(self) -> Library:
        """The library that holds it."""
        return self.job.connection.library
