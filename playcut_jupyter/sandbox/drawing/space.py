"""Space: a nebula, a ringed planet, and the surface of a moon."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, cut_paper, noise, paint, polygon_mask
from playcut_jupyter.sandbox.drawing.curves import Points, ellipse
from playcut_jupyter.sandbox.drawing.lighting import lit_colour, terrain_colour
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec

_TILT = math.radians(18)


def draw_nebula(sheet: Picture, rng: Random, spec: SceneSpec) -> None:
    """Draw a glowing cloud of gas."""
    cloud = noise(sheet.size, rng, 3, 4, lambda v: round(max(0, v - 120) * 1.9))
    paint(sheet, spec.accents[0] if spec.accents else (214, 74, 148), cloud)


def draw_planet(sheet: Picture, rng: Random, spec: SceneSpec) -> None:
    """Draw a ringed planet, lit from the left, in the upper part."""
    w, h = sheet.size
    r = min(w, h) * 0.13
    x, y = w * rng.uniform(0.17, 0.25), h * rng.uniform(0.2, 0.28)
    main = spec.accents[-1] if spec.accents else rng.choice(((238, 160, 92), (120, 196, 214), (232, 120, 130)))
    # Drawn at twice the size, and reduced.
    side, r = round(r * 5), r * 2
    ball = Image.new("RGBA", (side * 2, side * 2))
    draw = ImageDraw.Draw(ball)
    draw.polygon(_ring_outline(side, r, (0, 1)), fill=(*mix(main, WHITE, 0.55), 230))
    for k in range(25):
        shade = mix(mix(main, BLACK, 0.55), mix(main, WHITE, 0.15), k / 24)
        across, down = (r * (1 - (0.007 + shrink) * k) for shrink in (0.0125, 0.007))
        middle = _rotated(side, -r * 0.0125 * k, -r * 0.007 * k)
        draw.polygon(ellipse(middle, across, down, _TILT), fill=shade)
    draw.polygon(_ring_outline(side, r, (8 / 360, 172 / 360)), fill=(*mix(main, WHITE, 0.7), 255))
    ball = ball.reduce(2)
    sheet.paste(ball, (round(x - side / 2), round(y - side / 2)), ball)


def _rotated(middle: float, dx: float, dy: float) -> tuple[float, float]:
    cos, sin = math.cos(_TILT), math.sin(_TILT)
    return middle + dx * cos - dy * sin, middle + dx * sin + dy * cos


def _ring_outline(middle: float, r: float, arc: tuple[float, float]) -> Points:
    """Return the outline of a planet's ring or a part of it: along the outer edge and back along the inner one."""
    outer, inner = (
        ellipse((middle, middle), r * (2.1 - thick), r * (0.55 - thick), _TILT, arc, 96) for thick in (0, 0.22)
    )
    return [*outer, *reversed(inner)]


def draw_moon_surface(spec: SceneSpec, size: Size) -> Picture:
    """Draw the curved surface of a moon in the lower part."""
    w, h = size
    r = max(w, h) * 1.5
    top = h * 0.8
    edge = ellipse((w / 2, top + r), r, r, 0, (0.6, 0.9), 90)
    colour = lit_colour(spec, terrain_colour("space", 0.2), 0.1)
    mask = polygon_mask(size, [*edge, (w * 1.5, h * 1.2), (-w * 0.5, h * 1.2)])
    sheet = cut_paper(mask, mix(colour, WHITE, 0.25), mix(colour, BLACK, 0.5))
    rng = spec.rng("craters")
    for _ in range(9):
        x, y, rx = rng.random() * w, top + h * rng.uniform(0.08, 0.2), min(w, h) * rng.uniform(0.02, 0.06)
        crater = Image.new("L", (max(2, round(rx * 2)) * 2, max(2, round(rx * 0.64)) * 2))
        ImageDraw.Draw(crater).ellipse((0, 0, crater.width - 1, crater.height - 1), fill=120)
        paint(sheet, mix(colour, BLACK, 0.5), crater.reduce(2), (round(x - rx), round(y - rx * 0.32)))
    return sheet
