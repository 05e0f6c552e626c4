"""Space: a nebula, a ringed planet, and the moon underfoot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, cut, noise, stencil, tint
from playcut_jupyter.sandbox.drawing.curves import oval
from playcut_jupyter.sandbox.drawing.light import ground_colour, lit
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, mix

if TYPE_CHECKING:
    from random import Random

    from playcut_jupyter.sandbox.drawing.curves import Points
    from playcut_jupyter.sandbox.drawing.idea import Idea

_TILT = math.radians(18)


def nebula(sheet: Picture, dice: Random, idea: Idea) -> None:
    """Let a cloud of gas glow between the stars."""
    cloud = noise(sheet.size, dice, 3, 4, lambda v: round(max(0, v - 120) * 1.9))
    tint(sheet, idea.tints[0] if idea.tints else (214, 74, 148), cloud)


def planet(sheet: Picture, dice: Random, idea: Idea) -> None:
    """Hang a ringed planet, lit from the left, in the upper part."""
    w, h = sheet.size
    r = min(w, h) * 0.13
    x, y = w * dice.uniform(0.17, 0.25), h * dice.uniform(0.2, 0.28)
    main = idea.tints[-1] if idea.tints else dice.choice(((238, 160, 92), (120, 196, 214), (232, 120, 130)))
    # Drawn twice as large.
    side, r = round(r * 5), r * 2
    ball = Image.new("RGBA", (side * 2, side * 2))
    draw = ImageDraw.Draw(ball)
    draw.polygon(_ring(side, r, (0, 1)), fill=(*mix(main, WHITE, 0.55), 230))
    for k in range(25):
        shade = mix(mix(main, BLACK, 0.55), mix(main, WHITE, 0.15), k / 24)
        across, down = (r * (1 - (0.007 + shrink) * k) for shrink in (0.0125, 0.007))
        middle = _turned(side, -r * 0.0125 * k, -r * 0.007 * k)
        draw.polygon(oval(middle, across, down, _TILT), fill=shade)
    draw.polygon(_ring(side, r, (8 / 360, 172 / 360)), fill=(*mix(main, WHITE, 0.7), 255))
    ball = ball.reduce(2)
    sheet.paste(ball, (round(x - side / 2), round(y - side / 2)), ball)


def _turned(middle: float, dx: float, dy: float) -> tuple[float, float]:
    cos, sin = math.cos(_TILT), math.sin(_TILT)
    return middle + dx * cos - dy * sin, middle + dx * sin + dy * cos


def _ring(middle: float, r: float, arc: tuple[float, float]) -> Points:
    """Outline a planet's ring, or a part of it: along its outer edge and back along its inner one."""
    outer, inner = (
        oval((middle, middle), r * (2.1 - thick), r * (0.55 - thick), _TILT, arc, 96) for thick in (0, 0.22)
    )
    return [*outer, *reversed(inner)]


def moonscape(idea: Idea, size: Size) -> Picture:
    """Curve the edge of a moon into the lower part of the picture."""
    w, h = size
    r = max(w, h) * 1.5
    top = h * 0.8
    edge = oval((w / 2, top + r), r, r, 0, (0.6, 0.9), 90)
    colour = lit(idea, ground_colour("space", 0.2), 0.1)
    mask = stencil(size, [*edge, (w * 1.5, h * 1.2), (-w * 0.5, h * 1.2)])
    sheet = cut(mask, mix(colour, WHITE, 0.25), mix(colour, BLACK, 0.5))
    dice = idea.dice("craters")
    for _ in range(9):
        x, y, rx = dice.random() * w, top + h * dice.uniform(0.08, 0.2), min(w, h) * dice.uniform(0.02, 0.06)
        crater = Image.new("L", (max(2, round(rx * 2)) * 2, max(2, round(rx * 0.64)) * 2))
        ImageDraw.Draw(crater).ellipse((0, 0, crater.width - 1, crater.height - 1), fill=120)
        tint(sheet, mix(colour, BLACK, 0.5), crater.reduce(2), (round(x - rx), round(y - rx * 0.32)))
    return sheet
