"""Encodes frames and sound as an MP4 with H.264 and MP3: unlike AAC, MP3 is heard in VS Code, too."""

from __future__ import annotations

import math
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from PIL import Image

from playcut_jupyter.sandbox.errors import RenderingCancelled

SOUND_RATE = 22_050


def encode_mp4(
    frames: Iterable[Image.Image],
    fps: int,
    sound: Iterable[array[int]],
    *,
    title: str,
    size: tuple[int, int],
    caption: str = "",
    is_cancelled: Callable[[], bool] = lambda: False,
) -> bytes:
    """Return an MP4 that can start to play before it has been read to its end.

    *sound* is mono, in blocks of 16-bit samples at `SOUND_RATE`. The metadata names title, *caption* and the sandbox.
    Raises `RenderingCancelled` at the next frame once *is_cancelled* returns True.
    """
    # The index is moved to the front of the file in the end, which only works with a file that can be read again.
    with tempfile.TemporaryDirectory(prefix="playcut-") as folder:
        path = Path(folder) / "clip.mp4"
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            container.metadata.update({"title": title, "comment": "Playcut sandbox", "description": caption})
            _encode(container, frames, fps, _audio_frames(sound), size, is_cancelled)
        return path.read_bytes()


def _encode(
    container: OutputContainer,
    frames: Iterable[Image.Image],
    fps: int,
    sound: Iterator[av.AudioFrame],
    size: tuple[int, int],
    is_cancelled: Callable[[], bool],
) -> None:
    video = container.add_stream("libx264", rate=fps)
    video.width, video.height = size
    video.pix_fmt = "yuv420p"
    video.gop_size = fps
    video.thread_count = 1
    # A keyframe each second and nowhere else: seeking is fast, and the bytes are the same every time.
    video.options = {"preset": "ultrafast", "crf": "27", "sc_threshold": "0", "threads": "1"}
    audio = container.add_stream("libmp3lame", rate=SOUND_RATE)
    audio.layout = "mono"
    audio.bit_rate = 64_000
    for number, image in enumerate(frames):
        if is_cancelled():
            raise RenderingCancelled
        frame = av.VideoFrame.from_image(image)
        frame.pts, frame.time_base = number, Fraction(1, fps)
        container.mux(video.encode(frame))
        _encode_sound(container, audio, sound, (number + 1) / fps)
    _encode_sound(container, audio, sound, math.inf)
    container.mux(video.encode(None))
    container.mux(audio.encode(None))


def _encode_sound(container: OutputContainer, audio: AudioStream, sound: Iterator[av.AudioFrame], end_s: float) -> None:
    """Encode sound up to a time, so that sound and picture of the same time are near each other in the file."""
    for frame in sound:
        container.mux(audio.encode(frame))
        if frame.time is not None and frame.time >= end_s:
            return


def _audio_frames(blocks: Iterable[array[int]]) -> Iterator[av.AudioFrame]:
    start = 0
    for block in blocks:
        frame = av.AudioFrame("s16", "mono", len(block))
        frame.planes[0].update(block.tobytes())
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = start, Fraction(1, SOUND_RATE)
        yield frame
        start += len(block)
