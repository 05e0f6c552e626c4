"""Posters: abstract compositions in a paper colour and four inks, or a stage for the subject."""

from __future__ import annotations

import math
import re
from random import Random

from PIL import ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size, vertical_gradient
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, hex_colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec

# Paper and four matching inks, the last one with the most contrast.
_INKS = [
    [hex_colour(code) for code in row.split()]
    for row in (
        "f4ead5 e4572e 2e86ab f2b134 1f2041",
        "10203a e94f64 f6ae2d 33b1a6 f4efe6",
        "f7f1e3 2a9d8f e76f51 e9c46a 264653",
        "231942 f08a5d ffd56b 6fc3c9 f7e9f0",
        "eef2ec d1495b edae49 00798c 30323d",
        "1b1f2a ff6b6b 4ecdc4 ffe66d f7fff7",
        "f9e8df b23a48 fcb97d 5f7161 3b1c32",
        "0b2b2b f2c14e f78154 5fad9c f3f0e0",
        "e9eef6 3d5a98 ee6c4d 98c1d9 1d2b4a",
    )
]


def _inks(spec: SceneSpec, rng: Random) -> list[Colour]:
    """Choose a paper and four matching inks; colours that the prompt names come first."""
    dark = spec.light in ("night", "space", "storm")
    paper, *inks = rng.choice([row for row in _INKS if not dark or sum(row[0]) < 380])
    for k, tint in enumerate(spec.accents[:3]):
        inks[k] = tint
    if spec.accents:
        main = spec.accents[0]
        paper, inks[3] = (
            (mix(main, BLACK, 0.8), mix(main, WHITE, 0.85)) if dark else (mix(main, WHITE, 0.87), mix(main, BLACK, 0.7))
        )
    return [paper, *inks]


def draw_poster(spec: SceneSpec, size: Size) -> Picture:
    """Draw an abstract composition, or a stage for the subject."""
    rng = spec.rng("poster")
    inks = _inks(spec, rng)
    double = (size[0] * 2, size[1] * 2)
    sheet = vertical_gradient(double, mix(inks[0], WHITE, 0.05), mix(inks[0], inks[1], 0.1))
    if spec.subject:
        _draw_stage(sheet, inks)
        return sheet.reduce(2)
    compose = rng.choice((_dissolve, _orbits, _ridgelines, _tiles))
    if re.search(r"entropy|chaos|random|noise|disorder|decay", spec.prompt.lower()):
        compose = _dissolve
    compose(sheet, inks, rng)
    return sheet.reduce(2)


def _draw_stage(sheet: Picture, inks: list[Colour]) -> None:
    w, h = sheet.size
    r = min(w, h) * 0.36
    x, y = w * (0.55 if w < h * 1.4 else 0.6), h * 0.48
    draw = ImageDraw.Draw(sheet)
    for grow, ink in ((1.16, mix(inks[0], inks[2], 0.25)), (1.0, mix(inks[2], inks[0], 0.12))):
        draw.ellipse((x - r * grow, y - r * grow, x + r * grow, y + r * grow), fill=ink)
    draw.rectangle((0, h * 0.79, w, h), fill=mix(inks[0], inks[1], 0.55))
    draw.rectangle((0, h * 0.79, w, h * 0.796), fill=mix(inks[1], WHITE, 0.3))


def _dissolve(sheet: Picture, inks: list[Colour], rng: Random) -> None:
    """Draw a grid of squares that dissolves towards one corner."""
    w, h = sheet.size
    step = math.sqrt(w * h) / 19
    draw = ImageDraw.Draw(sheet)
    cells = [(x, y) for y in range(1, int(h * 0.86 / step)) for x in range(1, int(w / step))]
    for column, row in cells:
        x, y = (column + 0.5) * step, (row + 0.3) * step
        share = max(0.0, (x / w + y / h) / 2 - 0.3) ** 1.7 * 3.4
        x, y = x + rng.gauss(0, step * share * 1.5), y + rng.gauss(0, step * share * 1.5)
        half, turn = step * 0.36 * (1 - 0.35 * min(1, share) * rng.random()), rng.gauss(0, 0.75) * share
        ink = rng.choice(inks[1:4]) if rng.random() < share * 0.9 else inks[4]
        draw.regular_polygon((x, y, half * 1.35), 4, math.degrees(turn), fill=ink)


