"""Paper: sheets and layers, and what is done with them: gradients, noise, masks, cutting, light.

Every form is a mask, drawn twice as large and reduced, so edges are smooth. Blurs, noise and light are
made small and enlarged, and no pass goes over more of a sheet than its content.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from playcut_jupyter.sandbox.drawing.palette import BLACK, Colour, mix

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from playcut_jupyter.sandbox.drawing.curves import Points

Picture = Image.Image
Size = tuple[int, int]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layer:
    """One sheet of the scene, and how it moves in a clip, in shares of the picture's width and height."""

    image: Picture
    drift: float = 0.0
    bob: float = 0.0
    phase: float = 0.0
    fall: float = 0.0
    """How many times its own height it falls in a second."""


def flatten(layers: list[Layer]) -> Picture:
    """Paste all layers on the first."""
    picture = layers[0].image.convert("RGB")
    for layer in layers[1:]:
        box = layer.image.getbbox()
        if box:
            part = layer.image.crop(box)
            picture.paste(part, box, part)
    return picture


def ramp(size: Size, *stops: Colour, mode: str = "RGB") -> Picture:
    """Fill a size with an even vertical gradient through the stops."""
    strip = Image.new("RGB", (1, len(stops)))
    strip.putdata(stops)
    # Enlarging keeps half a stop flat at both ends; the box cuts that off.
    box = (0, 0.5, 1, len(stops) - 0.5) if len(stops) > 1 else None
    column = strip.resize((1, size[1]), Image.Resampling.BILINEAR, box).convert(mode)
    return column.resize(size, Image.Resampling.NEAREST)


def noise(
    size: Size, dice: Random, cells: int = 5, octaves: int = 3, curve: Callable[[int], float] | None = None
) -> Picture:
    """Make smooth grey noise: octaves of random cells, enlarged; the curve turns grey into what is wanted."""
    small = (max(2, size[0] // 4), max(2, size[1] // 4))
    total = Image.new("L", small, 128)
    for octave in range(octaves):
        across = cells * 2**octave
        grid = (max(2, across * small[0] // max(small)), max(2, across * small[1] // max(small)))
        sheet = Image.frombytes("L", grid, dice.randbytes(grid[0] * grid[1]))
        total = Image.blend(total, sheet.resize(small, Image.Resampling.BICUBIC), 0.7 / (octave + 1))
    if curve:
        total = total.point(curve)
    return total.resize(size, Image.Resampling.BILINEAR)


def soft(mask: Picture, radius: float, strength: float = 1) -> Picture:
    """Blur a mask (or weaken it, too), small and enlarged: cheap whatever the radius."""
    step = max(1, int(radius))
    small = mask.reduce(step).filter(ImageFilter.GaussianBlur(radius / step))
    if strength != 1:
        small = small.point(lambda v: min(255, round(v * strength)))
    # The last cells may reach beyond the mask.
    box = (0, 0, mask.width / step, mask.height / step)
    return small.resize(mask.size, Image.Resampling.BICUBIC, box)


def stencil(size: Size, *shapes: Points) -> Picture:
    """Make a mask of polygons, smoothly; only the part of the sheet that they reach is drawn."""
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


def tint(sheet: Picture, colour: Colour, mask: Picture, corner: tuple[int, int] = (0, 0)) -> None:
    """Colour a sheet through a mask, no wider than the mask's content."""
    box = mask.getbbox()
    if not box:
        return
    part, at = mask.crop(box), (corner[0] + box[0], corner[1] + box[1])
    if sheet.mode == "RGBA":
        # Pillow fills what is transparent with the pure colour.
        sheet.paste((*colour, 255), at, part)
    else:
        # The same in a third of the time.
        sheet.paste(Image.new(sheet.mode, part.size, colour), at, part)


def grown(box: Box, by: int, size: Size) -> Box:
    """Widen a box on all sides, as far as the sheet goes."""
    return max(0, box[0] - by), max(0, box[1] - by), min(size[0], box[2] + by), min(size[1], box[3] + by)


def cut(mask: Picture, top: Colour, bottom: Colour, shadow: float = 0.35, opacity: float = 1) -> Picture:
    """Make a sheet of the mask's form: a gradient, and a shadow around it."""
    spread = max(2.0, max(mask.size) / 90)
    dark = mix(bottom, BLACK, 0.8)
    sheet = Image.new("RGBA", mask.size, (*dark, 0))
    content = mask.getbbox()
    if content is None:
        return sheet
    box = grown(content, round(spread * 3), mask.size)
    part = mask.crop(box)
    piece = Image.new("RGB", part.size, dark)
    piece.paste(ramp(part.size, top, bottom), (0, 0), part)
    alpha = part.copy()
    # Behind what is solid no shadow is seen.
    edges = ImageChops.invert(part).getbbox()
    if edges:
        near = part.crop(edges)
        alpha.paste(ImageChops.lighter(soft(near, spread, shadow), near), edges)
    piece.putalpha(alpha if opacity == 1 else alpha.point(lambda v: round(v * opacity)))
    sheet.paste(piece, box)
    return sheet


def glow(sheet: Picture, centre: tuple[float, float], radius: float, colour: Colour, strength: float) -> None:
    """Lay light on a sheet, fading outwards."""
    gradient = Image.radial_gradient("L").point(lambda v: round(max(0, 255 - v * 1.42) * strength))
    side = max(2, round(radius * 2))
    left, top = round(centre[0] - radius), round(centre[1] - radius)
    seen = (max(0, left), max(0, top), min(sheet.width, left + side), min(sheet.height, top + side))
    if seen[0] < seen[2] and seen[1] < seen[3]:
        share = gradient.width / side
        box = ((seen[0] - left) * share, (seen[1] - top) * share, (seen[2] - left) * share, (seen[3] - top) * share)
        disc_of_light = gradient.resize((seen[2] - seen[0], seen[3] - seen[1]), Image.Resampling.BILINEAR, box)
        tint(sheet, colour, disc_of_light, seen[:2])


def disc(sheet: Picture, centre: tuple[float, float], radius: float, colour: Colour, opacity: float = 1) -> None:
    """Lay a round of paper on a sheet."""
    side = max(2, round(radius * 2))
    double = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(double).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=round(255 * opacity))
    tint(sheet, colour, double.reduce(2), (round(centre[0] - radius), round(centre[1] - radius)))
