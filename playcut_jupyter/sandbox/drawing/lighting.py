"""Lighting: the colours of the sky, of the terrain, and of things at a distance."""

from __future__ import annotations

from playcut_jupyter.sandbox.drawing.palette import BLACK, WHITE, Colour, hex_colour, mix
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec

# Three stops of the sky from the top down, the sun or moon, and the light on everything.
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
# Far and near terrain.
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


def sky_stops(spec: SceneSpec) -> list[Colour]:
    """Return the colours of the sky from the top down, mixed with the accents."""
    top, middle, low = _LIGHTS[spec.light][:3]
    if not spec.accents:
        return [top, middle, low]
    one, other = spec.accents[0], spec.accents[-1]
    return [
        mix(top, mix(one, BLACK, 0.35), 0.65),
        mix(middle, one, 0.6),
        mix(low, mix(other, WHITE, 0.35), 0.6),
    ]


def sun_colour(spec: SceneSpec) -> Colour:
    """Return the colour of the sun or the moon."""
    return _LIGHTS[spec.light][3]


def illuminate(spec: SceneSpec, colour: Colour) -> Colour:
    """Return a colour as it looks in the light of the scene."""
    r, g, b = (c * shine // 255 for c, shine in zip(colour, _LIGHTS[spec.light][4], strict=True))
    return r, g, b


def terrain_colour(place: str, share: float) -> Colour:
    """Return the terrain's own colour, from far (0) to near (1)."""
    far, near = _GROUNDS[place]
    return mix(far, near, share)


def lit_colour(spec: SceneSpec, colour: Colour, far: float) -> Colour:
    """Return a colour at a distance, with the effects of light, haze, and the reflection of the sky in water."""
    high, middle, low = sky_stops(spec)
    shade = mix(colour, illuminate(spec, colour), 0.7)
    if spec.place == "sea":
        shade = mix(mix(shade, high, 0.45), middle, far * 0.3)
    elif spec.accents:
        shade = mix(shade, mix(spec.accents[-1], BLACK, 0.3), 0.45)
    return mix(shade, mix(middle, low, 0.5), far * 0.5)
