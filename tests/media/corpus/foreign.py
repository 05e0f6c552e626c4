"""WebM, Matroska, and what no browser shows: each with its right name."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from functools import partial

from PIL import Image

from tests.media.corpus.encoders import SIZE, av1_clip, box, branded, clip, sound
from tests.media.corpus.odd import Odd
from tests.media.corpus.pictures import avif
from tests.media.corpus.png import picture

SECONDS = 0.5
LIVE = (("live", "1"),)


def _void(data: bytes) -> bytes:
    """Return EBML data with an empty element in its head, before the type of its document."""
    size = data[4] & 0x7F if data[4] & 0x80 else int.from_bytes(data[5:12], "big")
    start = 5 if data[4] & 0x80 else 12
    head = b"\xec\x85" + bytes(5) + data[start : start + size]
    return data[:4] + b"\x01" + len(head).to_bytes(7, "big") + head + data[start + size :]


def _webm(name: str, make: Callable[[], bytes], duration_s: float | None = SECONDS, **more: object) -> Odd:
    return Odd(name, make, "video/webm", ".webm", "video", SIZE, duration_s, **more)  # type: ignore[arg-type]


def _card(
    name: str,
    make: Callable[[], bytes],
    mime_type: str,
    suffix: str,
    size: tuple[int, int] | None = None,
    duration_s: float | None = None,
    **more: object,
) -> Odd:
    return Odd(name, make, mime_type, suffix, "card", size, duration_s, **more)  # type: ignore[arg-type]


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


def _heic(brand: bytes) -> bytes:
    return branded(avif(), brand, brand, b"mif1")


def _theora() -> bytes:
    packet = b"\x80theora\x03\x02\x01" + bytes(32)
    return b"OggS\0\x02" + bytes(8) + struct.pack("<IIIBB", 1, 0, 0, 1, len(packet)) + packet


def _tiff(**options: object) -> bytes:
    return picture("RGB", "TIFF", **options)


def _big_endian_tiff() -> bytes:
    out = io.BytesIO()
    Image.new("I;16B", (8, 8)).save(out, "TIFF")
    return out.getvalue()


WEBM = [
    _webm("VP8", lambda: clip("webm", "libvpx")),
    _webm("VP9", lambda: clip("webm", "libvpx-vp9")),
    _webm("AV1", lambda: av1_clip("webm")),
    _webm("VP9 and Opus", lambda: clip("webm", "libvpx-vp9", sound="libopus")),
    _webm("a live stream without a length", lambda: clip("webm", "libvpx", options=LIVE), None),
    _webm("a void before the type", lambda: _void(clip("webm", "libvpx"))),
    _webm("its last bytes cut", lambda: clip("webm", "libvpx")[:-20]),
    Odd("Opus alone", lambda: sound("webm", "libopus"), "audio/webm", ".weba", "audio", None, SECONDS),
    Odd("Opus alone, live", lambda: sound("webm", "libopus", options=LIVE), "audio/webm", ".weba", "audio", None, None),
]
FILES = [
    *WEBM,
    _card("H.264", lambda: clip("matroska"), "video/x-matroska", ".mkv", SIZE, SECONDS, browser=True),
    _card("VP9", lambda: clip("matroska", "libvpx-vp9"), "video/x-matroska", ".mkv", SIZE, SECONDS, browser=True),
    _card(
        "FLAC alone",
        lambda: sound("matroska", "flac", rate=16_000),
        "audio/x-matroska",
        ".mka",
        None,
        SECONDS,
        browser=True,
    ),
    _card("Theora", _theora, "video/ogg", ".ogv"),
    _card("of Windows", lambda: clip("avi", "mpeg4"), "video/x-msvideo", ".avi"),
    _card("Motion JPEG", lambda: clip("avi", "mjpeg", pixels="yuvj420p"), "video/x-msvideo", ".avi"),
    _card("of Flash", lambda: clip("flv", "flv1"), "video/x-flv", ".flv"),
    _card("of Windows Media", lambda: clip("asf", "msmpeg4v3"), "video/x-ms-wmv", ".wmv"),
    _card("a transport stream", lambda: clip("mpegts"), "video/mp2t", ".ts"),
    _card("a program stream", lambda: clip("mpeg", "mpeg1video", rate=25), "video/mpeg", ".mpg"),
    _card("little-endian", _tiff, "image/tiff", ".tiff"),
    _card("compressed", lambda: _tiff(compression="tiff_lzw"), "image/tiff", ".tiff"),
    _card("big-endian", _big_endian_tiff, "image/tiff", ".tiff"),
    _card("of more than 4 GB by its format", lambda: b"II+\0\x08\0\0\0" + bytes(40), "image/tiff", ".tiff"),
    *(
        _card(f"brand {brand.decode()}", partial(_heic, brand), "image/heic", ".heic")
        for brand in (b"heic", b"heix", b"heim")
    ),
    _card("brand mif1 of the family heic", lambda: branded(avif(), b"mif1", b"mif1", b"heic"), "image/heic", ".heic"),
    _card(
        "brand mif1 of no family",
        lambda: box(b"ftyp", b"mif1" + bytes(4) + b"mif1") + box(b"meta", bytes(40)),
        "image/heif",
        ".heif",
    ),
    _card("a sequence", lambda: branded(avif(), b"hevc", b"hevc", b"msf1"), "image/heic-sequence", ".heics"),
    _card("a naked stream", lambda: b"\xff\x0a" + bytes(range(1, 90)), "image/jxl", ".jxl"),
    _card(
        "a container",
        lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ") + bytes(60),
        "image/jxl",
        ".jxl",
    ),
    _card("JPEG 2000", lambda: picture("RGB", "JPEG2000"), "image/jp2", ".jp2"),
    _card(
        "layers",
        lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 32, 48, 8, 3) + bytes(60),
        "image/vnd.adobe.photoshop",
        ".psd",
    ),
    _card("high dynamic range", lambda: b"v/1\x01\x02\0\0\0" + bytes(60), "image/x-exr", ".exr"),
    _card(
        "radiance",
        lambda: b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 8\n" + bytes(80),
        "image/vnd.radiance",
        ".hdr",
    ),
    _card("quite OK", lambda: b"qoif" + struct.pack(">IIBB", 4, 4, 3, 0) + bytes(40), "image/qoi", ".qoi"),
    _card("textures", lambda: b"DDS |\0\0\0" + bytes(140), "image/vnd.ms-dds", ".dds"),
    _card(
        "a model", lambda: b"glTF" + struct.pack("<III", 2, 40, 20) + b"JSON" + bytes(20), "model/gltf-binary", ".glb"
    ),
    _card("a document", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "application/pdf", ".pdf"),
    _card("an archive", lambda: _zip("a.png", "b.png"), "application/zip", ".zip"),
    _card("an empty archive", lambda: _zip(), "application/zip", ".zip"),
    _card("a packed file", lambda: gzip.compress(bytes(400), mtime=0), "application/gzip", ".gz"),
    _card("7-Zip", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(40), "application/x-7z-compressed", ".7z"),
    _card("a font", lambda: b"wOF2\0\1\0\0" + bytes(60), "font/woff2", ".woff2"),
    _card("bytes that nobody knows", lambda: bytes(range(256)) * 4, "application/octet-stream", ".bin"),
    _card("zeros", lambda: bytes(5000), "application/octet-stream", ".bin"),
    _card("all ones", lambda: b"\xff" * 5000, "application/octet-stream", ".bin"),
    _card("a single byte", lambda: b"\x00", "application/octet-stream", ".bin"),
]
