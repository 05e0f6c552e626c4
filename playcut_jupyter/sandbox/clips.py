"""Clips: the scene of a picture, filmed, with a soft sound that suits the place.

The layers are cut once, a little wider than the frame. For every frame they are pasted again, each
moved by its own drift and bob: near things move more than far ones, waves roll, the subject breathes.
Styles that cost a whole pass over the picture work on a smaller frame, which is then enlarged.
"""

from __future__ import annotations

import array
import math
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from PIL import Image

from playcut_jupyter.sandbox.drawing.caption import caption
from playcut_jupyter.sandbox.drawing.idea import Idea, understand
from playcut_jupyter.sandbox.drawing.scene import scene
from playcut_jupyter.sandbox.drawing.styles import styled
from playcut_jupyter.sandbox.media import Abandoned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.audio.stream import AudioStream
    from av.container import OutputContainer

    from playcut_jupyter.sandbox.drawing.canvas import Layer

FPS = 12
SOUND_RATE = 22_050
LOOP_S = 3
_DRAWN = {"plain": 1280, "styled": 480}
"""Longest side at which frames are composed; larger ones are enlarged."""
_CHORDS = {
    "day": (261.6, 329.6, 392.0, 493.9),
    "dawn": (220.0, 277.2, 329.6, 493.9),
    "sunset": (174.6, 220.0, 261.6, 329.6),
    "night": (146.8, 174.6, 220.0, 329.6),
    "storm": (110.0, 130.8, 164.8, 196.0),
    "fog": (164.8, 196.0, 246.9, 370.0),
    "space": (130.8, 196.0, 293.7, 440.0),
    "deep": (98.0, 146.8, 220.0, 277.2),
}


def film(
    prompt: str,
    size: tuple[int, int],
    duration_s: float,
    seed: int | None = None,
    is_abandoned: Callable[[], bool] = lambda: False,
) -> bytes:
    """Film a prompt: H.264 and AAC in an MP4 that can start playing before it is all there.

    Raises `Abandoned` at the next frame once *is_abandoned* says so.
    """
    idea = understand(prompt, seed)
    # The index can only be moved to the front of a file that can be read again.
    with tempfile.TemporaryDirectory(prefix="playcut-") as folder:
        path = Path(folder) / "clip.mp4"
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            container.metadata.update({"title": prompt[:200], "comment": "Playcut sandbox"})
            _write(container, idea, size, duration_s, is_abandoned)
        return path.read_bytes()


def _write(
    container: OutputContainer,
    idea: Idea,
    size: tuple[int, int],
    duration_s: float,
    is_abandoned: Callable[[], bool],
) -> None:
    count = max(1, round(duration_s * FPS))
    video = container.add_stream("libx264", rate=FPS)
    video.width, video.height = size
    video.pix_fmt = "yuv420p"
    video.gop_size = FPS
    video.thread_count = 1
    # A keyframe each second and nowhere else: seeking is quick, and the bytes are the same every time.
    video.options = {"preset": "ultrafast", "crf": "27", "sc_threshold": "0", "threads": "1"}
    sound = container.add_stream("aac", rate=SOUND_RATE)
    sound.layout = "mono"
    sound.bit_rate = 64_000
    sounds = _sound(idea, duration_s)
    for number, image in enumerate(_frames(idea, size, count)):
        if is_abandoned():
            raise Abandoned
        frame = av.VideoFrame.from_image(image)
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        container.mux(video.encode(frame))
        _keep_up(container, sound, sounds, (number + 1) / FPS)
    _keep_up(container, sound, sounds, math.inf)
    container.mux(video.encode(None))
    container.mux(sound.encode(None))


def _keep_up(container: OutputContainer, sound: AudioStream, blocks: Iterator[av.AudioFrame], until_s: float) -> None:
    """Write sound up to a time, so that picture and sound lie side by side in the file."""
    for block in blocks:
        container.mux(sound.encode(block))
        if block.time is not None and block.time >= until_s:
            return


# -- picture ---------------------------------------------------------------------------------------


def _frames(idea: Idea, size: tuple[int, int], count: int) -> Iterator[Image.Image]:
    share = min(1.0, _DRAWN["styled" if idea.style else "plain"] / max(size))
    drawn = (max(2, round(size[0] * share)), max(2, round(size[1] * share)))
    # Wider than the frame by as much as the camera and the waves move.
    back, *layers = scene(idea, (round(drawn[0] * 1.16), round(drawn[1] * 1.05)))
    sheets = [_sheet(layer) for layer in layers]
    patches = caption(idea.prompt, size)
    for number in range(count):
        frame = styled(_composed(back.image, sheets, drawn, number / FPS, number / count), idea)
        if drawn != size:
            method = Image.Resampling.NEAREST if idea.style == "pixel" else Image.Resampling.BILINEAR
            frame = frame.resize(size, method)
        for patch, corner in patches:
            frame.paste(patch, corner, patch)
        yield frame


