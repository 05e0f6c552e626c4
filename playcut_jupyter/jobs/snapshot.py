"""The state of a generation at one moment, immutable, so that a display can draw it while the job continues.

A job folds its events into snapshots (`after`) and returns the newest one. Displays and the objects that people hold
read snapshots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from playcut_jupyter.api.models import ends_without_result
from playcut_jupyter.errors import PlaycutError, StoppedWaiting, SubmissionUncertain, TaskFailed
from playcut_jupyter.jobs import events
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.redaction import guarded
from playcut_jupyter.tools import GenerationRequest


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation at one moment.

    Attributes:
        request: the request to the API.
        kind: "image", "video", "speech", or a tool's own name.
        prompt: the prompt's text.
        inputs: the tool's input, without the session.
        id: its number in the library (`%playcut show ID`), or None if the library can't be written.
        labels: its value on each axis of its sweep; empty for a single generation.
        parent_id: the number of the generation that it was derived from (`--from`), else None.
        created_at: when it was requested, Unix seconds.
        is_sandbox: True if the sandbox generated it.
        starred, hidden: the user's ratings in the library.
        status: the task's status in the API's words; "SUBMITTING" until the API has answered.
        progress: 0 to 100, or None where the API reports none.
        task_id, session_id: the API's ids, once known.
        is_being_sent: True from the moment of sending until the answer is on disk.
        is_fetching: True while the assets of the completed task are downloaded.
        is_elsewhere: True if another process was working on it when it was read from the library.
        done: True once there is a result or an error.
        reused: True if it is served from the library, for 0 credits.
        assets: the result's assets; empty until done.
        data: the tool's own answer (for a task, the acknowledgement), else None.
        error: why it failed, else None.
        elapsed_s: seconds since the start; once done, the seconds it took.
        pause_s: seconds until the rate limit allows it to continue; 0 if it is not delayed.
        estimated_credits: the server's estimate, else None.
        has_spent: True if this process submitted it, for credits.
        credits_before: the estimates of the failed attempts that it replaces, in credits.
        kernel_credits: the estimates of all generations of its connection so far, in credits.
        note: what was chosen for the user (a voice), as text for people; "" if nothing.
        retry_reason: what is being retried, as text for people; "" if nothing.
        warning: why it could not be saved to the library, as text for people; "" if it was.
        preview_px: the longest side of its pictures in a notebook, pixels.
    """

    request: GenerationRequest
    kind: str
    prompt: str
    inputs: Mapping[str, object]
    id: int | None = None
    labels: Mapping[str, object] = field(default_factory=dict)
    parent_id: int | None = None
    created_at: float = 0.0
    is_sandbox: bool = False
    starred: bool = False
    hidden: bool = False
    status: str = "SUBMITTING"
    progress: float | None = None
    task_id: str | None = None
    session_id: str | None = None
    is_being_sent: bool = False
    is_fetching: bool = False
    is_elsewhere: bool = False
    done: bool = False
    reused: bool = False
    assets: tuple[AssetRecord, ...] = ()
    data: object = None
    error: PlaycutError | None = None
    elapsed_s: float = 0.0
    pause_s: float = 0.0
    pause_reason: str = ""
    estimated_credits: float | None = None
    has_spent: bool = False
    credits_before: float = 0.0
    kernel_credits: float = 0.0
    note: str = ""
    retry_reason: str = ""
    warning: str = ""
    preview_px: int = 1024

    @property
    def tool(self) -> str:
        """The API tool's name."""
        return self.request.tool.name

    @property
    def state(self) -> str:
        """One word for people: the API's status, "FETCHING", or how it ended ("STOPPED", "UNCERTAIN", "FAILED")."""
        if self.is_elsewhere:
            return self.status
        if isinstance(self.error, TaskFailed) and ends_without_result(self.status):
            return self.status  # the API's own word, which may be CANCELLED
        if isinstance(self.error, StoppedWaiting):
            return "STOPPED"
        if isinstance(self.error, SubmissionUncertain):
            return "UNCERTAIN"
        if self.error is not None:
            return "FAILED"
        return "FETCHING" if self.is_fetching else self.status

    @property
    def succeeded(self) -> bool:
        """True once there is a result."""
        return self.done and self.error is None

    @property
    def other_inputs(self) -> dict[str, object]:
        """The inputs other than the prompt."""
        fields = ("prompt", "text", self.request.tool.prompt_field)
        return {name: value for name, value in self.inputs.items() if name not in fields}


def after(snapshot: Snapshot, event: events.Event) -> Snapshot:
    """Return *snapshot* as it is after *event*."""
    match event:
        case events.Sent():
            return replace(snapshot, is_being_sent=True, retry_reason="")
        case events.NotSent():
            return replace(snapshot, is_being_sent=False)
        case events.VoiceChosen(voice_id, name):
            return replace(snapshot, inputs={**snapshot.inputs, "voiceId": voice_id}, note=f"voice {name}")
        case events.Submitted(task_id, status, credits_, session_id, data):
            return replace(
                snapshot,
                data=guarded(data),
                task_id=task_id,
                status=status,
                estimated_credits=credits_,
                has_spent=bool(credits_),
                session_id=session_id,
                is_being_sent=False,
            )
        case events.Answered(data):
            return replace(snapshot, data=guarded(data), status="COMPLETED", is_being_sent=False)
        case events.Progressed(status, progress):
            progress = progress if progress is not None else snapshot.progress
            return replace(snapshot, status=status, progress=progress, retry_reason="", pause_s=0.0, pause_reason="")
        case events.Throttled(seconds, reason):
            return replace(
                snapshot, pause_s=seconds, pause_reason=reason, retry_reason="" if reason else snapshot.retry_reason
            )
        case events.Retrying(reason):
            return replace(snapshot, retry_reason=reason, pause_s=0.0, pause_reason="")
        case events.Fetching():
            return replace(snapshot, retry_reason="", is_fetching=True)
        case events.NotSaved(reason):
            return replace(snapshot, warning=reason)
        case events.RecordRemoved():
            return replace(snapshot, id=None)
