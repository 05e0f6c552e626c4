"""What a sheet of ground carries: foam and glitter on the sea, snow on peaks, weed under water."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Picture, stencil, tint
from playcut_jupyter.sandbox.drawing.curves import smooth
from playcut_jupyter.sandbox.drawing.light import sun_colour
from playcut_jupyter.sandbox.drawing.palette import WHITE, Colour, mix

if TYPE_CHECKING:
    from random import Random

    from playcut_jupyter.sandbox.drawing.curves import Points
    from playcut_jupyter.sandbox.drawing.idea import Idea


def dress(sheet: Picture, idea: Idea, k: int, edge: Points, colour: Colour) -> None:
    """Add to a sheet what its place asks for; 0 is the farthest."""
    dice = idea.dice(f"dress {k}")
    if idea.place == "sea" and k:
        _foam(sheet, edge, colour, dice)
    elif idea.place == "sea" and idea.light not in ("storm", "fog"):
        _glitter(sheet, edge[0][1], colour, sun_colour(idea), dice)
    elif idea.place == "mountains" and k < 2:
        _snow_caps(sheet, edge, colour)
    elif idea.place == "underwater":
        _weed(sheet, edge, colour, dice)


def _foam(sheet: Picture, edge: Points, colour: Colour, dice: Random) -> None:
    """Line a wave with foam, and scatter glints below it."""
    w, h = sheet.size
    u = math.sqrt(w * h)
    foam = stencil(sheet.size, [*edge, *((x, y + u * 0.005) for x, y in reversed(edge))])
    tint(sheet, mix(colour, WHITE, 0.75), foam)
    low = max(y for _, y in edge)
    glints: list[Points] = []
    for _ in range(12):
        x, y, r = dice.random() * w, low + u * dice.uniform(0.02, 0.1), u * dice.uniform(0.01, 0.04)
        glints.append([(x - r, y), (x, y - u * 0.003), (x + r, y), (x, y + u * 0.003)])
    tint(sheet, mix(colour, WHITE, 0.3), stencil(sheet.size, *glints))


def _glitter(sheet: Picture, horizon: float, colour: Colour, shine: Colour, dice: Random) -> None:
    """Lay the sun's path on the farthest water."""
    w, h = sheet.size
    u = math.sqrt(w * h)
    draw = ImageDraw.Draw(sheet)
    for j in range(26):
        x, y = w * 0.33 + dice.gauss(0, 0.012 + 0.003 * j) * w, horizon + u * (0.008 + 0.007 * j)
        half = u * dice.uniform(0.01, 0.035)
        tone = mix(colour, shine, 0.75 - 0.02 * j)
        draw.line((x - half, y, x + half, y), fill=tone, width=max(1, round(u * 0.003)))


def _snow_caps(sheet: Picture, edge: Points, colour: Colour) -> None:
    """Put snow on every peak, with a ragged lower edge."""
    u = math.sqrt(sheet.width * sheet.height)
    draw = ImageDraw.Draw(sheet)
    drop = u * 0.016
    for (x0, y0), (x, y), (x1, y1) in zip(edge, edge[1:], edge[2:], strict=False):
        if y < y0 and y < y1 and min(y0, y1) - y > u * 0.02:
            lx, ly = x + (x0 - x) * 0.42, y + (y0 - y) * 0.42
            rx, ry = x + (x1 - x) * 0.42, y + (y1 - y) * 0.42
            right, left = (x + (rx - x) * 0.4, ry - drop / 3), (x + (lx - x) * 0.4, ly - drop / 3)
            cap = [(x, y), (rx, ry), right, (x, (ly + ry) / 2 + drop / 2), left, (lx, ly)]
            draw.polygon(cap, fill=mix(colour, WHITE, 0.72))


def _weed(sheet: Picture, edge: Points, colour: Colour, dice: Random) -> None:
    u = math.sqrt(sheet.width * sheet.height)
    draw = ImageDraw.Draw(sheet)
    for _ in range(7):
        x, y = edge[dice.randrange(len(edge))]
        high, sway = u * dice.uniform(0.1, 0.24), u * 0.012
        turns = ((x, y + 9), (x + sway, y - high / 3), (x - sway, y - high / 1.5), (x + sway, y - high))
        weed = smooth([(*turn, False) for turn in turns], False)
        draw.line(weed, fill=mix(colour, (60, 160, 110), 0.4), width=max(2, round(u * 0.012)), joint="curve")
