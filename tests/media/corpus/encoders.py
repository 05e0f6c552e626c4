"""Small clips and sounds, made by PyAV once each, and the boxes of ISO files."""

from __future__ import annotations

import math
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
from PIL import Image

os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder would write a page to stderr

SIZE = (64, 48)
RATE = 10
"""Frames per second of all clips."""


@cache
def av1_clip(container: str = "mp4") -> bytes:
    """Return a clip in AV1.

    Where it may, SVT-AV1 makes the thread that calls it a real-time one, and all that this thread starts later, a
    browser for one: nothing else on the machine would get its turn. So it is called in a thread that ends with it.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(clip, container, "libsvtav1").result()


@cache
def clip(
    container: str = "mp4",
    codec: str = "libx264",
    *,
    sound: str = "",
    seconds: float = 0.5,
    options: tuple[tuple[str, str], ...] = (),
    pixels: str = "yuv420p",
    rate: int = RATE,
) -> bytes:
    """Return a clip of a square that moves, with a tone if *sound* names a codec."""
    with _written(container, options) as (file, out):
        pictures: Any = file.add_stream(codec, rate=rate)
        pictures.width, pictures.height = SIZE
        pictures.pix_fmt, pictures.max_b_frames = pixels, 0
        tone: Any = file.add_stream(sound, rate=48_000) if sound else None
        for number in range(round(seconds * rate)):
            image = Image.new("RGB", SIZE, (40, 90, 160))
            image.paste((240, 200, 40), (4 * number, 8, 4 * number + 16, 24))
            frame = av.VideoFrame.from_image(image).reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            file.mux(pictures.encode(frame))
        file.mux(pictures.encode(None))
        if tone is not None:
            _add_tone(file, tone, seconds, 48_000)
    return out[0]


@cache
def sound(
    container: str,
    codec: str,
    *,
    seconds: float = 0.5,
    rate: int = 48_000,
    options: tuple[tuple[str, str], ...] = (),
    bit_rate: int = 0,
    layout: str = "mono",
) -> bytes:
    """Return a tone of 440 Hz."""
    with _written(container, options) as (file, out):
        stream: Any = file.add_stream(codec, rate=rate, layout=layout, options={"strict": "experimental"})
        if bit_rate:
            stream.bit_rate = bit_rate
        _add_tone(file, stream, seconds, rate)
    return out[0]


@contextmanager
def _written(
    container: str, options: tuple[tuple[str, str], ...]
) -> Iterator[tuple[av.container.OutputContainer, list[bytes]]]:
    """Open a file to write to; its bytes are in the list when it is closed."""
    content: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made"  # a real one: to move an index to the front, it is opened again
        with av.open(str(path), "w", format=container, options=dict(options)) as file:
            yield file, content
        content.append(path.read_bytes())


def _add_tone(file: av.container.OutputContainer, stream: Any, seconds: float, rate: int) -> None:
    count = round(seconds * rate)
    samples = [round(9000 * math.sin(2 * math.pi * 440 * index / rate)) for index in range(count)]
    frame = av.AudioFrame(format="s16", layout="mono", samples=count)
    frame.planes[0].update(struct.pack(f"<{count}h", *samples))
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    layout = stream.layout.name if stream.layout else "mono"
    resampler = av.AudioResampler(stream.format.name, layout, rate, frame_size=stream.codec_context.frame_size or None)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        file.mux(stream.encode(part))
    file.mux(stream.encode(None))


# -- boxes --------------------------------------------------------------------------------------------------------


def box(name: bytes, content: bytes) -> bytes:
    """Return an ISO box."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def boxes(data: bytes) -> dict[bytes, bytes]:
    """Return the top-level boxes of *data* by name, each with its head."""
    found: dict[bytes, bytes] = {}
    position = 0
    while position + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        size = size or len(data) - position
        found[name] = found.get(name, b"") + data[position : position + size]
        position += size
    return found


def branded(data: bytes, brand: bytes, *compatible: bytes) -> bytes:
    """Return an ISO file under another brand."""
    size = struct.unpack_from(">I", data)[0]
    return box(b"ftyp", brand + bytes(4) + b"".join(compatible or (brand,))) + moved(
        data[size:], 8 + 8 + 4 * max(1, len(compatible)) - size
    )


def behind(data: bytes, first: bytes) -> bytes:
    """Return an ISO file behind some other boxes."""
    return first + moved(data, len(first))


def moved(data: bytes, by: int) -> bytes:
    """Correct the chunk offsets in *data*, which stands *by* bytes later than it did."""
    changed, position = bytearray(data), 0
    while (position := data.find(b"stco", position)) > 0:
        (count,) = struct.unpack_from(">I", data, position + 8)
        for index in range(count):
            at = position + 12 + 4 * index
            (offset,) = struct.unpack_from(">I", data, at)
            struct.pack_into(">I", changed, at, offset + by)
        position += 4
    return bytes(changed)


def patched(data: bytes, name: bytes, change: Callable[[bytearray, int], None], *, every: bool = True) -> bytes:
    """Return *data* after *change(bytes, start of the content)* of the box or chunk called *name*."""
    changed, position = bytearray(data), -1
    while (position := data.find(name, position + 1)) >= 0:
        change(changed, position + len(name))
        if not every:
            break
    return bytes(changed)


ROTATIONS = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def rotated(data: bytes, degrees: int) -> bytes:
    """Return a clip whose track is turned clockwise."""
    a, b, c, d = (value << 16 for value in ROTATIONS[degrees])

    def turn(changed: bytearray, start: int) -> None:
        struct.pack_into(">9i", changed, start + 40, a, b, 0, c, d, 0, 0, 0, 1 << 30)

    return patched(data, b"tkhd", turn, every=False)
