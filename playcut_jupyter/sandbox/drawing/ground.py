"""The ground: sheets from far to near, their upper edges, and the firs that stand on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from playcut_jupyter.sandbox.drawing.canvas import Layer, Picture, Size, cut, stencil
from playcut_jupyter.sandbox.drawing.city import city
from playcut_jupyter.sandbox.drawing.dressing import dress
from playcut_jupyter.sandbox.drawing.light import ground_colour, lit
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, mix
from playcut_jupyter.sandbox.drawing.space import moonscape

if TYPE_CHECKING:
    from random import Random

    from playcut_jupyter.sandbox.drawing.curves import Points
    from playcut_jupyter.sandbox.drawing.idea import Idea

# Place and number of the sheet of ground -> how many firs, how tall.
_WOODS = {
    ("forest", 0): (34, 0.13), ("forest", 1): (24, 0.2), ("forest", 2): (13, 0.3),
    ("snow", 1): (10, 0.1), ("snow", 2): (5, 0.2), ("mountains", 2): (16, 0.08), ("hills", 1): (6, 0.05),
}  # fmt: skip


def grounds(idea: Idea, size: Size) -> list[Layer]:
    """Cut all sheets of ground of a place, the farthest first."""
    if idea.place == "space":
        return [Layer(moonscape(idea, size), drift=0.02)]
    if idea.place == "city":
        return city(idea, size)
    bases = (0.74, 0.82, 0.9) if idea.place == "underwater" else (0.58, 0.66, 0.75, 0.87)
    layers = []
    for k, base in enumerate(bases):
        near = k / (len(bases) - 1)
        bob = 0.006 * k if idea.place == "sea" else 0
        layers.append(Layer(_sheet(idea, size, k, base, near), 0.01 + 0.035 * near, bob, 1.7 * k))
    return layers


def _sheet(idea: Idea, size: Size, k: int, base: float, near: float) -> Picture:
    dice = idea.dice(f"ground {k}")
    w, h = size
    edge = _edge(idea.place, size, k, h * base, dice)
    colour = lit(idea, ground_colour(idea.place, near), 1 - near)
    deep = mix(colour, (70, 96, 150), 0.16) if idea.place == "snow" else mix(colour, BLACK, 0.22)
    mask = stencil(size, [*edge, (w * 1.2, h * 1.1), (-w * 0.2, h * 1.1)])
    sheet = cut(mask, mix(colour, WHITE, 0.12), deep)
    if (idea.place, k) in _WOODS:
        leaf = mix(lit(idea, (28, 84, 70), 1 - near), colour, 0.35 if idea.place == "forest" else 0.2)
        sheet = _wooded(sheet, _WOODS[idea.place, k], leaf, edge, dice)
    dress(sheet, idea, k, edge, colour)
    return sheet


def _edge(place: str, size: Size, k: int, base: float, dice: Random) -> Points:
    """Draw the upper edge of one sheet of ground, as points from left to right."""
    u = math.sqrt(size[0] * size[1])
    tall = u * max(0.01, {"mountains": 0.34 - 0.09 * k, "sea": 0.008 + 0.012 * k}.get(place, 0.055))
    # Each shape has its own phases; mountains draw them, too, and leave them unused.
    phases = [dice.random() * 7 for _ in range(3)]
    if place == "sea" and k == 0:
        return [(-9, base), (size[0] + 9, base)]
    if place == "mountains" and k <= 2:
        return _peaks(size, base, tall, dice)
    return _rolling(place, size, base, tall, phases)


def _peaks(size: Size, base: float, tall: float, dice: Random) -> Points:
    w, h = size
    u = math.sqrt(w * h)
    points: Points = []
    x = -0.2 * u
    while x < w + 0.3 * u:
        for step, lift in ((0.06, 0.25), (0.07, 1.0), (0.06, 0.45)):
            x += u * step * dice.uniform(0.8, 1.4)
            points.append((x, base - tall * lift * dice.uniform(0.65, 1.1)))
    return points


def _rolling(place: str, size: Size, base: float, tall: float, phases: list[float]) -> Points:
    """Draw dunes and waves with crests, and hills without."""
    w, h = size
    a, b, c = phases
    points: Points = []
    for k in range(161):
        x = w * (k / 160 * 1.1 - 0.05)
        t = x / math.sqrt(w * h)
        if place in ("desert", "sea"):
            speed = 5 if place == "desert" else 11
            crest = 1 - abs(math.sin(t * speed + a + 0.5 * math.sin(t * 3 + b)))
            y = tall * (crest**1.3 + 0.4 * math.sin(t * 2.3 + c))
        else:
            y = tall * (0.6 * math.sin(t * 4.2 + a) + 0.3 * math.sin(t * 9 + b) + 0.08 * math.sin(t * 23 + c))
        points.append((x, base - y))
    return points


def _wooded(sheet: Picture, wood: tuple[int, float], leaf: Colour, edge: Points, dice: Random) -> Picture:
    """Stand firs behind a sheet of ground."""
    w, h = sheet.size
    u = math.sqrt(w * h)
    count, tall = wood
    firs = [shape for _ in range(round(count * max(1.0, w / u))) for shape in _fir(edge, u * tall, dice)]
    woods = cut(stencil((w, h), *firs), mix(leaf, WHITE, 0.08), mix(leaf, BLACK, 0.25), 0.25)
    box, behind = sheet.getbbox(), woods.getbbox()
    if box and behind:
        foot = min(h, max(box[1] + 1, behind[3]))
        woods.alpha_composite(sheet, box[:2], (*box[:3], foot))
        woods.paste(sheet.crop((0, foot, w, h)), (0, foot))
    return woods


def _fir(edge: Points, tall: float, dice: Random) -> list[Points]:
    """Stand a fir on an edge: three triangles and a trunk."""
    x, y = edge[dice.randrange(len(edge))]
    high = tall * dice.uniform(0.55, 1.15)
    shapes: list[Points] = []
    for k in range(3):
        top, half = y - high * (1 - 0.26 * k), high * (0.13 + 0.055 * k)
        shapes.append([(x, top), (x + half, top + high * 0.46), (x - half, top + high * 0.46)])
    shapes.append([(x - high * 0.03, y - high * 0.1), (x + high * 0.03, y - high * 0.1), (x, y + high * 0.1)])
    return shapes
