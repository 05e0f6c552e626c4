"""MP4 and its relatives: any brand, any first box, odd times and turned tracks."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache, partial

from tests.media.corpus.encoders import (
    SIZE,
    av1_clip,
    behind,
    box,
    boxes,
    branded,
    clip,
    moved,
    patched,
    rotated,
    sound,
)
from tests.media.corpus.odd import Odd

SECONDS = 0.5
TURNED = SIZE[::-1]
BRANDS = (
    "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "mp41", "mp71", "avc1", "hvc1", "hev1",
    "av01", "dby1", "3gp4", "3gp5", "3gp6", "3g2a", "3ge6", "cmfc", "cmf2", "cmfs", "dash", "msdh", "MSNV", "NDSC",
    "M4V ", "M4VH", "M4VP", "F4V ", "XAVC", "piff", "mmp4", "isml", "CAEP", "\0\0\0\0",
)  # fmt: skip
FRAGMENTS = (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)


@cache
def fragmented() -> bytes:
    return clip(options=FRAGMENTS)


@cache
def sliding() -> bytes:
    return clip(options=(("movflags", "frag_keyframe+empty_moov+default_base_moof+global_sidx"),))


@cache
def fast() -> bytes:
    """Return a clip whose index stands in front, so that nothing in it has to move."""
    return clip(options=(("movflags", "faststart"),))


def _all_ones(data: bytes, name: bytes) -> bytes:
    return patched(data, name, lambda changed, start: struct.pack_into(">I", changed, start + 16, 0xFFFFFFFF))


def _mdhd_too(data: bytes) -> bytes:
    return _all_ones(_all_ones(data, b"mvhd"), b"mdhd")


def _timescale(data: bytes, value: int) -> bytes:
    return patched(data, b"mvhd", lambda changed, start: struct.pack_into(">I", changed, start + 12, value))


def _without_type(data: bytes) -> bytes:
    """Return a clip that does not begin with its brand, as the oldest QuickTime files do."""
    (size,) = struct.unpack_from(">I", data)
    return moved(data[size:], -size)


def _to_the_end(data: bytes) -> bytes:
    """Return a clip whose last box says that it goes on to the end."""
    parts = list(boxes(data).values())
    return b"".join(parts[:-1]) + bytes(4) + parts[-1][4:]


def _mp4(
    name: str,
    make: Callable[[], bytes],
    size: tuple[int, int] | None = SIZE,
    duration_s: float | None = SECONDS,
    shown: str = "video",
    **more: object,
) -> Odd:
    return Odd(name, make, "video/mp4", ".mp4", shown, size, duration_s, **more)  # type: ignore[arg-type]


def _mov(name: str, make: Callable[[], bytes], shows: str = "video", **more: object) -> Odd:
    return Odd(name, make, "video/quicktime", ".mov", shows, SIZE, SECONDS, **more)  # type: ignore[arg-type]


def _m4a(
    name: str, make: Callable[[], bytes], duration_s: float | None = SECONDS, shown: str = "audio", **more: object
) -> Odd:
    return Odd(name, make, "audio/mp4", ".m4a", shown, None, duration_s, **more)  # type: ignore[arg-type]


def m4a(container: str = "ipod", options: tuple[tuple[str, str], ...] = ()) -> bytes:
    return sound(container, "aac", rate=44_100, options=options)


def _covered() -> bytes:
    return clip("mp4", "mjpeg", sound="aac", pixels="yuvj420p", seconds=1.0, rate=1)


def _under(make: Callable[[], bytes], brand: str) -> bytes:
    return branded(make(), brand.encode())


def _behind(name: str) -> bytes:
    return behind(fast(), box(name.encode(), bytes(20)))


def _turned(degrees: int) -> bytes:
    return rotated(fast(), degrees)


FILES = [
    *(_mp4(f"brand {brand!r}", partial(_under, fast, brand)) for brand in BRANDS),
    *(
        _mp4(f"a first box {name!r}", partial(_behind, name))
        for name in ("free", "skip", "wide", "uuid", "styp", "pdin", "xyz ")
    ),
    _mp4("an empty first box", lambda: behind(fast(), box(b"free", b""))),
    _mp4("a first box of 64 bits", lambda: behind(fast(), struct.pack(">I4sQ", 1, b"free", 40) + bytes(24))),
    _mp4("a first box of 200 kB", lambda: behind(fast(), box(b"free", bytes(200_000)))),
    _mp4("a last box that goes on to the end", lambda: _to_the_end(clip())),
    _mp4("zeros behind it", lambda: clip() + bytes(3000)),
    _mp4("an index at its end", clip),
    Odd("no type", lambda: _without_type(clip()), "video/quicktime", ".mov", "video", SIZE, SECONDS),
    _mp4("sound too", lambda: clip(sound="aac")),
    _mp4("fragments", fragmented),
    _mp4("fragments behind an index of them", sliding),
    _mp4("a length of all ones", lambda: _mdhd_too(fast()), duration_s=None),
    _mp4("a film's length of all ones", lambda: _all_ones(fast(), b"mvhd")),
    _mp4("a time scale of zero", lambda: _timescale(fast(), 0)),
    *(
        _mp4(
            f"turned by {degrees} degrees",
            partial(_turned, degrees),
            SIZE if degrees == 180 else TURNED,
        )
        for degrees in (90, 180, 270)
    ),
    _mp4("the old MPEG-4 codec", lambda: clip(codec="mpeg4"), shown="card", remark="codec"),
    _mp4("AV1", lambda: av1_clip()),
    _mp4("VP9", lambda: clip(codec="libvpx-vp9")),
    _mp4("of a telephone", lambda: clip("3gp")),
    _mp4("fragments with a length in advance", lambda: clip(options=(("movflags", "cmaf+frag_every_frame"),))),
    _mp4("its last samples cut", lambda: fast()[:-40]),
    _mov("QuickTime", lambda: clip("mov")),
    _mov("QuickTime without a type", lambda: _without_type(clip("mov"))),
    _mov("QuickTime with sound", lambda: clip("mov", sound="aac")),
    _mov("ProRes", lambda: clip("mov", codec="prores_ks", pixels="yuv422p10le"), "card", remark="codec"),
    _mov("Motion JPEG", lambda: clip("mov", codec="mjpeg", pixels="yuvj420p"), "card", remark="codec"),
    _m4a("as players name it", m4a),
    *(
        _m4a(f"brand {brand!r}", partial(_under, m4a, brand))
        for brand in ("isom", "mp42", "M4B ", "M4P ", "3gp5", "dash", "iso5")
    ),
    _m4a("fragments", lambda: m4a("mp4", FRAGMENTS)),
    _m4a("a free box in front", lambda: behind(m4a("mp4", (("movflags", "faststart"),)), box(b"free", bytes(9)))),
    _m4a("a cover as its only picture", _covered, 1.0),
    _m4a("MP3", lambda: sound("mp4", "libmp3lame", rate=44_100)),
    _m4a("samples of QuickTime", lambda: sound("mov", "pcm_s16le", rate=8000)),
    _m4a("AAC of QuickTime", lambda: sound("mov", "aac", rate=44_100)),
    _m4a("a length of all ones", lambda: _mdhd_too(m4a()), None),
    _m4a("FLAC", lambda: sound("mp4", "flac", rate=16_000)),
    _m4a("Opus", lambda: sound("mp4", "libopus")),
    _m4a("Apple's lossless", lambda: sound("ipod", "alac", rate=16_000), shown="card", remark="codec"),
    Odd("a head and nothing else", lambda: fast()[:32], "video/mp4", ".mp4", "card", remark="index"),
    Odd(
        "samples without an index",
        lambda: box(b"ftyp", b"isom" + bytes(4)) + box(b"mdat", bytes(5000)),
        "video/mp4",
        ".mp4",
        "card",
        remark="index",
    ),
]
