"""Details on the terrain: foam and glitter on the sea, snow on peaks, seaweed under water."""

from __future__ import annotations

import math
from random import Random

from PIL import ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, paint, polygon_mask
from playcut_jupyter.sandbox.drawing.curves import Points, smooth_curve
from playcut_jupyter.sandbox.drawing.lighting import sun_colour
from playcut_jupyter.sandbox.drawing.palette import WHITE, Colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec


def add_details(sheet: Picture, spec: SceneSpec, k: int, edge: Points, colour: Colour) -> None:
    """Add the details of the place to one layer of terrain; layer 0 is the farthest."""
    rng = spec.rng(f"dress {k}")
    if spec.place == "sea" and k:
        _draw_foam(sheet, edge, colour, rng)
    elif spec.place == "sea" and spec.light not in ("storm", "fog"):
        _draw_glitter(sheet, edge[0][1], colour, sun_colour(spec), rng)
    elif spec.place == "mountains" and k < 2:
        _draw_snow_caps(sheet, edge, colour)
    elif spec.place == "underwater":
        _draw_seaweed(sheet, edge, colour, rng)


def _draw_foam(sheet: Picture, edge: Points, colour: Colour, rng: Random) -> None:
    """Draw foam along a wave, and reflections below it."""
    w, h = sheet.size
    u = math.sqrt(w * h)
    foam = polygon_mask(sheet.size, [*edge, *((x, y + u * 0.005) for x, y in reversed(edge))])
    paint(sheet, mix(colour, WHITE, 0.75), foam)
    low = max(y for _, y in edge)
    glints: list[Points] = []
    for _ in range(12):
        x, y, r = rng.random() * w, low + u * rng.uniform(0.02, 0.1), u * rng.uniform(0.01, 0.04)
        glints.append([(x - r, y), (x, y - u * 0.003), (x + r, y), (x, y + u * 0.003)])
    paint(sheet, mix(colour, WHITE, 0.3), polygon_mask(sheet.size, *glints))


def _draw_glitter(sheet: Picture, horizon: float, colour: Colour, shine: Colour, rng: Random) -> None:
    """Draw the reflection of the sun on the farthest water."""
    w, h = sheet.size
    u = math.sqrt(w * h)
    draw = ImageDraw.Draw(sheet)
    for j in range(26):
        x, y = w * 0.33 + rng.gauss(0, 0.012 + 0.003 * j) * w, horizon + u * (0.008 + 0.007 * j)
        half = u * rng.uniform(0.01, 0.035)
        tone = mix(colour, shine, 0.75 - 0.02 * j)
        draw.line((x - half, y, x + half, y), fill=tone, width=max(1, round(u * 0.003)))


def _draw_snow_caps(sheet: Picture, edge: Points, colour: Colour) -> None:
    """Draw snow with a ragged lower edge on every peak."""
    u = math.sqrt(sheet.width * sheet.height)
    draw = ImageDraw.Draw(sheet)
    drop = u * 0.016
    for (x0, y0), (x, y), (x1, y1) in zip(edge, edge[1:], edge[2:], strict=False):
        if y < y0 and y < y1 and min(y0, y1) - y > u * 0.02:
            lx, ly = x + (x0 - x) * 0.42, y + (y0 - y) * 0.42
            rx, ry = x + (x1 - x) * 0.42, y + (y1 - y) * 0.42
            right, left = (x + (rx - x) * 0.4, ry - drop / 3), (x + (lx - x) * 0.4, ly - drop / 3)
            cap = [(x, y), (rx, ry), right, (x, (ly + ry) / 2 + drop / 2), left, (lx, ly)]
            draw.polygon(cap, fill=mix(colour, WHITE, 0.72))


def _draw_seaweed(sheet: Picture, edge: Points, colour: Colour, rng: Random) -> None:
    u = math.sqrt(sheet.width * sheet.height)
    draw = ImageDraw.Draw(sheet)
    for _ in range(7):
        x, y = edge[rng.randrange(len(edge))]
        high, sway = u * rng.uniform(0.1, 0.24), u * 0.012
        turns = ((x, y + 9), (x + sway, y - high / 3), (x - sway, y - high / 1.5), (x + sway, y - high))
        weed = smooth_curve([(*turn, False) for turn in turns], False)
        draw.line(weed, fill=mix(colour, (60, 160, 110), 0.4), width=max(2, round(u * 0.012)), joint="curve")
