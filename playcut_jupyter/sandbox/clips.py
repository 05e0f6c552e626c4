"""Clips: the scene of a picture in motion, with a soft sound that suits it.

The layers are drawn once, a little wider than the frame. For each frame they are pasted again, each moved by
its own drift and bob: near layers move more than far ones, waves roll, the subject bobs. Styles that process
the whole picture work on a smaller frame, which is then enlarged.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps

from playcut_jupyter.sandbox.drawing.canvas import Layer, Size
from playcut_jupyter.sandbox.drawing.caption import caption_note, caption_patches
from playcut_jupyter.sandbox.drawing.scene import scene_layers
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec, parse_prompt
from playcut_jupyter.sandbox.drawing.styles import apply_style
from playcut_jupyter.sandbox.pictures import render_pattern
from playcut_jupyter.sandbox.video_encoder import SOUND_RATE, encode_mp4

FPS = 12
TINY_FPS = 2
TINY_SOUND_S = 0.2
LOOP_S = 3
_MAX_DRAWN_PX = 1280
_MAX_STYLED_PX = 480
"""Longest side at which frames are composed, plain or with a style; larger frames are enlarged."""
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
    size: Size,
    duration_s: float,
    seed: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> bytes:
    """Film a prompt and return an MP4.

    Raises `RenderingCancelled` at the next frame once *is_cancelled* returns True.
    """
    spec = parse_prompt(prompt, seed)
    frames = _frames(spec, size, max(1, round(duration_s * FPS)))
    sound = _sound(spec, duration_s)
    return encode_mp4(
        frames, FPS, sound, title=prompt[:200], size=size, caption=caption_note(size), is_cancelled=is_cancelled
    )


def film_pattern(prompt: str, size: Size, duration_s: float, seed: int | None = None) -> bytes:
    """Return an MP4 that shows a pattern and its mirror image in turn, with a short silence: a tiny clip for tests."""
    pattern = render_pattern(prompt, size, seed)
    pair = (pattern, ImageOps.mirror(pattern))
    frames = (pair[number % 2] for number in range(round(duration_s * TINY_FPS)))
    silence = array("h", bytes(2 * round(TINY_SOUND_S * SOUND_RATE)))
    return encode_mp4(frames, TINY_FPS, [silence], title=prompt[:200], size=size)


# -- picture ---------------------------------------------------------------------------------------


def _frames(spec: SceneSpec, size: Size, count: int) -> Iterator[Image.Image]:
    scale = min(1.0, (_MAX_STYLED_PX if spec.style else _MAX_DRAWN_PX) / max(size))
    drawn_size = (max(2, round(size[0] * scale)), max(2, round(size[1] * scale)))
    # Wider than the frame by as much as the camera and the waves move.
    back, *layers = scene_layers(spec, (round(drawn_size[0] * 1.16), round(drawn_size[1] * 1.05)))
    cutouts = [_cutout(layer) for layer in layers]
    patches = caption_patches(spec.prompt, size)
    for number in range(count):
        frame = apply_style(_compose(back.image, cutouts, drawn_size, number / FPS, number / count), spec)
        if drawn_size != size:
            method = Image.Resampling.NEAREST if spec.style == "pixel" else Image.Resampling.BILINEAR
            frame = frame.resize(size, method)
        for patch, corner in patches:
            frame.paste(patch, corner, patch)
        yield frame


@dataclass(frozen=True)
class _Cutout:
    """The visible part of a layer, ready to be pasted: colour and mask apart."""

    colour: Image.Image
    mask: Image.Image
    corner: tuple[int, int]
    layer: Layer


def _cutout(layer: Layer) -> _Cutout:
    box = layer.image.getbbox() or (0, 0, 1, 1)
    part = layer.image.crop(box)
    return _Cutout(part.convert("RGB"), part.getchannel("A"), (box[0], box[1]), layer)


def _compose(back: Image.Image, cutouts: list[_Cutout], size: Size, at_s: float, progress: float) -> Image.Image:
    """Paste each layer at its position at a time; `progress` is the fraction of the clip that has passed."""
    w, h = size
    spare = ((back.width - w) // 2, (back.height - h) // 2)
    pan = -math.cos(math.pi * progress)
    if not cutouts:
        # An abstract poster has no layers that could move: the camera slowly zooms in.
        near = 1 - 0.5 * progress
        x, y = spare[0] * near, spare[1] * near
        inset = (spare[0] - x, spare[1] - y)
        box = (inset[0], inset[1], back.width - inset[0], back.height - inset[1])
        return back.resize(size, Image.Resampling.BILINEAR, box)
    frame = back.crop((*spare, spare[0] + w, spare[1] + h))
    for cutout in cutouts:
        layer = cutout.layer
        swing = math.tau * at_s / 3.2 + layer.phase
        x = round(cutout.corner[0] - spare[0] - w * (layer.drift * pan + layer.bob * 0.7 * math.cos(swing)))
        y = round(cutout.corner[1] - spare[1] + h * layer.bob * math.sin(swing))
        if not layer.fall:
            frame.paste(cutout.colour, (x, y), cutout.mask)
            continue
        y += round(layer.fall * at_s * back.height) % back.height
        for top in (y, y - back.height):
            frame.paste(cutout.colour, (x, top), cutout.mask)
    return frame


# -- sound -----------------------------------------------------------------------------------------


def _loop(spec: SceneSpec) -> array[int]:
    """Return a few seconds of sound whose end joins its beginning: a chord that swells, with surf or rain."""
    length = LOOP_S * SOUND_RATE
    chord = _CHORDS[spec.light]
    table = [math.sin(math.tau * k / 4096) for k in range(4096)]
    # Whole cycles within the loop, so that its ends join.
    steps = [round(tone * LOOP_S) * 4096 / length for tone in chord]
    swell = [0.62 + 0.38 * math.sin(math.tau * k / 256) for k in range(256)]
    surf = [math.sin(math.pi * k / 256) ** 2 for k in range(256)]
    wet = 1.0 if spec.place == "sea" else 0.7 if spec.weather == "rain" else 0.12
    hiss, level = array("h", spec.rng("sound").randbytes(2 * length)), 0.0
    out = array("h", bytes(2 * length))
    a, b, c, d = steps
    for k in range(length):
        tone = table[int(k * a) & 4095] + table[int(k * b) & 4095]
        tone += 0.8 * table[int(k * c) & 4095] + 0.5 * table[int(k * d) & 4095]
        level += (hiss[k] - level) * 0.09
        now = k * 256 // length
        out[k] = int(tone * swell[now] * 1900 + level * wet * 0.7 * surf[now])
    return out


def _sound(spec: SceneSpec, duration_s: float) -> Iterator[array[int]]:
    """Repeat the loop for the length of the clip, faded in and out, in blocks of half a second."""
    loop = _loop(spec)
    total = round(duration_s * SOUND_RATE)
    fade = SOUND_RATE // 2
    for start in range(0, total, fade):
        end = min(start + fade, total)
        at = start % len(loop)
        block = (loop[at:] + loop)[: end - start]
        if start == 0 or end > total - fade:
            for k in range(len(block)):
                edge = min(start + k, total - start - k, fade)
                block[k] = block[k] * edge // fade
        yield block
