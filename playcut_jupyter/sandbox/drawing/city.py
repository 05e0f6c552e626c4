"""The city: three rows of houses with lit windows, and the ledge on which the subject stands."""

from __future__ import annotations

import math
from random import Random

from PIL import ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Layer, Picture, Size, cut_paper, polygon_mask
from playcut_jupyter.sandbox.drawing.curves import Points
from playcut_jupyter.sandbox.drawing.lighting import lit_colour, terrain_colour
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec

_LAMPS = ((255, 214, 120), (255, 238, 180), (255, 180, 110))
_Window = tuple[float, float, float, float, Colour]


def city_layers(spec: SceneSpec, size: Size) -> list[Layer]:
    """Return the rows of houses, the farthest first, and the ledge."""
    rows = [Layer(_house_row(spec, size, k), 0.012 + 0.02 * k) for k in range(3)]
    ledge = lit_colour(spec, mix(terrain_colour("city", 1), WHITE, 0.12), 0)
    floor = polygon_mask(size, _area_below(size, size[1] * 0.815))
    return [*rows, Layer(cut_paper(floor, mix(ledge, WHITE, 0.12), mix(ledge, BLACK, 0.3), 0.5), 0.06)]


def _area_below(size: Size, y: float) -> Points:
    """Return the outline of everything below a height."""
    return [(-9, y), (size[0] + 9, y), (size[0] + 9, size[1] + 9), (-9, size[1] + 9)]


def _house_row(spec: SceneSpec, size: Size, k: int) -> Picture:
    """Draw one row of houses with lit windows."""
    w, h = size
    u = math.sqrt(w * h)
    base, tall = ((0.62, 0.36), (0.7, 0.27), (0.8, 0.2))[k]
    rng = spec.rng(f"city {k}")
    colour = lit_colour(spec, terrain_colour("city", k / 2), 1 - k / 2)
    shapes, windows = [_area_below(size, h * base)], []
    x = -u * 0.05
    while x < w:
        wide, high = u * rng.uniform(0.06, 0.12), u * tall * rng.uniform(0.35, 1)
        top, right = h * base - high, x + wide
        shapes.append([(x, top), (right, top), (right, h), (x, h)])
        if rng.random() < 0.3:
            shapes.append([(x + wide * 0.2, top), (x + wide / 2, top - u * 0.07), (right - wide * 0.2, top)])
        windows += _lit_windows((x, top), wide, high + u * 0.06, u * 0.0085, rng)
        x = right + u * rng.uniform(-0.005, 0.012)
    sheet = cut_paper(polygon_mask(size, *shapes), mix(colour, WHITE, 0.06), mix(colour, BLACK, 0.3), 0.5)
    draw = ImageDraw.Draw(sheet)
    bright = (0.9 if spec.light in ("night", "sunset", "storm") else 0.3) * (0.55 + 0.2 * k)
    for *pane, lamp in windows:
        draw.rectangle(pane, fill=mix(colour, lamp, bright))
    return sheet


def _lit_windows(corner: tuple[float, float], wide: float, high: float, pane: float, rng: Random) -> list[_Window]:
    """Choose the lit windows of a house and the colours of their light."""
    lit_ones: list[_Window] = []
    for row in range(int(high / (pane * 2.6))):
        for column in range(int(wide / (pane * 2.1)) - 1):
            if rng.random() < 0.42:
                left, top = corner[0] + pane * (1 + 2.1 * column), corner[1] + pane * (1.2 + 2.6 * row)
                lit_ones.append((left, top, left + pane, top + pane * 1.4, rng.choice(_LAMPS)))
    return lit_ones
