"""Weather: clouds, lightning, rain and snow."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, cut_paper, paint_glow
from playcut_jupyter.sandbox.drawing.lighting import sky_stops
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec


def draw_clouds(spec: SceneSpec, size: Size) -> Picture:
    """Draw clouds; those of a storm are dark."""
    w, h = size
    u = math.sqrt(w * h)
    rng = spec.rng("clouds")
    mask = Image.new("L", size)
    for _ in range({"day": 4, "storm": 9, "fog": 6}.get(spec.light, 3)):
        x, y, long = rng.random() * w, h * rng.uniform(0.08, 0.4), u * rng.uniform(0.07, 0.13)
        cloud = _cloud_mask(long, rng)
        mask.paste(255, (round(x - cloud.width / 2), round(y + long * 0.12) - cloud.height), cloud)
    low = sky_stops(spec)[2]
    top = mix(low, BLACK, 0.5) if spec.light == "storm" else mix(low, WHITE, 0.6)
    return cut_paper(mask, top, low, 0.16, {"day": 0.85, "storm": 0.8, "night": 0.22}.get(spec.light, 0.5))


def _cloud_mask(long: float, rng: Random) -> Picture:
    """Return the mask of one cloud: six overlapping discs with a flat bottom."""
    sheet = Image.new("L", (2 * max(1, round(long * 3.4)), 2 * max(1, round(long * 0.82))))
    draw = ImageDraw.Draw(sheet)
    y = sheet.height - 2 * long * 0.12
    for k in range(6):
        r = 2 * long * (0.52 - abs(k - 2.5) * 0.11) * rng.uniform(0.85, 1.2)
        x = sheet.width / 2 + 2 * long * (k - 2.5) * 0.4
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return sheet.reduce(2)


def draw_lightning(sheet: Picture, rng: Random) -> None:
    """Draw lightning from the upper right."""
    w, h = sheet.size
    x, y, u = w * rng.uniform(0.72, 0.86), 0.0, math.sqrt(w * h)
    paint_glow(sheet, (x, h * 0.12), u * 0.42, (225, 235, 255), 0.5)
    draw = ImageDraw.Draw(sheet)
    while y < h * 0.55:
        nx, ny = x + rng.uniform(-0.05, 0.04) * u, y + rng.uniform(0.04, 0.09) * u
        draw.line((x, y, nx, ny), fill=(250, 250, 235), width=max(2, round(u * 0.006 * (1.2 - y / h))))
        if rng.random() < 0.5:
            draw.line((nx, ny, nx + u * 0.05, ny + u * 0.06), fill=(215, 225, 245), width=max(1, round(u * 0.002)))
        x, y = nx, ny


def draw_precipitation(spec: SceneSpec, size: Size) -> Picture:
    """Draw rain or snow."""
    w, h = size
    u = math.sqrt(w * h)
    rng = spec.rng("falling")
    sheet = Image.new("L", size)
    draw = ImageDraw.Draw(sheet)
    if spec.weather == "rain":
        for _ in range(260):
            x, y, long = rng.random() * w * 1.1, rng.random() * h, u * rng.uniform(0.02, 0.05)
            drop = (x, y, x - long * 0.3, y + long)
            draw.line(drop, fill=rng.randrange(60, 130), width=max(1, round(u * 0.0016)))
    else:
        for _ in range(170):
            x, y, r = rng.random() * w * 1.1, rng.random() * h, u * rng.choice((0.002, 0.003, 0.004, 0.006))
            draw.ellipse((x - r, y - r, x + r, y + r), fill=rng.randrange(150, 245))
    flakes = Image.new("RGBA", size, (*WHITE, 0))
    flakes.putalpha(sheet)
    return flakes
