"""What the eight documented tools take, and what the three generating ones cost.

Inputs are checked for the documented names only; any other input is accepted and kept, as the documentation
does not list them all. Which inputs may be left out, and which values they take, is documented by example at
best: the tables here are the sandbox's reading, with every value of the examples in them. Credits are made up
except for one: an image in 1K is shown with an estimate of 80.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from playcut_jupyter.sandbox import markers
from playcut_jupyter.sandbox.tasks import Order

Inputs = dict[str, Any]

ASPECT_RATIO: Final = r"[1-9]\d?:[1-9]\d?"
IMAGE_CREDITS: Final = {"1K": 80, "2K": 120, "4K": 240}
VIDEO_CREDITS_PER_S: Final = {"480p": 50, "720p": 100, "1080p": 150}
SPEECH_CHARACTERS_PER_CREDIT: Final = 20
LONGEST_VIDEO_S: Final = 30


class ApiError(Exception):
    """An answer that is an error: an HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Field:
    """One documented input: its name, whether it is a number or a string, and the values it may take."""

    name: str
    number: bool = False
    required: bool = True
    choices: tuple[str, ...] = ()
    pattern: str = ""
    most: float = math.inf

    def check(self, inputs: Inputs) -> None:
        """Raise `ApiError` 400 with a sentence if the input is missing (``null`` too) or wrong."""
        value = inputs.get(self.name)
        if value is None:
            if self.required:
                raise ApiError(400, f"{self.name} is missing")
        elif self.number:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ApiError(400, f"{self.name} must be a number")
            if not 1 <= value <= self.most:
                raise ApiError(400, f"{self.name} must be at least 1 and at most {self.most:g}")
        elif not isinstance(value, str):
            raise ApiError(400, f"{self.name} must be a string")
        elif self.required and not value.strip():
            raise ApiError(400, f"{self.name} must not be empty")
        elif self.choices and value not in self.choices:
            raise ApiError(400, f"{self.name} must be one of {', '.join(self.choices)}, not {value!r}")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            raise ApiError(400, f"{self.name} {value!r} is not understood")


@dataclass(frozen=True)
class Generator:
    """A tool that submits a task: the task's type, its price, and how its inputs become an order."""

    kind: str
    type: str
    text: str
    credits: Callable[[Inputs], int]
    options: Mapping[str, tuple[str, Any]]
    """Input name -> the drawing's parameter and its default."""

    def order(self, inputs: Inputs, seed: int) -> Order:
        """Turn checked inputs into an order for the workshop."""
        given = {name: inputs.get(name) for name in self.options}
        options = tuple(
            (parameter, default if given[name] is None else given[name])
            for name, (parameter, default) in self.options.items()
        )
        return Order(self.kind, markers.stripped(inputs[self.text]), seed, options)


def _image_credits(inputs: Inputs) -> int:
    return IMAGE_CREDITS[inputs.get("imageSize") or "1K"]


def _video_credits(inputs: Inputs) -> int:
    per_second = VIDEO_CREDITS_PER_S[inputs.get("resolution") or "720p"]
    return math.ceil(per_second * (inputs.get("durationSeconds") or 8))


def _speech_credits(inputs: Inputs) -> int:
    return math.ceil(len(inputs["text"]) / SPEECH_CHARACTERS_PER_CREDIT)


FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "create-session": (Field("title"),),
    "generate-image-from-text": (
        Field("workerId"),
        Field("prompt"),
        Field("aspectRatio", required=False, pattern=ASPECT_RATIO),
        Field("imageSize", required=False, choices=tuple(IMAGE_CREDITS)),
    ),
    "generate-video-from-text": (
        Field("workerId"),
        Field("prompt"),
        Field("aspectRatio", required=False, pattern=ASPECT_RATIO),
        Field("resolution", required=False, choices=tuple(VIDEO_CREDITS_PER_S)),
        Field("durationSeconds", number=True, required=False, most=LONGEST_VIDEO_S),
    ),
    "generate-tts": (Field("workerId", required=False), Field("text"), Field("voiceId", required=False)),
    "list-voices": (),
    "get-task-status": (Field("taskId"),),
    "wait-for-task": (Field("taskId"),),
    "download-asset": (Field("assetId"),),
}
"""Every tool, and its documented inputs."""

GENERATORS: Final[Mapping[str, Generator]] = {
    "generate-image-from-text": Generator(
        "image",
        "GEMINI_TEXT_TO_IMAGE",
        "prompt",
        _image_credits,
        {"aspectRatio": ("aspect_ratio", "1:1"), "imageSize": ("image_size", "1K")},
    ),
    "generate-video-from-text": Generator(
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
    "generate-tts": Generator("speech", "TEXT_TO_SPEECH", "text", _speech_credits, {"voiceId": ("voice_id", None)}),
}
