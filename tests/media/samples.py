"""Pictures, sounds and clips to be recognised: whole ones, and the pieces of odd ones."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib

from PIL import Image, ImageChops

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.radial_gradient("L").resize(size).convert(mode)
    image.save(out, kind, **options)
    return out.getvalue()


def sound(seconds: float = 0.5, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(4 * int(seconds * rate)))
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_declaring(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def mp4(*boxes: bytes, brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand + bytes(4)) + b"".join(boxes)


def detailed(side: int) -> Image.Image:
    """Draw noise of every scale, with about as much detail as a photograph of grass has."""
    channels = []
    for _ in range(3):
        channel = Image.new("L", (side, side), 128)
        for cell in (256, 128, 64, 32, 16, 8, 4, 2, 1):
            noise = Image.effect_noise((side // cell, side // cell), 4 * math.sqrt(cell))
            noise = noise.resize((side, side), Image.Resampling.BICUBIC)
            channel = ImageChops.add(channel, noise, 1, -128)
        channels.append(channel)
    return Image.merge("RGB", channels)
