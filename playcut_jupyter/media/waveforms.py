"""A sound as a small picture: its loudness over time, or, where that can't be read, a plain sign with its length.

Transparent, in colours that can be seen on light and on dark pages. PyAV (extra `sandbox`) reads every format, the
standard library plain WAV. A sound is streamed, never held as a whole, and only its first `MAX_S` seconds are read.
"""

from __future__ import annotations

import io
import sys
import time
import wave
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter.media.recognition import recognise
from playcut_jupyter.media.source import open_source

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH, HEIGHT = 640, 160
"""The size of the picture, pixels; it is shown at half of that."""
MAX_S = 180.0
"""How much of a sound is read, seconds of it."""
_MAX_DECODE_S = 5.0
"""How long it may take to read, seconds."""
_RATE = 8_000
_SLICE_S = 0.02
"""Of each slice the loudest sample counts."""
_BAR_PX, _STEP_PX = 4, 6
_BARS = WIDTH // _STEP_PX
_FULL = 32_768
_COLOUR, _GREY = (74, 134, 207, 255), (128, 128, 128, 255)
"""Both have a contrast of at least 3 with white and with the dark themes' background."""
_DEMUXERS = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp2": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "mp4",
    "audio/aac": "aac",
    "audio/webm": "matroska",
    "audio/x-matroska": "matroska",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/amr-wb": "amr",
    "audio/basic": "au",
    "audio/ac3": "ac3",
    "audio/x-ape": "ape",
    "audio/x-caf": "caf",
    "audio/x-ms-wma": "asf",
    "audio/x-w64": "w64",
    "audio/x-wavpack": "wv",
    "audio/x-dsf": "dsf",
    "audio/x-tta": "tta",
}
"""The reader of each type, by name: left to itself, FFmpeg would follow a playlist to other files and hosts."""


def waveform(source: Path | bytes, duration_s: float | None = None) -> bytes | None:
    """Return a sound's loudness over time as a PNG; None if it is no sound or can't be read.

    Args:
        source: the sound.
        duration_s: its length, if known; what is beyond `MAX_S` is drawn as dots.
    """
    try:
        with open_source(source) as content:
            mime_type = recognise(content).mime_type
        peaks = _peaks(source, mime_type)
        return _png(_bars(peaks, duration_s)) if peaks else None
    except Exception:  # noqa: BLE001 - decoders raise almost anything on hostile bytes; the sign stands for it
        return None


def sound_sign(duration_s: float | None) -> bytes:
    """Return the picture of a sound that can't be read, as a PNG: a loudspeaker, and its length if that is known."""
    minutes, seconds = divmod(round(duration_s or 0), 60)
    return _sign(f"{minutes}:{seconds:02}" if duration_s else "")


# -- reading ------------------------------------------------------------------------------------------------------


def _peaks(source: Path | bytes, mime_type: str) -> list[int]:
    """Return the loudest sample of each slice, 0 to `_FULL`."""
    if mime_type not in _DEMUXERS:
        return []
    try:
        import av  # of the extra `sandbox`
    except ImportError:
        if mime_type != "audio/wav":
            return []
        return _loudest(_wav_samples(source))
    file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with file, av.open(file, mode="r", format=_DEMUXERS[mime_type]) as sound:
        stream = sound.streams.audio[0]
        # Without a decoder PyAV before 18.1 would take the whole process down.
        if stream.codec_context is None:
            return []
        return _loudest(_av_samples(sound, stream, av.AudioResampler(format="s16", layout="mono", rate=_RATE)))


def _av_samples(sound: Any, stream: Any, resampler: Any) -> Iterator[tuple[array[int], int]]:
    for frame in sound.decode(stream):
        for part in resampler.resample(frame):
            samples = array("h")
            samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
            yield samples, _RATE


