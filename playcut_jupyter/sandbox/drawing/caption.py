"""The caption with the prompt, and the SANDBOX badge that marks every picture."""

from __future__ import annotations

import math
from functools import lru_cache
from importlib import resources
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from playcut_jupyter.sandbox.drawing.canvas import Picture, Size
from playcut_jupyter.sandbox.drawing.palette import Colour

Patch = tuple[Picture, tuple[int, int]]


@lru_cache(maxsize=1)
def _drawable_characters() -> frozenset[int]:
    """Return the characters that the font can draw; any other looks like its glyph for a missing character."""
    font = _font(24)
    missing = bytes(font.getmask("\U0010ffff"))
    blocks = (range(0x20, 0x7F), range(0xA0, 0x530), range(0x1E00, 0x1F00), range(0x2010, 0x2214))
    return frozenset(c for block in blocks for c in block if bytes(font.getmask(chr(c))) != missing)


def _font(px: int) -> ImageFont.FreeTypeFont:
    # The basic layout gives the same result everywhere; Raqm is not installed on every machine.
    file = resources.files("playcut_jupyter.fonts") / "NotoSans-Regular.ttf"
    return ImageFont.truetype(BytesIO(file.read_bytes()), px, layout_engine=ImageFont.Layout.BASIC)


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int, lines: int) -> list[str]:
    """Break a text into lines that fit; the last one ends with an ellipsis if the text is longer."""
    words = [word for word in text.split() if word]
    out: list[str] = []
    line = ""
    while words and len(out) < lines:
        word = words.pop(0)
        trial = f"{line} {word}".strip()
        if font.getlength(trial) <= width:
            line = trial
            continue
        if not line:
            fits = next((n for n in range(len(word), 1, -1) if font.getlength(word[:n]) <= width), 1)
            line, word = word[:fits], word[fits:]
        out.append(line)
        line = ""
        if word:
            words.insert(0, word)
    if len(out) < lines and line:
        out.append(line)
    elif words or line:
        last = out[-1]
        while last and font.getlength(last + "…") > width:
            last = last[:-1]
        out[-1] = last.rstrip() + "…"
    return out


def caption_note(size: Size) -> str:
    """Return the statement that goes into the metadata: which share of the height, from below, may hold the caption.

    It is the same whatever the prompt, so that it doesn't tell how long that is.
    """
    px, margin = _measures(size)
    high = margin + _plate_height(_max_lines(size, px), px) + margin // 2
    return f"playcut-caption-share={min(0.5, high / size[1]):.4f}"


def caption_patches(prompt: str, size: Size) -> list[Patch]:
    """Return the caption and the badge, each with its position in a picture of this size."""
    w, h = size
    px, margin = _measures(size)
    plate, badge = _prompt_plate(prompt, size, px, margin), _badge(max(8, round(px * 0.62)))
    return [(plate, (margin, h - margin - plate.height)), (badge, (w - margin - badge.width, margin))]


def _measures(size: Size) -> tuple[int, int]:
    """Return the height of the caption's letters and its margin, pixels."""
    w, h = size
    px = max(9, min(round(math.sqrt(w * h) * 0.026), round(h * 0.11), round(w * 0.07)))
    return px, round(px * 0.95)


def _max_lines(size: Size, px: int) -> int:
    w, h = size
    return 1 if h < px * 12 else 3 if h > w else 2


def _plate_height(lines: int, px: int) -> int:
    return round(lines * px * 1.35) + round(round(px * 0.75) * 1.2)


def _prompt_plate(prompt: str, size: Size, px: int, margin: int) -> Picture:
    w = size[0]
    font, pad, known = _font(px), round(px * 0.75), _drawable_characters()
    shown = "".join(c if ord(c) in known else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in prompt[:600])
    text = _wrap(shown, font, w - 2 * (margin + pad), _max_lines(size, px)) or ["(no prompt)"]
    high = _plate_height(len(text), px)
    wide = min(w - 2 * margin, round(max(map(font.getlength, text))) + 2 * pad)
    plate = _plate((wide, high), round(px * 0.55), (16, 14, 28), 178)
    draw = ImageDraw.Draw(plate)
    for k, line in enumerate(text):
        draw.text((pad, pad * 0.6 + px * (0.98 + 1.35 * k)), line, font=font, fill=(255, 252, 244), anchor="ls")
    return plate


def _badge(px: int) -> Picture:
    label, font, gap = "SANDBOX", _font(px), round(px * 0.16)
    widths = [font.getlength(letter) + gap for letter in label]
    size = (round(sum(widths)) + round(px * 1.5), round(px * 1.75))
    badge = _plate(size, size[1] // 2, (255, 253, 246), 225)
    draw = ImageDraw.Draw(badge)
    x = px * 0.8
    for letter, width in zip(label, widths, strict=True):
        draw.text((x, px * 1.23), letter, font=font, fill=(34, 28, 52), anchor="ls")
        x += width
    return badge


def _plate(size: Size, radius: int, colour: Colour, opacity: int) -> Picture:
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=opacity)
    plate = Image.new("RGBA", size, colour)
    plate.putalpha(mask.reduce(2))
    return plate
