"""Colours: reading and mixing them, and the words for them."""

from __future__ import annotations

import re

Colour = tuple[int, int, int]


def hex_colour(text: str) -> Colour:
    """Read `rrggbb`."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour at a fraction of the way from one to the other."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(one, other, strict=True))
    return r, g, b


WHITE, BLACK = (255, 255, 255), (0, 0, 0)
COLOURS = {
    word: hex_colour(code)
    for code, word in re.findall(
        r"(\w{6}) (\w+)",
        """d33a2c red a3162e crimson c1440e rust f08a24 orange f2b632 golden f2b632 gold
        ffd23f yellow f3e2b3 cream 3c9d5d green 2e8b57 emerald 8fbc6b lime 6b7f3a olive 159a9c teal
        2ec4b6 turquoise 19b5d6 cyan 2f6fd0 blue 1f3a7a navy 3f51b5 indigo 7d4cc2 purple 8e5bd0 violet
        b497d6 lavender f28ab2 pink d81e8a magenta 8a5a3b brown 2a2a33 black f4f4f6 white 9aa0aa gray
        9aa0aa grey b8c0cc silver b87333 copper 7a1f3d burgundy ffb997 peach 98e2c6 mint""",
    )
}
