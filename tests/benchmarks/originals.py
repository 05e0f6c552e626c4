"""What the benchmarks' service serves: drawn once, large where a benchmark needs it."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from functools import cache

from PIL import Image, ImageChops

from playcut_jupyter.sandbox import media


@cache
def picture(size: tuple[int, int]) -> bytes:
    """Draw detail of all scales, which makes as large a PNG as a sharp photograph (11 MB at 3840 x 2160)."""
    light = Image.new("L", size, 128)
    for scale, strength in ((256, 50), (64, 35), (16, 18), (4, 8)):
        light = ImageChops.add(light, _noise(size, scale, strength), offset=-128)
    bands = []
    for _ in range(3):
        band = light
        for scale, strength in ((512, 30), (64, 6)):
            band = ImageChops.add(band, _noise(size, scale, strength), offset=-128)
        bands.append(ImageChops.add(band, _grain(size), offset=-128))
    out = io.BytesIO()
    Image.merge("RGB", bands).save(out, "PNG", compress_level=2)
    return out.getvalue()


def _noise(size: tuple[int, int], scale: int, strength: float) -> Image.Image:
    grid = (max(2, size[0] // scale), max(2, size[1] // scale))
    return Image.effect_noise(grid, strength).resize(size, Image.Resampling.BICUBIC)


def _grain(size: tuple[int, int], rows: int = 128) -> Image.Image:
    """Return fine noise, repeated downwards: too far apart for PNG to notice."""
    strip, grain = Image.effect_noise((size[0], rows), 0.5), Image.new("L", size)
    for top in range(0, size[1], rows):
        grain.paste(strip, (0, top))
    return grain


def named(png: bytes, name: str) -> bytes:
    """Return *png* with a text chunk of its own before its last chunk, which has 12 bytes."""
    body = b"tEXt" + b"Title\0" + name.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:-12] + chunk + png[-12:]


@cache
def sound(seconds: int = 3, rate: int = 22_050) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(
            b"".join(struct.pack("<h", int(9_000 * math.sin(0.06 * step))) for step in range(rate * seconds))
        )
    return out.getvalue()


@cache
def clip(megabytes: int) -> bytes:
    """Return a clip that plays, with so many MB behind it that players skip."""
    clip = media.clip("a fox runs", resolution="480p", duration_s=1).data
    length = megabytes * 1_000_000 - len(clip)
    return clip + struct.pack(">I4s", length, b"free") + bytes(length - 8)
