"""Light: the colours of the sky, of the ground, and of whatever stands between them at a distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, hex_colour, mix

if TYPE_CHECKING:
    from playcut_jupyter.sandbox.drawing.idea import Idea

# Three stops of sky from the top down, sun or moon, and the light that falls on everything.
_LIGHTS: dict[str, tuple[Colour, ...]] = {
    name: tuple(map(hex_colour, codes.split()))
    for name, codes in {
        "day": "3f97d9 8cc9ea f4f1dc fff4c9 ffffff",
        "dawn": "6d6ab0 f0a6b4 ffe3c2 fff3d6 ffd9d0",
        "sunset": "41215e e2574c ffc069 ffe9a8 ff9e6b",
        "night": "0a0f2c 1c2a5e 46569b f6efd0 4a5aa6",
        "storm": "1d232e 414f61 93a1a8 d9e2e4 75869a",
        "fog": "a9b7c0 cfd8dc eef1f0 ffffff dfe7ea",
        "space": "05030f 180b38 3a1463 ffe2b8 a58be0",
        "deep": "0b6e99 075985 04263f d9fbff 4fb3d9",
    }.items()
}
# Far and near ground.
_GROUNDS: dict[str, tuple[Colour, ...]] = {
    name: tuple(map(hex_colour, codes.split()))
    for name, codes in {
        "hills": "9fc5a8 2f6b4f",
        "mountains": "a9b8d6 2d4059",
        "forest": "8db79b 173f33",
        "desert": "f0c27b b3562f",
        "snow": "c3d3ea f6f9ff",
        "sea": "63b4cf 0f4c75",
        "city": "8c8fb8 22223b",
        "space": "5b3a8c 1b1036",
        "underwater": "1583a8 052f49",
        "poster": "888888 333333",
    }.items()
}


def sky_stops(idea: Idea) -> list[Colour]:
    """Take the light's sky from the top down, tinted by the colour words that belong to nothing else."""
    top, middle, low = _LIGHTS[idea.light][:3]
    if not idea.tints:
        return [top, middle, low]
    one, other = idea.tints[0], idea.tints[-1]
    return [
        mix(top, mix(one, BLACK, 0.35), 0.65),
        mix(middle, one, 0.6),
        mix(low, mix(other, WHITE, 0.35), 0.6),
    ]


def sun_colour(idea: Idea) -> Colour:
    """Give the colour of the sun or the moon."""
    return _LIGHTS[idea.light][3]


def fallen_on(idea: Idea, colour: Colour) -> Colour:
    """Show a colour in the light that falls on everything."""
    r, g, b = (c * shine // 255 for c, shine in zip(colour, _LIGHTS[idea.light][4], strict=True))
    return r, g, b


def ground_colour(place: str, share: float) -> Colour:
    """Give the ground's own colour, from far (0) to near (1)."""
    far, near = _GROUNDS[place]
    return mix(far, near, share)


def lit(idea: Idea, colour: Colour, far: float) -> Colour:
    """Colour a thing at a distance: the light falls on it, the haze takes it, water mirrors the sky."""
    high, middle, low = sky_stops(idea)
    shade = mix(colour, fallen_on(idea, colour), 0.7)
    if idea.place == "sea":
        shade = mix(mix(shade, high, 0.45), middle, far * 0.3)
    elif idea.tints:
        shade = mix(shade, mix(idea.tints[-1], BLACK, 0.3), 0.45)
    return mix(shade, mix(middle, low, 0.5), far * 0.5)
