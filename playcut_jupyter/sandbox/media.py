"""The sandbox's media: a picture, a clip or a spoken text for a prompt, made on this machine.

This is the interface of everything that draws and speaks. The functions block, may be called from several
threads at once, and return the same bytes for the same arguments. They raise ValueError for an invalid
argument and `MediaUnavailable` if something that they need is not installed.

With ``tiny=True`` they make media for tests that need a valid file and do not look at it. The checks, formats
and metadata are the same, but a picture is a pattern of 64 pixels, a clip has two frames a second, and speech is
a tone of 0.2 seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from playcut_jupyter.sandbox.constants import INSTALL_COMMAND, MAX_VIDEO_S
from playcut_jupyter.sandbox.errors import MediaUnavailable
from playcut_jupyter.sandbox.speech import VOICES, speak

SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Longest side of a picture, in pixels."""
RESOLUTIONS = {"480p": 480, "720p": 720, "1080p": 1080}
"""Shortest side of a clip, in pixels."""
TINY_PICTURE_DIVISOR = 16
TINY_CLIP_DIVISOR = 20


@dataclass(frozen=True)
class MediaRequest:
    """Everything that decides the bytes of one asset."""

    kind: str
    text: str
    seed: int
    options: tuple[tuple[str, Any], ...] = ()
    tiny: bool = False


@dataclass(frozen=True)
class Media:
    """A finished file."""

    data: bytes
    mime_type: str
    suffix: str


def picture(
    prompt: str,
    *,
    aspect_ratio: str = "1:1",
    image_size: str = "1K",
    seed: int | None = None,
    tiny: bool = False,
) -> Media:
    """Draw a prompt as a PNG. Its longest side is 1024, 2048 or 4096 pixels ("1K", "2K", "4K"); tiny: 64, 128, 256."""
    across, down = _parse_aspect_ratio(aspect_ratio)
    side = _look_up("imageSize", image_size, SIZES) // (TINY_PICTURE_DIVISOR if tiny else 1)
    longest = max(across, down)
    size = (round(side * across / longest), round(side * down / longest))
    # Pillow is heavy, and only needed here.
    from playcut_jupyter.sandbox.pictures import encode_png, render, render_pattern

    image = render_pattern(prompt, size, seed) if tiny else render(prompt, size, seed)
    note = f"{prompt}\nSize: {size[0]}x{size[1]}, Seed: {0 if seed is None else seed}, Model: Playcut sandbox"
    return Media(encode_png(image, note, has_caption=not tiny), "image/png", ".png")


def clip(
    prompt: str,
    *,
    aspect_ratio: str = "16:9",
    resolution: str = "720p",
    duration_s: float = 8,
    seed: int | None = None,
    tiny: bool = False,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Media:
    """Film a prompt as an MP4 with sound. Its shortest side is 480, 720 or 1080 pixels; tiny: 24, 36 or 54.

    It takes seconds. Once *is_cancelled* returns True, it raises `RenderingCancelled` at the next frame.
    """
    across, down = _parse_aspect_ratio(aspect_ratio)
    side = _look_up("resolution", resolution, RESOLUTIONS) // (TINY_CLIP_DIVISOR if tiny else 1)
    if not 1 <= duration_s <= MAX_VIDEO_S:
        raise ValueError(f"durationSeconds must be between 1 and {MAX_VIDEO_S}, and not {duration_s}.")
    shortest = min(across, down)
    # H.264 halves the colour planes, so both sides are even.
    size = (2 * round(side * across / shortest / 2), 2 * round(side * down / shortest / 2))
    try:
        # PyAV is optional, and Pillow is heavy.
        from playcut_jupyter.sandbox.clips import film, film_pattern
    except ImportError as error:
        raise MediaUnavailable(f"The sandbox needs PyAV to make clips: {INSTALL_COMMAND}.") from error

    make = film_pattern if tiny else partial(film, is_cancelled=is_cancelled)
    return Media(make(prompt, size, duration_s, seed), "video/mp4", ".mp4")


def speech(text: str, *, voice_id: str | None = None, seed: int | None = None, tiny: bool = False) -> Media:
    """Speak a text as a WAV in one of `voices`, by default the first. A seed makes no difference."""
    return Media(speak(text, voice_id, tiny=tiny), "audio/wav", ".wav")


def voices() -> list[dict[str, object]]:
    """List the voices as the API does; the first is the default."""
    return [
        {
            "voiceId": voice.voice_id,
            "name": voice.name,
            "language": voice.language,
            "gender": voice.gender,
            "description": voice.description,
        }
        for voice in VOICES
    ]


def _parse_aspect_ratio(text: str) -> tuple[int, int]:
    """Read an aspect ratio such as "16:9", between 1:8 and 8:1."""
    try:
        across, down = (int(part) for part in text.split(":"))
    except (AttributeError, ValueError):
        across = down = 0
    if across < 1 or down < 1 or max(across, down) > 8 * min(across, down):
        raise ValueError(f"aspectRatio must be like 16:9, between 1:8 and 8:1, and not {text!r}.")
    return across, down


def _look_up(name: str, value: str, table: dict[str, int]) -> int:
    if value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, and not {value!r}.")
    return table[value]