def _wav_samples(source: Path | bytes) -> Iterator[tuple[array[int], int]]:
    """Give the samples of plain WAV, of all channels in turn, each as the upper 16 of its bits."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with file, closing(wave.open(file)) as sound:
        width, channels, rate = sound.getsampwidth(), sound.getnchannels(), sound.getframerate()
        while data := sound.readframes(max(1, rate // 2)):
            upper = bytearray(len(data) // width * 2)
            if width == 1:  # the only one without a sign
                upper[1::2] = bytes(byte ^ 0x80 for byte in data)
            else:
                upper[0::2], upper[1::2] = data[width - 2 :: width], data[width - 1 :: width]
            samples = array("h", bytes(upper))
            if sys.byteorder == "big":
                samples.byteswap()
            yield samples, rate * channels


def _loudest(parts: Iterable[tuple[array[int], int]]) -> list[int]:
    """Return the loudest sample of each slice of *parts*, which are samples and how many there are in a second."""
    until, heard_s, peaks = time.monotonic() + _MAX_DECODE_S, 0.0, []
    kept: array[int] = array("h")
    for samples, rate in _until_damaged(parts):
        kept += samples
        heard_s += len(samples) / rate
        step = max(1, int(_SLICE_S * rate))
        whole = len(kept) // step * step
        for at in range(0, whole, step):
            one = kept[at : at + step]
            peaks.append(max(max(one), -min(one)))
        kept = kept[whole:]
        if heard_s >= MAX_S:
            return peaks
        if time.monotonic() > until:
            return []
    return [*peaks, max(max(kept), -min(kept))] if kept else peaks


def _until_damaged(parts: Iterable[tuple[array[int], int]]) -> Iterator[tuple[array[int], int]]:
    with suppress(Exception):  # what is cut or damaged later on is drawn up to there, as it is played
        yield from parts


# -- drawing ------------------------------------------------------------------------------------------------------


def _bars(peaks: Sequence[int], duration_s: float | None) -> list[float | None]:
    """Return the height of each bar, 0 to 1, as a share of the loudest; None beyond what was read."""
    heard_s = len(peaks) * _SLICE_S
    is_cut = heard_s >= MAX_S - 1 and duration_s is not None and duration_s > heard_s
    count = max(1, round(_BARS * heard_s / duration_s)) if is_cut and duration_s else _BARS
    loudest = max(max(peaks), _FULL // 100)  # noise below a hundredth stays as quiet as it is
    bars: list[float | None] = []
    for number in range(count):
        start = number * len(peaks) // count
        end = max(start + 1, (number + 1) * len(peaks) // count)
        bars.append(max(peaks[start:end]) / loudest)
    return [*bars, *[None] * (_BARS - count)]


def _png(bars: Sequence[float | None]) -> bytes:
    from PIL import Image, ImageDraw  # Pillow is heavy, and not needed to submit

    picture = Image.new("RGBA", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(picture)
    left, middle = (WIDTH - _BARS * _STEP_PX) // 2 + 1, HEIGHT // 2
    for number, share in enumerate(bars):
        x = left + number * _STEP_PX
        half = 2 if share is None else max(2, round(share * (middle - 4)))
        colour = _GREY if share is None else _COLOUR
        pen.rounded_rectangle((x, middle - half, x + _BAR_PX - 1, middle + half - 1), _BAR_PX // 2, fill=colour)
    return _encoded(picture)


@cache
def _sign(length: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont  # Pillow is heavy, and not needed to submit

    font = ImageFont.truetype(io.BytesIO((files("playcut_jupyter.fonts") / "NotoSans-Regular.ttf").read_bytes()), 64)
    picture = Image.new("RGBA", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(picture)
    text_px = round(font.getlength(length)) + 32 if length else 0
    x, middle = (WIDTH - 104 - text_px) // 2, HEIGHT // 2
    cone = ((0, -16), (20, -16), (52, -44), (52, 44), (20, 16), (0, 16))
    pen.polygon([(x + across, middle + down) for across, down in cone], fill=_GREY)
    for radius in (28, 48):
        pen.arc((x + 52 - radius, middle - radius, x + 52 + radius, middle + radius), -45, 45, fill=_GREY, width=8)
    if length:
        pen.text((x + 136, middle), length, fill=_GREY, font=font, anchor="lm")
    return _encoded(picture)


def _encoded(picture: Image) -> bytes:
    out = io.BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()
