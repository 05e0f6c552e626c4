"""The sandbox's media: a picture, a clip or a spoken text for a prompt, made on this machine.

This is the whole interface of the drawing part. Importing it costs nothing: the libraries that draw,
speak and encode are imported when they are first used. The functions block, may be called from several
threads at once, and give the same bytes for the same arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Longest side of a picture, in pixels."""
RESOLUTIONS = {"480p": 480, "720p": 720, "1080p": 1080}
"""Shortest side of a clip, in pixels."""
LONGEST_CLIP_S = 30
EXTRA = 'pip install "playcut-jupyter[sandbox]"'


@dataclass(frozen=True)
class Media:
    """A finished file."""

    data: bytes
    mime_type: str
    suffix: str


class MediaUnavailable(Exception):
    """These media cannot be made here; the message is one sentence that says what helps."""


class Abandoned(Exception):
    """Nobody waits for these media any more, so that they are left unfinished."""


def aspect(text: str) -> tuple[int, int]:
    """Read an aspect ratio such as "16:9", between 1:8 and 8:1."""
    try:
        across, down = (int(part) for part in text.split(":"))
    except (AttributeError, ValueError):
        across = down = 0
    if across < 1 or down < 1 or max(across, down) > 8 * min(across, down):
        raise ValueError(f"aspectRatio must be like 16:9, between 1:8 and 8:1, and not {text!r}.")
    return across, down


def _choice(name: str, value: str, table: dict[str, int]) -> int:
    if value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, and not {value!r}.")
    return table[value]


def picture(prompt: str, *, aspect_ratio: str = "1:1", image_size: str = "1K", seed: int | None = None) -> Media:
    """Draw a prompt as a PNG. Its longest side is 1024, 2048 or 4096 pixels ("1K", "2K", "4K")."""
    across, down = aspect(aspect_ratio)
    side = _choice("imageSize", image_size, SIZES)
    longest = max(across, down)
    size = (round(side * across / longest), round(side * down / longest))
    from playcut_jupyter.sandbox import pictures

    note = f"{prompt}\nSize: {size[0]}x{size[1]}, Seed: {0 if seed is None else seed}, Model: Playcut sandbox"
    return Media(pictures.png(pictures.render(prompt, size, seed), note), "image/png", ".png")


def clip(
    prompt: str,
    *,
    aspect_ratio: str = "16:9",
    resolution: str = "720p",
    duration_s: float = 8,
    seed: int | None = None,
    is_abandoned: Callable[[], bool] = lambda: False,
) -> Media:
    """Film a prompt as an MP4 with sound. Its shortest side is 480, 720 or 1080 pixels.

    It takes seconds: once *is_abandoned* says so, it stops with `Abandoned`.
    """
    across, down = aspect(aspect_ratio)
    side = _choice("resolution", resolution, RESOLUTIONS)
    if not 1 <= duration_s <= LONGEST_CLIP_S:
        raise ValueError(f"durationSeconds must be between 1 and {LONGEST_CLIP_S}, and not {duration_s}.")
    shortest = min(across, down)
    # H.264 halves the colour planes, so both sides are even.
    size = (2 * round(side * across / shortest / 2), 2 * round(side * down / shortest / 2))
    try:
        from playcut_jupyter.sandbox import clips
    except ImportError as error:
        raise MediaUnavailable(f"The sandbox needs PyAV to make clips: {EXTRA}.") from error
    return Media(clips.film(prompt, size, float(duration_s), seed, is_abandoned), "video/mp4", ".mp4")


def speech(text: str, *, voice_id: str | None = None, seed: int | None = None) -> Media:
    """Say a text as a WAV, in one of `voices` (left out: the first). A voice has one way to say a text."""
    from playcut_jupyter.sandbox import speech as speaking

    try:
        return Media(speaking.say(text, voice_id), "audio/wav", ".wav")
    except speaking.CannotSay as error:
        raise MediaUnavailable(str(error)) from error


def voices() -> list[dict[str, object]]:
    """List the voices as the API does; the first is the default."""
    from playcut_jupyter.sandbox import speech as speaking

    return speaking.catalogue()
