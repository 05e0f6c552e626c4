"""Styles: effects on the finished picture, if the prompt names one."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, blur, noise, paint, polygon_mask, vertical_gradient
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec


def apply_style(picture: Picture, spec: SceneSpec) -> Picture:
    """Apply the style that the prompt names, if any."""
    treat = _STYLES.get(spec.style or "")
    return treat(picture, spec) if treat else picture


def _edges(picture: Picture, width: float) -> Picture:
    """Return the edges in a picture: white where it changes within a few pixels."""
    grey = picture.convert("L")
    smooth = grey.filter(ImageFilter.BoxBlur(width))
    return ImageChops.difference(grey, smooth).point(lambda v: min(255, max(0, v - 5) * 9))


def _distort(picture: Picture, rng: Random, by: float) -> Picture:
    """Move parts of the picture by a few pixels, like a hand-drawn line or wet paint."""
    w, h = picture.size
    u = math.sqrt(w * h)
    across, down = (max(4, round(v / u * 22)) for v in (w, h))
    moved = [[(rng.gauss(0, by), rng.gauss(0, by)) for _ in range(across + 1)] for _ in range(down + 1)]

    def corner(column: int, row: int) -> tuple[float, float]:
        dx, dy = moved[row][column] if 0 < column < across and 0 < row < down else (0, 0)
        return w * column / across + dx, h * row / down + dy

    quads = [
        ((w * c // across, h * r // down, w * (c + 1) // across, h * (r + 1) // down),
         (*corner(c, r), *corner(c, r + 1), *corner(c + 1, r + 1), *corner(c + 1, r)))
        for r in range(down) for c in range(across)
    ]  # fmt: skip
    return picture.transform(picture.size, Image.Transform.MESH, quads, Image.Resampling.BILINEAR)


def _vignette(picture: Picture, colour: Colour, strength: float) -> None:
    ring = Image.radial_gradient("L").point(lambda v: round(max(0, v - 90) * strength))
    paint(picture, colour, ring.resize(picture.size, Image.Resampling.BILINEAR))


def _colourise(picture: Picture, dark: Colour, middle: Colour, light: Colour) -> Picture:
    return ImageOps.colorize(ImageOps.autocontrast(picture.convert("L"), 1), dark, light, middle)


def _watercolour(picture: Picture, spec: SceneSpec) -> Picture:
    """Bleed the colours, darken edges and blotches, and leave a white border of paper."""
    size = picture.size
    u = math.sqrt(size[0] * size[1])
    # Bleeding colours are blurred, so half the width and height is enough unless the picture is small.
    if u > 900:
        picture, u = picture.reduce(2), u / 2
    rng = spec.rng("water")
    wet = _distort(picture, rng, u / 260).filter(ImageFilter.BoxBlur(u / 700))
    lines = _edges(wet, u / 220).point(lambda v: v // 5)
    paper = Image.new("RGB", wet.size, (251, 247, 238))
    wash = Image.blend(wet, paper, 0.2)
    paint(wash, (70, 60, 90), lines)
    blotches = noise(wet.size, rng, 7, 4)
    paint(wash, (255, 252, 244), blotches.point(lambda v: max(0, v - 130)))
    paint(wash, (60, 60, 100), blotches.point(lambda v: max(0, 112 - v) // 2))
    paper.paste(wash, (0, 0), _ragged_mask(wet.size, u, rng))
    return paper if size == paper.size else paper.resize(size, Image.Resampling.BICUBIC)


def _ragged_mask(size: Size, u: float, rng: Random) -> Picture:
    """Return a mask of everything but the border, with a ragged edge."""
    w, h = size
    inset = u * 0.045
    inner = polygon_mask(size, [(inset, inset), (w - inset, inset), (w - inset, h - inset), (inset, h - inset)])
    rough = noise(size, rng, 11, 3, lambda v: 64 + v // 2)
    ragged = ImageChops.add(blur(inner, u * 0.022), rough, 1, -128)
    return ragged.point(lambda v: min(255, max(0, v - 108) * 9))


def _ink(picture: Picture, spec: SceneSpec) -> Picture:
    """Draw the edges as pen strokes, and hatch the shadows in two directions."""
    u = math.sqrt(picture.width * picture.height)
    paper = Image.new("RGB", picture.size, (247, 242, 230))
    grey = picture.convert("L")
    tone = blur(ImageOps.autocontrast(grey, 2), u / 300)
    pen, strokes = (38, 34, 52), _hatching(picture.size, u)
    for limit, hatching in ((128, strokes), (66, ImageOps.mirror(strokes))):
        dark = tone.point(lambda v, limit=limit: min(190, max(0, limit - v) * 7))
        paint(paper, pen, ImageChops.multiply(hatching, dark))
    lines = _edges(_distort(grey, spec.rng("hand"), u / 700), u / 380)
    paint(paper, pen, lines.point(lambda v: min(255, v * 2)))
    return ImageChops.multiply(paper, Image.blend(picture, Image.new("RGB", picture.size, WHITE), 0.84))


def _hatching(size: Size, u: float) -> Picture:
    """Return slanting strokes: one tile, repeated."""
    step = max(5, round(u / 80))
    wide, high, thick = step * 4, round(step / 0.8) * 4, 4 * u / 420
    tile = Image.new("L", (wide, high))
    draw = ImageDraw.Draw(tile)
    # A stroke moves by the width of a tile from top to bottom, so it continues in the tile below.
    for x in (-wide, 0, wide):
        draw.polygon([(x, 0), (x + thick, 0), (x + wide + thick, high), (x + wide, high)], fill=255)
    tile = tile.reduce(4)
    row = Image.new("L", (size[0], tile.height))
    for left in range(0, size[0], tile.width):
        row.paste(tile, (left, 0))
    sheet = Image.new("L", size)
    for top in range(0, size[1], tile.height):
        sheet.paste(row, (0, top))
    return sheet


def _pixel(picture: Picture, spec: SceneSpec) -> Picture:
    w, h = picture.size
    scale = 136 / math.sqrt(w * h)
    small = picture.resize((max(8, round(w * scale)), max(8, round(h * scale))), Image.Resampling.BOX)
    few = ImageEnhance.Contrast(small).enhance(1.2).quantize(40, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return few.convert("RGB").resize((w, h), Image.Resampling.NEAREST)


def _neon(picture: Picture, spec: SceneSpec) -> Picture:
    """Darken the picture and draw its edges as glowing tubes."""
    w, h = picture.size
    u = math.sqrt(w * h)
    one, other = (*spec.accents[:2], (255, 44, 170), (40, 226, 255))[:2]
    dark = _colourise(picture, (6, 4, 20), (28, 14, 62), (92, 52, 150))
    dark = Image.blend(dark, ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(1.7)).enhance(0.5), 0.45)
    tubes = Image.new("RGB", (w, h))
    lines = _edges(picture, u / 330)
    tubes.paste(vertical_gradient((w, h), one, mix(one, other, 0.5), other), (0, 0), lines)
    light = ImageChops.screen(tubes, blur(tubes, u / 70, 1.5))
    return ImageChops.screen(dark, light)


def _noir(picture: Picture, spec: SceneSpec) -> Picture:
    grey = ImageEnhance.Contrast(_colourise(picture, (6, 6, 8), (96, 96, 98), (250, 249, 245))).enhance(1.3)
    _vignette(grey, BLACK, 1.1)
    return grey


def _vintage(picture: Picture, spec: SceneSpec) -> Picture:
    aged = Image.blend(_colourise(picture, (58, 36, 30), (168, 122, 82), (248, 232, 196)), picture, 0.22)
    stains = noise(picture.size, spec.rng("stains"), 4, 3, lambda v: max(0, v - 120))
    paint(aged, (250, 236, 200), stains)
    _vignette(aged, (60, 32, 20), 0.9)
    return aged


def _blueprint(picture: Picture, spec: SceneSpec) -> Picture:
    w, h = picture.size
    u = math.sqrt(w * h)
    sheet = _colourise(picture, (14, 52, 112), (22, 70, 140), (38, 92, 166))
    draw = ImageDraw.Draw(sheet)
    step = u / 32
    for k in range(1, round(max(w, h) / step)):
        tone = (78, 128, 196) if k % 4 == 0 else (42, 94, 168)
        draw.line((k * step, 0, k * step, h), fill=tone)
        draw.line((0, k * step, w, k * step), fill=tone)
    paint(sheet, (232, 242, 255), _edges(picture, u / 420))
    return sheet


_STYLES: dict[str, Callable[[Picture, SceneSpec], Picture]] = {
    "watercolour": _watercolour, "ink": _ink, "pixel": _pixel, "neon": _neon,
    "noir": _noir, "vintage": _vintage, "blueprint": _blueprint,
}  # fmt: skip
