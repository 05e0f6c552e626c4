"""The subject: its figure, lit, and placed on the ground, in the water or in the air."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from playcut_jupyter.sandbox.drawing.canvas import (
    Layer,
    Picture,
    Size,
    blur,
    expand_box,
    paint,
    paint_glow,
    polygon_mask,
    vertical_gradient,
)
from playcut_jupyter.sandbox.drawing.curves import Points, ellipse
from playcut_jupyter.sandbox.drawing.figures import figure_pieces
from playcut_jupyter.sandbox.drawing.lighting import illuminate
from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, hex_colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec

# Subjects that do not stand on the ground, and the height of their middle, as a fraction from the top.
_FLOATING = {"balloon": 0.42, "butterfly": 0.45, "owl": 0.5, "bird": 0.5, "fish": 0.48, "rocket": 0.43}
_GROUNDED = ("house", "tree", "car", "lighthouse", "cup")
# Subjects that need a helmet in space: the middle of the head, and the radius of the helmet.
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
class _Placement:
    """The position of a figure's box of 100 by 100: the point on which it stands, its side in pixels, its rotation."""

    foot: tuple[float, float]
    side: float
    turn: float = 0

    def at(self, x: float, y: float) -> tuple[float, float]:
        dx, dy = (x - 50) * self.side / 100, (y - 48) * self.side / 100
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return self.foot[0] + dx * cos + dy * sin, self.foot[1] - self.side / 2 - dx * sin + dy * cos


def subject_index(spec: SceneSpec, layers: int) -> int:
    """Return the subject's index among the layers: behind the nearest terrain, or in front of everything."""
    return layers if spec.place in ("city", "poster", "space") or spec.subject in ("owl", "bird") else layers - 1


def subject_layer(spec: SceneSpec, size: Size) -> Layer:
    """Draw the subject at its position, with its own light and its shadow."""
    placement = _placement(spec, size)
    foot, side = placement.foot, placement.side
    back = Image.new("RGBA", size)
    if spec.subject == "lighthouse":
        _draw_beam(back, (foot[0], foot[1] - 0.765 * side), spec)
    elif not (spec.subject in _FLOATING or _is_weightless(spec) or spec.place == "sea"):
        _draw_standing_shadow(back, foot, side)
    sheet = Image.new("RGBA", size)
    if spec.surfing:
        _draw_surfboard(sheet, placement, spec)
    _draw_figure(sheet, placement, spec)
    if _is_weightless(spec) and spec.subject in _HELMETS:
        _draw_helmet(sheet, placement, _HELMETS[spec.subject])
    around = expand_box(sheet.getbbox() or (0, 0, *size), round(side / 8), size)
    part = sheet.crop(around)
    shadow = blur(part.getchannel("A"), max(2.0, side / 30), 0.3)
    paint(back, (12, 10, 24), shadow, (around[0], around[1] + round(side / 60)))
    back.alpha_composite(part, around[:2])
    return Layer(back, 0.03, 0.012 if foot[1] < size[1] * 0.8 or spec.place == "sea" else 0.004, 0.6)


def _is_weightless(spec: SceneSpec) -> bool:
    return spec.place == "space" and spec.subject not in _GROUNDED


def _placement(spec: SceneSpec, size: Size) -> _Placement:
    w, h = size
    side, foot = min(w * 0.74, h * 0.6), h * 0.815
    if spec.subject in _FLOATING or _is_weightless(spec):
        foot = h * _FLOATING.get(spec.subject or "", 0.47) + side / 2
    elif spec.subject in ("boat", "whale") and spec.place == "sea":
        foot = h * 0.84
    elif spec.subject == "lighthouse":
        side, foot = min(w * 0.8, h * 0.72), h * 0.86
    elif spec.surfing:
        foot = h * 0.79
    turn = -9 if _is_weightless(spec) else 5 if spec.surfing else 0
    return _Placement((w * (0.55 if w < h * 1.4 else 0.6), foot), side, math.radians(turn))


