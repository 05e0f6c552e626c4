"""The documented tools as data: the inputs of all eight, and the prices of the three that generate media.

Only documented inputs are checked; any other input is accepted and stored, because the documentation does not
list them all. It says which inputs are optional and which values they take by example at best. These tables
are the sandbox's interpretation, and accept every example in the documentation. The credits are invented,
except that an image in 1K is documented with an estimate of 80.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from playcut_jupyter.sandbox.constants import MAX_VIDEO_S
from playcut_jupyter.sandbox.errors import ApiError
from playcut_jupyter.sandbox.markers import strip_markers
from playcut_jupyter.sandbox.media import MediaRequest

Inputs = dict[str, Any]

ASPECT_RATIO: Final = r"[1-9]\d?:[1-9]\d?"
IMAGE_CREDITS: Final = {"1K": 80, "2K": 120, "4K": 240}
VIDEO_CREDITS_PER_S: Final = {"480p": 50, "720p": 100, "1080p": 150}
SPEECH_CHARACTERS_PER_CREDIT: Final = 20


@dataclass(frozen=True)
class InputSpec:
    """One documented input of a tool: its name, its type, and the values it accepts."""

    name: str
    number: bool = False
    required: bool = True
    choices: tuple[str, ...] = ()
    pattern: str = ""
    maximum: float = math.inf

    def check(self, inputs: Inputs) -> None:
        """Raise `ApiError` 400 if the input is invalid, or required and missing (``null`` counts as missing)."""
        value = inputs.get(self.name)
        if value is None:
            if self.required:
                raise ApiError(400, f"{self.name} is missing")
        elif self.number:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ApiError(400, f"{self.name} must be a number")
            if not 1 <= value <= self.maximum:
                raise ApiError(400, f"{self.name} must be at least 1 and at most {self.maximum:g}")
        elif not isinstance(value, str):
            raise ApiError(400, f"{self.name} must be a string")
        elif self.required and not value.strip():
            raise ApiError(400, f"{self.name} must not be empty")
        elif self.choices and value not in self.choices:
            raise ApiError(400, f"{self.name} must be one of {', '.join(self.choices)}, not {value!r}")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            raise ApiError(400, f"{self.name} {value!r} is invalid")


@dataclass(frozen=True)
class GenerationTool:
    """A tool that submits a task: the task's type, the price, and how inputs become a `MediaRequest`."""

    kind: str
    type: str
    text: str
    """The name of the input that is drawn or spoken."""
    credits: Callable[[Inputs], int]
    options: Mapping[str, tuple[str, Any]]
    """Input name -> the parameter of the function in `media`, and its default."""

    def media_request(self, inputs: Inputs, seed: int, *, tiny: bool) -> MediaRequest:
        """Return the media request for checked inputs."""
        given = {name: inputs.get(name) for name in self.options}
        options = tuple(
            (parameter, default if given[name] is None else given[name])
            for name, (parameter, default) in self.options.items()
        )
        return MediaRequest(self.kind, strip_markers(inputs[self.text]), seed, options, tiny)


def _image_credits(inputs: Inputs) -> int:
    return IMAGE_CREDITS[inputs.get("imageSize") or "1K"]


def _video_credits(inputs: Inputs) -> int:
    per_second = VIDEO_CREDITS_PER_S[inputs.get("resolution") or "720p"]
    return math.ceil(per_second * (inputs.get("durationSeconds") or 8))


def _speech_credits(inputs: Inputs) -> int:
    return math.ceil(len(inputs["text"]) / SPEECH_CHARACTERS_PER_CREDIT)


INPUTS: Final[Mapping[str, tuple[InputSpec, ...]]] = {
    "create-session": (InputSpec("title"),),
    "generate-image-from-text": (
        InputSpec("workerId"),
        InputSpec("prompt"),
        InputSpec("aspectRatio", required=False, pattern=ASPECT_RATIO),
        InputSpec("imageSize", required=False, choices=tuple(IMAGE_CREDITS)),
    ),
    "generate-video-from-text": (
        InputSpec("workerId"),
        InputSpec("prompt"),
        InputSpec("aspectRatio", required=False, pattern=ASPECT_RATIO),
        InputSpec("resolution", required=False, choices=tuple(VIDEO_CREDITS_PER_S)),
        InputSpec("durationSeconds", number=True, required=False, maximum=MAX_VIDEO_S),
    ),
    "generate-tts": (InputSpec("workerId", required=False), InputSpec("text"), InputSpec("voiceId", required=False)),
    "list-voices": (),
    "get-task-status": (InputSpec("taskId"),),
    "wait-for-task": (InputSpec("taskId"),),
    "download-asset": (InputSpec("assetId"),),
}
"""Every tool and its documented inputs."""

GENERATION_TOOLS: Final[Mapping[str, GenerationTool]] = {
    "generate-image-from-text": GenerationTool(
        "image",
        "GEMINI_TEXT_TO_IMAGE",
        "prompt",
        _image_credits,
        {"aspectRatio": ("aspect_ratio", "1:1"), "imageSize": ("image_size", "1K")},
    ),
    "generate-video-from-text": GenerationTool(
        "video",
        "TEXT_TO_VIDEO",
        "prompt",
        _video_credits,
        {
            "aspectRatio": ("aspect_ratio", "16:9"),
            "resolution": ("resolution", "720p"),
            "durationSeconds": ("duration_s", 8),
        },
    ),
    "generate-tts": GenerationTool(
        "speech", "TEXT_TO_SPEECH", "text", _speech_credits, {"voiceId": ("voice_id", None)}
    ),
}
