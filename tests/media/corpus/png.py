"""PNG files that browsers show, and a few that nobody can."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image, ImageCms

from tests.media.corpus.odd import Odd
from tests.media.samples import chunk, png_declaring

SIZE = (48, 32)


def picture(mode: str = "RGB", kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(SIZE).convert(mode).save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int) -> bytes:
    made = Image.Exif()
    made[0x112] = orientation
    return made.tobytes()


def profile() -> bytes:
    made = ImageCms.createProfile("sRGB")
    return ImageCms.ImageCmsProfile(made).tobytes()


def with_chunk(name: bytes, content: bytes, *, crc_is_wrong: bool = False, data: bytes | None = None) -> bytes:
    """Return a picture with one more chunk behind its head."""
    data = picture() if data is None else data
    added = chunk(name, content)
    if crc_is_wrong:
        added = added[:-4] + bytes(byte ^ 0xFF for byte in added[-4:])
    return data[:33] + added + data[33:]


def _idat(change: Callable[[bytes], bytes], *, crc_is_right: bool = True) -> bytes:
    data = picture()
    at = data.index(b"IDAT")
    (size,) = struct.unpack_from(">I", data, at - 4)
    content, rest = data[at + 4 : at + 4 + size], data[at + 8 + size :]
    new = change(content)
    made = chunk(b"IDAT", new)
    if not crc_is_right:
        made = made[:-4] + data[at + 4 + size : at + 8 + size]
    return data[: at - 4] + made + rest


def _split(parts: int, empty: bool = False) -> bytes:
    data = picture()
    at = data.index(b"IDAT")
    (size,) = struct.unpack_from(">I", data, at - 4)
    content = data[at + 4 : at + 4 + size]
    step = -(-size // parts)
    pieces = [content[start : start + step] for start in range(0, size, step)]
    middle = b"".join((chunk(b"IDAT", b"") if empty else b"") + chunk(b"IDAT", piece) for piece in pieces)
    return data[: at - 4] + middle + data[at + 8 + size :]


def _wide(mode: str, depth: int, colour: int, channels: int) -> bytes:
    row = b"\0" + struct.pack(f">{SIZE[0] * channels}H", *[0x8000] * (SIZE[0] * channels))
    header = struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, 0)
    body = zlib.compress(row * SIZE[1])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def _zipped(size: int) -> bytes:
    return b"Comment\0\0" + zlib.compress(bytes([65]) * size)


def shown(name: str, make: Callable[[], bytes], size: tuple[int, int] = SIZE, **more: object) -> Odd:
    return Odd(name, make, "image/png", ".png", "img", size, **more)  # type: ignore[arg-type]


def card(name: str, make: Callable[[], bytes], size: tuple[int, int] | None = None, **more: object) -> Odd:
    return Odd(name, make, "image/png", ".png", "card", size, **more)  # type: ignore[arg-type]


FILES = [
    shown("compressed text of 2 MB", lambda: with_chunk(b"zTXt", _zipped(2_000_000))),
    shown("compressed text that unpacks to 20 MB", lambda: with_chunk(b"zTXt", _zipped(20_000_000))),
    shown(
        "compressed international text",
        lambda: with_chunk(b"iTXt", b"prompt\0\1\0\0\0" + zlib.compress(b"a" * 1_500_000)),
    ),
    shown("a plain text of 1.5 MB", lambda: with_chunk(b"tEXt", b"workflow\0" + b"{" * 1_500_000)),
    shown("seventy large texts", lambda: with_chunk(b"tEXt", b"", data=_with_many_texts())),
    shown("compressed text that is damaged", lambda: with_chunk(b"zTXt", b"Comment\0\0not zlib at all")),
    shown("international text that is cut", lambda: with_chunk(b"iTXt", b"prompt\0\1")),
    shown("text with a wrong checksum", lambda: with_chunk(b"tEXt", b"a\0b", crc_is_wrong=True)),
    shown("a resolution with a wrong checksum", lambda: with_chunk(b"pHYs", bytes(9), crc_is_wrong=True)),
    shown(
        "a profile with a wrong checksum",
        lambda: with_chunk(b"iCCP", b"x\0\0" + zlib.compress(profile()), crc_is_wrong=True),
    ),
    shown("a profile that is none", lambda: with_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile"))),
    shown("a profile that is not compressed", lambda: with_chunk(b"iCCP", b"x\0\0no zlib")),
    shown("a profile that unpacks to 40 MB", lambda: with_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(40_000_000)))),
    shown("a resolution of a wrong length", lambda: with_chunk(b"pHYs", b"\0\0\1")),
    shown("a gamma of a wrong length", lambda: with_chunk(b"gAMA", b"\0")),
    shown("an intent that is empty", lambda: with_chunk(b"sRGB", b"")),
    shown("chromaticities that are cut", lambda: with_chunk(b"cHRM", bytes(5))),
    shown("a transparency that is too short", lambda: with_chunk(b"tRNS", b"\1", data=picture("L"))),
    shown("a palette for true colours", lambda: with_chunk(b"PLTE", bytes(768))),
    shown("another picture behind it", lambda: picture() + picture()),
    shown("a transparency that is too long", lambda: with_chunk(b"tRNS", bytes(700))),
    shown("a time that never was", lambda: with_chunk(b"tIME", b"\xff" * 7)),
    shown("broken EXIF", lambda: with_chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff")),
    shown("EXIF that turns it", lambda: with_chunk(b"eXIf", exif(6)[6:]), (32, 48)),
    shown("content credentials", lambda: with_chunk(b"caBX", bytes(3000))),
    shown("a private chunk", lambda: with_chunk(b"prVt", b"anything")),
    shown("an HDR transfer function", lambda: with_chunk(b"cICP", bytes([9, 16, 0, 1]))),
    shown("an archive behind it", lambda: picture() + b"PK\x03\x04 the workflow"),
    shown("no end chunk", lambda: picture()[:-12]),
    shown("an end with a wrong checksum", lambda: picture()[:-4] + bytes(4)),
    shown("a cut end", lambda: picture()[:-5]),
    shown("two thirds of it", lambda: picture()[: len(picture()) * 2 // 3], remark="cut"),
    shown("a wrong checksum of its stream", lambda: _idat(lambda content: content[:-4] + bytes(4)), remark="damaged"),
    shown("its stream without the last bytes", lambda: _idat(lambda content: content[:-6])),
    shown("its stream in pieces of a few bytes", lambda: _split(200)),
    shown("empty pieces between those of its stream", lambda: _split(5, empty=True)),
    shown("16 bits of colour", lambda: _wide("RGB", 16, 2, 3)),
    shown("16 bits of grey", lambda: _wide("L", 16, 0, 1)),
    shown("16 bits of grey with transparency", lambda: _wide("LA", 16, 4, 2)),
    shown("one bit", lambda: picture("1")),
    shown("a palette with transparency", lambda: picture("P", transparency=0)),
    shown("an animation", _animated, moves=True),
    shown("an animation that promises more frames", lambda: _animated().replace(b"acTL\0\0\0\3", b"acTL\0\0\1\0")),
    shown("an animation without its last bytes", lambda: _animated()[:-40], moves=True),
    card("a head and nothing else", lambda: picture()[:33], remark="can't be"),
    card("a signature alone", lambda: picture()[:8], remark="can't be"),
    card("3.6 thousand million pixels", lambda: png_declaring(60_000, 60_000), None, remark="pixels"),
]


def _with_many_texts() -> bytes:
    data = picture()
    texts = chunk(b"zTXt", _zipped(1_000_000)) * 70
    return data[:33] + texts + data[33:]
