"""The sky: its gradient and haze, the sun or the moon, stars, and light rays under water."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import (
    Picture,
    Size,
    blur,
    noise,
    paint,
    paint_disc,
    paint_glow,
    polygon_mask,
    vertical_gradient,
)
from playcut_jupyter.sandbox.drawing.lighting import sky_stops, sun_colour
from playcut_jupyter.sandbox.drawing.palette import WHITE, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec
from playcut_jupyter.sandbox.drawing.space import draw_nebula, draw_planet
from playcut_jupyter.sandbox.drawing.weather import draw_lightning


def draw_sky(spec: SceneSpec, size: Size) -> Picture:
    """Draw the background of the scene."""
    rng = spec.rng("sky")
    stops = sky_stops(spec)
    sheet = vertical_gradient(size, *stops)
    paint(sheet, mix(stops[2], WHITE, 0.2), noise(size, rng, 4, curve=lambda v: round(max(0, v - 96) * 0.55)))
    if spec.light in ("night", "space"):
        _draw_stars(sheet, rng, spec.light == "space")
    if spec.light == "space":
        draw_nebula(sheet, rng, spec)
        draw_planet(sheet, rng, spec)
    elif spec.light == "deep":
        _draw_rays(sheet, rng)
    else:
        _draw_sun(sheet, rng, spec)
    if spec.light == "storm":
        draw_lightning(sheet, rng)
    return sheet


def _draw_sun(sheet: Picture, rng: Random, spec: SceneSpec) -> None:
    w, h = sheet.size
    low = spec.light in ("sunset", "dawn")
    x, y = w * rng.uniform(0.24, 0.42), h * (0.46 if low else 0.2)
    if spec.subject == "lighthouse":
        x = w * 0.2
    colour, radius = sun_colour(spec), min(w, h) * (0.13 if low else 0.085)
    if spec.light in ("storm", "fog"):
        paint_glow(sheet, (x, y), radius * 4, colour, 0.5)
        return
    paint_glow(sheet, (x, y), radius * 6, colour, 0.5)
    for ring in (2.5, 1.75):
        paint_disc(sheet, (x, y), radius * ring, colour, 0.16)
    paint_disc(sheet, (x, y), radius, colour)
    if spec.light == "night":
        for dx, dy, r in ((-0.3, -0.25, 0.24), (0.32, 0.12, 0.3), (-0.2, 0.42, 0.16), (0.2, -0.5, 0.12)):
            paint_disc(sheet, (x + dx * radius, y + dy * radius), radius * r, mix(colour, (120, 110, 140), 0.28))


def _draw_stars(sheet: Picture, rng: Random, many: bool) -> None:
    w, h = sheet.size
    u = math.sqrt(w * h)
    draw = ImageDraw.Draw(sheet)
    for _ in range(330 if many else 170):
        x, y = rng.random() * w, rng.random() ** 1.4 * h * (1 if many else 0.7)
        shade = mix((120, 130, 190), WHITE, rng.random())
        r = u * rng.choice((0.0007, 0.0007, 0.001, 0.0016))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=shade)
    for _ in range(7):
        x, y, r = rng.random() * w, rng.random() * h * 0.6, u * rng.uniform(0.005, 0.011)
        paint_glow(sheet, (x, y), r * 2.2, WHITE, 0.45)
        long, thin = r * 1.5, r * 0.16
        draw.polygon([(x, y - long), (x + thin, y), (x, y + long), (x - thin, y)], fill=WHITE)
        draw.polygon([(x - long, y), (x, y - thin), (x + long, y), (x, y + thin)], fill=WHITE)


def _draw_rays(sheet: Picture, rng: Random) -> None:
    """Draw light that falls into water. It is blurred, so a quarter of the width and height is enough."""
    w, h = max(2, sheet.width // 4), max(2, sheet.height // 4)
    fade = vertical_gradient((w, h), (44, 44, 44), (0, 0, 0)).convert("L")
    light = Image.new("L", (w, h))
    for _ in range(6):
        x, wide = w * rng.random(), w * rng.uniform(0.03, 0.1)
        ray = polygon_mask((w, h), [(x, -9), (x + wide, -9), (x + wide * 2.5 - w * 0.2, h), (x - w * 0.3, h)])
        light = ImageChops.screen(light, ImageChops.multiply(blur(ray, w / 60), fade))
    paint(sheet, WHITE, light.resize(sheet.size, Image.Resampling.BICUBIC))