@dataclass(frozen=True)
class _Sheet:
    """A layer as it is pasted: only its content, colour and mask apart."""

    colour: Image.Image
    mask: Image.Image
    corner: tuple[int, int]
    layer: Layer


def _sheet(layer: Layer) -> _Sheet:
    box = layer.image.getbbox() or (0, 0, 1, 1)
    part = layer.image.crop(box)
    return _Sheet(part.convert("RGB"), part.getchannel("A"), (box[0], box[1]), layer)


def _composed(back: Image.Image, sheets: list[_Sheet], size: tuple[int, int], at_s: float, part: float) -> Image.Image:
    """Paste all sheets where they are at a time; `part` is how much of the clip has passed."""
    w, h = size
    spare = ((back.width - w) // 2, (back.height - h) // 2)
    pan = -math.cos(math.pi * part)
    if not sheets:
        # A flat poster has nothing to pass in front of anything: the camera slowly comes nearer.
        near = 1 - 0.5 * part
        x, y = spare[0] * near, spare[1] * near
        reach = (spare[0] - x, spare[1] - y)
        box = (reach[0], reach[1], back.width - reach[0], back.height - reach[1])
        return back.resize(size, Image.Resampling.BILINEAR, box)
    frame = back.crop((*spare, spare[0] + w, spare[1] + h))
    for sheet in sheets:
        layer = sheet.layer
        swing = math.tau * at_s / 3.2 + layer.phase
        x = round(sheet.corner[0] - spare[0] - w * (layer.drift * pan + layer.bob * 0.7 * math.cos(swing)))
        y = round(sheet.corner[1] - spare[1] + h * layer.bob * math.sin(swing))
        if not layer.fall:
            frame.paste(sheet.colour, (x, y), sheet.mask)
            continue
        y += round(layer.fall * at_s * back.height) % back.height
        for top in (y, y - back.height):
            frame.paste(sheet.colour, (x, top), sheet.mask)
    return frame


# -- sound -----------------------------------------------------------------------------------------


def _loop(idea: Idea) -> array.array[int]:
    """Make a few seconds of sound that join end to beginning: a chord that swells, and surf or rain."""
    length = LOOP_S * SOUND_RATE
    chord = _CHORDS[idea.light]
    table = [math.sin(math.tau * k / 4096) for k in range(4096)]
    # Whole cycles within the loop, so that its ends meet.
    steps = [round(tone * LOOP_S) * 4096 / length for tone in chord]
    swell = [0.62 + 0.38 * math.sin(math.tau * k / 256) for k in range(256)]
    surf = [math.sin(math.pi * k / 256) ** 2 for k in range(256)]
    wet = 1.0 if idea.place == "sea" else 0.7 if idea.weather == "rain" else 0.12
    hiss, level = array.array("h", idea.dice("sound").randbytes(2 * length)), 0.0
    out = array.array("h", bytes(2 * length))
    a, b, c, d = steps
    for k in range(length):
        tone = table[int(k * a) & 4095] + table[int(k * b) & 4095]
        tone += 0.8 * table[int(k * c) & 4095] + 0.5 * table[int(k * d) & 4095]
        level += (hiss[k] - level) * 0.09
        now = k * 256 // length
        out[k] = int(tone * swell[now] * 1900 + level * wet * 0.7 * surf[now])
    return out


def _sound(idea: Idea, duration_s: float) -> Iterator[av.AudioFrame]:
    """Repeat the loop for the clip's length, faded in and out, in blocks of half a second."""
    loop = _loop(idea)
    total = round(duration_s * SOUND_RATE)
    rise = SOUND_RATE // 2
    for start in range(0, total, rise):
        end = min(start + rise, total)
        at = start % len(loop)
        block = (loop[at:] + loop)[: end - start]
        if start == 0 or end > total - rise:
            for k in range(len(block)):
                edge = min(start + k, total - start - k, rise)
                block[k] = block[k] * edge // rise
        frame = av.AudioFrame("s16", "mono", len(block))
        frame.planes[0].update(block.tobytes())
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = start, Fraction(1, SOUND_RATE)
        yield frame
