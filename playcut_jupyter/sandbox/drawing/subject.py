"""The subject: its figure glued together, lit, and set on the ground, in the water or in the air."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import Layer, Picture, Size, glow, grown, ramp, soft, stencil, tint
from playcut_jupyter.sandbox.drawing.curves import Points, oval
from playcut_jupyter.sandbox.drawing.figures import pieces
from playcut_jupyter.sandbox.drawing.light import fallen_on
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, hex_colour, mix

if TYPE_CHECKING:
    from playcut_jupyter.sandbox.drawing.idea import Idea

# Subjects that stand on nothing, and how far down their middle is.
_AFLOAT = {"balloon": 0.42, "butterfly": 0.45, "owl": 0.5, "bird": 0.5, "fish": 0.48, "rocket": 0.43}
_ROOTED = ("house", "tree", "car", "lighthouse", "cup")
# Who breathes: the middle of the head, and the radius of a helmet for it.
_HELMETS = {"person": (50, 26, 24)} | dict.fromkeys(("fox", "cat", "dog", "bear", "rabbit", "penguin"), (50, 38, 37))
_LAMP = (255, 240, 190)
_TONES = {
    tone: hex_colour(code)
    for tone, code in {
        "b": "fbeedb", "k": "1d1b26", "w": "fffdf6", "y": "ffc83d", "r": "e0685e",
        "g": "bfe9f2", "n": "3f8f5a", "o": "6b4a35", "d": "4b5060",
    }.items()
}  # fmt: skip


@dataclass(frozen=True)
class _Stance:
    """Where a figure's box of 100 by 100 lies: the point it stands on, its side in pixels, its turn."""

    foot: tuple[float, float]
    side: float
    turn: float = 0

    def at(self, x: float, y: float) -> tuple[float, float]:
        dx, dy = (x - 50) * self.side / 100, (y - 48) * self.side / 100
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return self.foot[0] + dx * cos + dy * sin, self.foot[1] - self.side / 2 - dx * sin + dy * cos


def subject_index(idea: Idea, layers: int) -> int:
    """Stand behind the nearest sheet of ground, but upon a ledge, a poster's floor or the sky."""
    return layers if idea.place in ("city", "poster", "space") or idea.subject in ("owl", "bird") else layers - 1


def subject(idea: Idea, size: Size) -> Layer:
    """Cut the subject out and set it where it belongs, with the light it gives and the shadow it throws."""
    stance = _stance(idea, size)
    foot, side = stance.foot, stance.side
    back = Image.new("RGBA", size)
    if idea.subject == "lighthouse":
        _beam(back, (foot[0], foot[1] - 0.765 * side), idea)
    elif not (idea.subject in _AFLOAT or _weightless(idea) or idea.place == "sea"):
        _standing_shadow(back, foot, side)
    sheet = Image.new("RGBA", size)
    if idea.surfing:
        _board(sheet, stance, idea)
    _figure(sheet, stance, idea)
    if _weightless(idea) and idea.subject in _HELMETS:
        _helmet(sheet, stance, _HELMETS[idea.subject])
    around = grown(sheet.getbbox() or (0, 0, *size), round(side / 8), size)
    part = sheet.crop(around)
    shadow = soft(part.getchannel("A"), max(2.0, side / 30), 0.3)
    tint(back, (12, 10, 24), shadow, (around[0], around[1] + round(side / 60)))
    back.alpha_composite(part, around[:2])
    return Layer(back, 0.03, 0.012 if foot[1] < size[1] * 0.8 or idea.place == "sea" else 0.004, 0.6)


def _weightless(idea: Idea) -> bool:
    return idea.place == "space" and idea.subject not in _ROOTED


def _stance(idea: Idea, size: Size) -> _Stance:
    w, h = size
    side, foot = min(w * 0.74, h * 0.6), h * 0.815
    if idea.subject in _AFLOAT or _weightless(idea):
        foot = h * _AFLOAT.get(idea.subject or "", 0.47) + side / 2
    elif idea.subject in ("boat", "whale") and idea.place == "sea":
        foot = h * 0.84
    elif idea.subject == "lighthouse":
        side, foot = min(w * 0.8, h * 0.72), h * 0.86
    elif idea.surfing:
        foot = h * 0.79
    turn = -9 if _weightless(idea) else 5 if idea.surfing else 0
    return _Stance((w * (0.55 if w < h * 1.4 else 0.6), foot), side, math.radians(turn))


