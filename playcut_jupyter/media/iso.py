"""ISO base media files: MP4, M4A, QuickTime, AVIF, HEIC. Reads the heads of boxes, never the samples.

A file may begin with any box and have any brand. What it is follows from its tracks; brands only tell pictures from
clips, and one kind of picture from another.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import islice

from playcut_jupyter.media.iso_boxes import Box, boxes
from playcut_jupyter.media.iso_fragments import fragments_duration
from playcut_jupyter.media.source import Source
from playcut_jupyter.media.types import MediaInfo, sensible

_MAX_TRACKS = 64
_MAX_BEFORE = 200
"""Boxes that may stand before the type or the index."""
_TOP_LEVEL = frozenset((b"ftyp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"styp"))
_PICTURES = {
    "image/avif": {b"avif", b"avis", b"avio"},
    "image/heic": {b"heic", b"heix", b"heim", b"heis"},
    "image/heic-sequence": {b"hevc", b"hevx", b"hevm", b"hevs"},
    "image/avci": {b"avci"},
    "image/jxl": {b"jxl "},
    "image/x-canon-cr3": {b"crx "},
}
_UMBRELLAS = {b"mif1": "image/heif", b"mif2": "image/heif", b"miaf": "image/heif", b"msf1": "image/heif-sequence"}
"""Brands of any picture; the compatible ones tell which."""
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
# By what Chromium, Firefox or Safari play, one of the first two included. HEVC depends on the machine.
_PLAYED = frozenset(
    b"avc1 avc2 avc3 avc4 hvc1 hev1 dvh1 dvhe dva1 dvav dav1 av01 vp08 vp09".split()
    + b"mp4a .mp3 Opus fLaC sowt twos in24 lpcm ulaw alaw".split()
)


@dataclass
class Track:
    """What is told of one track."""

    handler: bytes = b""
    codec: bytes = b""
    width: int = 0
    height: int = 0
    is_on_its_side: bool = False
    timescale: int = 0
    samples: int = 0
    duration_s: float | None = None


@dataclass
class Movie:
    """What is told of a whole file."""

    brand: bytes = b""
    compatible: set[bytes] = field(default_factory=set)
    has_type: bool = False
    has_index: bool = False
    tracks: list[Track] = field(default_factory=list)
    duration_s: float | None = None


def is_iso(source: Source) -> bool:
    """Return True for a file whose boxes lead to a type or an index, whatever stands before them."""
    first = source.read(4, 4)
    if first in (b"ftyp", b"moov"):
        return True
    if first not in _TOP_LEVEL and not _is_name(first):
        return False
    names = set()
    for box in islice(boxes(source, 0, source.size), _MAX_BEFORE):
        if not _is_name(box.name):
            break
        names.add(box.name)
        if box.name in (b"ftyp", b"moov"):
            break
    return bool(names & {b"ftyp", b"moov"}) or {b"moof", b"mdat"} <= names


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= byte < 127 or byte == 0xA9 for byte in name)


def info(source: Source) -> MediaInfo:
    """Return the type, size and duration of an ISO file."""
    movie = _movie(source)
    picture = _picture_type(movie)
    if picture:
        return MediaInfo(picture)
    audible = [track for track in movie.tracks if track.handler == b"soun"]
    visible = [track for track in movie.tracks if track.handler == b"vide" or (not track.handler and track.width)]
    if audible and all(track.samples == 1 and track.codec not in _PLAYED for track in visible):
        visible = []  # a cover
    is_sound = (bool(audible) and (not visible or movie.brand in _AUDIO_BRANDS)) or (
        movie.brand in _AUDIO_BRANDS and not movie.tracks
    )
    duration_s = movie.duration_s
    if movie.has_index and duration_s is None:
        scale = next((track.timescale for track in visible + audible if track.timescale), 0)
        duration_s = sensible(fragments_duration(source, scale))
    if is_sound:
        remark = _remark(movie, audible)
        return MediaInfo("audio/mp4", duration_s=duration_s, remark=remark, is_suspect=not movie.has_index)
    is_quicktime = movie.brand == b"qt  " or not movie.has_type
    sized = next((track for track in visible if track.width and track.height), None)
    return MediaInfo(
        "video/quicktime" if is_quicktime else "video/mp4",
        sized.width if sized else None,
        sized.height if sized else None,
        duration_s,
        _remark(movie, visible),
        is_suspect=not movie.has_index,
    )


def _picture_type(movie: Movie) -> str:
    for mime_type, brands in _PICTURES.items():
        if movie.brand in brands:
            return mime_type
    if movie.brand not in _UMBRELLAS and (movie.has_index or not movie.compatible & {b"mif1", b"avif", b"heic"}):
        return ""
    for mime_type, brands in _PICTURES.items():
        if movie.compatible & brands:
            return mime_type
    return _UMBRELLAS.get(movie.brand, "image/heif")


def _remark(movie: Movie, tracks: list[Track]) -> str | None:
    if not movie.has_index:
        return "it has no index (`moov`), so it can't be played"
    if tracks and all(track.codec for track in tracks) and not any(track.codec in _PLAYED for track in tracks):
        codec = tracks[0].codec.decode("latin-1").strip()
        return f"browsers do not play its codec ({''.join(char for char in codec if char.isprintable()) or 'unknown'})"
    return None


def _movie(source: Source) -> Movie:
    movie = Movie()
    for box in boxes(source, 0, source.size):
        if box.name == b"ftyp" and not movie.has_type:
            content = source.read(box.start, min(box.end - box.start, 1024))
            movie.brand, movie.has_type = content[:4], True
            movie.compatible = {content[at : at + 4] for at in range(8, len(content) - 3, 4)}
        elif box.name == b"moov" and not movie.has_index:
            movie.has_index = True
            _read_index(source, box, movie)
            break
    return movie


def _read_index(source: Source, moov: Box, movie: Movie) -> None:
    for box in boxes(source, moov.start, moov.end):
        if box.name == b"mvhd":
            movie.duration_s = _duration(source.read(box.start, 32))[1]
        elif box.name == b"trak" and len(movie.tracks) < _MAX_TRACKS:
            movie.tracks.append(_track(source, box))
        elif box.name == b"mvex" and movie.duration_s is None:
            movie.duration_s = _extended_duration(source, box, moov)
    if movie.duration_s is None:
        movie.duration_s = max((track.duration_s or 0 for track in movie.tracks), default=0) or None


def _extended_duration(source: Source, mvex: Box, moov: Box) -> float | None:
    """Return the duration that a fragmented file tells in advance (`mehd`)."""
    headers = (box for box in boxes(source, moov.start, moov.end) if box.name == b"mvhd")
    scale = next((_duration(source.read(header.start, 32))[0] for header in headers), 0)
    for box in boxes(source, mvex.start, mvex.end):
        content = source.read(box.start, 12)
        if box.name == b"mehd" and len(content) >= 8 and scale:
            is_long = content[0] == 1 and len(content) == 12
            length = struct.unpack_from(">Q" if is_long else ">I", content, 4)[0]
            return None if length in (0xFFFFFFFF, 2**64 - 1) else sensible(length / scale)
    return None


def _duration(header: bytes) -> tuple[int, float | None]:
    """Return the time scale and the seconds of an `mvhd` or `mdhd`."""
    is_long = header[:1] == b"\x01"
    if len(header) < (32 if is_long else 20):
        return 0, None
    scale, length = struct.unpack_from(">IQ" if is_long else ">II", header, 20 if is_long else 12)
    unknown = 2**64 - 1 if is_long else 2**32 - 1
    return scale, sensible(length / scale) if scale and length != unknown else None


def _track(source: Source, trak: Box) -> Track:
    track = Track()
    for box in boxes(source, trak.start, trak.end):
        if box.name == b"tkhd":
            _read_header(source.read(box.start, min(box.end - box.start, 96)), track)
        elif box.name == b"mdia":
            _read_media(source, box, track)
    if track.is_on_its_side:
        track.width, track.height = track.height, track.width
    return track


def _read_header(content: bytes, track: Track) -> None:
    """Read the size of a track as it is to be seen, and whether its matrix turns it by 90 or 270 degrees."""
    if len(content) < 84:
        return
    a, b, _, c, d, *_ = struct.unpack_from(">5i", content, len(content) - 44)
    width, height = struct.unpack_from(">II", content, len(content) - 8)
    track.width, track.height = width >> 16, height >> 16
    track.is_on_its_side = bool(b and c and not a and not d)


def _read_media(source: Source, mdia: Box, track: Track) -> None:
    for box in boxes(source, mdia.start, mdia.end):
        if box.name == b"mdhd":
            track.timescale, track.duration_s = _duration(source.read(box.start, 32))
        elif box.name == b"hdlr":
            track.handler = source.read(box.start + 8, 4)
        elif box.name == b"minf":
            for inner in boxes(source, box.start, box.end):
                if inner.name == b"stbl":
                    _read_samples(source, inner, track)


def _read_samples(source: Source, stbl: Box, track: Track) -> None:
    for box in boxes(source, stbl.start, stbl.end):
        if box.name == b"stsz":
            track.samples = int.from_bytes(source.read(box.start + 8, 4), "big")
        elif box.name == b"stsd":
            entry = source.read(box.start + 8, min(box.end - box.start - 8, 64))
            track.codec = entry[4:8]
            if track.handler == b"vide" and len(entry) >= 36 and not (track.width and track.height):
                track.width, track.height = struct.unpack_from(">HH", entry, 32)
