"""The terrain: layers from far to near, their upper edges, and the firs on them."""

from __future__ import annotations

import math
from random import Random

from playcut_jupyter.sandbox.drawing.canvas import Layer, Picture, Size, cut_paper, polygon_mask
from playcut_jupyter.sandbox.drawing.city import city_layers
from playcut_jupyter.sandbox.drawing.curves import Points
from playcut_jupyter.sandbox.drawing.lighting import lit_colour, terrain_colour
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec
from playcut_jupyter.sandbox.drawing.space import draw_moon_surface
from playcut_jupyter.sandbox.drawing.terrain_details import add_details

# Place and number of the layer -> number and height of the firs.
_WOODS = {
    ("forest", 0): (34, 0.13), ("forest", 1): (24, 0.2), ("forest", 2): (13, 0.3),
    ("snow", 1): (10, 0.1), ("snow", 2): (5, 0.2), ("mountains", 2): (16, 0.08), ("hills", 1): (6, 0.05),
}  # fmt: skip


def terrain_layers(spec: SceneSpec, size: Size) -> list[Layer]:
    """Return the layers of a place's terrain, the farthest first."""
    if spec.place == "space":
        return [Layer(draw_moon_surface(spec, size), drift=0.02)]
    if spec.place == "city":
        return city_layers(spec, size)
    bases = (0.74, 0.82, 0.9) if spec.place == "underwater" else (0.58, 0.66, 0.75, 0.87)
    layers = []
    for k, base in enumerate(bases):
        near = k / (len(bases) - 1)
        bob = 0.006 * k if spec.place == "sea" else 0
        layers.append(Layer(_layer_image(spec, size, k, base, near), 0.01 + 0.035 * near, bob, 1.7 * k))
    return layers


def _layer_image(spec: SceneSpec, size: Size, k: int, base: float, near: float) -> Picture:
    rng = spec.rng(f"ground {k}")
    w, h = size
    edge = _upper_edge(spec.place, size, k, h * base, rng)
    colour = lit_colour(spec, terrain_colour(spec.place, near), 1 - near)
    deep = mix(colour, (70, 96, 150), 0.16) if spec.place == "snow" else mix(colour, BLACK, 0.22)
    mask = polygon_mask(size, [*edge, (w * 1.2, h * 1.1), (-w * 0.2, h * 1.1)])
    sheet = cut_paper(mask, mix(colour, WHITE, 0.12), deep)
    if (spec.place, k) in _WOODS:
        leaf = mix(lit_colour(spec, (28, 84, 70), 1 - near), colour, 0.35 if spec.place == "forest" else 0.2)
        sheet = _add_firs(sheet, _WOODS[spec.place, k], leaf, edge, rng)
    add_details(sheet, spec, k, edge, colour)
    return sheet


def _upper_edge(place: str, size: Size, k: int, base: float, rng: Random) -> Points:
    """Return the upper edge of one layer, as points from left to right."""
    u = math.sqrt(size[0] * size[1])
    tall = u * max(0.01, {"mountains": 0.34 - 0.09 * k, "sea": 0.008 + 0.012 * k}.get(place, 0.055))
    # Mountains do not use the phases, but drawing them keeps the random numbers after them the same.
    phases = [rng.random() * 7 for _ in range(3)]
    if place == "sea" and k == 0:
        return [(-9, base), (size[0] + 9, base)]
    if place == "mountains" and k <= 2:
        return _mountain_edge(size, base, tall, rng)
    return _rolling_edge(place, size, base, tall, phases)


def _mountain_edge(size: Size, base: float, tall: float, rng: Random) -> Points:
    w, h = size
    u = math.sqrt(w * h)
    points: Points = []
    x = -0.2 * u
    while x < w + 0.3 * u:
        for step, lift in ((0.06, 0.25), (0.07, 1.0), (0.06, 0.45)):
            x += u * step * rng.uniform(0.8, 1.4)
            points.append((x, base - tall * lift * rng.uniform(0.65, 1.1)))
    return points


def _rolling_edge(place: str, size: Size, base: float, tall: float, phases: list[float]) -> Points:
    """Return the edge of dunes and waves, which have crests, or of hills, which have none."""
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


def _add_firs(sheet: Picture, wood: tuple[int, float], leaf: Colour, edge: Points, rng: Random) -> Picture:
    """Draw firs behind a layer of terrain."""
    w, h = sheet.size
    u = math.sqrt(w * h)
    count, tall = wood
    firs = [shape for _ in range(round(count * max(1.0, w / u))) for shape in _fir(edge, u * tall, rng)]
    woods = cut_paper(polygon_mask((w, h), *firs), mix(leaf, WHITE, 0.08), mix(leaf, BLACK, 0.25), 0.25)
    box, behind = sheet.getbbox(), woods.getbbox()
    if box and behind:
        foot = min(h, max(box[1] + 1, behind[3]))
        woods.alpha_composite(sheet, box[:2], (*box[:3], foot))
        woods.paste(sheet.crop((0, foot, w, h)), (0, foot))
    return woods


def _fir(edge: Points, tall: float, rng: Random) -> list[Points]:
    """Return the shapes of a fir on an edge: three triangles and a trunk."""
    x, y = edge[rng.randrange(len(edge))]
    high = tall * rng.uniform(0.55, 1.15)
    shapes: list[Points] = []
    for k in range(3):
        top, half = y - high * (1 - 0.26 * k), high * (0.13 + 0.055 * k)
        shapes.append([(x, top), (x + half, top + high * 0.46), (x - half, top + high * 0.46)])
    shapes.append([(x - high * 0.03, y - high * 0.1), (x + high * 0.03, y - high * 0.1), (x, y + high * 0.1)])
    return shapes
