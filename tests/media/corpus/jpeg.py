"""JPEG files with odd metadata, colours and ends."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import cache, partial

from PIL import Image

from tests.media.corpus.odd import Odd
from tests.media.corpus.png import SIZE, exif, picture, profile

TURNED = SIZE[::-1]


@cache
def jpeg(mode: str = "RGB", quality: int = 90, progressive: bool = False) -> bytes:
    return picture(mode, "JPEG", quality=quality, progressive=progressive)


def large() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((160, 120), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def with_segment(marker: int, content: bytes, data: bytes | None = None) -> bytes:
    """Return a picture with one more segment in front."""
    data = jpeg() if data is None else data
    return data[:2] + struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content + data[2:]


def _cmyk(*, adobe: bool, ycck: bool = False) -> bytes:
    image = Image.new("CMYK", SIZE, (0, 255, 255, 0))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    data = out.getvalue()
    at = data.index(b"Adobe") - 4
    (size,) = struct.unpack_from(">H", data, at + 2)
    return data if adobe else data[:at] + data[at + 2 + size :]


def _oriented(value: int, kind: str = "SHORT") -> bytes:
    if kind == "SHORT":
        return with_segment(0xE1, b"Exif\0\0" + exif(value)[6:])
    entry = (
        struct.pack(">HHIHHI", 0x112, 3, 1, value, 0, 0) if kind == "BIG" else struct.pack(">HHII", 0x112, 4, 1, value)
    )
    head = b"MM\0*" + struct.pack(">IH", 8, 1)
    return with_segment(0xE1, b"Exif\0\0" + head + entry + bytes(4))


def shown(name: str, make: Callable[[], bytes], size: tuple[int, int] = SIZE, **more: object) -> Odd:
    return Odd(name, make, "image/jpeg", ".jpg", "img", size, **more)  # type: ignore[arg-type]


FILES = [
    shown("no end marker", lambda: jpeg()[:-2], remark="early"),
    shown("half an end marker", lambda: jpeg()[:-1]),
    shown("without its last ten bytes", lambda: jpeg()[:-10], remark="early"),
    shown("half of it", lambda: large()[: len(large()) // 2], (160, 120), remark="early"),
    shown("a progressive one without its last bytes", lambda: jpeg(progressive=True)[:-20], remark="early"),
    shown("zeros behind it", lambda: jpeg() + bytes(3000)),
    shown("a clip behind it", lambda: jpeg() + b"\0\0\0\x18ftypmp42" + bytes(500)),
    shown("a second picture behind it", lambda: jpeg() + jpeg("L")),
    shown("fill bytes before its markers", lambda: jpeg().replace(b"\xff\xdb", b"\xff\xff\xff\xdb")),
    shown("EXIF that is cut", lambda: with_segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x09")),
    shown("EXIF that is noise", lambda: with_segment(0xE1, b"Exif\0\0" + bytes(range(256)))),
    shown(
        "EXIF of a directory that holds itself",
        lambda: with_segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x08\0\0\0\x08"),
    ),
    *(
        shown(f"EXIF orientation {value}", partial(_oriented, value), SIZE if value < 5 else TURNED)
        for value in (2, 3, 5, 6, 8)
    ),
    shown("EXIF orientation 9, which there is not", lambda: _oriented(9)),
    shown("EXIF orientation in big-endian", lambda: _oriented(6, "BIG"), TURNED),
    shown("EXIF orientation twice, as zero first", lambda: with_segment(0xE1, b"Exif\0\0", _oriented(6)), TURNED),
    shown("XMP of 60 kB", lambda: with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<" * 60_000)),
    shown("XMP that is no XML", lambda: with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta")),
    shown("a long comment", lambda: with_segment(0xFE, b"x" * 65_000)),
    shown("content credentials", lambda: with_segment(0xEB, b"JP\0\1" + bytes(9000))),
    shown(
        "an index of several pictures that is noise",
        lambda: with_segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\xff\xff" + bytes(30)),
    ),
    shown("a profile that is cut", lambda: with_segment(0xE2, b"ICC_PROFILE\0\1\3" + profile()[:100])),
    shown("a profile that is none", lambda: with_segment(0xE2, b"ICC_PROFILE\0\1\1no profile")),
    shown(
        "a Photoshop block that is cut", lambda: with_segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\xff\xff\xff\xff")
    ),
    shown("inverted CMYK by Adobe", lambda: _cmyk(adobe=True)),
    shown("CMYK without a word of Adobe", lambda: _cmyk(adobe=False)),
    shown("a segment of Adobe that is too short", lambda: with_segment(0xEE, b"Adobe")),
    shown("an empty segment", lambda: with_segment(0xE5, b"")),
    shown("bytes between its segments", lambda: jpeg()[:20] + bytes(3) + jpeg()[20:]),
    shown("grey", lambda: jpeg("L")),
    shown("progressive", lambda: jpeg(progressive=True)),
    shown("no JFIF segment", lambda: jpeg()[:2] + jpeg()[20:]),
    Odd("a head and nothing else", lambda: jpeg()[:60], "image/jpeg", ".jpg", "card", remark="can't be"),
]
