"""Odd WebP, GIF, AVIF, BMP and ICO files."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import partial

from PIL import Image

from tests.media.corpus.encoders import box
from tests.media.corpus.odd import Odd
from tests.media.corpus.png import SIZE, exif, picture, profile


def webp(**options: object) -> bytes:
    return picture("RGB", "WEBP", **options)


def gif(mode: str = "P") -> bytes:
    return picture(mode, "GIF")


def moving(kind: str, size: tuple[int, int] = SIZE, count: int = 3) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", size, (80 * number, 60, 200 - 60 * number)) for number in range(count)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def avif(**options: object) -> bytes:
    return picture("RGB", "AVIF", speed=10, **options)


def major(data: bytes, brand: bytes) -> bytes:
    """Return an ISO file under another brand, the compatible ones kept."""
    return data[:8] + brand + data[12:]


def _still(brand: bytes) -> bytes:
    return major(avif(), brand)


def riff_chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def resized(data: bytes, size: int | None = None) -> bytes:
    """Return RIFF data with the right size in its head, or *size*."""
    return data[:4] + struct.pack("<I", len(data) - 8 if size is None else size) + data[8:]


def _as(kind: str, suffix: str) -> Callable[..., Odd]:
    def shown(
        name: str, make: Callable[[], bytes], size: tuple[int, int] | None = SIZE, *, shows: str = "img", **more: object
    ) -> Odd:
        return Odd(name, make, f"image/{kind}", suffix, shows, size, **more)  # type: ignore[arg-type]

    return shown


_webp, _gif, _avif, _bmp, _ico = (
    _as("webp", ".webp"),
    _as("gif", ".gif"),
    _as("avif", ".avif"),
    _as("bmp", ".bmp"),
    _as("x-icon", ".ico"),
)


def _downwards(data: bytes) -> bytes:
    return data[:22] + struct.pack("<i", -SIZE[1]) + data[26:]


def _ico_data() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(out, "ICO", sizes=[(32, 32)])
    return out.getvalue()


FILES = [
    _webp("without its last bytes", lambda: webp()[:-10], remark="early"),
    _webp("without its last byte", lambda: webp()[:-1], remark="early"),
    _webp("a head that says too little", lambda: resized(webp() + riff_chunk(b"JUNK", bytes(9)), len(webp()) - 8)),
    _webp("a head that says too much", lambda: resized(webp(), len(webp()) + 500)),
    _webp("a chunk that nobody knows", lambda: resized(webp(exif=exif(1)) + riff_chunk(b"C2PA", bytes(99)))),
    _webp("zeros behind it", lambda: webp() + bytes(100)),
    _webp("broken EXIF", lambda: webp(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")),
    _webp("EXIF that turns it", lambda: webp(exif=exif(6)), (32, 48)),
    _webp("a profile", lambda: webp(icc_profile=profile())),
    _webp("a profile that is none", lambda: webp(icc_profile=b"no profile at all")),
    _webp("lossless with transparency", lambda: picture("RGBA", "WEBP", lossless=True)),
    _webp("an animation", lambda: moving("WEBP"), moves=True),
    _webp("a head and nothing else", lambda: webp()[:16], None, shows="card", remark="can't be"),
    _gif("no trailer", lambda: gif()[:-1]),
    _gif("without its last bytes", lambda: gif()[:-20], remark="cut"),
    _gif("zeros behind it", lambda: gif() + bytes(500)),
    _gif("of 1987", lambda: b"GIF87a" + gif()[6:]),
    _gif("an animation", lambda: moving("GIF"), moves=True),
    _gif("an animation without its last bytes", lambda: moving("GIF")[:-9], moves=True),
    _gif("a long comment", lambda: gif()[:-1] + b"\x21\xfe" + (b"\xff" + b"x" * 255) * 200 + b"\0\x3b"),
    _gif("an extension that nobody knows", lambda: gif()[:-1] + b"\x21\x42\x03abc\0\x3b"),
    _gif("a head and nothing else", lambda: gif()[:13], None, shows="card", remark="can't be"),
    *(_avif(f"brand {brand.decode()}", partial(_still, brand)) for brand in (b"mif1", b"miaf", b"MA1B")),
    _avif("the brand of sequences for a still", lambda: major(avif(), b"avis")),
    _avif("zeros behind it", lambda: avif() + bytes(100)),
    _avif("a free box behind it", lambda: avif() + box(b"free", bytes(50))),
    _avif("turned", lambda: avif(exif=exif(6)), (32, 48)),
    _avif("a profile", lambda: avif(icc_profile=profile())),
    _avif("a sequence", lambda: moving("AVIF"), moves=True),
    _avif(
        "a sequence of brand msf1",
        lambda: major(moving("AVIF"), b"msf1"),
        moves=True,
    ),
    _avif("transparency", lambda: picture("RGBA", "AVIF", speed=10)),
    _avif("half of it", lambda: avif()[: len(avif()) // 2], None, shows="card", remark="can't be"),
    _bmp("of Windows", lambda: picture("RGB", "BMP")),
    _bmp("from top to bottom", lambda: _downwards(picture("RGB", "BMP"))),
    _bmp("with transparency", lambda: picture("RGBA", "BMP")),
    _bmp("one bit", lambda: picture("1", "BMP")),
    _bmp("without its last bytes", lambda: picture("RGB", "BMP")[:-30], remark="cut"),
    _ico("an icon", _ico_data, (32, 32)),
]
