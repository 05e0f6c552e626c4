"""The city: three rows of houses with lit windows, and the ledge the subject stands on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Layer, Picture, Size, cut, stencil
from playcut_jupyter.sandbox.drawing.light import ground_colour, lit
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, mix

if TYPE_CHECKING:
    from random import Random

    from playcut_jupyter.sandbox.drawing.curves import Points
    from playcut_jupyter.sandbox.drawing.idea import Idea

_LAMPS = ((255, 214, 120), (255, 238, 180), (255, 180, 110))
_Window = tuple[float, float, float, float, Colour]


def city(idea: Idea, size: Size) -> list[Layer]:
    """Raise the houses, the farthest row first."""
    rows = [Layer(_row(idea, size, k), 0.012 + 0.02 * k) for k in range(3)]
    ledge = lit(idea, mix(ground_colour("city", 1), WHITE, 0.12), 0)
    floor = stencil(size, _below(size, size[1] * 0.815))
    return [*rows, Layer(cut(floor, mix(ledge, WHITE, 0.12), mix(ledge, BLACK, 0.3), 0.5), 0.06)]


def _below(size: Size, y: float) -> Points:
    """Outline all that is below a height."""
    return [(-9, y), (size[0] + 9, y), (size[0] + 9, size[1] + 9), (-9, size[1] + 9)]


def _row(idea: Idea, size: Size, k: int) -> Picture:
    """Cut one row of houses, and light its windows."""
    w, h = size
    u = math.sqrt(w * h)
    base, tall = ((0.62, 0.36), (0.7, 0.27), (0.8, 0.2))[k]
    dice = idea.dice(f"city {k}")
    colour = lit(idea, ground_colour("city", k / 2), 1 - k / 2)
    shapes, windows = [_below(size, h * base)], []
    x = -u * 0.05
    while x < w:
        wide, high = u * dice.uniform(0.06, 0.12), u * tall * dice.uniform(0.35, 1)
        top, right = h * base - high, x + wide
        shapes.append([(x, top), (right, top), (right, h), (x, h)])
        if dice.random() < 0.3:
            shapes.append([(x + wide * 0.2, top), (x + wide / 2, top - u * 0.07), (right - wide * 0.2, top)])
        windows += _windows((x, top), wide, high + u * 0.06, u * 0.0085, dice)
        x = right + u * dice.uniform(-0.005, 0.012)
    sheet = cut(stencil(size, *shapes), mix(colour, WHITE, 0.06), mix(colour, BLACK, 0.3), 0.5)
    draw = ImageDraw.Draw(sheet)
    bright = (0.9 if idea.light in ("night", "sunset", "storm") else 0.3) * (0.55 + 0.2 * k)
    for *pane, lamp in windows:
        draw.rectangle(pane, fill=mix(colour, lamp, bright))
    return sheet


def _windows(corner: tuple[float, float], wide: float, high: float, pane: float, dice: Random) -> list[_Window]:
    """Choose which windows of a house are lit, and by which lamp."""
    lit_ones: list[_Window] = []
    for row in range(int(high / (pane * 2.6))):
        for column in range(int(wide / (pane * 2.1)) - 1):
            if dice.random() < 0.42:
                left, top = corner[0] + pane * (1 + 2.1 * column), corner[1] + pane * (1.2 + 2.6 * row)
                lit_ones.append((left, top, left + pane, top + pane * 1.4, dice.choice(_LAMPS)))
    return lit_ones
