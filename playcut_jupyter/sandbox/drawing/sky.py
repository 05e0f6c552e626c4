"""The sky: its gradient and haze, the sun or the moon, stars, and rays under water."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, disc, glow, noise, ramp, soft, stencil, tint
from playcut_jupyter.sandbox.drawing.light import sky_stops, sun_colour
from playcut_jupyter.sandbox.drawing.palette import WHITE, mix
from playcut_jupyter.sandbox.drawing.space import nebula, planet
from playcut_jupyter.sandbox.drawing.weather import lightning

if TYPE_CHECKING:
    from random import Random

    from playcut_jupyter.sandbox.drawing.idea import Idea


def sky(idea: Idea, size: Size) -> Picture:
    """Paint what is behind everything else."""
    dice = idea.dice("sky")
    stops = sky_stops(idea)
    sheet = ramp(size, *stops)
    tint(sheet, mix(stops[2], WHITE, 0.2), noise(size, dice, 4, curve=lambda v: round(max(0, v - 96) * 0.55)))
    if idea.light in ("night", "space"):
        _stars(sheet, dice, idea.light == "space")
    if idea.light == "space":
        nebula(sheet, dice, idea)
        planet(sheet, dice, idea)
    elif idea.light == "deep":
        _rays(sheet, dice)
    else:
        _sun(sheet, dice, idea)
    if idea.light == "storm":
        lightning(sheet, dice)
    return sheet


def _sun(sheet: Picture, dice: Random, idea: Idea) -> None:
    w, h = sheet.size
    low = idea.light in ("sunset", "dawn")
    x, y = w * dice.uniform(0.24, 0.42), h * (0.46 if low else 0.2)
    if idea.subject == "lighthouse":
        x = w * 0.2
    colour, radius = sun_colour(idea), min(w, h) * (0.13 if low else 0.085)
    if idea.light in ("storm", "fog"):
        glow(sheet, (x, y), radius * 4, colour, 0.5)
        return
    glow(sheet, (x, y), radius * 6, colour, 0.5)
    for ring in (2.5, 1.75):
        disc(sheet, (x, y), radius * ring, colour, 0.16)
    disc(sheet, (x, y), radius, colour)
    if idea.light == "night":
        for dx, dy, r in ((-0.3, -0.25, 0.24), (0.32, 0.12, 0.3), (-0.2, 0.42, 0.16), (0.2, -0.5, 0.12)):
            disc(sheet, (x + dx * radius, y + dy * radius), radius * r, mix(colour, (120, 110, 140), 0.28))


def _stars(sheet: Picture, dice: Random, many: bool) -> None:
    w, h = sheet.size
    u = math.sqrt(w * h)
    draw = ImageDraw.Draw(sheet)
    for _ in range(330 if many else 170):
        x, y = dice.random() * w, dice.random() ** 1.4 * h * (1 if many else 0.7)
        shade = mix((120, 130, 190), WHITE, dice.random())
        r = u * dice.choice((0.0007, 0.0007, 0.001, 0.0016))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=shade)
    for _ in range(7):
        x, y, r = dice.random() * w, dice.random() * h * 0.6, u * dice.uniform(0.005, 0.011)
        glow(sheet, (x, y), r * 2.2, WHITE, 0.45)
        long, thin = r * 1.5, r * 0.16
        draw.polygon([(x, y - long), (x + thin, y), (x, y + long), (x - thin, y)], fill=WHITE)
        draw.polygon([(x - long, y), (x, y - thin), (x + long, y), (x, y + thin)], fill=WHITE)


def _rays(sheet: Picture, dice: Random) -> None:
    """Let light fall into water from above. It is soft, so a quarter of the pixels each way will do."""
    w, h = max(2, sheet.width // 4), max(2, sheet.height // 4)
    fade = ramp((w, h), (44, 44, 44), (0, 0, 0)).convert("L")
    light = Image.new("L", (w, h))
    for _ in range(6):
        x, wide = w * dice.random(), w * dice.uniform(0.03, 0.1)
        ray = stencil((w, h), [(x, -9), (x + wide, -9), (x + wide * 2.5 - w * 0.2, h), (x - w * 0.3, h)])
        light = ImageChops.screen(light, ImageChops.multiply(soft(ray, w / 60), fade))
    tint(sheet, WHITE, light.resize(sheet.size, Image.Resampling.BICUBIC))