def _figure(sheet: Picture, stance: _Stance, idea: Idea) -> None:
    """Glue all pieces of the figure on a sheet, in the light of the scene."""
    tones = _TONES | {"a": idea.body, "c": mix(idea.body, BLACK, 0.36)}
    if sum(idea.body) < 150:
        tones["b"] = mix(tones["b"], idea.body, 0.35)
    for piece in pieces(idea.subject or ""):
        tone = tones[piece.tone]
        # What shines by itself takes little of the light around it.
        shade = mix(tone, fallen_on(idea, tone), 0.1 if piece.tone == "y" else 0.34)
        for flip in (False, True) if piece.mirrored else (False,):
            points = [stance.at(x, y) for x, y in piece.outline(flip)]
            _glue(sheet, points, shade, piece.width * stance.side / 100)


def _glue(sheet: Picture, points: Points, colour: Colour, width: float = 0) -> None:
    """Glue a piece of paper (or a stroke) on a figure: lit from above, a soft shadow beneath it."""
    pad = max(4, round(sheet.width / 80) + round(width))
    left, top = (max(0, math.floor(min(p[i] for p in points)) - pad) for i in (0, 1))
    right, low = (min(sheet.size[i], math.ceil(max(p[i] for p in points)) + pad) for i in (0, 1))
    size = (right - left, low - top)
    if size[0] < 1 or size[1] < 1:
        return
    mask = _piece_mask(size, [(2 * (x - left), 2 * (y - top)) for x, y in points], width)
    under = sheet.crop((left, top, right, low))
    solid = under.getchannel("A")
    if solid.getbbox():
        shade = ImageChops.multiply(ImageChops.offset(soft(mask, pad / 2.5, 0.38), 0, pad // 3), solid)
        dark = Image.new("RGB", size, mix(colour, BLACK, 0.8))
        dark.putalpha(solid)
        under.paste(dark, (0, 0), shade)
    under.paste(ramp(size, mix(colour, WHITE, 0.13), mix(colour, BLACK, 0.12), mode="RGBA"), (0, 0), mask)
    sheet.paste(under, (left, top))


def _piece_mask(size: Size, doubled: Points, width: float) -> Picture:
    """Draw a polygon or a stroke, given twice as large."""
    double = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(double)
    if width:
        draw.line(doubled, fill=255, width=max(2, round(width * 2)), joint="curve")
        # Discs round the ends, and fill what the joints of a wide line leave open.
        for x, y in doubled:
            draw.ellipse((x - width, y - width, x + width, y + width), fill=255)
    else:
        draw.polygon(doubled, fill=255)
    return double.reduce(2)


def _standing_shadow(sheet: Picture, foot: tuple[float, float], side: float) -> None:
    """Lay the shadow a standing figure throws on the ground."""
    spot = Image.radial_gradient("L").point(lambda v: min(130, max(0, 255 - v * 2)))
    spot = spot.resize((round(side * 1.1), max(2, round(side * 0.17))))
    tint(sheet, (10, 8, 24), spot, (round(foot[0] - spot.width / 2), round(foot[1] - spot.height / 2)))


def _beam(sheet: Picture, lamp: tuple[float, float], idea: Idea) -> None:
    """Send light from a lighthouse's lamp to both sides."""
    w, h = sheet.size
    strength = {"day": 0.3, "dawn": 0.5}.get(idea.light, 0.75)
    for end, half in ((-w * 0.2, h * 0.13), (w * 1.2, h * 0.1)):
        y = lamp[1] - h * 0.03
        beam = stencil(sheet.size, [lamp, (end, y - half), (end, y + half)])
        tint(sheet, _LAMP, soft(beam, w / 120, strength * 0.55))
    glow(sheet, lamp, min(w, h) * 0.16, _LAMP, 0.8)


def _board(sheet: Picture, stance: _Stance, idea: Idea) -> None:
    """Put a surfboard under the feet."""
    colour = idea.tints[0] if idea.tints else (240, 236, 220)
    for x, rx, ry, tone in ((50, 62, 5.8, colour), (50, 60, 1.8, (226, 74, 66)), (14, 5, 5, (28, 120, 140))):
        _glue(sheet, [stance.at(*point) for point in oval((x, 98), rx, ry)], tone)


def _helmet(sheet: Picture, stance: _Stance, head: tuple[int, int, int]) -> None:
    """Put a glass helmet over a head that is to breathe in space."""
    (cx, cy), r = stance.at(head[0], head[1]), head[2] * stance.side / 100
    side = round(r * 2.1)
    glass = Image.new("L", (side * 2, side * 2))
    draw = ImageDraw.Draw(glass)
    rim = r * 0.07
    draw.ellipse((rim, rim, side * 2 - rim, side * 2 - rim), fill=46, outline=225, width=max(3, round(rim)))
    inner = (r * 0.36, r * 0.36, side * 2 - r * 0.36, side * 2 - r * 0.36)
    draw.arc(inner, 190, 250, fill=200, width=max(3, round(r * 0.12)))
    draw.arc(inner, 20, 45, fill=130, width=max(3, round(r * 0.09)))
    tint(sheet, (225, 245, 255), glass.reduce(2), (round(cx - side / 2), round(cy - side / 2)))
