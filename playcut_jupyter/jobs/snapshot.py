"""How a generation stands at one moment. Immutable: what draws it sees nothing change meanwhile.

A job folds the events of its work into snapshots (`after`), and hands out the newest one; displays, and the objects
that people hold, read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from playcut_jupyter.errors import PlaycutError, StoppedWaiting, SubmissionUncertain
from playcut_jupyter.jobs import events
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.redaction import guarded
from playcut_jupyter.tools import GenerationRequest


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation at one moment.

    Attributes:
        request: what is asked of the API.
        kind: "image", "video", "speech", or a tool's own name.
        prompt: its words.
        inputs: the tool's input, without the session.
        id: its number in the library (`%playcut show ID`), or None if the library can't be written.
        labels: for one of a sweep, the value it has on each axis.
        parent_id: the generation of the library that it was made from (`--from`), else None.
        created_at: when it was asked for, Unix seconds.
        is_sandbox: True if the sandbox made it.
        starred, hidden: its user's marks in the library.
        status: the task's state in the API's words; "SUBMITTING" before the API has said any.
        progress: 0 to 100, where the API tells it, else None.
        task_id, session_id: the API's ids, once known.
        is_being_sent: True from the moment of sending until the answer is on disk.
        done: True once there is a result or an error.
        reused: True if it is shown from the library, for 0 credits.
        assets: what it brought; empty until done.
        data: what the tool itself answered (with a task: the acknowledgement), else None.
        error: why it failed, else None.
        elapsed_s: seconds since it was started, or that it took.
        pause_s: seconds until the rate limit lets it go on; 0 if it is not held up.
        estimated_credits: the server's estimate, else None.
        credits_before: what failed attempts that it replaces were estimated at, in credits.
        kernel_credits: what all generations of its connection were estimated at so far, in credits.
        note: what was decided for the user (a voice), for people; "" if nothing.
        retry_reason: what is being retried, for people; "" if nothing.
        warning: what could not be kept, for people; "" if all was.
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
    done: bool = False
    reused: bool = False
    assets: tuple[AssetRecord, ...] = ()
    data: object = None
    error: PlaycutError | None = None
    elapsed_s: float = 0.0
    pause_s: float = 0.0
    estimated_credits: float | None = None
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
        """One word for people: the API's state, or how it ended for us ("STOPPED", "UNCERTAIN", "FAILED")."""
        if isinstance(self.error, StoppedWaiting):
            return "STOPPED"
        if isinstance(self.error, SubmissionUncertain):
            return "UNCERTAIN"
        return "FAILED" if self.error is not None else self.status

    @property
    def succeeded(self) -> bool:
        """True once there is a result."""
        return self.done and self.error is None

    @property
    def other_inputs(self) -> dict[str, object]:
        """The inputs beside its words."""
        fields = ("prompt", "text", self.request.tool.prompt_field)
        return {name: value for name, value in self.inputs.items() if name not in fields}


def after(state: Snapshot, event: events.Event) -> Snapshot:
    """Return how a generation stands after *event*."""
    match event:
        case events.Sent():
            return replace(state, is_being_sent=True)
        case events.NotSent():
            return replace(state, is_being_sent=False)
        case events.VoiceChosen(voice_id, name):
            return replace(state, inputs={**state.inputs, "voiceId": voice_id}, note=f"voice {name}")
        case events.Submitted(task_id, status, credits_, session_id, data):
            return replace(
                state,
                data=guarded(data),
                task_id=task_id,
                status=status,
                estimated_credits=credits_,
                session_id=session_id,
                is_being_sent=False,
            )
        case events.Answered(data):
            return replace(state, data=guarded(data), status="COMPLETED", is_being_sent=False)
        case events.Progressed(status, progress):
            progress = progress if progress is not None else state.progress
            return replace(state, status=status, progress=progress, retry_reason="")
        case events.Throttled(seconds):
            return replace(state, pause_s=seconds)
        case events.Retrying(reason):
            return replace(state, retry_reason=reason)
        case events.Fetching():
            return replace(state, retry_reason="")
        case events.NotKept(reason):
            return replace(state, warning=reason)
        case events.RowRemoved():
            return replace(state, id=None)
