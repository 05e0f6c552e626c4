"""Layers and the operations on them: gradients, noise, masks, cut-out shapes, light.

Each shape is a mask that is drawn at twice the size and reduced, so its edges are smooth. Blurs, noise and
light are computed at a small size and enlarged. Each operation is limited to the part of the image that it
changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from playcut_jupyter.sandbox.drawing.curves import Points
from playcut_jupyter.sandbox.drawing.palette import BLACK, Colour, mix

Picture = Image.Image
Size = tuple[int, int]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layer:
    """One layer of the scene, and how it moves in a clip, in fractions of the picture's width and height."""

    image: Picture
    drift: float = 0.0
    bob: float = 0.0
    phase: float = 0.0
    fall: float = 0.0
    """How many times the picture's height it falls in a second."""


def flatten(layers: list[Layer]) -> Picture:
    """Paste all layers on the first, which is opaque."""
    picture = layers[0].image.convert("RGB")
    for layer in layers[1:]:
        box = layer.image.getbbox()
        if box:
            part = layer.image.crop(box)
            picture.paste(part, box, part)
    return picture


def vertical_gradient(size: Size, *stops: Colour, mode: str = "RGB") -> Picture:
    """Return an even vertical gradient through the stops."""
    strip = Image.new("RGB", (1, len(stops)))
    strip.putdata(stops)
    # Resizing leaves half a stop flat at both ends; the box cuts that off.
    box = (0, 0.5, 1, len(stops) - 0.5) if len(stops) > 1 else None
    column = strip.resize((1, size[1]), Image.Resampling.BILINEAR, box).convert(mode)
    return column.resize(size, Image.Resampling.NEAREST)


def noise(
    size: Size, rng: Random, cells: int = 5, octaves: int = 3, curve: Callable[[int], float] | None = None
) -> Picture:
    """Return smooth grey noise: octaves of random cells, enlarged. The curve maps its values."""
    small = (max(2, size[0] // 4), max(2, size[1] // 4))
    total = Image.new("L", small, 128)
    for octave in range(octaves):
        across = cells * 2**octave
        grid = (max(2, across * small[0] // max(small)), max(2, across * small[1] // max(small)))
        sheet = Image.frombytes("L", grid, rng.randbytes(grid[0] * grid[1]))
        total = Image.blend(total, sheet.resize(small, Image.Resampling.BICUBIC), 0.7 / (octave + 1))
    if curve:
        total = total.point(curve)
    return total.resize(size, Image.Resampling.BILINEAR)


def blur(mask: Picture, radius: float, strength: float = 1) -> Picture:
    """Blur a mask and scale its values, at a reduced size: cheap for any radius."""
    step = max(1, int(radius))
    small = mask.reduce(step).filter(ImageFilter.GaussianBlur(radius / step))
    if strength != 1:
        small = small.point(lambda v: min(255, round(v * strength)))
    # The last reduced pixels may reach beyond the mask.
    box = (0, 0, mask.width / step, mask.height / step)
    return small.resize(mask.size, Image.Resampling.BICUBIC, box)


def polygon_mask(size: Size, *shapes: Points) -> Picture:
    """Return a mask of polygons with smooth edges; only the part that they cover is drawn."""
    whole = Image.new("L", size)
    if not shapes:
        return whole
    left, top = (max(0, math.floor(min(p[i] for shape in shapes for p in shape))) for i in (0, 1))
    right, low = (min(size[i], math.ceil(max(p[i] for shape in shapes for p in shape)) + 1) for i in (0, 1))
    if right <= left or low <= top:
        return whole
    sheet = Image.new("L", ((right - left) * 2, (low - top) * 2))
    draw = ImageDraw.Draw(sheet)
    for points in shapes:
        draw.polygon([(2 * (x - left), 2 * (y - top)) for x, y in points], fill=255)
    whole.paste(sheet.reduce(2), (left, top))
    return whole


def paint(sheet: Picture, colour: Colour, mask: Picture, corner: tuple[int, int] = (0, 0)) -> None:
    """Paint a colour through a mask, limited to the mask's content."""
    box = mask.getbbox()
    if not box:
        return
    part, at = mask.crop(box), (corner[0] + box[0], corner[1] + box[1])
    if sheet.mode == "RGBA":
        # Pillow fills transparent pixels with the pure colour.
        sheet.paste((*colour, 255), at, part)
    else:
        # The same result in a third of the time.
        sheet.paste(Image.new(sheet.mode, part.size, colour), at, part)


def expand_box(box: Box, by: int, size: Size) -> Box:
    """Widen a box on all sides, within the image."""
    return max(0, box[0] - by), max(0, box[1] - by), min(size[0], box[2] + by), min(size[1], box[3] + by)


def cut_paper(mask: Picture, top: Colour, bottom: Colour, shadow: float = 0.35, opacity: float = 1) -> Picture:
    """Return a piece of paper in the shape of the mask: a gradient, with a shadow around it."""
    spread = max(2.0, max(mask.size) / 90)
    dark = mix(bottom, BLACK, 0.8)
    sheet = Image.new("RGBA", mask.size, (*dark, 0))
    content = mask.getbbox()
    if content is None:
        return sheet
    box = expand_box(content, round(spread * 3), mask.size)
    part = mask.crop(box)
    piece = Image.new("RGB", part.size, dark)
    piece.paste(vertical_gradient(part.size, top, bottom), (0, 0), part)
    alpha = part.copy()
    # The shadow is visible only beyond the solid part.
    edges = ImageChops.invert(part).getbbox()
    if edges:
        near = part.crop(edges)
        alpha.paste(ImageChops.lighter(blur(near, spread, shadow), near), edges)
    piece.putalpha(alpha if opacity == 1 else alpha.point(lambda v: round(v * opacity)))
    sheet.paste(piece, box)
    return sheet


def paint_glow(sheet: Picture, centre: tuple[float, float], radius: float, colour: Colour, strength: float) -> None:
    """Paint a light that fades outwards."""
    gradient = Image.radial_gradient("L").point(lambda v: round(max(0, 255 - v * 1.42) * strength))
    side = max(2, round(radius * 2))
    left, top = round(centre[0] - radius), round(centre[1] - radius)
    seen = (max(0, left), max(0, top), min(sheet.width, left + side), min(sheet.height, top + side))
    if seen[0] < seen[2] and seen[1] < seen[3]:
        share = gradient.width / side
        box = ((seen[0] - left) * share, (seen[1] - top) * share, (seen[2] - left) * share, (seen[3] - top) * share)
        disc_of_light = gradient.resize((seen[2] - seen[0], seen[3] - seen[1]), Image.Resampling.BILINEAR, box)
        paint(sheet, colour, disc_of_light, seen[:2])


def paint_disc(sheet: Picture, centre: tuple[float, float], radius: float, colour: Colour, opacity: float = 1) -> None:
    """Paint a disc."""
    side = max(2, round(radius * 2))
    double = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(double).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=round(255 * opacity))
    paint(sheet, colour, double.reduce(2), (round(centre[0] - radius), round(centre[1] - radius)))