def _draw_figure(sheet: Picture, placement: _Placement, spec: SceneSpec) -> None:
    """Draw all pieces of the figure in the light of the scene."""
    tones = _TONES | {"a": spec.body, "c": mix(spec.body, BLACK, 0.36)}
    if sum(spec.body) < 150:
        tones["b"] = mix(tones["b"], spec.body, 0.35)
    for piece in figure_pieces(spec.subject or ""):
        tone = tones[piece.tone]
        # Lamps are affected less by the light around them.
        shade = mix(tone, illuminate(spec, tone), 0.1 if piece.tone == "y" else 0.34)
        for flip in (False, True) if piece.mirrored else (False,):
            points = [placement.at(x, y) for x, y in piece.outline(flip)]
            _paste_piece(sheet, points, shade, piece.width * placement.side / 100)


def _paste_piece(sheet: Picture, points: Points, colour: Colour, width: float = 0) -> None:
    """Paste a piece of paper or a line on a figure: lit from above, with a soft shadow beneath it."""
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
        shade = ImageChops.multiply(ImageChops.offset(blur(mask, pad / 2.5, 0.38), 0, pad // 3), solid)
        dark = Image.new("RGB", size, mix(colour, BLACK, 0.8))
        dark.putalpha(solid)
        under.paste(dark, (0, 0), shade)
    under.paste(vertical_gradient(size, mix(colour, WHITE, 0.13), mix(colour, BLACK, 0.12), mode="RGBA"), (0, 0), mask)
    sheet.paste(under, (left, top))


def _piece_mask(size: Size, doubled: Points, width: float) -> Picture:
    """Return the mask of a polygon or a line, whose points are given at twice the size."""
    double = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(double)
    if width:
        draw.line(doubled, fill=255, width=max(2, round(width * 2)), joint="curve")
        # Discs round the ends, and fill the gaps at the joints of a wide line.
        for x, y in doubled:
            draw.ellipse((x - width, y - width, x + width, y + width), fill=255)
    else:
        draw.polygon(doubled, fill=255)
    return double.reduce(2)


def _draw_standing_shadow(sheet: Picture, foot: tuple[float, float], side: float) -> None:
    """Draw the shadow of a standing figure on the ground."""
    spot = Image.radial_gradient("L").point(lambda v: min(130, max(0, 255 - v * 2)))
    spot = spot.resize((round(side * 1.1), max(2, round(side * 0.17))))
    paint(sheet, (10, 8, 24), spot, (round(foot[0] - spot.width / 2), round(foot[1] - spot.height / 2)))


def _draw_beam(sheet: Picture, lamp: tuple[float, float], spec: SceneSpec) -> None:
    """Draw the beams of a lighthouse to both sides."""
    w, h = sheet.size
    strength = {"day": 0.3, "dawn": 0.5}.get(spec.light, 0.75)
    for end, half in ((-w * 0.2, h * 0.13), (w * 1.2, h * 0.1)):
        y = lamp[1] - h * 0.03
        beam = polygon_mask(sheet.size, [lamp, (end, y - half), (end, y + half)])
        paint(sheet, _LAMP, blur(beam, w / 120, strength * 0.55))
    paint_glow(sheet, lamp, min(w, h) * 0.16, _LAMP, 0.8)


def _draw_surfboard(sheet: Picture, placement: _Placement, spec: SceneSpec) -> None:
    """Draw a surfboard under the feet."""
    colour = spec.accents[0] if spec.accents else (240, 236, 220)
    for x, rx, ry, tone in ((50, 62, 5.8, colour), (50, 60, 1.8, (226, 74, 66)), (14, 5, 5, (28, 120, 140))):
        _paste_piece(sheet, [placement.at(*point) for point in ellipse((x, 98), rx, ry)], tone)


def _draw_helmet(sheet: Picture, placement: _Placement, head: tuple[int, int, int]) -> None:
    """Draw a glass helmet over the head."""
    (cx, cy), r = placement.at(head[0], head[1]), head[2] * placement.side / 100
    side = round(r * 2.1)
    glass = Image.new("L", (side * 2, side * 2))
    draw = ImageDraw.Draw(glass)
    rim = r * 0.07
    draw.ellipse((rim, rim, side * 2 - rim, side * 2 - rim), fill=46, outline=225, width=max(3, round(rim)))
    inner = (r * 0.36, r * 0.36, side * 2 - r * 0.36, side * 2 - r * 0.36)
    draw.arc(inner, 190, 250, fill=200, width=max(3, round(r * 0.12)))
    draw.arc(inner, 20, 45, fill=130, width=max(3, round(r * 0.09)))
    paint(sheet, (225, 245, 255), glass.reduce(2), (round(cx - side / 2), round(cy - side / 2)))