def _orbits(sheet: Picture, inks: list[Colour], rng: Random) -> None:
    w, h = sheet.size
    x, y, u = w / 2, h * 0.45, min(w, h * 0.86)
    draw = ImageDraw.Draw(sheet)
    for k in range(13, 0, -1):
        r = u * 0.035 * k
        start, span = rng.random() * 360, rng.uniform(70, 320)
        circle = (x - r, y - r, x + r, y + r)
        draw.arc(circle, 0, 360, fill=mix(inks[0], inks[4], 0.22), width=max(1, round(u * 0.002)))
        ink = rng.choice(inks[1:])
        draw.arc(circle, start, start + span, fill=ink, width=round(u * rng.choice((0.006, 0.012, 0.02))))
        a, dot = math.radians(start + span), u * rng.uniform(0.008, 0.02)
        px, py = x + (r - u * 0.006) * math.cos(a), y + (r - u * 0.006) * math.sin(a)
        draw.ellipse((px - dot, py - dot, px + dot, py + dot), fill=ink)
    draw.ellipse((x - u * 0.02, y - u * 0.02, x + u * 0.02, y + u * 0.02), fill=inks[1])


def _ridgelines(sheet: Picture, inks: list[Colour], rng: Random) -> None:
    """Draw lines that rise in the middle, each in front of the one above it."""
    w, h = sheet.size
    u = min(w, h)
    draw = ImageDraw.Draw(sheet)
    top, low = mix(inks[0], WHITE, 0.05), mix(inks[0], inks[1], 0.1)
    for k in range(26):
        base = h * (0.2 + 0.62 * k / 25)
        humps = [(rng.gauss(0.5, 0.1), rng.uniform(0.02, 0.06), rng.uniform(0.02, 0.12)) for _ in range(6)]
        edge = []
        for i in range(181):
            t = 0.1 + 0.8 * i / 180
            lift = sum(tall * math.exp(-(((t - at) / wide) ** 2)) for at, wide, tall in humps)
            edge.append((w * t, base - u * lift * 0.7 - rng.random() * u * 0.003))
        draw.polygon([*edge, (w * 0.9, base + u * 0.03), (w * 0.1, base + u * 0.03)], fill=mix(top, low, base / h))
        draw.line(edge, fill=mix(inks[4], inks[1 + k % 3], k / 25), width=max(2, round(u * 0.0035)), joint="curve")


def _tiles(sheet: Picture, inks: list[Colour], rng: Random) -> None:
    w, h = sheet.size
    side = math.ceil(math.sqrt(w * h) / 6)
    draw = ImageDraw.Draw(sheet)
    for top in range(0, h, side):
        for left in range(0, w, side):
            back, front, extra = rng.sample(inks, 3)
            draw.rectangle((left, top, left + side, top + side), fill=back)
            kind = rng.randrange(5)
            cx, cy = left + side * rng.choice((0, 1)), top + side * rng.choice((0, 1))
            if kind == 0:
                draw.ellipse((left + side * 0.14, top + side * 0.14, left + side * 0.86, top + side * 0.86), fill=front)
                draw.ellipse((left + side * 0.36, top + side * 0.36, left + side * 0.64, top + side * 0.64), fill=extra)
            elif kind == 1:
                draw.polygon([(left, top), (left + side, top + side), (left, top + side)], fill=front)
            else:
                start = 0 if (cx, cy) == (left, top) else 90 if cy == top else 270 if cx == left else 180
                for r, ink in ((side, front), (side * 0.62, extra), (side * 0.3, back))[: 1 + kind % 3]:
                    draw.pieslice((cx - r, cy - r, cx + r, cy + r), start, start + 90, fill=ink)
